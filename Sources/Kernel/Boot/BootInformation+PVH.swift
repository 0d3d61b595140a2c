// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension BootInformation {
  /// XEN_HVM_START_MAGIC_VALUE.
  static var pvhMagic: UInt64 { 0x336e_c578 }

  /// What the start info of a PVH boot at a physical address tells. `image` is where the kernel
  /// itself is: memory below its end is left alone. Source: Xen, `arch-x86/hvm/start_info.h`.
  public init(
    pvhStartInfo address: UInt64, image: Range<UInt64>,
    capacity: Int = MemoryRegionList.defaultCapacity, read: Reader
  ) throws(BootError) {
    try self.init("pvh", image: image, capacity: capacity)
    let head = try Self.bytes(at: address, 56, read)
    guard Self.number(head, 0, 4) == Self.pvhMagic else { throw BootError(.magic, address) }
    let commandLine = Self.number(head, 24, 8)
    if commandLine != 0 { try addCommandLine(at: commandLine, toldAt: address + 24, read) }
    try addPVHModules(Self.number(head, 16, 8), Self.number(head, 12, 4), address, read)
    // Version 0 ends before the memory map.
    let count = Self.number(head, 48, 4)
    guard Self.number(head, 4, 4) >= 1, count > 0 else { throw BootError(.noMemoryMap, address) }
    guard count <= Self.entryLimit else { throw BootError(.tooMany, address + 48) }
    let start = Self.number(head, 40, 8)
    let bytes = try Self.bytes(at: start, Int(count) * 24, read)
    let map = (0..<Int(count)).map { index in
      MapEntry(
        start: Self.number(bytes, 24 * index, 8), byteCount: Self.number(bytes, 24 * index + 8, 8),
        type: UInt32(Self.number(bytes, 24 * index + 16, 4)))
    }
    try add(map, above: image.upperBound, toldAt: start)
  }

  private mutating func addPVHModules(
    _ start: UInt64, _ count: UInt64, _ address: UInt64, _ read: Reader
  ) throws(BootError) {
    guard count <= Self.entryLimit else { throw BootError(.tooMany, address + 12) }
    if count == 0 { return }
    let bytes = try Self.bytes(at: start, Int(count) * 32, read)
    for index in 0..<Int(count) {
      try add(
        .initrd, at: Self.number(bytes, 32 * index, 8), Self.number(bytes, 32 * index + 8, 8),
        toldAt: start + UInt64(32 * index))
    }
  }
}
