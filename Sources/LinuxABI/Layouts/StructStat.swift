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
    static var unused: Int { 120 }
  }

  /// Writes the 144 bytes to the front of `bytes`, which has room for them: to where the guest
  /// wants them, without an array between.
  public static func write(_ metadata: FileMetadata, to bytes: UnsafeMutableRawBufferPointer) {
    precondition(bytes.count >= byteCount, "no room for a struct stat")
    func put(_ value: some FixedWidthInteger, at offset: Int) {
      unsafe bytes.storeBytes(
        of: value.littleEndian, toByteOffset: offset, as: type(of: value).self)
    }
    func put(time: Int64, at offset: Int) {
      let time = Timespec(nanoseconds: time)
      put(time.seconds, at: offset)
      put(time.nanoseconds, at: offset + 8)
    }
    put(metadata.device, at: Offset.device)
    put(metadata.inode, at: Offset.inode)
    put(metadata.linkCount, at: Offset.linkCount)
    put(metadata.mode, at: Offset.mode)
    put(metadata.owner, at: Offset.owner)
    put(metadata.group, at: Offset.group)
    put(UInt32(0), at: Offset.group + 4)
    put(metadata.specialDevice, at: Offset.specialDevice)
    put(metadata.byteCount, at: Offset.byteCount)
    put(metadata.blockByteCount, at: Offset.blockByteCount)
    put(metadata.blockCount, at: Offset.blockCount)
    put(time: metadata.accessTime, at: Offset.accessTime)
    put(time: metadata.modificationTime, at: Offset.modificationTime)
    put(time: metadata.changeTime, at: Offset.changeTime)
    for offset in stride(from: Offset.unused, to: byteCount, by: 8) { put(UInt64(0), at: offset) }
  }

  /// The 144 bytes.
  public static func bytes(of metadata: FileMetadata) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      unsafe write(metadata, to: UnsafeMutableRawBufferPointer(buffer))
      count = byteCount
    }
  }

  /// What 144 bytes or more at `offset` say; nil if there are fewer. A time beyond 64 bits of
  /// nanoseconds becomes the nearest that fits.
  public static func metadata(from bytes: Span<UInt8>, at offset: Int = 0) -> FileMetadata? {
    guard offset >= 0, offset <= bytes.count, bytes.count - offset >= byteCount else { return nil }
    let all = unsafe bytes.bytes.extracting(offset..<offset + byteCount)
    func number(_ field: Int) -> UInt64 {
      unsafe UInt64(littleEndian: all.unsafeLoadUnaligned(fromByteOffset: field, as: UInt64.self))
    }
    func word(_ field: Int) -> UInt32 {
      unsafe UInt32(littleEndian: all.unsafeLoadUnaligned(fromByteOffset: field, as: UInt32.self))
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
    metadata.mode = word(Offset.mode)
    metadata.owner = word(Offset.owner)
    metadata.group = word(Offset.group)
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
