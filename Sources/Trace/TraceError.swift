// SPDX-License-Identifier: BSD-3-Clause

/// Why bytes are not a trace, and where.
public struct TraceError: Error, Sendable {
  /// What is wrong.
  public let message: String
  /// The offset in bytes from the start of the input, or the line from 1 on of a text.
  public let position: UInt64

  /// An error at a position.
  public init(_ message: String, at position: UInt64) {
    self.message = message
    self.position = position
  }
}
