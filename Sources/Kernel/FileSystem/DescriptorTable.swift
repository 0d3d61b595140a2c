// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// The descriptors of the program. Linux: `struct files_struct`.
///
/// Invariants: never longer than the limit it is given; the last slot is taken.
struct DescriptorTable {
  struct Slot {
    var file: OpenFile
    var closesOnExec: Bool
  }

  private var slots: [Slot?] = []

  /// One past the highest descriptor.
  var endIndex: Int { slots.count }

  /// The slot of a descriptor. Throws EBADF.
  func slot(_ descriptor: Int32) throws(Errno) -> Slot {
    guard descriptor >= 0, Int(descriptor) < slots.count, let slot = slots[Int(descriptor)] else {
      throw .badFileDescriptor
    }
    return slot
  }

  /// The file of a descriptor. Throws EBADF.
  func file(_ descriptor: Int32) throws(Errno) -> OpenFile { try slot(descriptor).file }

  /// Throws EMFILE unless a descriptor below `limit` is free.
  func checkRoom(limit: Int) throws(Errno) {
    guard slots.count < limit || slots.prefix(limit).contains(where: { $0 == nil }) else {
      throw .tooManyOpenFiles
    }
  }

  /// Gives the file the lowest free descriptor from `lowest` on. Throws EMFILE at `limit`.
  mutating func insert(
    _ file: OpenFile, closesOnExec: Bool, from lowest: Int = 0, limit: Int
  ) throws(Errno) -> Int32 {
    var index = lowest
    while index < slots.count, slots[index] != nil { index += 1 }
    guard index < limit else { throw .tooManyOpenFiles }
    set(Slot(file: file, closesOnExec: closesOnExec), at: index)
    return Int32(index)
  }

  /// Puts a slot at a descriptor; what stood there, if it was the last of its file.
  @discardableResult
  mutating func set(_ slot: Slot, at index: Int) -> OpenFile? {
    while slots.count <= index { slots.append(nil) }
    let old = slots[index]
    slots[index] = slot
    slot.file.descriptorCount += 1
    return released(old)
  }

  /// Takes a descriptor away; its file, if this was the last of it. Throws EBADF.
  mutating func remove(_ descriptor: Int32) throws(Errno) -> OpenFile? {
    let old = try slot(descriptor)
    slots[Int(descriptor)] = nil
    while let last = slots.last, last == nil { slots.removeLast() }
    return released(old)
  }

  /// Sets FD_CLOEXEC. Throws EBADF.
  mutating func setClosesOnExec(_ value: Bool, of descriptor: Int32) throws(Errno) {
    _ = try slot(descriptor)
    slots[Int(descriptor)]?.closesOnExec = value
  }

  private func released(_ slot: Slot?) -> OpenFile? {
    guard let slot else { return nil }
    slot.file.descriptorCount -= 1
    return slot.file.descriptorCount == 0 ? slot.file : nil
  }
}
