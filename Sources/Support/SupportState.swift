// SPDX-License-Identifier: BSD-3-Clause

/// How far a kernel supports a system call.
public enum SupportState: String, Sendable, CaseIterable {
  /// It does what Linux does.
  case supported
  /// Some sub-commands or flags of it are supported.
  case partial
  /// It answers, and does nothing: a constant result.
  case stub
  /// It is answered with ENOSYS, or not at all.
  case missing
}
