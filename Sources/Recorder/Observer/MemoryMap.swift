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
    text.withUnsafeBytes { bytes in
      MapsLine.forEach(in: bytes) { line in
        if let last = vmas.last, line.start < last.range.upperBound.rawValue { return }
        vmas.append(Self.vma(line, previous: vmas.last))
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

  private static func vma(_ line: MapsLine, previous: VMADescription?) -> VMADescription {
    var vma = VMADescription(
      range: VirtualAddress(line.start)..<VirtualAddress(line.end), protection: line.protection,
      isShared: line.isShared, backing: .anonymous)
    if let previous, previous.backing == .file, line.name.elementsEqual(previous.name) {
      vma.backing = .file
      vma.name = previous.name
    } else {
      describe(&vma, name: Array(line.name))
    }
    if vma.backing == .file { vma.offset = line.offset }
    return vma
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
}
