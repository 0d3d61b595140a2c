// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// How the kernel is about to touch guest memory.
public enum GuestAccess: Sendable {
  /// It reads.
  case read
  /// It writes.
  case write
  /// It reads and writes.
  case readWrite
}

/// Flags of a probe or a copy. Unikraft: `UK_NOFAULTF_*`.
public struct NoFaultOptions: OptionSet, Sendable {
  /// The bits.
  public let rawValue: UInt8
  /// Any bits.
  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// UK_NOFAULTF_CONTINUE: after a fault go on 4096 bytes behind the byte that faulted.
  @inlinable public static var `continue`: NoFaultOptions { NoFaultOptions(rawValue: 1) }
  /// UK_NOFAULTF_NOPAGING: a page that is not present counts as a fault.
  @inlinable public static var noPaging: NoFaultOptions { NoFaultOptions(rawValue: 2) }
}
