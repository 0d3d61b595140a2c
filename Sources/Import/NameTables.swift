// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// The names of codes and flags of the call table, read backwards: text to value.
struct NameTables {
  private var calls: [String: SystemCallNumber] = [:]
  private var codes: [UInt8: [String: UInt64]] = [:]
  private var flags: [UInt8: [String: UInt64]] = [:]
  private var errnos: [String: Int64] = [:]
  private var signals: [String: UInt64] = [:]
  /// The longest name of a call, in bytes.
  private(set) var longestCallName = 0

  init() {
    for number in SystemCallTable.all {
      guard let name = SystemCallTable.name(of: number) else { continue }
      calls["\(name)"] = number
      longestCallName = max(longestCallName, name.utf8CodeUnitCount)
    }
    for number in UInt16(1)...4095 {
      if let name = Errno(rawValue: number).name { errnos["\(name)"] = -Int64(number) }
    }
    for number in UInt8(1)...64 {
      if let name = Signal(rawValue: number).name { signals["\(name)"] = UInt64(number) }
    }
  }

  /// The call of that name; `syscall_0x1b3` is the number itself.
  func call(_ name: ByteText) -> SystemCallNumber? {
    if let number = calls[name.string] { return number }
    var rest = name
    guard rest.accept("syscall_0x"), let value = Numbers.value(rest, radix: 16), value <= 0xffff
    else { return nil }
    return SystemCallNumber(rawValue: UInt32(value))
  }

  /// The result that an error's name stands for.
  func error(_ name: ByteText) -> Int64? { errnos[name.string] }

  /// The number of a signal; real-time signals as strace counts them.
  func signal(_ name: ByteText) -> UInt64? {
    if let number = signals[name.string] { return number }
    if name.isText("SIGRTMIN") { return 32 }
    var rest = name
    guard rest.accept("SIGRT_"), let index = Numbers.value(rest, radix: 10), index <= 32 else {
      return nil
    }
    return 32 + index
  }

  // MARK: Codes and flags

  /// The value of a name of a kind of argument: one flag or one code.
  mutating func value(_ name: ByteText, _ kind: ArgumentKind) -> UInt64? {
    if kind == .signal { return signal(name) }
    let text = name.string
    if flags[kind.rawValue] == nil {
      flags[kind.rawValue] = Self.flags(of: kind)
      codes[kind.rawValue] = [:]
    }
    if let value = flags[kind.rawValue]?[text] { return value }
    if kind == .cloneFlags, let value = signal(name) { return value }
    if flags[kind.rawValue]?.isEmpty == false { return nil }
    if codes[kind.rawValue]?.isEmpty == true { codes[kind.rawValue] = Self.codes(of: kind) }
    return codes[kind.rawValue]?[text]
  }

  private static func flags(of kind: ArgumentKind) -> [String: UInt64] {
    var names: [String: UInt64] = [:]
    var index = 0
    while let flag = FlagName.at(index, of: kind) {
      names["\(flag.name)"] = flag.value
      index += 1
    }
    for (name, value) in others(of: kind) { names[name] = value }
    return names
  }

  /// Names that printers have beside those of the table.
  private static func others(of kind: ArgumentKind) -> [(String, UInt64)] {
    switch kind {
    case .protection: [("PROT_NONE", 0)]
    case .accessMode: [("F_OK", 0)]
    case .mapFlags: [("MAP_FILE", 0), ("MAP_NONE", 0)]
    case .openFlags: [("O_ACCMODE", 3)]
    case .cloneFlags: [("CLONE_NEWTIME", 0x80)]
    case .atFlags: [("AT_STATX_SYNC_AS_STAT", 0)]
    case .statxMask: [("STATX_ALL", 0xfff), ("STATX_BASIC_STATS", 0x7ff)]
    case .futexOperation: [("FUTEX_PRIVATE_FLAG", 0x80), ("FUTEX_CLOCK_REALTIME", 0x100)]
    default: []
    }
  }

  /// The codes of a kind, found by asking for the name of every number that may be one: the table
  /// goes from number to name only.
  private static func codes(of kind: ArgumentKind) -> [String: UInt64] {
    var names: [String: UInt64] = [:]
    func ask(_ value: UInt64) {
      if let name = SystemCallTable.codeName(kind, value), names["\(name)"] == nil {
        names["\(name)"] = value
      }
    }
    for value in UInt64(0)...0xffff { ask(value) }
    for value in UInt64(1)...0xffff { ask(0 &- value) }
    ask(0x5961_6d61)
    ask(0x5356_4d41)
    if kind == .directoryDescriptor { ask(0xffff_ff9c) }
    if kind == .ioctlRequest { eachLongRequest(ask) }
    // What has no name gets one entry, so that the search is made once.
    if names.isEmpty { names[""] = 0 }
    return names
  }

  /// Requests of ioctl(2) with a direction, a size, a type and a number: 1.6 million, so the loops
  /// are plain ones. Source: `asm-generic/ioctl.h`.
  private static func eachLongRequest(_ ask: (UInt64) -> Void) {
    for size in [4, 8, 16, 24, 28, 32, 40, 104] as [UInt64] {
      for direction in UInt64(1)...3 {
        let first = direction << 30 | size << 16
        for value in first...first | 0xffff { ask(value) }
      }
    }
  }

  /// The number of an option of setsockopt(2), whose name depends on the level.
  func socketOption(_ name: ByteText, level: UInt64) -> UInt64? {
    let text = name.string
    return (UInt64(0)...255).first { option in
      SystemCallTable.socketOptionName(level: level, option: option).map { "\($0)" } == text
    }
  }
}
