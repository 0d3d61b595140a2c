// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension BootInformation {
  /// What EAX holds when a Multiboot loader enters the kernel.
  public static var multibootMagic: UInt32 { 0x2bad_b002 }

  /// What the information of a Multiboot loader at a physical address tells. `magic` is EAX at the
  /// entry. Unikraft: multiboot_entry(). Source: Multiboot Specification 0.6.96, 3.3.
  public init(
    multiboot address: UInt64, magic: UInt32, image: Range<UInt64>,
    capacity: Int = MemoryRegionList.defaultCapacity, read: Reader
  ) throws(BootError) {
    try self.init("multiboot", image: image, capacity: capacity)
    guard magic == Self.multibootMagic else { throw BootError(.magic, address) }
    let head = try Self.bytes(at: address, 68, read)
    let flags = Self.number(head, 0, 4)
    if flags & 0x4 != 0 {
      try addCommandLine(at: Self.number(head, 16, 4), toldAt: address + 16, read)
    }
    if flags & 0x200 != 0 {
      let name = try Self.text(at: Self.number(head, 64, 4), toldAt: address + 64, read)
      bootLoader = Array(name.prefix(15))
    }
    if flags & 0x8 != 0 {
      try addMultibootModules(Self.number(head, 24, 4), Self.number(head, 20, 4), address, read)
    }
    guard flags & 0x40 != 0 else { throw BootError(.noMemoryMap, address) }
    let start = Self.number(head, 48, 4)
    let map = try Self.multibootMap(at: start, Self.number(head, 44, 4), read)
    try add(map, above: image.upperBound, toldAt: start)
  }

  private mutating func addMultibootModules(
    _ start: UInt64, _ count: UInt64, _ address: UInt64, _ read: Reader
  ) throws(BootError) {
    guard count <= Self.entryLimit else { throw BootError(.tooMany, address + 20) }
    if count == 0 { return }
    let bytes = try Self.bytes(at: start, Int(count) * 16, read)
    for index in 0..<Int(count) {
      let first = Self.number(bytes, 16 * index, 4)
      let end = Self.number(bytes, 16 * index + 4, 4)
      let place = start + UInt64(16 * index)
      guard first <= end else { throw BootError(.range, place) }
      try add(.initrd, at: first, end - first, toldAt: place)
    }
  }

  /// Each entry says how long it is, without the 4 bytes that say so.
  private static func multibootMap(
    at start: UInt64, _ byteCount: UInt64, _ read: Reader
  ) throws(BootError) -> [MapEntry] {
    guard byteCount <= entryLimit * 24 else { throw BootError(.tooMany, start) }
    let bytes = try bytes(at: start, Int(byteCount), read)
    var map: [MapEntry] = []
    var at = 0
    while bytes.count - at >= 24 {
      let length = number(bytes, at, 4)
      guard length >= 20, length <= byteCount else { throw BootError(.range, start + UInt64(at)) }
      map.append(
        MapEntry(
          start: number(bytes, at + 4, 8), byteCount: number(bytes, at + 12, 8),
          type: UInt32(number(bytes, at + 20, 4))))
      at += 4 + Int(length)
    }
    return map
  }
}
