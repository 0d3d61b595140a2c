// SPDX-License-Identifier: BSD-3-Clause

/// The error code that the CPU pushes for a page fault. Source: Intel SDM 3, 4.7.
public struct FaultCode: OptionSet, Sendable {
  /// The bits as the CPU pushes them.
  public let rawValue: UInt32

  /// Any bits.
  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// P: the page was present, its protection forbade the access.
  @inlinable public static var present: FaultCode { FaultCode(rawValue: 1) }
  /// W/R: the access was a write.
  @inlinable public static var write: FaultCode { FaultCode(rawValue: 2) }
  /// U/S: the access came from user mode.
  @inlinable public static var user: FaultCode { FaultCode(rawValue: 4) }
  /// RSVD: a reserved bit was set in a PTE.
  @inlinable public static var reserved: FaultCode { FaultCode(rawValue: 8) }
  /// I/D: the access was an instruction fetch.
  @inlinable public static var fetch: FaultCode { FaultCode(rawValue: 16) }
  /// PK: a protection key forbade the access.
  @inlinable public static var protectionKey: FaultCode { FaultCode(rawValue: 32) }
}
