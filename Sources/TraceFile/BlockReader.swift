// SPDX-License-Identifier: BSD-3-Clause

import Trace

/// Reads blocks out of a source, unpacked and decoded; on demand the one after on a thread of its
/// own, while the caller is at the events of the one before.
struct BlockReader: ~Copyable {
  private var current: UnsafeMutablePointer<BlockRoom>
  /// Reads ahead; a thread of `aside` may be at it.
  private var other: UnsafeMutablePointer<BlockRoom>
  private let aside = Aside()
  /// Which block `other` reads, if any.
  private var ahead: Frame?

  init(_ source: ByteSource, features: TraceFeatures) {
    current = .allocate(capacity: 1)
    other = .allocate(capacity: 1)
    current.initialize(to: BlockRoom(source, features: features))
    other.initialize(to: BlockRoom(source, features: features))
  }

  deinit {
    aside.wait()
    for room in [current, other] {
      room.deinitialize(count: 1)
      room.deallocate()
    }
  }

  /// Makes `block` the one at hand; where that throws, there is none.
  mutating func read(_ block: Frame) throws(FrameFault) {
    if let ahead {
      aside.wait()
      self.ahead = nil
      if ahead.offset == block.offset, ahead.byteCount == block.byteCount {
        swap(&current, &other)
        if let fault = current.pointee.fault { throw fault }
        return
      }
    }
    current.pointee.read(block)
    if let fault = current.pointee.fault { throw fault }
  }

  /// Begins with a block that is going to be asked for next.
  mutating func readAhead(_ block: Frame) {
    aside.wait()
    ahead = block
    let other = other
    aside.start { other.pointee.read(block) }
  }

  /// How many events the block at hand has; 0 if there is none.
  var count: Int { current.pointee.decoder.count }
  /// The number of its first event, from 0 on.
  var firstEvent: UInt64 { current.pointee.decoder.firstEvent }
  /// How many of its events are of a kind that this version does not know.
  var unknownCount: Int { current.pointee.decoder.unknownCount }
  /// Its event at an index from 0 on.
  subscript(index: Int) -> Event { current.pointee.decoder[index] }

  /// The bytes of its event at an index, valid until the next `read`.
  func payload(at index: Int) -> UnsafeRawBufferPointer {
    current.pointee.decoder.payload(at: index)
  }

  /// Forgets the block at hand.
  mutating func removeAll() { current.pointee.decoder.removeAll() }
}

/// Room for a block: its bytes, and the events that were decoded from them.
private struct BlockRoom: ~Copyable {
  private var frames: FrameReader
  var decoder: BlockDecoder
  /// Why the last block cannot be read.
  private(set) var fault: FrameFault?

  init(_ source: ByteSource, features: TraceFeatures) {
    frames = FrameReader(source)
    decoder = BlockDecoder(features: features)
  }

  mutating func read(_ block: Frame) {
    fault = nil
    decoder.removeAll()
    do throws(FrameFault) {
      let content = try frames.read(
        at: block.offset, byteCount: block.byteCount, contentLimit: BlockFormat.byteLimit)
      try decode(content)
    } catch {
      fault = error
    }
  }

  private mutating func decode(_ content: UnsafeRawBufferPointer) throws(FrameFault) {
    do throws(TraceError) {
      try decoder.decode(content)
    } catch {
      throw .invalid("\(error.message) (byte \(error.position) of its contents)")
    }
  }
}
