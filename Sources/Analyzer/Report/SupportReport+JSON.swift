// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Support
internal import Trace

extension SupportReport {
  /// The report as JSON, UTF-8, with a newline at its end. docs/reports.md has its form.
  /// `list`: the findings, where it is known which were there before and which are put up with.
  public func json(with list: FindingList? = nil) -> String {
    jsonValue.adding(list?.standingJSON ?? []).text() + "\n"
  }

  var jsonValue: JSONValue {
    .object([
      ("schema", .string("epimetheus-support")),
      ("schemaVersion", .integer(Self.schemaVersion)),
      ("kernel", .string(set.name)),
      ("traces", .array(requirements.traces.map(Self.runJSON))),
      ("calls", .array(rows.map(callJSON))),
      ("pseudoFiles", .array(requirements.pseudoFiles.map(pseudoFileJSON))),
      ("unkeptPaths", .integer(requirements.unkeptPathCount)),
    ])
  }

  private static func runJSON(_ run: Requirements.TracedRun) -> JSONValue {
    .object([
      ("name", .string(run.name)),
      ("kernel", .text(run.header.kernel)),
      ("origin", .string(run.header.origin.text)),
      ("program", .text(run.header.program)),
      ("arguments", .array(run.header.arguments.map { .text($0) })),
      ("events", .integer(run.eventCount)),
      ("lostEvents", .integer(run.lostCount)),
      ("unseen", .array(Report.unseenText(run.header.unseen).map { .string($0) })),
      ("problems", .array(run.problems.map { .string($0) })),
    ])
  }

  private func callJSON(_ row: Row) -> JSONValue {
    let requirement = row.requirement
    return .object([
      ("call", .string(requirement.name)),
      ("number", .integer(UInt64(requirement.number.rawValue))),
      ("state", Self.stateJSON(row.state)),
      ("fingerprint", .string(sixteenDigits(row.fingerprint))),
      ("count", .integer(requirement.count)),
      ("lacking", .integer(requirement.count - row.count(.supported))),
      ("isRequired", .boolean(row.isRequired)),
      ("native", row.native.json),
      ("weight", .string(row.native.weight.rawValue)),
      ("confidence", .string(row.confidence.rawValue)),
      ("hint", .string(row.native.hint)),
      ("first", requirement.first.json(requirements.traces)),
      ("items", .array(row.items.map(Self.itemJSON))),
      ("requests", .array(row.requests.map { requestJSON($0, row) })),
      ("unkeptRequests", .integer(requirement.unkeptCount)),
    ])
  }

  private static func itemJSON(_ item: Item) -> JSONValue {
    .object([
      ("argument", .integer(UInt64(item.argument))),
      ("name", .string(item.name)),
      ("count", .integer(item.count)),
      ("state", stateJSON(item.state)),
    ])
  }

  private func requestJSON(_ request: Request, _ row: Row) -> JSONValue {
    .object([
      ("request", .string(request.shape.request)),
      ("fingerprint", .string(sixteenDigits(row.fingerprint(of: request)))),
      ("count", .integer(request.shape.count)),
      ("state", Self.stateJSON(request.judgement.state)),
      (
        "unsupported",
        .array(request.judgement.unsupported.map { .string($0.name) })
      ),
      ("unchecked", .array(request.judgement.unchecked.map { .string($0) })),
      ("native", request.shape.native.json),
      ("first", request.shape.first.json(requirements.traces)),
    ])
  }

  private func pseudoFileJSON(_ file: PseudoFile) -> JSONValue {
    .object([
      ("path", .string(file.path)),
      ("state", .optional(state(of: file)?.rawValue)),
      ("fingerprint", .string(sixteenDigits(file.fingerprint))),
      ("count", .integer(file.count)),
      (
        "calls",
        .array(
          file.calls.map {
            .object([("call", .string($0.name)), ("count", .integer($0.count))])
          })
      ),
      ("native", file.native.json),
      ("weight", .string(file.native.weight.rawValue)),
      ("confidence", .string(file.native.weight.unmeasuredConfidence.rawValue)),
      ("hint", .string(file.native.hint)),
      ("first", file.first.json(requirements.traces)),
    ])
  }

  private static func stateJSON(_ state: SupportState?) -> JSONValue {
    .string(state?.rawValue ?? "unknown")
  }
}

extension SupportReport.Row {
  /// Stable across runs and kernels: of the call alone.
  public var fingerprint: UInt64 {
    var hash = Fingerprint()
    hash.add("support")
    hash.add(requirement.name)
    return hash.value
  }

  /// Stable across runs: of the call, and of the sub-commands and flags that are lacking. Requests
  /// that lack the same have the same.
  public func fingerprint(of request: SupportReport.Request) -> UInt64 {
    let lacking = request.judgement.unsupported.map { "\($0.argument) \($0.name)" }
    var hash = Fingerprint()
    hash.add("support")
    hash.add(requirement.name)
    for item in lacking.sorted() { hash.add(item) }
    return hash.value
  }
}

extension PseudoFile {
  /// Stable across runs and kernels: of the path alone.
  var fingerprint: UInt64 {
    var hash = Fingerprint()
    hash.add("pseudo-file")
    hash.add(path)
    return hash.value
  }
}
