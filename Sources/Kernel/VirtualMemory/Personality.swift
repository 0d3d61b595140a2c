// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// How an address space places, guards and merges: where Unikraft and Linux differ on purpose.
/// A value that is given when the address space is made, never an `if` in the middle.
public struct Personality: Sendable {
  /// In which order free ranges are tried for a mapping without an address.
  public enum Placement: Sendable {
    /// The lowest free range at or above the base. Unikraft: `vas->vma_base`.
    case bottomUp(base: VirtualAddress)
    /// The highest free range below the base. Linux: `mm->mmap_base`.
    case topDown(base: VirtualAddress)
  }

  /// Placement without an address.
  public var placement: Placement
  /// The lowest address that may be mapped. Linux: vm.mmap_min_addr.
  public var lowestAddress: VirtualAddress
  /// The lowest address that is given to who asks for none, or only hints. Linux: `mmap_min_addr`,
  /// the larger of that and what the kernel was built with.
  public var lowestPlacedAddress: VirtualAddress
  /// The end of what may be mapped. Linux: TASK_SIZE.
  public var highestAddress: VirtualAddress
  /// Guard pages below and above a stack VMA.
  public var stackGuardPages: (bottom: UInt64, top: UInt64)
  /// A stack VMA grows down into the gap below it on a fault. Linux: VM_GROWSDOWN.
  public var growsStackOnFault: Bool
  /// Where the heap begins.
  public var breakStart: VirtualAddress
  /// How far the break may go, in bytes.
  public var breakLimit: UInt64
  /// How large a stack may grow on a fault, in bytes. Linux: RLIMIT_STACK.
  public var stackByteLimit: UInt64
  /// Bytes that must stay free between a stack that grows and what is below. Linux:
  /// stack_guard_gap.
  public var stackGap: UInt64
  /// How much may be locked, in bytes. Linux: RLIMIT_MEMLOCK.
  public var lockByteLimit: UInt64 = 8 << 20
  /// How much one request may promise to have pages for, in bytes. Linux: the memory of the
  /// machine, with vm.overcommit_memory = 0.
  public var commitByteLimit = UInt64.max
  /// How many VMAs there may be. Linux: vm.max_map_count.
  public var vmaLimit: Int
  /// What a strict operation says of a range with a hole.
  public var holeError: Errno
  /// The other differences.
  public var rules: Rules

