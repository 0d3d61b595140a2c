// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// What the CPU is told about paging. Source: Intel SDM 3, 4.1.3.
public struct PagingControls: OptionSet, Sendable {
  /// The bits, in no register's order.
  public let rawValue: UInt8
  /// Any bits.
  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// CR0.WP: the kernel's stores obey R/W too.
  @inlinable public static var writeProtect: PagingControls { PagingControls(rawValue: 1) }
  /// EFER.NXE: bit 63 of an entry forbids execution; else it is reserved.
  @inlinable public static var noExecute: PagingControls { PagingControls(rawValue: 2) }
  /// CR4.SMEP: the kernel does not execute user pages.
  @inlinable public static var supervisorExecution: PagingControls { PagingControls(rawValue: 4) }
  /// CR4.SMAP with EFLAGS.AC clear: the kernel does not touch user pages.
  @inlinable public static var supervisorAccess: PagingControls { PagingControls(rawValue: 8) }
  /// All of them.
  @inlinable public static var all: PagingControls { PagingControls(rawValue: 15) }
}

/// What a program, or the kernel, does with an address.
public struct MemoryAccess: Equatable, Sendable {
  /// Which way the bytes go.
  public enum Kind: UInt8, CaseIterable, Sendable {
    /// A load.
    case read
    /// A store.
    case write
    /// An instruction fetch.
    case fetch
  }

  /// Which way the bytes go.
  public var kind: Kind
  /// Whether it comes from ring 3.
  public var isUser: Bool

  /// An access of its parts.
  public init(_ kind: Kind, isUser: Bool = true) {
    self.kind = kind
    self.isUser = isUser
  }
}

/// Where an access ends up.
public enum AccessOutcome: Equatable, Sendable {
  /// In memory.
  case translated(Translation)
  /// #PF with that error code.
  case pageFault(FaultCode)
  /// #GP: the address is not canonical.
  case generalProtection

  /// What the CPU found.
  public struct Translation: Equatable, Sendable {
    /// The byte that is accessed.
    public var physical: PhysicalAddress
    /// Bytes from there to the end of the page.
    public var byteCount: UInt64
    /// The leaf, before this access.
    public var leaf: PTE
    /// The leaf's level: 0, 1 or 2.
    public var level: Int
    /// Where the leaf lies.
    public var entry: PhysicalAddress
  }
}
