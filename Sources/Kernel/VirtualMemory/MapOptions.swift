// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// What else a mapping is to be.
public struct MapOptions: OptionSet, Sendable {
  /// The bits.
  public let rawValue: UInt32
  /// Any bits.
  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// MAP_SHARED.
  @inlinable public static var shared: MapOptions { MapOptions(rawValue: 1) }
  /// MAP_POPULATE. Unikraft: `UK_VMA_MAP_POPULATE`.
  @inlinable public static var populate: MapOptions { MapOptions(rawValue: 2) }
  /// MAP_UNINITIALIZED. Unikraft: `UK_VMA_MAP_UNINITIALIZED`.
  @inlinable public static var uninitialized: MapOptions { MapOptions(rawValue: 4) }
  /// MAP_GROWSDOWN.
  @inlinable public static var growsDown: MapOptions { MapOptions(rawValue: 8) }
  /// MAP_32BIT.
  @inlinable public static var below2GiB: MapOptions { MapOptions(rawValue: 16) }
  /// A replacing mapping must find no hole. Unikraft: `UK_VMA_FLAG_STRICT_VMA_CHECK`.
  @inlinable public static var strict: MapOptions { MapOptions(rawValue: 32) }
  /// A stack whose base is its low end. Unikraft: `UK_VMA_STACK_GROWS_UP`.
  @inlinable public static var growsUp: MapOptions { MapOptions(rawValue: 64) }
  /// It may never be made writable: a shared mapping of a file that is open for reading only.
  @inlinable public static var neverWritable: MapOptions { MapOptions(rawValue: 128) }
  /// MAP_LOCKED.
  @inlinable public static var locked: MapOptions { MapOptions(rawValue: 256) }
  /// MAP_NORESERVE.
  @inlinable public static var noReserve: MapOptions { MapOptions(rawValue: 512) }
  /// MAP_STACK, which Linux takes as a wish for small pages.
  @inlinable public static var noHugePage: MapOptions { MapOptions(rawValue: 1024) }
}

/// Where a mapping is to stand.
public enum PlacementRequest: Sendable {
  /// Where the personality says; a hint is taken where it is free and the personality has hints.
  case anywhere(hint: VirtualAddress?)
  /// Exactly there: MAP_FIXED, or MAP_FIXED_NOREPLACE when not `replacing`.
  case fixed(VirtualAddress, replacing: Bool)
}

/// The flags of mremap(2).
public struct RemapOptions: OptionSet, Sendable {
  /// The bits as mremap(2) has them.
  public let rawValue: UInt32
  /// Any bits.
  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// MREMAP_MAYMOVE.
  @inlinable public static var mayMove: RemapOptions { RemapOptions(rawValue: 1) }
  /// MREMAP_FIXED.
  @inlinable public static var fixed: RemapOptions { RemapOptions(rawValue: 2) }
  /// MREMAP_DONTUNMAP.
  @inlinable public static var dontUnmap: RemapOptions { RemapOptions(rawValue: 4) }
}

/// The advice of madvise(2).
public struct Advice: RawRepresentable, Equatable, Sendable {
  /// The number as madvise(2) has it.
  public let rawValue: Int32
  /// Any number.
  @inlinable
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// MADV_WILLNEED: populate.
  @inlinable public static var willNeed: Advice { Advice(rawValue: 3) }
  /// MADV_DONTNEED: the frames are given back, the VMA stays.
  @inlinable public static var dontNeed: Advice { Advice(rawValue: 4) }
}

/// Reads bytes of a file from `offset` on straight into a frame and returns how many there were;
/// the rest of the page is zeroed by the caller.
public typealias PageFill = (
  _ file: FileIdentity, _ offset: UInt64, _ segment: PhysicalSegment
) throws(Errno) -> UInt64

/// What became of a page fault.
public enum FaultOutcome: Equatable, Sendable {
  /// The instruction can run again.
  case resolved
  /// The access is an error: the signal and its si_code.
  case signal(Signal, code: Int32)
  /// The page's contents are known to the outside only, which has not said.
  case undecided
}
