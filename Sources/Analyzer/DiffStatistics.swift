// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// What a diff looked at, and what it did not.
public struct DiffStatistics: Sendable {
  /// How often something came for a call.
  public struct CallCount: Sendable {
    /// The name of the call.
    public var name: String
    /// How often.
    public var count: UInt64
  }

  /// How page faults ended.
  public struct FaultEnds: Sendable, Equatable {
    /// Resolved.
    public var resolved: UInt64 = 0
    /// With SIGSEGV.
    public var segmentationViolations: UInt64 = 0
    /// With SIGBUS.
    public var busErrors: UInt64 = 0
    /// With another signal.
    public var others: UInt64 = 0

    mutating func note(_ result: Int64) {
      switch result {
      case 0: resolved += 1
      case -11: segmentationViolations += 1
      case -7: busErrors += 1
      default: others += 1
      }
    }

    /// `12 resolved, 1 SIGSEGV`.
    var text: String {
      var parts = ["\(resolved) resolved"]
      if segmentationViolations > 0 { parts.append("\(segmentationViolations) SIGSEGV") }
      if busErrors > 0 { parts.append("\(busErrors) SIGBUS") }
      if others > 0 { parts.append("\(others) by another signal") }
      return parts.joined(separator: ", ")
    }

    /// For machines.
    var json: JSONValue {
      .object([
        ("resolved", .integer(resolved)), ("sigsegv", .integer(segmentationViolations)),
        ("sigbus", .integer(busErrors)), ("others", .integer(others)),
      ])
    }
  }

  /// Events of the left trace.
  public var leftEventCount: UInt64 = 0
  /// Events of the right trace.
  public var rightEventCount: UInt64 = 0
  /// Calls that both traces have.
  public var pairedCallCount: UInt64 = 0
  /// Calls whose outcomes were compared.
  public var comparedCallCount: UInt64 = 0
  /// Page faults whose outcomes were compared.
  public var comparedFaultCount: UInt64 = 0
  /// How those ended on the left, which is how they must end.
  public var leftFaultEnds = FaultEnds()
  /// How those ended on the right.
  public var rightFaultEnds = FaultEnds()
  /// Page faults of the left that were resolved and that the right's kernel would not have had: its
  /// page table allowed the access already.
  public var spuriousFaultCount: UInt64 = 0
  /// The same by what the right has there: the file, else the kind of memory.
  public internal(set) var spuriousFaults: [CallCount] = []
  /// Page faults that were not, because one trace did not see any or the runs were recorded apart.
  public var ignoredFaultCount: UInt64 = 0
  /// Resolved page faults that only one of the traces has.
  public var unpairedFaultCount: UInt64 = 0
  /// Steps after which VMAs were compared.
  public var comparedLayoutCount: UInt64 = 0
  /// The VMAs of the left's first process over its events.
  public var leftLayouts = LayoutHistory()
  /// The VMAs of the right's first process over its events.
  public var rightLayouts = LayoutHistory()
  /// Most VMAs of the left at any time, in whichever process.
  public var leftPeakVMACount: Int = 0
  /// Most VMAs of the right at any time, in whichever process.
  public var rightPeakVMACount: Int = 0
  /// Bytes written by kernels that were compared.
  public var comparedByteCount: UInt64 = 0
  /// Bytes written that were not kept in the traces, and so were not compared.
  public var cutByteCount: UInt64 = 0
  /// Bytes written that came from outside and were not compared.
  public var outsideByteCount: UInt64 = 0
  /// Writes and results that were times of different clocks, not compared.
  public var uncomparedTimeCount: UInt64 = 0
  /// Arguments of calls on both sides that one side does not know.
  public var unknownArgumentCount: UInt64 = 0
  /// Results of calls on both sides that one side does not know.
  public var unknownResultCount: UInt64 = 0
  /// Addresses that differ, and lie where one side did not see what is mapped.
  public var unexplainedAddressCount: UInt64 = 0
  /// Signals, ends and calls that do not return on one side, where the other does not see such.
  public var unseenEndCount: UInt64 = 0
  /// Mappings that lie elsewhere on the right; what follows of it is explained.
  public var explainedPlacementCount: UInt64 = 0
  /// Differences of descriptors and process ids that are explained.
  public var explainedNumberCount: UInt64 = 0
  /// Calls on both sides that ask the same by another name.
  public var renamedCallCount: UInt64 = 0
  /// Calls whose outcome the right adopted, because only the outside could decide it, by name.
  public var external: [CallCount] = []
  /// Calls of other processes than the first whose outcome the right adopted.
  public var otherProcessCallCount: UInt64 = 0
  /// Events that the left trace says are lost; a gap of unknown size counts as 1.
  public var leftLostCount: UInt64 = 0
  /// Events that the right trace says are lost; a gap of unknown size counts as 1.
  public var rightLostCount: UInt64 = 0
  /// Events that were too many for one step or made no sense.
  public var droppedCount: UInt64 = 0
  /// Processes whose VMAs were not followed, because there were too many at a time.
  public var unfollowedProcessCount: UInt64 = 0
  /// Calls that were to be listed when there were too many.
  public var unlistedCallCount: UInt64 = 0
  /// Divergences that were found and not kept, because there were too many different ones.
  public var unkeptDivergenceCount: UInt64 = 0

  /// Nothing looked at.
  public init() {}

  /// So many different places of `spuriousFaults` are told apart.
  private static let placeLimit = 32

  mutating func noteSpuriousFault(in place: String) {
    spuriousFaultCount += 1
    if let index = spuriousFaults.firstIndex(where: { $0.name == place }) {
      spuriousFaults[index].count += 1
    } else if spuriousFaults.count < Self.placeLimit {
      spuriousFaults.append(CallCount(name: place, count: 1))
    } else if spuriousFaults[Self.placeLimit - 1].name == "elsewhere" {
      spuriousFaults[Self.placeLimit - 1].count += 1
    } else {
      let last = spuriousFaults[Self.placeLimit - 1]
      spuriousFaults[Self.placeLimit - 1] = CallCount(name: "elsewhere", count: last.count + 1)
    }
  }

  /// Calls whose outcome the right adopted.
  public var externalCallCount: UInt64 { external.reduce(0) { $0 + $1.count } }
}
