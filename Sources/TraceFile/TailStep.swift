// SPDX-License-Identifier: BSD-3-Clause

/// One step on the way of a frame to the end of a file, over a provisional one that stands there.
///
/// Whenever the writer is killed, within a write too, the file is a sequence of whole frames up to
/// where it is cut, and one of them is the provisional frame or its successor. (Of the eight bytes
/// in front of a skippable frame all are written or none: a signal ends no write within a page.)
/// Offsets count from the trace's first byte.
enum TailStep: Equatable {
  /// Makes what lies here a skippable frame; only its head is written.
  case skip(Range<UInt64>)
  /// Writes these bytes of the frame.
  case write(Range<Int>, at: UInt64)
  /// Ends the file.
  case cut(at: UInt64)

  /// How a frame of `byteCount` bytes comes to stand where `tail`, the provisional one, begins. It
  /// is written behind it first, so far behind that the second writing does not touch the first;
  /// that one then goes on inside a skippable frame, which it becomes the beginning of at last.
  static func steps(over tail: Range<UInt64>, byteCount: Int) -> [TailStep] {
    let start = tail.lowerBound
    if tail.isEmpty { return [.write(0..<byteCount, at: start)] }
    let end = start + UInt64(byteCount)
    let head = Self.skippableHeadByteCount
    let behind = max(tail.upperBound, end) + UInt64(head)
    return [
      .skip(tail.upperBound..<behind), .write(0..<byteCount, at: behind), .skip(start..<behind),
      .write(head..<byteCount, at: start + UInt64(head)), .skip(end..<behind),
      .write(0..<head, at: start), .cut(at: end),
    ]
  }

  /// The bytes of a skippable frame in front of its content.
  private static let skippableHeadByteCount = 8

  /// Those bytes for a frame over `range`, the lowest first.
  static func skippableHead(of range: Range<UInt64>) -> UInt64 {
    UInt64(Frame.skippableMagic) | UInt64(range.count - skippableHeadByteCount) << 32
  }
}
