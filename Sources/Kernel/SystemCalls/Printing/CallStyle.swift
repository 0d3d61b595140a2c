// SPDX-License-Identifier: BSD-3-Clause

/// How a system call is written as a line of text.
public struct CallStyle: Equatable, Sendable {
  /// Whose lines these are.
  public enum Format: Equatable, Sendable {
    /// strace(1), version 6.1, without options.
    case strace
    /// Unikraft's LIBSYSCALL_SHIM_STRACE as of release 0.12.
    case unikraft0_12
    /// Unikraft's LIBSYSCALL_SHIM_STRACE as of release 0.17.
    case unikraft0_17
  }

  /// Whose lines these are.
  public var format: Format
  /// Whether ANSI colours mark the parts. Unikraft: UK_PRSYSCALL_FMTF_ANSICOLOR.
  public var isColored = false
  /// Whether the line ends in a newline. Unikraft: UK_PRSYSCALL_FMTF_NEWLINE.
  public var hasNewline = true
  /// Whether values bear their type, such as `fd:`. Unikraft: LIBSYSCALL_SHIM_STRACE_PRINT_TYPE.
  public var hasTypePrefixes = true
  /// Whether calls that the release does not decode are printed as it prints them: the first two
  /// arguments in hexadecimal. Else they are printed by what the call table says.
  public var isAsReleased = false

  /// A style of a format, without colours.
  public init(_ format: Format) { self.format = format }

  /// strace(1).
  public static var strace: CallStyle { CallStyle(.strace) }

  /// Bytes of a line's buffer: what Unikraft's handler gives it; enough for any but hostile ones.
  public var lineByteCount: Int {
    if format == .strace { return 1 << 16 }
    return isColored ? 512 : 256
  }
}
