// SPDX-License-Identifier: BSD-3-Clause

/// A file that says something about support, and cannot be understood.
public struct SupportFileError: Error, Sendable, CustomStringConvertible {
  /// The file's path, or what stands for it.
  public var path: String
  /// The line, from 1; 0 where it is about the file.
  public var line: Int
  /// What is wrong.
  public var message: String

  /// An error on a line of a file.
  public init(path: String, line: Int, message: String) {
    self.path = path
    self.line = line
    self.message = message
  }

  /// `PATH:LINE: MESSAGE`.
  public var description: String {
    line == 0 ? "\(path): \(message)" : "\(path):\(line): \(message)"
  }
}
