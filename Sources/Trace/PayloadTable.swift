// SPDX-License-Identifier: BSD-3-Clause

/// The different payloads of the block that is written, each kept once.
@safe
struct PayloadTable: ~Copyable {
  /// After so many steps a payload is stored again rather than searched on: a guest chooses them.
  private static var probeLimit: Int { 32 }

  private struct Entry {
    var start: Int
    var byteCount: Int
  }

  /// Where a payload is found by its hash; enough of the hash is kept to tell most others apart
  /// without a look at the entry.
  private struct Slot {
    var tag: UInt32
    /// The index of the payload, -1 if the slot is free.
    var index: Int32
  }

  private var storage = ByteStorage(capacity: 4096)
  private var entries: [Entry] = []
  private var slots: UnsafeMutablePointer<Slot>
  private var slotCount = 512

  init() {
    unsafe slots = .allocate(capacity: slotCount)
    unsafe slots.initialize(repeating: Slot(tag: 0, index: -1), count: slotCount)
  }

  deinit {
    unsafe slots.deallocate()
  }

  /// How many there are.
  var count: Int { entries.count }

  /// All bytes one payload after the other, valid until the next change.
  var bytes: UnsafeRawBufferPointer { unsafe storage.bytes }

  /// Bytes of all together.
  var byteCount: Int { storage.count }

  func length(at index: Int) -> Int { entries[index].byteCount }

  mutating func removeAll() {
    if entries.isEmpty { return }
    storage.removeAll()
    entries.removeAll(keepingCapacity: true)
    unsafe slots.update(repeating: Slot(tag: 0, index: -1), count: slotCount)
  }

  /// The index of the payload with these bytes; added if it is not there.
  mutating func find(_ payload: UnsafeRawBufferPointer) -> Int {
    let hash = unsafe Self.hash(payload)
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    let mask = slotCount - 1
    var at = Int(truncatingIfNeeded: hash) & mask
    for _ in 0..<Self.probeLimit {
      let slot = unsafe slots[at]
      if slot.index < 0 {
        let index = unsafe add(payload)
        unsafe slots[at] = Slot(tag: tag, index: Int32(index))
        if entries.count * 2 > slotCount { growSlots() }
        return index
      }
      if slot.tag == tag, unsafe isEqual(entries[Int(slot.index)], payload) {
        return Int(slot.index)
      }
      at = (at + 1) & mask
    }
    return unsafe add(payload)
  }

  private mutating func add(_ payload: UnsafeRawBufferPointer) -> Int {
    entries.append(Entry(start: storage.count, byteCount: payload.count))
    unsafe storage.append(payload)
    return entries.count - 1
  }

  private func isEqual(_ entry: Entry, _ payload: UnsafeRawBufferPointer) -> Bool {
    let stored = unsafe UnsafeRawBufferPointer(
      rebasing: storage.bytes[entry.start..<entry.start + entry.byteCount])
    return unsafe stored.isSame(as: payload)
  }

  private mutating func growSlots() {
    unsafe slots.deallocate()
    slotCount *= 2
    unsafe slots = .allocate(capacity: slotCount)
    unsafe slots.initialize(repeating: Slot(tag: 0, index: -1), count: slotCount)
    for index in entries.indices {
      let entry = entries[index]
      let hash = unsafe Self.hash(
        UnsafeRawBufferPointer(
          rebasing: storage.bytes[entry.start..<entry.start + entry.byteCount]))
      var at = Int(truncatingIfNeeded: hash) & (slotCount - 1)
      while unsafe slots[at].index >= 0 { at = (at + 1) & (slotCount - 1) }
      unsafe slots[at] = Slot(
        tag: UInt32(truncatingIfNeeded: hash >> 32), index: Int32(index))
    }
  }
}

extension PayloadTable {
  /// Sixteen bytes a step, folded by a multiplication to 128 bits.
  private static func hash(_ payload: UnsafeRawBufferPointer) -> UInt64 {
    let count = payload.count
    var hash = UInt64(count) ^ 0x9e37_79b9_7f4a_7c15
    var at = 0
    while at + 16 <= count {
      hash = unsafe fold(word(payload, at), word(payload, at + 8) ^ hash)
      at += 16
    }
    // The rest, with bytes of the last step before it where there was one.
    if count >= 16 {
      if at < count {
        hash = unsafe fold(word(payload, count - 16), word(payload, count - 8) ^ hash)
      }
    } else if count >= 8 {
      hash = unsafe fold(word(payload, 0), word(payload, count - 8) ^ hash)
    } else {
      var rest: UInt64 = 0
      for index in 0..<count { rest = unsafe rest << 8 | UInt64(payload[index]) }
      hash = fold(rest, hash)
    }
    return fold(hash, 0xc4ce_b9fe_1a85_ec53)
  }

  @inline(__always)
  private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = (left ^ 0xff51_afd7_ed55_8ccd).multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}

/// The word at an offset, as this machine has it: it is only compared with others.
@inline(__always)
private func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
  unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
}

extension UnsafeRawBufferPointer {
  /// Whether these are the bytes of `other`.
  func isSame(as other: UnsafeRawBufferPointer) -> Bool {
    if count != other.count { return false }
    var at = 0
    while at + 8 <= count {
      if unsafe word(self, at) != word(other, at) { return false }
      at += 8
    }
    while at < count {
      if unsafe self[at] != other[at] { return false }
      at += 1
    }
    return true
  }
}
