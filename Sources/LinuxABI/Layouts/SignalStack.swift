// SPDX-License-Identifier: BSD-3-Clause

/// `stack_t`, 24 bytes: the alternate stack of sigaltstack(2).
public struct SignalStack: Equatable, Sendable {
  /// sizeof.
  public static var byteCount: Int { 24 }
  /// SS_ONSTACK: the thread runs on it now.
  public static var onStack: UInt32 { 1 }
  /// SS_DISABLE: there is none.
  public static var disable: UInt32 { 2 }
  /// SS_AUTODISARM.
  public static var autoDisarm: UInt32 { 0x8000_0000 }
  /// MINSIGSTKSZ: a smaller stack is ENOMEM.
  public static var minimumByteCount: UInt64 { 2048 }

  /// ss_sp.
  public var address: VirtualAddress
  /// ss_flags, SS_*.
  public var flags: UInt32
  /// ss_size, in bytes.
  public var length: UInt64

  /// A stack of its parts.
  public init(address: VirtualAddress, flags: UInt32, length: UInt64) {
    self.address = address
    self.flags = flags
    self.length = length
  }

  /// What 24 bytes at `offset` say; nil if there are fewer.
  public init?(_ bytes: Span<UInt8>, at offset: Int = 0) {
    guard offset >= 0, offset <= bytes.count, bytes.count - offset >= 24,
      let address = LittleEndian.load(bytes, at: offset),
      let flags = LittleEndian.load(bytes, at: offset + 8, byteCount: 4),
      let length = LittleEndian.load(bytes, at: offset + 16)
    else { return nil }
    self.init(
      address: VirtualAddress(address), flags: UInt32(truncatingIfNeeded: flags), length: length)
  }

  /// Appends the 24 bytes.
  public func append(to bytes: inout [UInt8]) {
    LittleEndian.append(address.rawValue, to: &bytes)
    LittleEndian.append(UInt64(flags), to: &bytes)
    LittleEndian.append(length, to: &bytes)
  }
}
