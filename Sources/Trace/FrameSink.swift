// SPDX-License-Identifier: BSD-3-Clause

/// Writes a trace as bare frames, the form that `FrameSource` reads.
@safe public final class FrameSink: EventSink {
  private var encoder: BlockEncoder
  private var blockNumber: UInt64 = 0
  private var eventCount: UInt64 = 0
  private let write: (UnsafeRawBufferPointer) -> Void

  /// A sink that hands every piece of its output to `write` at once; writes the header.
  public init(header: TraceHeader, write: @escaping (UnsafeRawBufferPointer) -> Void) {
    encoder = BlockEncoder(keepsTimes: !header.unseen.contains(.times))
    unsafe self.write = write
    unsafe header.encoded().withUnsafeBytes { unsafe writeFrame($0) }
  }

  /// Takes one event and the bytes that belong to it.
  public func append(_ event: Event, payload: UnsafeRawBufferPointer) {
    if unsafe encoder.append(event, payload: payload) { return }
    finishBlock()
    let isTaken = unsafe encoder.append(event, payload: payload)
    precondition(isTaken, "a payload longer than a block")
  }

  /// Writes what is left.
  public func finish() { finishBlock() }

  private func finishBlock() {
    let count = UInt64(encoder.count)
    if count == 0 { return }
    unsafe writeFrame(encoder.finish(blockNumber: blockNumber, firstEvent: eventCount))
    blockNumber += 1
    eventCount += count
  }

  private func writeFrame(_ frame: UnsafeRawBufferPointer) {
    var length = UInt64(frame.count).littleEndian
    unsafe withUnsafeBytes(of: &length) { unsafe write($0) }
    unsafe write(frame)
  }
}
