// SPDX-License-Identifier: BSD-3-Clause

import Trace

/// Reads blocks out of a source, unpacked and decoded; on demand the one after on a thread of its
/// own, while the caller is at the events of the one before.
struct BlockReader: ~Copyable {
  private let source: ByteSource
  private let features: TraceFeatures
  /// All rooms that were ever needed at once: two, and those of blocks that others hold.
  private var rooms: [HeldBlock] = []
  /// The block at hand, and its index in `rooms`.
  private var current: UnsafeMutablePointer<BlockRoom>
  private var currentIndex = 0
  private var isAtBlock = false
  private let aside = Aside()
  /// Which block is read ahead, and the index of its room, where a thread of `aside` may be at it.
  private var ahead: (block: Frame, index: Int)?

  init(_ source: ByteSource, features: TraceFeatures) {
    self.source = source
    self.features = features
    rooms = [HeldBlock(source, features: features)]
    current = rooms[0].room
  }

  deinit { aside.wait() }

  /// Makes `block` the one at hand; where that throws, there is none.
  mutating func read(_ block: Frame) throws(FrameFault) {
    isAtBlock = false
    if let ahead {
      aside.wait()
      self.ahead = nil
      if ahead.block.offset == block.offset, ahead.block.byteCount == block.byteCount {
        return try take(ahead.index)
      }
    }
    let index = freeRoom(besides: -1)
    rooms[index].room.pointee.read(block)
    try take(index)
  }

  private mutating func take(_ index: Int) throws(FrameFault) {
    currentIndex = index
    current = rooms[index].room
    if let fault = current.pointee.fault { throw fault }
    isAtBlock = true
  }

  /// Begins with a block that is going to be asked for next.
  mutating func readAhead(_ block: Frame) {
    aside.wait()
    ahead = nil
    let index = freeRoom(besides: currentIndex)
    ahead = (block, index)
    let room = rooms[index].room
    aside.start { room.pointee.read(block) }
  }

  /// The index of a room that nobody uses.
  private mutating func freeRoom(besides busy: Int) -> Int {
    for index in rooms.indices where index != busy && isKnownUniquelyReferenced(&rooms[index]) {
      return index
    }
    rooms.append(HeldBlock(source, features: features))
    return rooms.count - 1
  }

  /// The block at hand, which stays as it is while somebody holds it; nil if there is none.
  var held: HeldBlock? { isAtBlock ? rooms[currentIndex] : nil }

  /// How many events the block at hand has; 0 if there is none.
  var count: Int { isAtBlock ? current.pointee.decoder.count : 0 }
  /// The number of its first event, from 0 on.
  var firstEvent: UInt64 { current.pointee.decoder.firstEvent }
  /// How many of its events are of a kind that this version does not know.
  var unknownCount: Int { isAtBlock ? current.pointee.decoder.unknownCount : 0 }
  /// Its event at an index from 0 on.
  subscript(index: Int) -> Event { current.pointee.decoder[index] }

  /// The bytes of its event at an index, valid until the next `read`.
  func payload(at index: Int) -> UnsafeRawBufferPointer {
    current.pointee.decoder.payload(at: index)
  }

  /// Leaves the block at hand.
  mutating func removeAll() { isAtBlock = false }
}

/// A block that was read, for as long as somebody holds it.
final class HeldBlock {
  /// Behind a pointer, whose use is not checked for exclusive access each time.
  let room: UnsafeMutablePointer<BlockRoom>

  init(_ source: ByteSource, features: TraceFeatures) {
    room = .allocate(capacity: 1)
    room.initialize(to: BlockRoom(source, features: features))
  }

  deinit {
    room.deinitialize(count: 1)
    room.deallocate()
  }
}

/// Room for a block: its bytes, and the events that were decoded from them.
struct BlockRoom: ~Copyable {
  private(set) var frames: FrameReader
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
