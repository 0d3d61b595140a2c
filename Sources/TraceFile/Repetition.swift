// SPDX-License-Identifier: BSD-3-Clause

import Trace

/// How far the events that are written are those of another trace, block by block.
///
/// Comparing an event with one that was just read is much cheaper than encoding and compressing it;
/// a block all of whose events are repeated is copied with its compression.
struct Repetition {
  /// Nil where nothing is repeated, or not any more.
  private var original: TraceReader?
  /// The block at hand, of which `count` events were repeated; nil between blocks.
  private(set) var block: HeldBlock?
  private(set) var count = 0

  /// Nothing is repeated.
  init() {}

  /// A repetition of a trace whose blocks are about to be read.
  init(of original: TraceReader) {
    self.original = original
    original.keepBegun()
  }

  /// Whether all events so far were those of the original.
  var isOn: Bool { original != nil }

  /// What comes of one more event.
  enum Step {
    /// It is the next of the original.
    case repeated
    /// It is the last one of a block of the original.
    case completed
    /// It is none of the original.
    case differs
  }

  /// Compares one more event; `blockNumber` and `eventNumber`: what was written so far.
  mutating func step(
    _ event: Event, payload: UnsafeRawBufferPointer, blockNumber: UInt64, eventNumber: UInt64
  ) -> Step {
    if block == nil {
      block = original?.takeBegun(blockNumber, firstEvent: eventNumber)
      // What this version does not know of a block it cannot compare.
      if block?.room.pointee.decoder.unknownCount != 0 { block = nil }
    }
    guard let room = block?.room, count < room.pointee.decoder.count,
      room.pointee.decoder.holds(event, payload: payload, at: count)
    else { return .differs }
    count += 1
    return count == room.pointee.decoder.count ? .completed : .repeated
  }

  /// Goes on to the next block.
  mutating func nextBlock() {
    block = nil
    count = 0
  }
}
