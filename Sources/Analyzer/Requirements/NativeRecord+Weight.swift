// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Support
internal import Trace

extension NativeRecord {
  /// Whether a call matters, as far as a trace tells. The rules are those that agreed with `probe`:
  /// docs/probe.md has how often each did.
  public enum Weight: String, Sendable, CaseIterable {
    /// The kernel of the trace has no such call either.
    case harmless
    /// The call always failed: the program was ready for a failure.
    case likelyHarmless
    /// The call succeeded and gave nothing back but 0.
    case stubMayDo
    /// The call gave something that programs mostly go without: a number, a property, other VMAs.
    case likelyDispensable
    /// The call gave data, a descriptor, memory or a task.
    case matters
    /// The trace does not say.
    case unknown

    /// How much may be built on it, of a whole call.
    public var confidence: Confidence {
      switch self {
      case .harmless: .certain
      case .likelyHarmless, .stubMayDo, .likelyDispensable, .matters: .likely
      case .unknown: .none
      }
    }

    /// The same of a part of a call or of a file: those nobody has measured.
    public var unmeasuredConfidence: Confidence {
      confidence == .likely ? .possible : confidence
    }
  }

  /// How sure a prediction is: only `probe` measures.
  public enum Confidence: String, Sendable, CaseIterable {
    /// It was so on the other kernel.
    case certain
    /// Right in at least nine of ten that were measured.
    case likely
    /// More likely than not.
    case possible
    /// Nothing is predicted.
    case none

    /// How often such predictions have to be right, in percent.
    public var percentBound: Int {
      switch self {
      case .certain: 99
      case .likely: 90
      case .possible: 50
      case .none: 0
      }
    }
  }

  /// Whether it matters, as far as the trace tells.
  public var weight: Weight {
    if outcomes.isEmpty { return .unknown }
    if outcomes.allSatisfy({ $0.name == "ENOSYS" }) { return .harmless }
    if alwaysFailed { return .likelyHarmless }
    if essentialCount > 0 { return .matters }
    let gaveMore = vmaChangeCount > 0 || outputByteCount > 0 || valueCount > 0
    return gaveMore ? .likelyDispensable : .stubMayDo
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
    case .likelyDispensable: return "likely goes without: natively it " + reasons
    case .matters: return "matters: natively it " + (reasons.isEmpty ? "took effect" : reasons)
    }
  }

  private var reasons: String {
    var reasons: [String] = []
    if vmaChangeCount > 0 { reasons.append("changed VMAs") }
    if outputByteCount > 0 { reasons.append("wrote \(outputByteCount) bytes") }
    if valueCount > 0 { reasons.append("returned a value") }
    return reasons.joined(separator: ", ")
  }
}

extension NativeRecord.Weight {
  /// What is predicted of the program where calls of this weight are taken away; nil where nothing
  /// is.
  public func isRight(stubWorks: Bool, fakeWorks: Bool) -> Bool? {
    switch self {
    case .harmless, .likelyHarmless: stubWorks
    case .stubMayDo: fakeWorks
    case .likelyDispensable: stubWorks || fakeWorks
    case .matters: !stubWorks && !fakeWorks
    case .unknown: nil
    }
  }
}

extension Event {
  /// Whether a call that succeeded gave what programs hardly go without: contents of files and what
  /// they are, descriptors, memory, another task, the end of one; took the program's data; or set
  /// what the program stands on.
  func isEssential(_ step: Step) -> Bool {
    let number = SystemCallNumber(rawValue: code)
    switch number {
    case .execve, .execveat, .rt_sigreturn, .arch_prctl: return true
    // The C library takes memory elsewhere.
    case .brk: return false
    default: break
    }
    if number.makesProcesses { return true }
    guard let row = SystemCallTable.description(of: number, operands: operands) else {
      return false
    }
    switch row.result {
    case .descriptor: return true
    case .address: return !step.changes.isEmpty
    default: break
    }
    let hasFile = (0..<row.argumentCount).contains { row.arguments[$0].kind == .descriptor }
    return (0..<row.argumentCount).contains { index in
      let argument = row.arguments[index]
      switch argument.kind {
      case .stat, .statx, .directoryEntries, .waitStatus: return result >= 0 && operands[index] != 0
      case .descriptorPair: return true
      default:
        // read(2), write(2) and their kin.
        return hasFile && argument.memory.content == .data && row.result == .byteCount && result > 0
      }
    }
  }
}
