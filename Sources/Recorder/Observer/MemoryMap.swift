// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// The VMAs of a process as `/proc/PID/maps` shows them, in address order. Source: proc(5).
struct MemoryMap {
  /// The VMAs, sorted, without overlap.
  var vmas: [VMADescription] = []
  /// The text that they were read from; equal text is an equal map.
  private var text: [UInt8] = []

  init() {}

  /// A map of VMAs that are sorted and do not overlap.
  init(vmas: [VMADescription]) { self.vmas = vmas }

  /// The VMAs of a text in the form of `/proc/PID/maps`; lines of another form are left out.
  init(parsing text: [UInt8]) {
    self.text = text
    vmas.reserveCapacity(text.count / 64)
    text.withUnsafeBufferPointer { bytes in
      var start = 0
      while start < bytes.count {
        var end = start
        while end < bytes.count && bytes[end] != 0x0a { end += 1 }
        if let vma = Self.vma(bytes[start..<end], previous: vmas.last) { vmas.append(vma) }
        start = end + 1
      }
    }
  }

  /// The VMAs of a process; nil when it has none any more.
  init?(ofProcess id: Int32) {
    guard let text = ProcFile.contents(id, "maps"), !text.isEmpty else { return nil }
    self.init(parsing: text)
  }

  /// Reads the VMAs again; gives nil where nothing has changed or the process has gone.
  func refreshed(ofProcess id: Int32) -> MemoryMap? {
    guard let text = ProcFile.contents(id, "maps"), !text.isEmpty, text != self.text else {
      return nil
    }
    return MemoryMap(parsing: text)
  }

  private static func vma(
    _ line: Slice<UnsafeBufferPointer<UInt8>>, previous: VMADescription?
  ) -> VMADescription? {
    var rest = line
    guard let start = hexadecimal(&rest), rest.popFirst() == 0x2d,
      let end = hexadecimal(&rest), rest.popFirst() == 0x20, rest.count >= 5, start < end
    else { return nil }
    if let previous, start < previous.range.upperBound.rawValue { return nil }
    let flags = rest.prefix(4)
    rest.removeFirst(5)
    guard let offset = hexadecimal(&rest), rest.popFirst() == 0x20 else { return nil }
    for _ in 0..<2 {
      while let byte = rest.first, byte != 0x20 { rest.removeFirst() }
      if rest.first == 0x20 { rest.removeFirst() }
    }
    while rest.first == 0x20 { rest.removeFirst() }
    let isShared = flags[flags.startIndex + 3] == 0x73
    var vma = VMADescription(
      range: VirtualAddress(start)..<VirtualAddress(end), protection: protection(flags),
      isShared: isShared, backing: .anonymous)
    if let previous, previous.backing == .file, rest.elementsEqual(previous.name) {
      vma.backing = .file
      vma.name = previous.name
    } else {
      describe(&vma, name: Array(rest))
    }
    if vma.backing == .file { vma.offset = offset }
    return vma
  }

  private static func protection(_ flags: Slice<UnsafeBufferPointer<UInt8>>) -> Protection {
    var protection: Protection = []
    if flags[flags.startIndex] == 0x72 { protection.insert(.read) }
    if flags[flags.startIndex + 1] == 0x77 { protection.insert(.write) }
    if flags[flags.startIndex + 2] == 0x78 { protection.insert(.execute) }
    return protection
  }

  /// Linux's own files of shared memory without a name count as no file.
  private static let anonymousFiles = ["/dev/zero (deleted)", "/anon_hugepage (deleted)"].map {
    Array($0.utf8)
  }

  static func describe(_ vma: inout VMADescription, name: [UInt8]) {
    guard let first = name.first else { return }
    if first == 0x5b {
      if name == Array("[heap]".utf8) {
        vma.backing = .heap
      } else if name == Array("[stack]".utf8) {
        vma.backing = .stack
      } else if !name.starts(with: "[anon".utf8) {
        vma.backing = .special
        vma.name = name
      }
    } else if !anonymousFiles.contains(name) && !name.starts(with: "/SYSV".utf8) {
      vma.backing = .file
      vma.name = unescaped(name)
    }
  }

  /// A newline in a path is written `\012`.
  private static func unescaped(_ name: [UInt8]) -> [UInt8] {
    guard name.contains(0x5c) else { return name }
    var result: [UInt8] = []
    var index = 0
    while index < name.count {
      if name[index...].starts(with: "\\012".utf8) {
        result.append(0x0a)
        index += 4
      } else {
        result.append(name[index])
        index += 1
      }
    }
    return result
  }

  private static func hexadecimal(_ rest: inout Slice<UnsafeBufferPointer<UInt8>>) -> UInt64? {
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
