// SPDX-License-Identifier: BSD-3-Clause

internal import Trace

extension Report {
  /// What the diff did not compare, and why, each with a number: nothing passes because nobody
  /// looked.
  var unchecked: [(key: String, reason: String, count: UInt64)] {
    let statistics = diff.statistics
    return [
      ("externalCalls", "calls that the outside decided", statistics.externalCallCount),
      (
        "otherProcessCalls", "calls of other processes, which no replay makes",
        statistics.otherProcessCallCount
      ),
      ("outsideBytes", "bytes of data from outside", statistics.outsideByteCount),
      ("cutBytes", "bytes that the traces did not keep", statistics.cutByteCount),
      ("ignoredFaults", "page faults without a counterpart to see", statistics.ignoredFaultCount),
      ("unpairedFaults", "resolved faults on one side only", statistics.unpairedFaultCount),
      ("times", "times of different clocks", statistics.uncomparedTimeCount),
      (
        "unknownArguments", "arguments that a source does not tell",
        statistics.unknownArgumentCount
      ),
      ("unknownResults", "results that a source does not tell", statistics.unknownResultCount),
      (
        "unexplainedAddresses", "addresses in mappings that a source does not show",
        statistics.unexplainedAddressCount
      ),
      (
        "unseenEnds", "signals, ends and calls without return that a source does not show",
        statistics.unseenEndCount
      ),
      (
        "explainedPlacements", "mappings that lie elsewhere, followed",
        statistics.explainedPlacementCount
      ),
      (
        "explainedNumbers", "descriptors and process ids, followed",
        statistics.explainedNumberCount
      ),
      (
        "renamedCalls", "calls that ask the same by another name, compared",
        statistics.renamedCallCount
      ),
      (
        "unfollowedProcesses", "processes whose VMAs were not followed",
        statistics.unfollowedProcessCount
      ),
      (
        "unkeptDivergences", "divergences that were too many to keep",
        statistics.unkeptDivergenceCount
      ),
    ]
  }

  /// What one of the traces says that it cannot tell.
  static func unseenText(_ unseen: TraceHeader.Unseen) -> [String] {
    let names: [(TraceHeader.Unseen, String)] = [
      (.faults, "faults"), (.payload, "payload"), (.vmas, "vmas"), (.inputs, "inputs"),
      (.times, "times"), (.operands, "operands"), (.signals, "signals"),
      (.ends, "ends"),
    ]
    return names.filter { unseen.contains($0.0) }.map(\.1)
  }

  func uncheckedText() -> String {
    var text = Self.heading("External and not checked")
    for (side, header) in [("left", diff.leftHeader), ("right", diff.rightHeader)] {
      let unseen = Self.unseenText(header.unseen)
      if !unseen.isEmpty { text += Self.line(side, "not seen: " + unseen.joined(separator: ", ")) }
    }
    var table = TextTable([("count", .right), ("what", .left)])
    var isEmpty = true
    for entry in unchecked where entry.count > 0 {
      table.add([String(entry.count), entry.reason])
      isEmpty = false
    }
    text += isEmpty ? "  nothing\n" : table.text
    if !diff.statistics.external.isEmpty {
      let calls = diff.statistics.external.map { "\($0.name) \($0.count)" }
      text += Self.line("external", calls.joined(separator: ", "))
    }
    return text
  }
}
