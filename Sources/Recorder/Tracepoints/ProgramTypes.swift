// SPDX-License-Identifier: BSD-3-Clause

/// The programs' own description of their functions, which lets the kernel verify each function
/// once: all take and give numbers of 64 bits. Source: Linux, `Documentation/bpf/btf.rst`.
enum ProgramTypes {
  /// The number of the type of the program itself.
  static let programNumber: UInt32 = 8

  /// The number of the type of a function.
  static func number(of function: ProbeProgram.Function) -> UInt32 {
    programNumber + 1 + UInt32(ProbeProgram.Function.allCases.firstIndex(of: function)!)
  }

  /// The description, as BPF_BTF_LOAD takes it.
  static var bytes: [UInt8] {
    var strings: [UInt8] = [0]
    func text(_ name: String) -> UInt32 {
      let at = UInt32(strings.count)
      strings += Array(name.utf8) + [0]
      return at
    }
    let argument = text("number")
    // Number 1: an integer of 64 bits; 2 to 7: functions of 0 to 5 of them.
    var types: [UInt32] = [text("u64"), 1 << 24, 8, 64]
    for count in 0...5 {
      types += [0, 13 << 24 | UInt32(count), 1]
      for _ in 0..<count { types += [argument, 1] }
    }
    // A program is static, its functions are global: only those are verified by themselves.
    types += [text("program"), 12 << 24, 3]
    for function in ProbeProgram.Function.allCases {
      types += [text("\(function)"), 12 << 24 | 1, 2 + UInt32(function.argumentCount)]
    }
    let header: [UInt32] = [
      0x0001_eb9f, 24, 0, UInt32(4 * types.count), UInt32(4 * types.count), UInt32(strings.count),
    ]
    return (header + types).flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) }
    } + strings
  }
}
