// SPDX-License-Identifier: BSD-3-Clause

internal import CObserver
internal import Glibc

/// The recorder's end of the ring that the programs write into.
///
/// The first page holds how far we have read, the second how far was written, the rest the records,
/// mapped twice so that none is broken. Source: Linux, `Documentation/bpf/ringbuf.rst`.
final class ProbeRing {
  private let consumer: UnsafeMutableRawPointer
  private let producer: UnsafeMutableRawPointer
  private let byteCount: Int
  private var position: UInt64 = 0
  private var released: UInt64 = 0
  private var written: UInt64 = 0

  /// Maps the ring of a descriptor; nil, with errno, where that is refused.
  init?(descriptor: Int32, byteCount: Int) {
    guard let consumer = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
      consumer != MAP_FAILED
    else { return nil }
    guard
      let producer = mmap(nil, 4096 + 2 * byteCount, PROT_READ, MAP_SHARED, descriptor, 4096),
      producer != MAP_FAILED
    else {
      munmap(consumer, 4096)
      return nil
    }
    self.consumer = consumer
    self.producer = producer
    self.byteCount = byteCount
  }

  deinit {
    munmap(consumer, 4096)
    munmap(producer, 4096 + 2 * byteCount)
  }

  /// The oldest record that was not handed over yet, valid until the next call; nil without one.
  func next() -> ProbeRecord? {
    if position - released >= 1 << 20 { release() }
    while true {
      if position >= written {
        written = observer_load_acquire(producer.assumingMemoryBound(to: UInt64.self))
      }
      guard position < written else { break }
      let at = producer + 4096 + Int(position & UInt64(byteCount - 1))
      let header = observer_load_acquire_half(at.assumingMemoryBound(to: UInt32.self))
      if header & 0x8000_0000 != 0 { break }  // still being written
      let length = Int(header & 0x3fff_ffff)
      position += UInt64((length + 8 + 7) & ~7)
      if header & 0x4000_0000 == 0 {
        return ProbeRecord(bytes: UnsafeRawBufferPointer(start: at + 8, count: length))
      }
    }
    release()
    return nil
  }

  private func release() {
    released = position
    observer_store_release(consumer.assumingMemoryBound(to: UInt64.self), position)
  }
}

/// One record of the programs, in the words of `RecordLayout`.
struct ProbeRecord {
  let bytes: UnsafeRawBufferPointer

  func word(_ offset: Int) -> UInt64 {
    bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }
  func half(_ offset: Int) -> UInt32 {
    bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
  }

  /// What it tells; nil for what no program writes.
  var kind: RecordLayout.Kind? { RecordLayout.Kind(rawValue: UInt16(half(0) & 0xffff)) }
  var flags: Int32 { Int32(half(0) >> 16) }
  var task: Int32 { Int32(bitPattern: half(RecordLayout.task)) }
  var lost: UInt32 { half(RecordLayout.lost) }
  var number: UInt32 { half(RecordLayout.number) }
  var time: UInt64 { word(RecordLayout.time) }

  /// Calls `body` with the offset of each piece of a call's record.
  func forEachPiece(_ body: (Int) -> Void) {
    var at = RecordLayout.pieces
    while at + RecordLayout.pieceHeader <= bytes.count {
      body(at)
      let kept = Int(Int32(bitPattern: half(at + RecordLayout.pieceKept)))
      if isMap(at) {
        at +=
          RecordLayout.pieceHeader + RecordLayout.mapHeader + max(0, kept) * RecordLayout.vmaSize
      } else {
        at += (RecordLayout.pieceHeader + kept + 7) & ~7
      }
    }
  }

  func isMap(_ at: Int) -> Bool {
    half(at + RecordLayout.pieceMeta) & UInt32(RecordLayout.isMap) != 0
  }
}

/// What the programs know a file or a special mapping by.
struct ProbeName: Hashable {
  var first: UInt64
  var second: UInt64
}
