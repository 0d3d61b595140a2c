// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// What the programs are told of one system call: a row of the call table in 64 bytes.
struct CaptureRule {
  /// Which part of the address space a call can change.
  enum Scope: UInt8 {
    case nothing = 0
    case everything = 1
    /// From argument 0, argument 1 bytes; mmap(2): from the result.
    case range = 2
    case result = 3
    /// mremap(2): both of these.
    case moved = 4
    /// brk(2): the heap and what follows it.
    case heap = 5
  }

  /// What an argument points to, as the programs see it.
  enum Shape: UInt8 {
    case none, elements, bits, pages, fixed, result, string, strings, vectors, pointedTo
    case message, messages, selfDescribing
  }

  static let byteCount = 64
  static var fixedShape: UInt8 { Shape.fixed.rawValue }
  static let hasReads: UInt8 = 1, hasWrites: UInt8 = 2, neverReturns: UInt8 = 4
  static let hasSubcommands: UInt8 = 8, sizesItself: UInt8 = 16

  // Offsets of its fields.
  static let flags = 0, subcommandArgument = 1, scope = 2, subcommandMask = 4
  static let reads = 8, writes = 32

  /// The rule's bytes.
  private(set) var bytes = [UInt8](repeating: 0, count: byteCount)

  /// The rule of a row, where the call table says of itself which sub-commands there are.
  init(_ row: SystemCallDescription) {
    for index in 0..<row.argumentCount {
      let effect = row.arguments[index].memory
      let spec = Self.spec(effect)
      if effect.reads || Self.isIndirect(effect) {
        put(spec, at: Self.reads + 4 * index, direction: effect.reads ? 0 : 0x80)
        if spec.shape != .none { bytes[Self.flags] |= Self.hasReads }
      }
      if effect.writes {
        put(spec, at: Self.writes + 4 * index, direction: 0)
        if spec.shape != .none { bytes[Self.flags] |= Self.hasWrites }
      }
    }
    if row.number == .exit || row.number == .exit_group { bytes[Self.flags] |= Self.neverReturns }
    if row.changesVMAs { bytes[Self.scope] = Self.scope(of: row.number).rawValue }
  }

  /// What a number that has no row gets: all its memory may have changed.
  static var unknown: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    bytes[scope] = Scope.everything.rawValue
    return bytes
  }

  /// Which argument says which sub-command, where what is read and written depends on it.
  mutating func chooses(by argument: Int, mask: UInt32, sizesItself: Bool) {
    bytes[Self.flags] |= Self.hasSubcommands | (sizesItself ? Self.sizesItself : 0)
    bytes[Self.subcommandArgument] = UInt8(argument)
    for byte in 0..<4 {
      bytes[Self.subcommandMask + byte] = UInt8(truncatingIfNeeded: mask >> UInt32(8 * byte))
    }
  }

  private mutating func put(
    _ spec: (shape: Shape, index: UInt8, size: UInt16), at offset: Int, direction: UInt8
  ) {
    bytes[offset] = spec.shape.rawValue
    bytes[offset + 1] = spec.index | direction
    bytes[offset + 2] = UInt8(truncatingIfNeeded: spec.size)
    bytes[offset + 3] = UInt8(spec.size >> 8)
  }

  /// Whether there is something to read before the call writes: vectors that say where.
  private static func isIndirect(_ effect: MemoryEffect) -> Bool {
    guard effect.writes else { return false }
    switch effect.extent {
    case .ioVector, .messageHeader, .messageVector: return true
    default: return false
    }
  }

  private static func spec(_ effect: MemoryEffect) -> (shape: Shape, index: UInt8, size: UInt16) {
    switch effect.extent {
    case .none: (.none, 0, 0)
    case .fixed(let size): (.fixed, 0, size)
    case .argument(let index): (.elements, index, 1)
    case .elements(let index, let size): (.elements, index, size)
    case .bits(let index): (.bits, index, 0)
    case .pages(let index): (.pages, index, 0)
    case .result: (.result, 0, 1)
    case .resultElements(let size): (.result, 0, size)
    case .string: (effect.reads ? .string : .none, 0, 0)
    case .stringVector: (effect.reads ? .strings : .none, 0, 0)
    case .ioVector(let index): (.vectors, index, 0)
    case .pointedTo(let index): (.pointedTo, index, 0)
    case .messageHeader: (.message, 0, 0)
    case .messageVector(let index): (.messages, index, 0)
    case .selfDescribing: (.selfDescribing, 0, effect.reads ? 4 : 0)
    }
  }

  private static func scope(of number: SystemCallNumber) -> Scope {
    switch number {
    case .mmap: .result
    case .mremap: .moved
    case .brk: .heap
    case .munmap, .mprotect, .pkey_mprotect, .madvise, .mlock, .mlock2, .munlock, .mbind, .mseal:
      .range
    default: .everything
    }
  }
}

extension CaptureRule {
  /// The rules by number, the last one for every number beyond.
  static func byNumber() -> [[UInt8]] {
    (UInt32(0)..<512).map { number in
      let number = SystemCallNumber(rawValue: number)
      guard let row = SystemCallTable.description(of: number) else { return unknown }
      var rule = CaptureRule(row)
      if let key = subcommand(of: number) {
        rule.chooses(by: key.argument, mask: key.mask, sizesItself: number == .ioctl)
      }
      return rule.bytes
    }
  }

  /// The rules of sub-commands that differ from their call's own: number, sub-command, bytes.
  static func bySubcommand() -> [(number: UInt32, code: UInt32, bytes: [UInt8])] {
    var rules: [(number: UInt32, code: UInt32, bytes: [UInt8])] = []
    for number in SystemCallTable.all {
      guard let key = subcommand(of: number), let row = SystemCallTable.description(of: number)
      else { continue }
      let own = CaptureRule(row).bytes
      for code in key.codes {
        var operands: InlineArray<6, UInt64> = InlineArray(repeating: 0)
        operands[key.argument] = UInt64(code)
        guard let row = SystemCallTable.description(of: number, operands: operands) else {
          continue
        }
        let bytes = CaptureRule(row).bytes
        if bytes != own { rules.append((number.rawValue, code, bytes)) }
      }
    }
    return rules
  }

  /// The calls whose memory depends on a code among their arguments, and the codes to ask the call
  /// table for. Of ioctl(2) others say their size themselves.
  private static func subcommand(
    of number: SystemCallNumber
  ) -> (argument: Int, mask: UInt32, codes: [UInt32])? {
    func codes(_ ranges: ClosedRange<UInt32>...) -> [UInt32] { ranges.flatMap { Array($0) } }
    return switch number {
    case .ioctl:
      (
        1, .max,
        codes(
          0...3, 0x1200...0x12ff, 0x5400...0x54ff, 0x8900...0x89ff, 0x4004_9409...0x4004_9409)
      )
    case .fcntl: (1, .max, codes(0...63, 1024...1087))
    case .prctl:
      (
        0, .max,
        codes(
          0...95, 0x4155_5856...0x4155_5856, 0x5961_6d61...0x5961_6d61, 0x5356_4d41...0x5356_4d41)
      )
    case .arch_prctl:
      (0, .max, codes(0x1000...0x102f, 0x2000...0x200f, 0x4000...0x400f, 0x5000...0x500f))
    case .futex: (1, 0x7f, codes(0...31))
    case .epoll_ctl: (1, .max, codes(0...3))
    case .madvise: (2, .max, codes(0...127))
    default: nil
    }
  }
}
