// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// A line of `/proc/PID/maps`, without copying anything of it. Source: proc_pid_maps(5).
struct MapsLine {
  /// The first address.
  var start: UInt64
  /// The end.
  var end: UInt64
  /// What its pages allow.
  var protection: Protection
  /// Whether it is shared.
  var isShared: Bool
  /// The offset in the file, in bytes.
  var offset: UInt64
  /// The number of the file, 0 for none.
  var inode: UInt64
  /// The path or the name in brackets, as it stands there.
  var name: Slice<UnsafeRawBufferPointer>
}

extension MapsLine {
  /// Calls `body` with each line of a text that has this form, in the order of the text.
  static func forEach(in text: UnsafeRawBufferPointer, _ body: (MapsLine) -> Void) {
    var start = 0
    while start < text.count {
      var end = start
      while end < text.count && text[end] != 0x0a { end += 1 }
      if let line = MapsLine(text[start..<end]) { body(line) }
      start = end + 1
    }
  }

  /// Nil for a line of another form.
  private init?(_ line: Slice<UnsafeRawBufferPointer>) {
    var rest = line
    guard let start = Self.hexadecimal(&rest), rest.popFirst() == 0x2d,
      let end = Self.hexadecimal(&rest), rest.popFirst() == 0x20, rest.count >= 5, start < end
    else { return nil }
    let flags = rest.prefix(5)
    rest.removeFirst(5)
    guard let offset = Self.hexadecimal(&rest), rest.popFirst() == 0x20 else { return nil }
    while let byte = rest.popFirst(), byte != 0x20 {}
    var inode: UInt64 = 0
    while let byte = rest.popFirst(), byte != 0x20 {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      inode = inode &* 10 &+ UInt64(byte - 0x30)
    }
    while rest.first == 0x20 { rest.removeFirst() }
    self.start = start
    self.end = end
    protection = Self.protection(flags)
    isShared = flags[flags.startIndex + 3] == 0x73
    self.offset = offset
    self.inode = inode
    name = rest
  }

  private static func protection(_ flags: Slice<UnsafeRawBufferPointer>) -> Protection {
    var protection: Protection = []
    if flags[flags.startIndex] == 0x72 { protection.insert(.read) }
    if flags[flags.startIndex + 1] == 0x77 { protection.insert(.write) }
    if flags[flags.startIndex + 2] == 0x78 { protection.insert(.execute) }
    return protection
  }

  private static func hexadecimal(_ rest: inout Slice<UnsafeRawBufferPointer>) -> UInt64? {
    var value: UInt64 = 0
    var count = 0
    while let byte = rest.first {
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x61...0x66: digit = byte - 0x61 + 10
      default: return count == 0 ? nil : value
      }
      if count == 16 { return nil }
      value = value << 4 | UInt64(digit)
      count += 1
      rest.removeFirst()
    }
    return count == 0 ? nil : value
  }
}
