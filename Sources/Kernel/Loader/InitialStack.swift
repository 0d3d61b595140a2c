// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// The stack that a program finds at its first instruction.
///
///     top     8 zero bytes, path, environment, arguments (ascending), platform, 16 random bytes
///             auxiliary vector ... AT_NULL
///             envp ... NULL
///             argv ... NULL
///     RSP ->  argc                                           a multiple of 16
///
/// Source: System V ABI, AMD64 supplement, 3.4.1; Linux, `create_elf_tables`.
struct InitialStack {
  /// A pair of the auxiliary vector. Source: getauxval(3).
  typealias AuxiliaryEntry = (type: UInt64, value: UInt64)

  /// RSP at the first instruction.
  let pointer: VirtualAddress
  /// The bytes from `pointer` up to the top.
  let bytes: [UInt8]

  /// A stack below `top`, which is a multiple of 16. `auxiliary` lacks AT_RANDOM, AT_EXECFN,
  /// AT_PLATFORM and AT_NULL, which are added.
  init(
    top: VirtualAddress, path: [UInt8], arguments: [[UInt8]], environment: [[UInt8]],
    random: [UInt8], auxiliary: [AuxiliaryEntry]
  ) {
    // Strings from the bottom up, addresses relative to the first.
    var strings: [UInt8] = []
    func place(_ text: [UInt8]) -> UInt64 {
      let offset = UInt64(strings.count)
      strings.append(contentsOf: text)
      strings.append(0)
      return offset
    }
    let randomOffset: UInt64 = 0
    strings.append(contentsOf: random)
    let platformOffset = place([UInt8]("x86_64"))
    var argumentOffsets: [UInt64] = []
    for argument in arguments { argumentOffsets.append(place(argument)) }
    var environmentOffsets: [UInt64] = []
    for variable in environment { environmentOffsets.append(place(variable)) }
    let pathOffset = place(path)
    strings.append(contentsOf: [UInt8](repeating: 0, count: 8))

    let stringsStart = top - UInt64((strings.count + 15) & ~15)
    func address(_ offset: UInt64) -> UInt64 { stringsStart.rawValue &+ offset }
    var words: [UInt64] = [UInt64(arguments.count)]
    for offset in argumentOffsets { words.append(address(offset)) }
    words.append(0)
    for offset in environmentOffsets { words.append(address(offset)) }
    words.append(0)
    var auxiliary = auxiliary
    auxiliary.append((25, address(randomOffset)))  // AT_RANDOM
    auxiliary.append((31, address(pathOffset)))  // AT_EXECFN
    auxiliary.append((15, address(platformOffset)))  // AT_PLATFORM
    auxiliary.append((0, 0))  // AT_NULL
    for entry in auxiliary {
      words.append(entry.type)
      words.append(entry.value)
    }
    if words.count % 2 != 0 { words.append(0) }

    pointer = stringsStart - UInt64(words.count * 8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(words.count * 8 + strings.count + 16)
    for word in words { bytes.put(word) }
    bytes.append(contentsOf: strings)
    bytes.pad(to: Int(top - pointer))
    self.bytes = bytes
  }
}
