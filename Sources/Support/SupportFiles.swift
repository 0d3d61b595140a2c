// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// Reading the small text files that say something about support.
public enum SupportFiles {
  /// The largest file that is read, in bytes.
  private static let largestFile = 1 << 20

  /// Whether there is a file at the path.
  public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// The text of a file.
  ///
  /// - Throws: `SupportFileError` for what cannot be read, is too large or is not UTF-8.
  public static func text(of path: String) throws(SupportFileError) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw SupportFileError(path: path, line: 0, message: "cannot be opened")
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw SupportFileError(path: path, line: 0, message: "cannot be read") }
      if count == 0 { break }
      bytes += chunk[..<count]
      if bytes.count > largestFile {
        throw SupportFileError(path: path, line: 0, message: "is larger than \(largestFile) bytes")
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SupportFileError(path: path, line: 0, message: "is not UTF-8")
    }
    return text
  }
}
