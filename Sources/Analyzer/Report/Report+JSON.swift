// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

extension Report {
  /// The report as JSON, UTF-8, with a newline at its end. docs/reports.md has its form. `list`:
  /// the findings, where it is known which were there before and which are put up with.
  public func json(with list: FindingList? = nil) -> String {
    jsonValue.adding(list?.standingJSON ?? []).text() + "\n"
  }

  var jsonValue: JSONValue {
    let statistics = diff.statistics
    return .object([
      ("schema", .string("epimetheus-report")),
      ("schemaVersion", .integer(Self.schemaVersion)),
      ("hasFindings", .boolean(hasFindings)),
      ("isReplay", .boolean(diff.isReplay)),
      ("left", Self.sideJSON(left, diff.leftHeader, statistics.leftEventCount)),
      ("right", Self.sideJSON(right, diff.rightHeader, statistics.rightEventCount)),
      ("checked", checkedJSON),
      ("missingCalls", .array(diff.missingCalls.map(Self.missingJSON))),
      ("divergences", .array(diff.roots.map(Self.rootJSON))),
      (
        "notChecked", .object(unchecked.map { ($0.key, .integer($0.count)) })
      ),
      (
        "external",
        .array(
          statistics.external.map {
            .object([("call", .string($0.name)), ("count", .integer($0.count))])
          })
      ),
      ("oneSidedCalls", .array(diff.oneSidedCalls.map(Self.oneSidedJSON))),
      ("dropped", .integer(statistics.droppedCount)),
    ]).adding(
      diff.listedCalls.map { calls in
        [
          ("listedCalls", .array(calls.map(\.json))),
          ("unlistedCalls", .integer(statistics.unlistedCallCount)),
        ]
      } ?? [])
  }

  private var checkedJSON: JSONValue {
    let statistics = diff.statistics
    return .object([
      ("pairedCalls", .integer(statistics.pairedCallCount)),
      ("comparedCalls", .integer(statistics.comparedCallCount)),
      ("comparedFaults", .integer(statistics.comparedFaultCount)),
      (
        "faultEnds",
        .object([
          ("left", statistics.leftFaultEnds.json), ("right", statistics.rightFaultEnds.json),
        ])
      ),
      (
        "spuriousFaults",
        .array(
          statistics.spuriousFaults.map {
            .object([("place", .string($0.name)), ("count", .integer($0.count))])
          })
      ),
      ("comparedLayouts", .integer(statistics.comparedLayoutCount)),
      ("comparedBytes", .integer(statistics.comparedByteCount)),
      ("peakVMAsLeft", .integer(UInt64(statistics.leftPeakVMACount))),
      ("peakVMAsRight", .integer(UInt64(statistics.rightPeakVMACount))),
      (
        "vmas",
        .object([
          ("left", statistics.leftLayouts.json), ("right", statistics.rightLayouts.json),
        ])
      ),
    ])
  }

  private static func sideJSON(
    _ source: Source, _ header: TraceHeader, _ eventCount: UInt64
  ) -> JSONValue {
    .object([
      ("name", .string(source.name)),
      ("kernel", .text(header.kernel)),
      ("origin", .string(header.origin.text)),
      ("program", .text(header.program)),
      ("arguments", .array(header.arguments.map { .text($0) })),
      ("events", .integer(eventCount)),
      ("unseen", .array(unseenText(header.unseen).map { .string($0) })),
      ("problems", .array(source.problems.map { .string($0) })),
    ])
  }

  private static func missingJSON(_ call: MissingCall) -> JSONValue {
    let subcommands = call.subcommands.map { item in
      JSONValue.object([("name", .string(item.name)), ("count", .integer(item.count))])
    }
    return .object([
      ("call", .string(call.name)),
      ("number", .integer(UInt64(call.number.rawValue))),
      ("fingerprint", .string(sixteenDigits(call.fingerprint))),
      ("count", .integer(call.count)),
      ("firstEvent", .integer(call.firstEvent)),
      ("firstRequest", .string(call.firstRequest)),
      ("firstSite", CodePlace.json(call.site)),
      ("subcommands", .array(subcommands)),
      ("native", call.native.json),
      ("weight", .string(call.native.weight.rawValue)),
      ("confidence", .string(call.native.weight.confidence.rawValue)),
      ("hint", .string(call.native.hint)),
    ])
  }

