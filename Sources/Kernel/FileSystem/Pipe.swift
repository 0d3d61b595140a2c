// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// The bytes between the two ends of pipe(2). Linux: `struct pipe_inode_info`.
///
/// One task holds both ends, so nobody can be waited for: what Linux would block on for ever is
/// EAGAIN here.
final class Pipe {
  /// The capacity of Linux's pipes, in bytes.
  static var byteLimit: Int { 65536 }

  let number: UInt64
  /// Whether a descriptor of the reading end is open.
  var hasReader = true
  /// Whether a descriptor of the writing end is open.
  var hasWriter = true
  /// Whether another process has an end, too: then only the outside knows what comes through.
  var isShared = false
  private var bytes: [UInt8] = []
  private var head = 0

  init(number: UInt64) { self.number = number }

  /// Bytes that wait for a reader.
  var byteCount: Int { bytes.count - head }

  /// Takes up to `limit` bytes out.
  func take(_ limit: Int) -> ArraySlice<UInt8> {
    let taken = bytes[head..<min(bytes.count, head + limit)]
    head = taken.endIndex
    if head == bytes.count {
      bytes = []
      head = 0
    }
    return taken
  }

  /// Room for a writer, in bytes.
  var room: Int { Self.byteLimit - byteCount }

  /// Puts bytes in, which must fit.
  func put(_ more: [UInt8]) {
    if head > 0 {
      bytes.removeSubrange(..<head)
      head = 0
    }
    bytes.append(contentsOf: more)
  }
}
