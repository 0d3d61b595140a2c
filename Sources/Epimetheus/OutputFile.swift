// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// A file that a command writes from start to end, or stdout.
final class OutputFile {
  private let path: String?
  private let descriptor: Int32
  private var bytes: [UInt8] = []
  private var failure: Int32 = 0

  /// Makes the file, or empties it; nil is stdout.
  init(_ path: String?) throws {
    self.path = path
    descriptor =
      path.map { open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666) } ?? STDOUT_FILENO
    if descriptor < 0 {
      throw CommandError.temporary("\(path ?? ""): cannot be made (errno \(errno))")
    }
  }

  /// Makes a file of a text, or empties it first.
  static func write(_ text: String, to path: String) throws {
    let file = try OutputFile(path)
    file.put(text)
    try file.finish()
  }

  /// Makes a folder; one that is there already is taken.
  static func makeFolder(_ path: String) throws {
    if mkdir(path, 0o777) != 0, errno != EEXIST {
      throw CommandError.temporary("\(path): cannot be made (errno \(errno))")
    }
  }

  /// Writes now or later; `finish` tells of a failure.
  func put(_ more: [UInt8]) {
    bytes += more
    if bytes.count > 1 << 16 { flush() }
  }

  /// Writes now or later; `finish` tells of a failure.
  func put(_ text: String) { put(Array(text.utf8)) }

  /// Writes what waits and closes the file. Throws what went wrong since it was made.
  func finish() throws {
    flush()
    if path != nil, close(descriptor) != 0, failure == 0 { failure = errno }
    if failure != 0 {
      throw CommandError.temporary("\(path ?? "stdout"): cannot be written (errno \(failure))")
    }
  }

  private func flush() {
    var start = 0
    while start < bytes.count, failure == 0 {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress! + start, $0.count - start)
      }
      if count < 0, errno != EINTR { failure = errno }
      if count > 0 { start += count }
    }
    bytes.removeAll(keepingCapacity: true)
  }
}
