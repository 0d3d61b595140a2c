// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

/// What the start of an ELF file says of it, as far as the observer needs it. Source: elf(5).
struct ProgramImage {
  /// Whether it is a 64-bit little-endian image for x86-64.
  let isNative: Bool
  /// The path of its interpreter; empty if it has none.
  let interpreter: [UInt8]

  /// Reads the first part of a file; nil where it cannot be read or is no ELF image.
  init?(path: [UInt8]) {
    guard let bytes = ProcFile.contents(path, limit: 1 << 20), bytes.count >= 64,
      bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46])
    else { return nil }
    isNative = bytes[4] == 2 && bytes[5] == 1 && bytes[18] == 62 && bytes[19] == 0
    interpreter = isNative ? Self.interpreter(bytes) : []
  }

  private static func interpreter(_ bytes: [UInt8]) -> [UInt8] {
    let table = bytes.word(at: 32)
    let entrySize = UInt64(bytes[54]) | UInt64(bytes[55]) << 8
    let entryCount = UInt64(bytes[56]) | UInt64(bytes[57]) << 8
    let end = UInt64(bytes.count)
    guard entrySize >= 56 else { return [] }
    for index in 0..<entryCount {
      let (at, overflow) = table.addingReportingOverflow(index * entrySize)
      guard !overflow, at <= end, end - at >= 56 else { break }
      guard bytes.halfWord(at: Int(at)) == 3 else { continue }
      let offset = bytes.word(at: Int(at) + 8)
      let count = bytes.word(at: Int(at) + 32)
      guard offset <= end, count <= min(end - offset, 4096) else { break }
      return Array(bytes[Int(offset)..<Int(offset + count)].prefix { $0 != 0 })
    }
    return []
  }
}

/// Where a program is that was named without a directory.
enum ProgramPath {
  /// The path to execute: `program` itself if it has a slash, else the first executable file of
  /// that name in the directories of PATH. Source: execvp(3).
  static func resolved(_ program: [UInt8], environment: [[UInt8]]) throws(RecordError) -> [UInt8] {
    let name = String(decoding: program, as: UTF8.self)
    if program.isEmpty {
      throw RecordError("no program is named", remedy: "name one after `--`")
    }
    if program.contains(0) { throw RecordError("the program's name has a NUL in it") }
    if program.contains(0x2f) { return program }
    let path = environment.first { $0.starts(with: "PATH=".utf8) }.map { $0.dropFirst(5) }
    let directories = (path ?? ArraySlice("/bin:/usr/bin".utf8)).split(
      separator: 0x3a, omittingEmptySubsequences: false)
    for directory in directories {
      let candidate = (directory.isEmpty ? [0x2e] : Array(directory)) + [0x2f] + program
      if isExecutableFile(candidate) { return candidate }
    }
    throw RecordError(
      "no program \(name) in the directories of PATH",
      remedy: "name it by its path, as in ./\(name)")
  }

  private static func isExecutableFile(_ path: [UInt8]) -> Bool {
    let terminated = path.map { CChar(bitPattern: $0) } + [0]
    var status = stat()
    guard stat(terminated, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    return access(terminated, X_OK) == 0
  }
}
