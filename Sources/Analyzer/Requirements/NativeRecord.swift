// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

/// What a kernel that has a call made of it: the evidence for whether a kernel that lacks it will
/// get by.
public struct NativeRecord: Sendable {
  /// How often the kernel answered so.
  public struct Outcome: Sendable {
    /// The errno's name, or `success`.
    public var name: String
    /// How often.
    public var count: UInt64
  }

  /// Whether a call matters, as far as a trace tells.
  public enum Weight: String, Sendable, CaseIterable {
    /// The kernel of the trace has no such call either.
    case harmless
    /// The call always failed: the program was ready for a failure.
    case likelyHarmless
    /// The call succeeded and gave nothing back but 0.
    case stubMayDo
    /// The call succeeded, and the program got something from it.
    case matters
    /// The trace does not say.
    case unknown

    /// How much may be built on it.
    public var confidence: Confidence {
      switch self {
      case .harmless: .certain
      case .likelyHarmless: .likely
      case .stubMayDo, .matters: .possible
      case .unknown: .none
      }
    }
  }

  /// How sure a prediction is: only `probe` measures.
  public enum Confidence: String, Sendable, CaseIterable {
    /// It was so on the other kernel.
    case certain
    /// The program went on after a failure of another kind.
    case likely
    /// What the call gave may or may not be needed.
    case possible
    /// Nothing is predicted.
    case none
  }

  /// What was answered; empty where no kernel that has the call was asked.
  public private(set) var outcomes: [Outcome] = []
  /// VMA changes that it made.
  public private(set) var vmaChangeCount: UInt64 = 0
  /// Bytes that it gave the program.
  public private(set) var outputByteCount: UInt64 = 0
  /// Successes with another result than 0.
  public private(set) var valueCount: UInt64 = 0
  private static var outcomeLimit: Int { 64 }

  /// Nothing is known yet.
  public init() {}

  /// Counts a call of a kernel; one that it did not have or that did not return says nothing.
  mutating func note(_ step: Step, _ event: Event) {
    if event.flags.contains(.missing) || event.flags.contains(.didNotReturn) { return }
    if event.unknown.contains(.result) { return }
    let errno = Errno(result: event.result)
    add(Outcome(name: errno?.text ?? "success", count: 1))
    vmaChangeCount += UInt64(step.changes.count)
    if errno != nil { return }
    if event.result != 0 { valueCount += 1 }
    for attachment in step.attachments where attachment.event.kind == .guestWrite {
      outputByteCount &+= attachment.event.operands[1]
    }
  }

  /// Counts what another record has.
  mutating func add(_ other: NativeRecord) {
    for outcome in other.outcomes { add(outcome) }
    vmaChangeCount += other.vmaChangeCount
    outputByteCount &+= other.outputByteCount
    valueCount += other.valueCount
  }

  private mutating func add(_ outcome: Outcome) {
    if let index = outcomes.firstIndex(where: { $0.name == outcome.name }) {
      outcomes[index].count += outcome.count
    } else if outcomes.count < Self.outcomeLimit {
      outcomes.append(outcome)
    }
  }
}

extension NativeRecord {
  /// How often the call succeeded.
  public var successCount: UInt64 { outcomes.first { $0.name == "success" }?.count ?? 0 }

  /// Whether the call was made and failed each time.
  public var alwaysFailed: Bool { !outcomes.isEmpty && successCount == 0 }

  /// Whether it matters, as far as the trace tells.
  public var weight: Weight {
    if outcomes.isEmpty { return .unknown }
    if outcomes.allSatisfy({ $0.name == "ENOSYS" }) { return .harmless }
    if alwaysFailed { return .likelyHarmless }
    return vmaChangeCount > 0 || outputByteCount > 0 || valueCount > 0 ? .matters : .stubMayDo
  }

  /// The weight and its reason, for a reader.
  public var hint: String {
    switch weight {
    case .unknown: return "not known: no run on a kernel that has it to compare with"
    case .harmless: return "harmless: the other kernel answered ENOSYS, too"
    case .likelyHarmless:
      let names = outcomes.map(\.name).joined(separator: ", ")
      return "likely harmless: always failed natively (\(names))"
    case .stubMayDo: return "a stub may do: natively it only returned 0"
    case .matters:
      var reasons: [String] = []
      if vmaChangeCount > 0 { reasons.append("changed VMAs") }
      if outputByteCount > 0 { reasons.append("wrote \(outputByteCount) bytes") }
      if valueCount > 0 { reasons.append("returned a value") }
      return "matters: natively it " + reasons.joined(separator: ", ")
    }
  }

  /// `3 success, 1 EINVAL`.
  var text: String { outcomes.map { "\($0.count) \($0.name)" }.joined(separator: ", ") }

  /// The outcomes as JSON.
  var json: JSONValue {
    .array(
      outcomes.map {
        .object([("outcome", .string($0.name)), ("count", .integer($0.count))])
      })
  }
}
