// SPDX-License-Identifier: BSD-3-Clause

extension FileMetadata {
  /// Bytes in struct stat of x86-64. Source: `asm/stat.h`.
  public static var structStatByteCount: Int { 144 }

  private static var nanosecondsPerSecond: Int64 { 1_000_000_000 }

  /// As struct stat of x86-64, little-endian, what is unused 0.
  public var structStat: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.structStatByteCount)
    func append(_ value: UInt64) {
      for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(shift)))) }
    }
    append(device)
    append(inode)
    append(linkCount)
    append(UInt64(mode) | UInt64(owner) << 32)
    append(UInt64(group))
    append(specialDevice)
    append(UInt64(bitPattern: byteCount))
    append(UInt64(bitPattern: blockByteCount))
    append(UInt64(bitPattern: blockCount))
    for time in [accessTime, modificationTime, changeTime] {
      let (seconds, rest) = time.quotientAndRemainder(dividingBy: Self.nanosecondsPerSecond)
      let isBeforeSecond = rest < 0
      append(UInt64(bitPattern: isBeforeSecond ? seconds - 1 : seconds))
      append(UInt64(bitPattern: isBeforeSecond ? rest + Self.nanosecondsPerSecond : rest))
    }
    for _ in 0..<3 { append(0) }
    return bytes
  }

  /// The inverse; nil where there are fewer bytes than a struct stat has. Bytes behind it are left.
  public init?(structStat bytes: ArraySlice<UInt8>) {
    guard bytes.count >= Self.structStatByteCount else { return nil }
    func word(at offset: Int) -> UInt64 {
      var value: UInt64 = 0
      for index in 0..<8 {
        value |= UInt64(bytes[bytes.startIndex + offset + index]) << (8 * UInt64(index))
      }
      return value
    }
    func time(at offset: Int) -> Int64 {
      Int64(bitPattern: word(at: offset)) &* Self.nanosecondsPerSecond
        &+ Int64(bitPattern: word(at: offset + 8))
    }
    self.init()
    device = word(at: 0)
    inode = word(at: 8)
    linkCount = word(at: 16)
    mode = UInt32(truncatingIfNeeded: word(at: 24))
    owner = UInt32(truncatingIfNeeded: word(at: 24) >> 32)
    group = UInt32(truncatingIfNeeded: word(at: 32))
    specialDevice = word(at: 40)
    byteCount = Int64(bitPattern: word(at: 48))
    blockByteCount = Int64(bitPattern: word(at: 56))
    blockCount = Int64(bitPattern: word(at: 64))
    accessTime = time(at: 72)
    modificationTime = time(at: 88)
    changeTime = time(at: 104)
  }
}
