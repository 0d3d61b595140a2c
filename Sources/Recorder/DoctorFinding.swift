// SPDX-License-Identifier: BSD-3-Clause

/// One thing that recording needs or profits from, and whether this machine has it.
public struct DoctorFinding: Sendable {
  /// What it is good for.
  public enum Purpose: String, Sendable, CaseIterable {
    /// `record`: a program on our kernel.
    case hosted = "record"
    /// `record --on linux`: a program on this machine's own kernel.
    case linux = "record --on linux"
  }

  /// What is asked for, as its manual page or its kernel option names it.
  public var name: String
  /// What it is good for.
  public var purpose: Purpose
  /// Whether recording is impossible without it.
  public var isRequired: Bool
  /// Whether this machine has it and permits it.
  public var isAvailable: Bool
  /// What was found: a version, a setting, or why not.
  public var detail: String
  /// How to get it; empty where it is there or cannot be had.
  public var remedy: String

  /// A finding of its parts.
  public init(
    name: String, purpose: Purpose, isRequired: Bool, isAvailable: Bool, detail: String,
    remedy: String
  ) {
    self.name = name
    self.purpose = purpose
    self.isRequired = isRequired
    self.isAvailable = isAvailable
    self.detail = detail
    self.remedy = isAvailable ? "" : remedy
  }
}
