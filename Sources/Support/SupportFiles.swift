// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// Reading the small text files that say something about support.
public enum SupportFiles {
  /// The largest file that is read, in bytes.
  private static let largestFile = 1 << 20

  /// Whether there is a file at the path.
  public static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }

  /// The text of a file.
  ///
  /// - Throws: `SupportFileError` for what cannot be read, is too large or is not UTF-8.
  public static func text(of path: String) throws(SupportFileError) -> String {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw SupportFileError(path: path, line: 0, message: "cannot be opened")
    }
    defer { try? handle.close() }
    guard let data = try? handle.read(upToCount: largestFile + 1) ?? Data() else {
      throw SupportFileError(path: path, line: 0, message: "cannot be read")
    }
    if data.count > largestFile {
      throw SupportFileError(path: path, line: 0, message: "is larger than \(largestFile) bytes")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw SupportFileError(path: path, line: 0, message: "is not UTF-8")
    }
    return text
  }
}
