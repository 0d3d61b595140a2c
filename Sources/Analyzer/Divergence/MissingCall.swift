// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// A system call that the kernel of the right trace does not have.
public struct MissingCall: Sendable {
  /// Whether it matters, as far as the left trace tells.
  public enum Weight: String, Sendable, CaseIterable {
    /// The left kernel has no such call either.
    case harmless
    /// The call always failed on the left: the program was ready for a failure.
    case likelyHarmless
    /// The call succeeded on the left and gave nothing back but 0.
    case stubMayDo
    /// The call succeeded on the left, and the program got something from it.
    case matters
    /// The left trace does not say.
    case unknown
  }

  /// How often the left kernel answered so.
  public struct NativeOutcome: Sendable {
    /// The errno's name, or `success`.
    public var name: String
    /// How often.
    public var count: UInt64
  }

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
  /// What it was to do, for ioctl, fcntl, prctl, futex, madvise and their like.
  public var subcommands: [DiffStatistics.CallCount] = []
  /// What the left kernel answered; empty where it lacks the call, too, or is not Linux.
  public var nativeOutcomes: [NativeOutcome] = []
  /// VMA changes that it made on the left.
  public var nativeVMAChangeCount: UInt64 = 0
  /// Bytes that it gave the program on the left.
  public var nativeOutputByteCount: UInt64 = 0
  /// Calls that succeeded on the left with another result than 0.
  public var nativeValueCount: UInt64 = 0
}

extension MissingCall {
  private var successCount: UInt64 {
    nativeOutcomes.first { $0.name == "success" }?.count ?? 0
  }

  /// Whether it matters, as far as the left trace tells.
  public var weight: Weight {
    if nativeOutcomes.isEmpty { return .unknown }
    if nativeOutcomes.allSatisfy({ $0.name == "ENOSYS" }) { return .harmless }
    if successCount == 0 { return .likelyHarmless }
    if nativeVMAChangeCount > 0 || nativeOutputByteCount > 0 || nativeValueCount > 0 {
      return .matters
    }
    return .stubMayDo
  }

  /// The weight and its reason, for a reader.
  public var hint: String {
    switch weight {
    case .unknown: return "not known: no run on a kernel that has it to compare with"
    case .harmless: return "harmless: the other kernel answered ENOSYS, too"
    case .likelyHarmless:
      let names = nativeOutcomes.map(\.name).joined(separator: ", ")
      return "likely harmless: always failed natively (\(names))"
    case .stubMayDo: return "a stub may do: natively it only returned 0"
    case .matters:
      var reasons: [String] = []
      if nativeVMAChangeCount > 0 { reasons.append("changed VMAs") }
      if nativeOutputByteCount > 0 { reasons.append("wrote \(nativeOutputByteCount) bytes") }
      if nativeValueCount > 0 { reasons.append("returned a value") }
      return "matters: natively it " + reasons.joined(separator: ", ")
    }
  }
}