  private static func oneSidedJSON(_ call: OneSidedCall) -> JSONValue {
    .object([
      ("call", .string(call.name)), ("number", .integer(UInt64(call.number.rawValue))),
      ("side", .string(call.isLeft ? "left" : "right")), ("count", .integer(call.count)),
      ("firstEvent", .integer(call.firstEvent)), ("firstRequest", .string(call.firstRequest)),
      ("native", call.native.json),
    ])
  }

  private static func rootJSON(_ root: RootDivergence) -> JSONValue {
    .object(
      members(root.first) + [
        ("count", .integer(root.count)),
        ("lastEvent", .integer(root.lastEvent)),
        ("consequenceCount", .integer(root.consequenceCount)),
        (
          "consequences",
          .array(
            root.consequences.map {
              .object(members($0.first) + [("count", .integer($0.count))])
            })
        ),
      ])
  }

  private static func members(_ divergence: Divergence) -> [(String, JSONValue)] {
    [
      ("class", .string(divergence.divergenceClass.rawValue)),
      ("fingerprint", .string(sixteenDigits(divergence.fingerprint))),
      ("isFinding", .boolean(divergence.isFinding)),
      ("subject", .string(divergence.subject)),
      ("request", .string(divergence.request)),
      ("task", .integer(UInt64(divergence.task))),
      ("leftEvent", .optional(divergence.leftEvent)),
      ("rightEvent", .optional(divergence.rightEvent)),
      ("expected", outcomeJSON(divergence.expected)),
      ("actual", outcomeJSON(divergence.actual)),
      ("field", .optional(divergence.field)),
      ("range", divergence.range.map(rangeJSON) ?? .null),
      ("site", CodePlace.json(divergence.place)),
      ("touched", TouchedMemory.json(divergence.touched)),
      (
        "maps",
        divergence.excerpt.map { excerpt in
          .object([
            ("left", .array(excerpt.left.map(vmaJSON))),
            ("right", .array(excerpt.right.map(vmaJSON))),
            ("shift", .hex(excerpt.shift)),
          ])
        } ?? .null
      ),
    ]
  }

  private static func rangeJSON(_ range: AddressRange) -> JSONValue {
    .object([
      ("lower", .hex(range.lowerBound.rawValue)), ("upper", .hex(range.upperBound.rawValue)),
    ])
  }

  static func vmaJSON(_ vma: VMADescription) -> JSONValue {
    .object([
      ("lower", .hex(vma.range.lowerBound.rawValue)),
      ("upper", .hex(vma.range.upperBound.rawValue)),
      ("protection", .string(vma.protection.description + (vma.isShared ? "s" : "p"))),
      ("backing", .string(vma.backing.text)),
      ("offset", .hex(vma.offset)),
      ("name", .text(vma.name)),
    ])
  }

  private static func outcomeJSON(_ outcome: Outcome) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("kind", .string(outcome.kind)), ("text", .string(outcome.text)),
    ]
    switch outcome {
    case .value(let value): members.append(("value", .hex(UInt64(bitPattern: value))))
    case .address(let value): members.append(("value", .hex(value)))
    case .error(let errno): members.append(("errno", .string(errno.text)))
    case .signal(let number): members.append(("signal", .integer(UInt64(number))))
    case .bytes(let offset, let bytes, let total):
      members.append(("offset", .integer(offset)))
      members.append(("bytes", .string(hexadecimalBytes(bytes))))
      members.append(("total", .hex(total)))
    case .vma(let vma): members.append(("vma", vmaJSON(vma)))
    case .vmaCount(let count): members.append(("count", .integer(UInt64(count))))
    case .noSuchCall, .didNotReturn, .resolved, .unmapped, .request, .absent, .ended: break
    }
    return .object(members)
  }
}
