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

  /// A personality of its parts.
  public init(
    placement: Placement, lowestAddress: VirtualAddress, highestAddress: VirtualAddress,
    stackGuardPages: (bottom: UInt64, top: UInt64), growsStackOnFault: Bool,
    breakStart: VirtualAddress, breakLimit: UInt64
  ) {
    self.placement = placement
    self.lowestAddress = lowestAddress
    self.highestAddress = highestAddress
    self.stackGuardPages = stackGuardPages
    self.growsStackOnFault = growsStackOnFault
    self.breakStart = breakStart
    self.breakLimit = breakLimit
  }
}

extension Personality {
  /// As Linux on x86-64 with four-level paging: top-down below `mmapBase`.
  public static func linux(mmapBase: VirtualAddress, breakStart: VirtualAddress) -> Personality {
    Personality(
      placement: .topDown(base: mmapBase), lowestAddress: VirtualAddress(0x10000),
      highestAddress: VirtualAddress(0x7fff_ffff_f000), stackGuardPages: (bottom: 0, top: 0),
      growsStackOnFault: true, breakStart: breakStart, breakLimit: 1 << 40)
  }

  /// As Unikraft: first fit from 64 GiB up, guard pages at both ends of stacks.
  public static var unikraft: Personality {
    Personality(
      placement: .bottomUp(base: VirtualAddress(0x10_0000_0000)),
      lowestAddress: VirtualAddress(0x1000), highestAddress: VirtualAddress(0x8000_0000_0000),
      stackGuardPages: (bottom: 1, top: 4), growsStackOnFault: false,
      breakStart: VirtualAddress(0x4_0000_0000), breakLimit: 1 << 40)
  }

  /// The same where nothing may be mapped at or above `end`, as on a machine whose guest shares its
  /// address space with the host.
  public func limited(below end: VirtualAddress) -> Personality {
    var limited = self
    if end < highestAddress { limited.highestAddress = end }
    return limited
  }
}
