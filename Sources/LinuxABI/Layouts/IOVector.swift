// SPDX-License-Identifier: BSD-3-Clause

/// `struct iovec`, 16 bytes: where a piece of data lies and how long it is.
public struct IOVector: Equatable, Sendable {
  /// sizeof.
  public static var byteCount: Int { 16 }
  /// UIO_MAXIOV: more elements in a call are EINVAL.
  public static var maximumCount: UInt64 { 1024 }

  /// iov_base.
  public var address: VirtualAddress
  /// iov_len, in bytes.
  public var length: UInt64

  /// A piece of its parts.
  public init(address: VirtualAddress, length: UInt64) {
    self.address = address
    self.length = length
  }

  /// What 16 bytes at `offset` say; nil if there are fewer.
  public init?(_ bytes: Span<UInt8>, at offset: Int = 0) {
    guard offset >= 0, offset <= bytes.count, bytes.count - offset >= 16,
      let address = LittleEndian.load(bytes, at: offset),
      let length = LittleEndian.load(bytes, at: offset + 8)
    else { return nil }
    self.init(address: VirtualAddress(address), length: length)
  }

  /// Appends the 16 bytes.
  public func append(to bytes: inout [UInt8]) {
    LittleEndian.append(address.rawValue, to: &bytes)
    LittleEndian.append(length, to: &bytes)
  }
}
