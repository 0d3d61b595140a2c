// SPDX-License-Identifier: BSD-3-Clause

import Import
import Trace

/// What an import made of a text.
struct Imported {
  let header: TraceHeader
  let events: EventList
  let summary: ImportSummary

  init(_ format: ImportFormat, _ text: String) { self.init(format, [UInt8](text.utf8)) }

  init(_ format: ImportFormat, _ text: [UInt8]) {
    let importer = Importer(format, text)
    header = importer.header
    var events = EventList()
    summary = importer.run(into: &events)
    self.events = events
  }

  /// The events in the text form, one a line.
  var lines: [String] {
    var text: [UInt8] = []
    for index in 0..<events.count {
      unsafe TraceText.append(events[index], payload: events.payload(at: index), to: &text)
    }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// Whether every line is counted exactly once.
  var isAccountedFor: Bool {
    summary.importedLineCount + summary.otherLineCount + summary.stackLineCount
      + summary.blankLineCount + summary.refusedLineCount == summary.lineCount
  }
}
