// SPDX-License-Identifier: BSD-3-Clause

extension FileMetadata {
  /// Bytes in struct stat of x86-64. Source: `asm/stat.h`.
  public static var structStatByteCount: Int { StructStat.byteCount }

  /// As struct stat of x86-64, little-endian, what is unused 0.
  public var structStat: [UInt8] { StructStat.bytes(of: self) }

  /// The same for bytes that lie elsewhere.
  public init?(structStat bytes: Span<UInt8>) {
    guard let metadata = StructStat.metadata(from: bytes) else { return nil }
    self = metadata
  }

  /// The inverse; nil where there are fewer bytes than a struct stat has. Bytes behind it are left.
  public init?(structStat bytes: ArraySlice<UInt8>) {
    guard let metadata = StructStat.metadata(from: bytes.span) else { return nil }
    self = metadata
  }
}
