// SPDX-License-Identifier: BSD-3-Clause

/// `struct stat` of x86-64, 144 bytes. Source: `asm/stat.h`.
public enum StructStat {
  /// sizeof.
  public static var byteCount: Int { 144 }

  /// Where the fields lie.
  enum Offset {
    static var device: Int { 0 }
    static var inode: Int { 8 }
    static var linkCount: Int { 16 }
    static var mode: Int { 24 }
    static var owner: Int { 28 }
    static var group: Int { 32 }
    static var specialDevice: Int { 40 }
    static var byteCount: Int { 48 }
    static var blockByteCount: Int { 56 }
    static var blockCount: Int { 64 }
    static var accessTime: Int { 72 }
    static var modificationTime: Int { 88 }
    static var changeTime: Int { 104 }
  }

  /// Appends the 144 bytes.
  public static func append(_ metadata: FileMetadata, to bytes: inout [UInt8]) {
    LittleEndian.append(metadata.device, to: &bytes)
    LittleEndian.append(metadata.inode, to: &bytes)
    LittleEndian.append(metadata.linkCount, to: &bytes)
    LittleEndian.append(UInt64(metadata.mode), byteCount: 4, to: &bytes)
    LittleEndian.append(UInt64(metadata.owner), byteCount: 4, to: &bytes)
    LittleEndian.append(UInt64(metadata.group), byteCount: 4, to: &bytes)
    LittleEndian.append(0, byteCount: 4, to: &bytes)
    LittleEndian.append(metadata.specialDevice, to: &bytes)
    LittleEndian.append(UInt64(bitPattern: metadata.byteCount), to: &bytes)
    LittleEndian.append(UInt64(bitPattern: metadata.blockByteCount), to: &bytes)
    LittleEndian.append(UInt64(bitPattern: metadata.blockCount), to: &bytes)
    Timespec(nanoseconds: metadata.accessTime).append(to: &bytes)
    Timespec(nanoseconds: metadata.modificationTime).append(to: &bytes)
    Timespec(nanoseconds: metadata.changeTime).append(to: &bytes)
    for _ in 0..<3 { LittleEndian.append(0, to: &bytes) }
  }

  /// The 144 bytes.
  public static func bytes(of metadata: FileMetadata) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(byteCount)
    append(metadata, to: &bytes)
    return bytes
  }

  /// What 144 bytes or more at `offset` say; nil if there are fewer. A time beyond 64 bits of
  /// nanoseconds becomes the nearest that fits.
  public static func metadata(from bytes: Span<UInt8>, at offset: Int = 0) -> FileMetadata? {
    guard offset >= 0, offset <= bytes.count, bytes.count - offset >= byteCount else { return nil }
    func number(_ field: Int, _ byteCount: Int = 8) -> UInt64 {
      LittleEndian.load(bytes, at: offset + field, byteCount: byteCount) ?? 0
    }
    func time(_ field: Int) -> Int64 {
      Timespec(
        seconds: Int64(bitPattern: number(field)), nanoseconds: Int64(bitPattern: number(field + 8))
      ).totalNanoseconds
    }
    var metadata = FileMetadata()
    metadata.device = number(Offset.device)
    metadata.inode = number(Offset.inode)
    metadata.linkCount = number(Offset.linkCount)
    metadata.mode = UInt32(truncatingIfNeeded: number(Offset.mode, 4))
    metadata.owner = UInt32(truncatingIfNeeded: number(Offset.owner, 4))
    metadata.group = UInt32(truncatingIfNeeded: number(Offset.group, 4))
    metadata.specialDevice = number(Offset.specialDevice)
    metadata.byteCount = Int64(bitPattern: number(Offset.byteCount))
    metadata.blockByteCount = Int64(bitPattern: number(Offset.blockByteCount))
    metadata.blockCount = Int64(bitPattern: number(Offset.blockCount))
    metadata.accessTime = time(Offset.accessTime)
    metadata.modificationTime = time(Offset.modificationTime)
    metadata.changeTime = time(Offset.changeTime)
    return metadata
  }
}
