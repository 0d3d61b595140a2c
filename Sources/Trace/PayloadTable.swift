// SPDX-License-Identifier: BSD-3-Clause

/// The different payloads of the block that is written, each kept once.
@safe
struct PayloadTable: ~Copyable {
  /// After so many steps a payload is stored again rather than searched on: a guest chooses them.
  private static var probeLimit: Int { 32 }

  private struct Entry {
    var hash: UInt64
    var start: Int
    var byteCount: Int
  }

  private let storage = ByteStorage(capacity: 4096)
  private var entries: [Entry] = []
  private var slots: [Int32] = [Int32](repeating: -1, count: 512)

  /// How many there are.
  var count: Int { entries.count }

  /// All bytes one payload after the other, valid until the next change.
  var bytes: UnsafeRawBufferPointer { unsafe storage.bytes }

  /// Bytes of all together.
  var byteCount: Int { storage.count }

  func length(at index: Int) -> Int { entries[index].byteCount }

  mutating func removeAll() {
    storage.removeAll()
    entries.removeAll(keepingCapacity: true)
    for index in slots.indices { slots[index] = -1 }
  }

  /// The index of the payload with these bytes; added if it is not there.
  mutating func find(_ payload: UnsafeRawBufferPointer) -> Int {
    let hash = unsafe Self.hash(payload)
    var at = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    for _ in 0..<Self.probeLimit {
      if slots[at] < 0 {
        let index = unsafe add(payload, hash: hash)
        slots[at] = Int32(index)
        if entries.count * 2 > slots.count { growSlots() }
        return index
      }
      let index = Int(slots[at])
      if entries[index].hash == hash, unsafe isEqual(entries[index], payload) { return index }
      at = (at + 1) & (slots.count - 1)
    }
    return unsafe add(payload, hash: hash)
  }

  private mutating func add(_ payload: UnsafeRawBufferPointer, hash: UInt64) -> Int {
    entries.append(Entry(hash: hash, start: storage.count, byteCount: payload.count))
    unsafe storage.append(payload)
    return entries.count - 1
  }

  private func isEqual(_ entry: Entry, _ payload: UnsafeRawBufferPointer) -> Bool {
    if entry.byteCount != payload.count { return false }
    let stored = unsafe UnsafeRawBufferPointer(
      rebasing: storage.bytes[entry.start..<entry.start + entry.byteCount])
    return unsafe Self.areEqual(stored, payload)
  }

  private static func areEqual(
    _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer
  ) -> Bool {
    var at = 0
    while at + 8 <= left.count {
      let leftWord = unsafe left.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      let rightWord = unsafe right.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      if leftWord != rightWord { return false }
      at += 8
    }
    while at < left.count {
      if unsafe left[at] != right[at] { return false }
      at += 1
    }
    return true
  }

  private static func hash(_ payload: UnsafeRawBufferPointer) -> UInt64 {
    var hash = UInt64(payload.count) ^ 0x9e37_79b9_7f4a_7c15
    var at = 0
    while at + 8 <= payload.count {
      hash ^= unsafe payload.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      hash = hash &* 0xff51_afd7_ed55_8ccd
      hash ^= hash >> 32
      at += 8
    }
    while at < payload.count {
      hash = unsafe (hash ^ UInt64(payload[at])) &* 0x0000_0100_0000_01b3
      at += 1
    }
    hash = (hash ^ hash >> 29) &* 0xc4ce_b9fe_1a85_ec53
    return hash ^ hash >> 32
  }

  private mutating func growSlots() {
    let mask = slots.count * 2 - 1
    slots = [Int32](repeating: -1, count: mask + 1)
    for index in entries.indices {
      var at = Int(truncatingIfNeeded: entries[index].hash) & mask
      while slots[at] >= 0 { at = (at + 1) & mask }
      slots[at] = Int32(index)
    }
  }
}
