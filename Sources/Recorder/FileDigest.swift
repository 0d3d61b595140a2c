// SPDX-License-Identifier: BSD-3-Clause

internal import CCrypto
internal import Glibc

/// The length and the SHA-256 of a file's contents: what tells a later run that a file is the same.
public struct FileDigest: Sendable {
  /// Bytes in the file.
  public let byteCount: UInt64
  /// The 32 bytes of SHA-256 (FIPS 180-4).
  public let sha256: [UInt8]

  /// Digests what an open descriptor gives from its current offset on. Fails on a read error.
  public init(descriptor: Int32) throws(RecordError) {
    // These functions and not libcrypto's newer ones, which first look for their implementation:
    // that takes as long as digesting a megabyte.
    var context = SHA256_CTX()
    SHA256_Init(&context)
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
    defer { chunk.deallocate() }
    var total: UInt64 = 0
    while true {
      let count = Glibc.read(descriptor, chunk.baseAddress, chunk.count)
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw RecordError("cannot read the file to digest it (errno \(errno))") }
      if count == 0 { break }
      SHA256_Update(&context, chunk.baseAddress, count)
      total += UInt64(count)
    }
    var digest = [UInt8](repeating: 0, count: 32)
    SHA256_Final(&digest, &context)
    byteCount = total
    sha256 = digest
  }

  /// Digests the file at a path of the host, NUL not included.
  public init(path: [UInt8]) throws(RecordError) {
    let terminated = path.map { CChar(bitPattern: $0) } + [0]
    let descriptor = open(terminated, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw RecordError("cannot open \(String(decoding: path, as: UTF8.self)) (errno \(errno))")
    }
    defer { close(descriptor) }
    try self.init(descriptor: descriptor)
  }
}
