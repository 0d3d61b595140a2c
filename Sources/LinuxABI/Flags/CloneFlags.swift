// SPDX-License-Identifier: BSD-3-Clause

/// The CLONE_* bits of clone(2), unshare(2) and clone3(2). Source: `linux/sched.h`.
public struct CloneFlags: OptionSet, Sendable {
  /// The bits as the call has them.
  public let rawValue: UInt64

  /// Any bits.
  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// CLONE_VM.
  @inlinable public static var memory: CloneFlags { CloneFlags(rawValue: 0x100) }
  /// CLONE_FS.
  @inlinable public static var fileSystem: CloneFlags { CloneFlags(rawValue: 0x200) }
  /// CLONE_FILES.
  @inlinable public static var files: CloneFlags { CloneFlags(rawValue: 0x400) }
  /// CLONE_SIGHAND.
  @inlinable public static var signalHandlers: CloneFlags { CloneFlags(rawValue: 0x800) }
  /// CLONE_PIDFD.
  @inlinable public static var processDescriptor: CloneFlags { CloneFlags(rawValue: 0x1000) }
  /// CLONE_PTRACE.
  @inlinable public static var ptrace: CloneFlags { CloneFlags(rawValue: 0x2000) }
  /// CLONE_VFORK.
  @inlinable public static var vfork: CloneFlags { CloneFlags(rawValue: 0x4000) }
  /// CLONE_PARENT.
  @inlinable public static var parent: CloneFlags { CloneFlags(rawValue: 0x8000) }
  /// CLONE_THREAD.
  @inlinable public static var thread: CloneFlags { CloneFlags(rawValue: 0x10000) }
  /// CLONE_NEWNS.
  @inlinable public static var newMountNamespace: CloneFlags { CloneFlags(rawValue: 0x20000) }
  /// CLONE_SYSVSEM.
  @inlinable public static var semaphores: CloneFlags { CloneFlags(rawValue: 0x40000) }
  /// CLONE_SETTLS.
  @inlinable public static var setThreadStorage: CloneFlags { CloneFlags(rawValue: 0x80000) }
  /// CLONE_PARENT_SETTID.
  @inlinable public static var setParentThreadID: CloneFlags { CloneFlags(rawValue: 0x100000) }
  /// CLONE_CHILD_CLEARTID.
  @inlinable public static var clearChildThreadID: CloneFlags { CloneFlags(rawValue: 0x200000) }
  /// CLONE_DETACHED.
  @inlinable public static var detached: CloneFlags { CloneFlags(rawValue: 0x400000) }
  /// CLONE_UNTRACED.
  @inlinable public static var untraced: CloneFlags { CloneFlags(rawValue: 0x800000) }
  /// CLONE_CHILD_SETTID.
  @inlinable public static var setChildThreadID: CloneFlags { CloneFlags(rawValue: 0x1000000) }
  /// CLONE_NEWCGROUP.
  @inlinable public static var newControlGroupNamespace: CloneFlags {
    CloneFlags(rawValue: 0x2000000)
  }
  /// CLONE_NEWUTS.
  @inlinable public static var newNameNamespace: CloneFlags { CloneFlags(rawValue: 0x4000000) }
  /// CLONE_NEWIPC.
  @inlinable public static var newIPCNamespace: CloneFlags { CloneFlags(rawValue: 0x8000000) }
  /// CLONE_NEWUSER.
  @inlinable public static var newUserNamespace: CloneFlags { CloneFlags(rawValue: 0x10000000) }
  /// CLONE_NEWPID.
  @inlinable public static var newProcessNamespace: CloneFlags { CloneFlags(rawValue: 0x20000000) }
  /// CLONE_NEWNET.
  @inlinable public static var newNetworkNamespace: CloneFlags { CloneFlags(rawValue: 0x40000000) }
  /// CLONE_IO.
  @inlinable public static var io: CloneFlags { CloneFlags(rawValue: 0x80000000) }
  /// CLONE_CLEAR_SIGHAND, of clone3(2).
  @inlinable public static var clearSignalHandlers: CloneFlags {
    CloneFlags(rawValue: 0x1_0000_0000)
  }
  /// CLONE_INTO_CGROUP, of clone3(2).
  @inlinable public static var intoControlGroup: CloneFlags { CloneFlags(rawValue: 0x2_0000_0000) }
}

extension CloneFlags {
  /// CSIGNAL: in clone(2) the low byte is the signal that the parent gets at the end.
  @inlinable public var exitSignal: Signal { Signal(rawValue: UInt8(truncatingIfNeeded: rawValue)) }
}
