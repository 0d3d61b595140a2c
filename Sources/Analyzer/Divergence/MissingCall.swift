// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// A system call that the kernel of the right trace does not have.
public struct MissingCall: Sendable {
  /// Its number.
  public var number: SystemCallNumber
  /// Its name.
  public var name: String
  /// How often it was called.
  public var count: UInt64 = 0
  /// The event of the right trace where it was called first.
  public var firstEvent: UInt64
  /// The first call with its arguments.
  public var firstRequest: String
  /// The instruction that made it first; nil where neither trace says.
  public var site: CodePlace?
  /// What it was to do, for ioctl, fcntl, prctl, futex, madvise and their like.
  public var subcommands: [DiffStatistics.CallCount] = []
  /// What the left kernel made of it; nothing where the left lacks the call, too, or is not Linux.
  public var native = NativeRecord()
}
