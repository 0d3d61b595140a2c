// SPDX-License-Identifier: BSD-3-Clause

/// What an import reads.
public enum ImportFormat: String, Sendable, CaseIterable {
  /// The output of strace(1), with or without its options.
  case strace
  /// The console of a Unikraft kernel built with LIBSYSCALL_SHIM_STRACE, any release.
  case unikraft
  /// Page faults of a Unikraft kernel that a debugger at its stub wrote down, one JSON object a
  /// line.
  case gdbFaults = "gdb-faults"
  /// The output of `perf script` for raw_syscalls, exceptions:page_fault_user and page-faults, or
  /// that of `perf trace`.
  case perf
}

/// Whose way of writing a call it is.
enum Dialect {
  /// strace(1).
  case strace
  /// Unikraft's uk_prsyscall().
  case unikraft
}
