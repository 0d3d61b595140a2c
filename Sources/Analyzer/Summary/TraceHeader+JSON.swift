// SPDX-License-Identifier: BSD-3-Clause

internal import Trace

extension TraceHeader {
  /// The members that begin every JSON about one trace.
  func json(schema: String) -> JSONValue {
    .object([
      ("schema", .string(schema)),
      ("schemaVersion", .integer(1)),
      ("program", .text(program)),
      ("arguments", .array(arguments.map { .text($0) })),
      ("kernel", .text(kernel)),
      ("origin", .string(origin.text)),
      ("unseen", .array(Report.unseenText(unseen).map { .string($0) })),
    ])
  }
}
