// SPDX-License-Identifier: BSD-3-Clause

/// What kind of thing differs between two traces.
public enum DivergenceClass: String, Sendable, CaseIterable {
  /// One kernel has the call, the other answered ENOSYS from its dispatcher.
  case missingCall
  /// Both calls succeeded, with different values; or a run ended differently.
  case result
  /// At least one call failed, and not both with the same errno.
  case errno
  /// Bytes that the kernel made and wrote to guest memory.
  case outputBytes
  /// A fault, an exception or a signal: resolved against killed, or another signal.
  case faultOutcome
  /// Pages that belong to a VMA on one side only.
  case vmaExtent
  /// The same pages, another protection or sharing.
  case vmaProtection
  /// The same pages, another backing, file, offset or name.
  case vmaBacking
  /// The same pages with the same attributes, split into another number of VMAs.
  case vmaCount
  /// The same mapping at another address.
  case placement
  /// Entries of the page table. Traces do not carry them yet, so no diff gives this class.
  case pageTable
  /// The program asked for something else at the same place of its run. Only between two runs
  /// that were recorded apart: a replay keeps every request.
  case request
  /// A step that only one of the runs has. As `request`, only between runs recorded apart.
  case path
}

extension DivergenceClass {
  /// Whether VMAs differ.
  public var isLayout: Bool {
    switch self {
    case .vmaExtent, .vmaProtection, .vmaBacking, .vmaCount: true
    default: false
    }
  }
}
