// SPDX-License-Identifier: BSD-3-Clause

public import Import

extension ImportSummary {
  /// What became of each line, for a reader.
  public func text() -> String {
    var text = "\(lineCount) lines: \(importedLineCount) imported"
    for (count, what) in [
      (otherLineCount, "of other origin"), (stackLineCount, "of call stacks"),
      (blankLineCount, "blank"), (refusedLineCount, "refused"),
    ] where count > 0 {
      text += ", \(count) \(what)"
    }
    text += "\n\(eventCount) events: \(callCount) calls"
    for (count, what) in [(faultCount, "page faults"), (signalCount, "signals")] where count > 0 {
      text += ", \(count) \(what)"
    }
    text += ", of \(taskCount) \(taskCount == 1 ? "task" : "tasks")\n"
    if unknownArgumentCount > 0 || unknownResultCount > 0 {
      text += "not told: \(unknownArgumentCount) arguments, \(unknownResultCount) results\n"
    }
    if lostCount > 0 { text += "lost, the source says: \(lostCount)\n" }
    for refusal in refusals {
      text += "line \(refusal.line): \(refusal.reason): \(printable(refusal.text))\n"
    }
    if refusedLineCount > refusals.count {
      text += "and \(refusedLineCount - refusals.count) more\n"
    }
    return text
  }

  /// The same as JSON: its schema is in `docs/import.md`.
  public func json() -> String {
    func count(_ value: Int) -> JSONValue { .integer(UInt64(clamping: value)) }
    return JSONValue.object([
      ("schema", .string("epimetheus-import")),
      ("schemaVersion", .integer(1)),
      ("format", .string(format.rawValue)),
      (
        "lines",
        .object([
          ("all", count(lineCount)), ("imported", count(importedLineCount)),
          ("other", count(otherLineCount)), ("stack", count(stackLineCount)),
          ("blank", count(blankLineCount)), ("refused", count(refusedLineCount)),
        ])
      ),
      (
        "refusals",
        .array(
          refusals.map {
            .object([
              ("line", count($0.line)), ("reason", .string($0.reason)),
              ("text", .string(printable($0.text))),
            ])
          })
      ),
      ("events", count(eventCount)),
      ("calls", count(callCount)),
      ("faults", count(faultCount)),
      ("signals", count(signalCount)),
      ("tasks", count(taskCount)),
      ("unknownArguments", count(unknownArgumentCount)),
      ("unknownResults", count(unknownResultCount)),
      ("lost", count(lostCount)),
    ]).text() + "\n"
  }
}
