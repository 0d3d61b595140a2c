// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension OpenFlags {
  /// What F_SETFL may change.
  static var changeable: OpenFlags { [.append, .async, .direct, .noAccessTime, .nonBlocking] }
  /// What open(2) uses up and F_GETFL does not tell.
  static var transient: OpenFlags {
    [.create, .exclusive, .noControllingTerminal, .truncate, .closeOnExec]
  }

  /// Whether read(2) is let through.
  var allowsReading: Bool { !contains(.path) && canRead }
  /// Whether write(2) is let through; mode 3 and O_PATH let nothing through.
  var allowsWriting: Bool { !contains(.path) && canWrite }
}
