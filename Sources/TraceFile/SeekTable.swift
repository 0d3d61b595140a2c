// SPDX-License-Identifier: BSD-3-Clause

import Trace

/// The last frame of a whole trace: the lengths of all other frames, in the Zstandard seekable
/// format. Source: `contrib/seekable_format/zstd_seekable_compression_format.md`, 0.1.0, of zstd.
enum SeekTable {
  static let frameMagic: UInt32 = 0x184d_2a5e
  static let footerMagic: UInt32 = 0x8f92_eab1
  static let footerByteCount = 9
  private static let checksumFlag: UInt8 = 0x80
  private static let reservedBits: UInt8 = 0x7c

  /// The frame that lists `frames`.
  static func encode(_ frames: [Frame]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(frames.count * 12 + footerByteCount + 8)
    append(frameMagic, to: &bytes)
    append(UInt32(frames.count * 12 + footerByteCount), to: &bytes)
    for frame in frames {
      append(UInt32(frame.byteCount), to: &bytes)
      append(UInt32(frame.contentByteCount), to: &bytes)
      append(frame.checksum, to: &bytes)
    }
    append(UInt32(frames.count), to: &bytes)
    bytes.append(checksumFlag)
    append(footerMagic, to: &bytes)
    return bytes
  }

  /// The frames that the table at the end of `source` lists; nil if there is none, or if it does
  /// not account for every byte of the file.
  static func read(_ source: ByteSource) throws(TraceError) -> [Frame]? {
    let size = source.byteCount
    guard size >= UInt64(footerByteCount + 8),
      try source.number(at: size - 4, byteCount: 4) == UInt64(footerMagic),
      let count = try source.number(at: size - 9, byteCount: 4),
      let descriptor = try source.number(at: size - 5, byteCount: 1),
      UInt8(descriptor) & reservedBits == 0
    else { return nil }
    let entryByteCount: UInt64 = UInt8(descriptor) & checksumFlag != 0 ? 12 : 8
    let length = count * entryByteCount + UInt64(footerByteCount)
    guard length + 8 <= size,
      try source.number(at: size - length - 8, byteCount: 4) == UInt64(frameMagic),
      try source.number(at: size - length - 4, byteCount: 4) == length
    else { return nil }
    return try entries(source, from: size - length, count: Int(count), entryByteCount)
  }

  private static func entries(
    _ source: ByteSource, from start: UInt64, count: Int, _ entryByteCount: UInt64
  ) throws(TraceError) -> [Frame]? {
    var bytes = [UInt8](repeating: 0, count: count * Int(entryByteCount))
    let got = try source.fill(&bytes, at: start)
    guard got == bytes.count else { return nil }
    var frames: [Frame] = []
    frames.reserveCapacity(count)
    var offset: UInt64 = 0
    for index in 0..<count {
      let at = index * Int(entryByteCount)
      let frame = Frame(
        offset: offset, byteCount: UInt64(word(bytes, at)),
        contentByteCount: UInt64(word(bytes, at + 4)),
        checksum: entryByteCount == 12 ? word(bytes, at + 8) : 0)
      offset += frame.byteCount
      frames.append(frame)
    }
    return offset == start - 8 ? frames : nil
  }

  private static func word(_ bytes: [UInt8], _ at: Int) -> UInt32 {
    UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16
      | UInt32(bytes[at + 3]) << 24
  }

  private static func append(_ value: UInt32, to bytes: inout [UInt8]) {
    for shift in [0, 8, 16, 24] as [UInt32] {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
