// SPDX-License-Identifier: BSD-3-Clause

/// Something in a trace file that could not be read and was passed over.
public struct TraceProblem: Sendable {
  /// Which block it is, from 0 on; nil if it is not one.
  public let block: UInt64?
  /// The offset in bytes from the start of the file.
  public let offset: UInt64
  /// What is wrong.
  public let message: String
}

extension TraceProblem: CustomStringConvertible {
  /// One line: the block, the offset and what is wrong.
  public var description: String {
    if let block { return "block \(block) at byte \(offset): \(message)" }
    return "at byte \(offset): \(message)"
  }
}
