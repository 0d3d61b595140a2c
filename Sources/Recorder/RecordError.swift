// SPDX-License-Identifier: BSD-3-Clause

/// Why nothing was recorded, in words for the person who asked, and what to try next.
public struct RecordError: Error, CustomStringConvertible, Sendable {
  /// What is wrong, with the name of the file or the call that it is about.
  public let message: String
  /// What to type or to change; empty where there is nothing to advise.
  public let remedy: String
  /// Whether the same request may succeed later (exit code 75 instead of 42).
  public let isTemporary: Bool

  /// An error of its parts.
  public init(_ message: String, remedy: String = "", isTemporary: Bool = false) {
    self.message = message
    self.remedy = remedy
    self.isTemporary = isTemporary
  }

  /// The message, and the remedy after it.
  public var description: String { remedy.isEmpty ? message : "\(message); \(remedy)" }
}
