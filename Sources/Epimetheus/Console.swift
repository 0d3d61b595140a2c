// SPDX-License-Identifier: BSD-3-Clause

import FoundationEssentials
import Glibc

/// The standard streams. The command does without all of Foundation, which takes as long to start
/// as the rest of it.
enum Console {
  /// An error.
  static func error(_ message: String) { note("epimetheus: error: \(message)") }

  /// Anything that is not the result.
  static func note(_ message: String) {
    var line = message + "\n"
    line.withUTF8 { note(UnsafeRawBufferPointer($0)) }
  }

  /// The same as bytes, whole lines.
  static func note(_ lines: UnsafeRawBufferPointer) { write(lines, to: STDERR_FILENO) }

  /// The result.
  static func result(_ text: String) {
    var text = text
    text.withUTF8 { result(UnsafeRawBufferPointer($0)) }
  }

  /// The result, as bytes. Where stdout takes no more the command ends: nothing else is worth
  /// doing.
  static func result(_ bytes: UnsafeRawBufferPointer) {
    if write(bytes, to: STDOUT_FILENO) { return }
    error("cannot write to stdout (errno \(errno))")
    exit(ExitStatusCode.temporary)
  }

  /// All of stdin.
  static func input() throws -> Data {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(STDIN_FILENO, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw CommandError.badInput("stdin cannot be read (errno \(errno))") }
      if count == 0 { return Data(bytes) }
      bytes += chunk[..<count]
    }
  }

  /// All of a file, or of stdin where the path is `-`.
  static func input(_ path: String) throws -> Data {
    if path == "-" { return try input() }
    do {
      return try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
    } catch {
      throw CommandError.badInput("\(path): cannot be read")
    }
  }

  /// Writes all of it; false where that fails.
  @discardableResult
  private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return false }
      done += count
    }
    return true
  }
}