  /// Differences that are there or not.
  public struct Rules: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt32
    /// Any bits.
    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A range must begin at a page even where nothing is mapped. Linux.
    @inlinable public static var alignedRanges: Rules { Rules(rawValue: 1) }
    /// Write or execute permission lets the guest read too, as the CPU does. Linux.
    @inlinable public static var impliedRead: Rules { Rules(rawValue: 2) }
    /// A mapping whose pages cannot be populated fails. Unikraft.
    @inlinable public static var populateOrFail: Rules { Rules(rawValue: 4) }
    /// File mappings are populated at once. Unikraft.
    @inlinable public static var populatedFiles: Rules { Rules(rawValue: 8) }
    /// Populating takes the largest pages that fit. Unikraft.
    @inlinable public static var largestPages: Rules { Rules(rawValue: 16) }
    /// Pages wholly behind the end of a file are SIGBUS. Linux.
    @inlinable public static var busErrorBehindFile: Rules { Rules(rawValue: 32) }
    /// Anonymous mappings of a multiple of 2 MiB are aligned to 2 MiB. Linux: THP.
    @inlinable public static var alignedLargeMappings: Rules { Rules(rawValue: 64) }
    /// Mappings of 2 MiB and more of a file whose file system does so are aligned to 2 MiB with the
    /// file. Linux: `thp_get_unmapped_area` of ext4, xfs...
    @inlinable public static var alignedLargeFiles: Rules { Rules(rawValue: 1 << 19) }
    /// A shared mapping of a file may be writable. Linux.
    @inlinable public static var writableSharedFiles: Rules { Rules(rawValue: 128) }
    /// Changing protection and advising take effect up to the hole that makes them fail. Linux.
    @inlinable public static var effectUpToHole: Rules { Rules(rawValue: 256) }
    /// A private VMA that was ever writable does not merge with one that never was. Linux.
    @inlinable public static var accountedWrites: Rules { Rules(rawValue: 512) }
    /// Mappings share the pages of a file and of shared memory; a private one copies on the first
    /// store. Linux: the page cache.
    @inlinable public static var sharedPages: Rules { Rules(rawValue: 16384) }
    /// VMAs whose private pages were written first by different VMAs do not merge. Linux: anon_vma.
    @inlinable public static var origins: Rules { Rules(rawValue: 1 << 16) }
    /// Populating goes page by page and keeps what it has when it fails. Linux.
    @inlinable public static var populatesInOrder: Rules { Rules(rawValue: 1 << 17) }
    /// Advice that says how memory is used is kept with the VMA. Linux.
    @inlinable public static var keptAdvice: Rules { Rules(rawValue: 1 << 18) }
  }

  /// A personality of its parts.
  public init(
    placement: Placement, lowestAddress: VirtualAddress, highestAddress: VirtualAddress,
    stackGuardPages: (bottom: UInt64, top: UInt64), growsStackOnFault: Bool,
    breakStart: VirtualAddress, breakLimit: UInt64, stackByteLimit: UInt64 = 8 << 20,
    stackGap: UInt64 = 1 << 20, vmaLimit: Int = .max, holeError: Errno = .noSuchFile,
    rules: Rules = []
  ) {
    self.placement = placement
    self.lowestAddress = lowestAddress
    lowestPlacedAddress = lowestAddress
    self.highestAddress = highestAddress
    self.stackGuardPages = stackGuardPages
    self.growsStackOnFault = growsStackOnFault
    self.breakStart = breakStart
    self.breakLimit = breakLimit
    self.stackByteLimit = stackByteLimit
    self.stackGap = stackGap
    self.vmaLimit = vmaLimit
    self.holeError = holeError
    self.rules = rules
  }
}

extension Personality {
  /// As Linux on x86-64 with four-level paging: top-down below `mmapBase`.
  public static func linux(mmapBase: VirtualAddress, breakStart: VirtualAddress) -> Personality {
    Personality(
      placement: .topDown(base: mmapBase), lowestAddress: VirtualAddress(0x10000),
      highestAddress: VirtualAddress(0x7fff_ffff_f000), stackGuardPages: (bottom: 0, top: 0),
      growsStackOnFault: true, breakStart: breakStart, breakLimit: 1 << 40, vmaLimit: 65_530,
      holeError: .outOfMemory,
      rules: [
        .alignedRanges, .impliedRead, .busErrorBehindFile, .alignedLargeMappings,
        .writableSharedFiles, .effectUpToHole, .accountedWrites, .sharedPages, .origins,
        .populatesInOrder, .keptAdvice, .alignedLargeFiles,
      ])
  }

  /// As Unikraft: first fit from 64 GiB up, guard pages at both ends of stacks.
  public static var unikraft: Personality {
    Personality(
      placement: .bottomUp(base: VirtualAddress(0x10_0000_0000)),
      lowestAddress: VirtualAddress(0x1000), highestAddress: VirtualAddress(0x8000_0000_0000),
      stackGuardPages: (bottom: 1, top: 4), growsStackOnFault: false,
      breakStart: VirtualAddress(0x4_0000_0000), breakLimit: 1 << 40,
      rules: [.populateOrFail, .populatedFiles, .largestPages])
  }

  /// The same where nothing may be mapped at or above `end`, as on a machine whose guest shares its
  /// address space with the host.
  public func limited(below end: VirtualAddress) -> Personality {
    var limited = self
    if end < highestAddress { limited.highestAddress = end }
    return limited
  }
}
