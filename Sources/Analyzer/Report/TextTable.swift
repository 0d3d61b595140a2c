// SPDX-License-Identifier: BSD-3-Clause

/// Columns of text, aligned, at most `width` wide: the last column is wrapped.
struct TextTable {
  /// Which edge the entries of a column stand at.
  enum Alignment {
    case left, right
  }

  static var width: Int { 100 }
  private let alignments: [Alignment]
  private var rows: [[String]]

  /// A table with a title and an alignment for each column.
  init(_ columns: [(title: String, alignment: Alignment)]) {
    alignments = columns.map(\.alignment)
    rows = [columns.map(\.title)]
  }

  /// Adds a row with an entry for each column.
  mutating func add(_ entries: [String]) { rows.append(entries) }

  /// The table, each line indented by two spaces.
  var text: String {
    let last = alignments.count - 1
    var widths = [Int](repeating: 0, count: alignments.count)
    for row in rows {
      for index in 0..<last { widths[index] = min(40, max(widths[index], row[index].utf8.count)) }
    }
    let start = 2 + widths[..<last].reduce(0) { $0 + $1 + 2 }
    var text = ""
    for row in rows {
      var line = "  "
      for index in 0..<last {
        let entry = shortened(row[index], to: widths[index])
        let fill = String(repeating: " ", count: max(0, widths[index] - entry.utf8.count))
        line += (alignments[index] == .left ? entry + fill : fill + entry) + "  "
      }
      let parts = wrapped(row[last], to: max(20, Self.width - start))
      text += trimmed(line + parts[0]) + "\n"
      for part in parts.dropFirst() { text += String(repeating: " ", count: start) + part + "\n" }
    }
    return text
  }

  private func trimmed(_ line: String) -> String {
    var line = line
    while line.utf8.last == 0x20 { line.removeLast() }
    return line
  }
}

/// The text, its middle left out where it is too long. ASCII.
func shortened(_ text: String, to width: Int) -> String {
  if text.utf8.count <= width { return text }
  if width < 8 { return String(text.prefix(width)) }
  let head = (width - 3) / 2
  return String(text.prefix(head)) + "..." + String(text.suffix(width - 3 - head))
}

/// The text in lines of at most `width`, broken at spaces where there are some. ASCII.
func wrapped(_ text: String, to width: Int) -> [String] {
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ", omittingEmptySubsequences: false) {
    if line.isEmpty {
      line = String(word)
    } else if line.utf8.count + 1 + word.utf8.count <= width {
      line += " " + word
    } else {
      lines.append(line)
      line = String(word)
    }
    while line.utf8.count > width {
      lines.append(String(line.prefix(width)))
      line = String(line.dropFirst(width))
    }
  }
  if !line.isEmpty || lines.isEmpty { lines.append(line) }
  return lines
}
