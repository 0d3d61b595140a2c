// SPDX-License-Identifier: BSD-3-Clause

/// What may be done with a page: the PROT_* bits of mmap(2). Unikraft: `PAGE_ATTR_PROT_*`.
public struct Protection: OptionSet, Sendable {
  /// The bits as mmap(2) has them.
  public let rawValue: UInt8

  /// Any bits.
  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// PROT_READ.
  @inlinable public static var read: Protection { Protection(rawValue: 1) }
  /// PROT_WRITE.
  @inlinable public static var write: Protection { Protection(rawValue: 2) }
  /// PROT_EXEC.
  @inlinable public static var execute: Protection { Protection(rawValue: 4) }
}

extension Protection {
  /// As in `/proc/PID/maps`: `rwx`, a dash for what is not allowed.
  public var description: String {
    (contains(.read) ? "r" : "-") + (contains(.write) ? "w" : "-")
      + (contains(.execute) ? "x" : "-")
  }
}
