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

  /// What was answered; empty where no kernel that has the call was asked.
  public private(set) var outcomes: [Outcome] = []
  /// VMA changes that it made.
  public private(set) var vmaChangeCount: UInt64 = 0
  /// Bytes that it gave the program.
  public private(set) var outputByteCount: UInt64 = 0
  /// Successes with another result than 0.
  public private(set) var valueCount: UInt64 = 0
  /// Successes that gave what a program hardly goes without: `Event.isEssential`.
  public private(set) var essentialCount: UInt64 = 0
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
    if event.isEssential(step) { essentialCount += 1 }
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
    essentialCount += other.essentialCount
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
