// SPDX-License-Identifier: BSD-3-Clause

/// A descriptor with which a program began, in values that outlive it: what the header of a trace
/// keeps and a replay takes over.
public struct DescriptorDescription: Equatable, Sendable {
  /// The descriptor.
  public var number: Int32
  /// Access mode and status flags as F_GETFL tells them, and O_CLOEXEC where execve(2) closes it.
  public var flags: OpenFlags
  /// Where the next read or write begins, in bytes; 0 for what has no such place.
  public var offset: UInt64
  /// What stands behind it; nil for what is no file, as eventfd(2) gives it.
  public var type: FileType?
  /// The lowest descriptor that shares offset and flags with it, as after dup(2); `number` itself
  /// where none does.
  public var original: Int32
  /// As `/proc/PID/fd` names it; pipes and sockets have numbers of their own, from 1 on.
  public var path: [UInt8]

  /// A description of its parts.
  public init(
    number: Int32, flags: OpenFlags, offset: UInt64 = 0, type: FileType?, original: Int32? = nil,
    path: [UInt8]
  ) {
    self.number = number
    self.flags = flags
    self.offset = offset
    self.type = type
    self.original = original ?? number
    self.path = path
  }
}
