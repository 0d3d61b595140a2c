// SPDX-License-Identifier: BSD-3-Clause

/// From where lseek(2) counts. Source: `linux/fs.h`.
public struct SeekOrigin: RawRepresentable, Equatable, Sendable {
  /// The SEEK_* number.
  public let rawValue: Int32

  /// Any number.
  @inlinable
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// SEEK_SET.
  @inlinable public static var start: SeekOrigin { SeekOrigin(rawValue: 0) }
  /// SEEK_CUR.
  @inlinable public static var current: SeekOrigin { SeekOrigin(rawValue: 1) }
  /// SEEK_END.
  @inlinable public static var end: SeekOrigin { SeekOrigin(rawValue: 2) }
  /// SEEK_DATA.
  @inlinable public static var data: SeekOrigin { SeekOrigin(rawValue: 3) }
  /// SEEK_HOLE.
  @inlinable public static var hole: SeekOrigin { SeekOrigin(rawValue: 4) }
}
