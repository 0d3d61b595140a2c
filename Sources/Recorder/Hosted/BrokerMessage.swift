// SPDX-License-Identifier: BSD-3-Clause

/// What the child asks the parent: one packet each, answered by one packet unless it says
/// otherwise.
///
///     request   u32 kind, u32 file number, u64 argument, path
///     answer    u32 errno or 0, u32 whether more follows, bytes; the descriptor beside it
enum BrokerRequest: UInt32 {
  /// Metadata of the path, a last link followed where the argument is 1. Answer: struct stat.
  case metadata = 0
  /// Opens the path as this file number, a last link followed where the argument is 1. Answer:
  /// struct stat, and for a regular file its descriptor.
  case open = 1
  /// The target of the link. Answer: its bytes.
  case link = 2
  /// The entries of the directory with this number, from byte `argument` of the listing on.
  /// Answer: as an `InputKind.entries` payload.
  case entries = 3
  /// The file number is not used any more. No answer.
  case close = 4
  /// Events wait in the ring. No answer.
  case nudge = 5

  /// Bytes of a request without its path.
  static let headByteCount = 16
  /// Bytes of an answer without its contents.
  static let answerHeadByteCount = 8
  /// Most contents of an answer.
  static let answerCapacity = 32 << 10
  /// Longest path. Linux: PATH_MAX.
  static let pathCapacity = 4096
}
