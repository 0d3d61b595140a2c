// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// How the kernel is about to touch guest memory.
public enum GuestAccess: Sendable {
  /// It reads.
  case read
  /// It writes.
  case write
}

/// Flags of a probe. Unikraft: `UK_NOFAULTF_*`.
public struct ProbeOptions: OptionSet, Sendable {
  /// The bits.
  public let rawValue: UInt8
  /// Any bits.
  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// UK_NOFAULTF_CONTINUE: after a fault go on 4096 bytes behind the byte that faulted.
  @inlinable public static var `continue`: ProbeOptions { ProbeOptions(rawValue: 1) }
  /// UK_NOFAULTF_NOPAGING: a page that is not present counts as a fault.
  @inlinable public static var noPaging: ProbeOptions { ProbeOptions(rawValue: 2) }
}

extension AddressSpace {
  /// The physical memory behind the guest's bytes from `address` on, missing pages paged in; stops at
  /// the first byte that the guest itself could not access so. Adjacent frames are one segment.
  public mutating func segments(
    of address: VirtualAddress, byteCount: UInt64, for access: GuestAccess,
    fill: PageFill = AddressSpace.noFiles
  ) -> [PhysicalSegment] { [] }

  /// The first of `segments`, without an array; nil where not even one byte can be accessed.
  public mutating func firstSegment(
    of address: VirtualAddress, byteCount: UInt64, for access: GuestAccess,
    fill: PageFill = AddressSpace.noFiles
  ) -> PhysicalSegment? { nil }

  /// Copies guest memory into `bytes` and returns how many bytes could be read.
  /// `willRead` is called for each segment before it is read.
  public mutating func copyIn(
    from address: VirtualAddress, into bytes: UnsafeMutableRawBufferPointer,
    willRead: (PhysicalSegment, VirtualAddress) -> Void = { _, _ in },
    fill: PageFill = AddressSpace.noFiles
  ) -> UInt64 { 0 }

  /// Copies `bytes` into guest memory and returns how many bytes could be written.
  public mutating func copyOut(
    _ bytes: UnsafeRawBufferPointer, to address: VirtualAddress,
    fill: PageFill = AddressSpace.noFiles
  ) -> UInt64 { 0 }

  /// The bytes before the NUL of the string at `address`. EFAULT where the string runs into memory
  /// that cannot be read, ENAMETOOLONG where `limit` bytes hold no NUL.
  public mutating func copyInString(
    from address: VirtualAddress, limit: UInt64,
    willRead: (PhysicalSegment, VirtualAddress) -> Void = { _, _ in },
    fill: PageFill = AddressSpace.noFiles
  ) throws(Errno) -> [UInt8] { throw .badAddress }

  /// How many bytes can be read. Unikraft: uk_nofault_probe_r().
  public mutating func probeRead(
    _ address: VirtualAddress, byteCount: UInt64, options: ProbeOptions = [],
    fill: PageFill = AddressSpace.noFiles
  ) -> UInt64 { 0 }

  /// How many bytes can be read and written. Unikraft: uk_nofault_probe_rw().
  public mutating func probeReadWrite(
    _ address: VirtualAddress, byteCount: UInt64, options: ProbeOptions = [],
    fill: PageFill = AddressSpace.noFiles
  ) -> UInt64 { 0 }
}
