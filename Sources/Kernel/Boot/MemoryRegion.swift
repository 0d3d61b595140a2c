// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// A run of physical memory and what it is for. Unikraft: `struct ukplat_memregion_desc`.
public struct MemoryRegion: Equatable, Sendable {
  /// UKPLAT_MEMRT_*: a bit each, so that several can be asked for at once.
  public struct Kind: OptionSet, Sendable {
    /// The bits as the boot information has them.
    public let rawValue: UInt16
    /// Any bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    /// FREE: nobody's.
    public static var free: Kind { Kind(rawValue: 0x01) }
    /// RESERVED: the machine's.
    public static var reserved: Kind { Kind(rawValue: 0x02) }
    /// KERNEL: a segment of the image.
    public static var kernel: Kind { Kind(rawValue: 0x04) }
    /// INITRD: a module that the boot loader brought.
    public static var initrd: Kind { Kind(rawValue: 0x08) }
    /// CMDLINE: the command line.
    public static var commandLine: Kind { Kind(rawValue: 0x10) }
    /// DEVICETREE.
    public static var deviceTree: Kind { Kind(rawValue: 0x20) }
    /// STACK, and other memory that was taken while booting.
    public static var stack: Kind { Kind(rawValue: 0x40) }
    /// ANY.
    public static var any: Kind { Kind(rawValue: 0xffff) }
    /// No type: a request about virtual addresses only.
    public static var untyped: Kind { [] }
  }

  /// UKPLAT_MEMRF_*.
  public struct Flags: OptionSet, Sendable {
    /// The bits as the boot information has them.
    public let rawValue: UInt16
    /// Any bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    /// READ.
    public static var read: Flags { Flags(rawValue: 0x1) }
    /// WRITE.
    public static var write: Flags { Flags(rawValue: 0x2) }
    /// EXECUTE.
    public static var execute: Flags { Flags(rawValue: 0x4) }
    /// UNMAP: its virtual range must not be mapped.
    public static var unmap: Flags { Flags(rawValue: 0x10) }
    /// MAP: it must be mapped at its virtual range.
    public static var map: Flags { Flags(rawValue: 0x20) }
  }

  /// The first byte.
  public var physical: PhysicalAddress
  /// Where it is or has to be mapped; all ones where nowhere.
  public var virtual: VirtualAddress
  /// Its length.
  public var byteCount: UInt64
  /// What it is for.
  public var kind: Kind
  /// What may be done with it.
  public var flags: Flags

  /// A region that is mapped one to one, if at all.
  public init(_ physical: Range<UInt64>, _ kind: Kind, _ flags: Flags) {
    self.physical = PhysicalAddress(physical.lowerBound)
    virtual = VirtualAddress(physical.lowerBound)
    byteCount = physical.upperBound - physical.lowerBound
    self.kind = kind
    self.flags = flags
  }

  /// Its bytes; the range ends at the end of physical addresses at the latest.
  public var range: Range<UInt64> {
    let (end, overflow) = physical.rawValue.addingReportingOverflow(byteCount)
    return physical.rawValue..<(overflow ? .max : end)
  }

  /// Who wins where two overlap: what is in use over what is free, the machine over all.
  var priority: Int {
    switch kind {
    case .free: 0
    case .reserved: 2
    default: 1
    }
  }

  /// Whether the kernel or its boot loader put something there.
  var isResource: Bool { priority == 1 }
}
