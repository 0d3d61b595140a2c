// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// A table of loupedb: `dyn.csv` with four columns, `static_*.csv` with one.
///
/// It keeps every row as it stands, also rows that contradict themselves, so that a table is
/// written back to the same bytes. Source: `DATABASE_FORMAT` of Loupe.
public struct LoupeTable: Sendable {
  /// What a table tells.
  public enum Kind: Sendable {
    /// `used, works faked, works stubbed, works both`. Most tables have at most one `Y` in the last
    /// three, some have all three where both work.
    case dynamic
    /// `used`.
    case staticAnalysis

    /// The columns behind the number.
    var columnCount: Int { self == .dynamic ? 4 : 1 }
  }

  /// A row.
  public struct Row: Sendable {
    /// The number of the call.
    public var number: SystemCallNumber
    /// The columns, `Y` as true.
    public var columns: [Bool]
  }

  /// What the table tells.
  public let kind: Kind
  /// The rows in the order of the file.
  public var rows: [Row] = []
  private var heading: String?
  private var ending = "\n"

  /// Numbers beyond this are damage.
  private static let highestNumber: UInt32 = 1023

  /// Reads a table.
  ///
  /// - Throws: `SupportFileError` with the line.
  public init(parsing text: String, kind: Kind, path: String) throws(SupportFileError) {
    self.kind = kind
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var blankCount = 0
    while lines.last == "" {
      lines.removeLast()
      blankCount += 1
    }
    ending = String(repeating: "\n", count: lines.isEmpty ? blankCount - 1 : blankCount)
    for (index, line) in lines.enumerated() {
      if index == 0 && line.hasPrefix("#") {
        heading = String(line)
        continue
      }
      guard let row = Self.row(line, kind.columnCount) else {
        throw SupportFileError(
          path: path, line: index + 1,
          message: "expected a number and \(kind.columnCount) of Y or N, "
            + "found \"\(line.prefix(40))\"")
      }
      rows.append(row)
    }
  }

  /// A table of what was measured, as Loupe writes it.
  public init(_ measurement: [SystemCallNumber: CallVerdict], through highest: UInt32 = 334) {
    kind = .dynamic
    heading = "# syscall, used, works faked, works stubbed, works both"
    let last = measurement.keys.map(\.rawValue).max() ?? 0
    rows = (0...max(highest, last)).map { number in
      let number = SystemCallNumber(rawValue: number)
      guard let verdict = measurement[number] else {
        return Row(number: number, columns: [false, false, false, false])
      }
      let both = verdict.fakeWorks && verdict.stubWorks
      return Row(
        number: number,
        columns: [true, verdict.fakeWorks && !both, verdict.stubWorks && !both, both])
    }
  }

  /// The bytes of the table.
  public var text: String {
    var lines = heading.map { [$0] } ?? []
    for row in rows {
      lines.append(
        row.columns.reduce(into: String(row.number.rawValue)) { $0 += $1 ? ",Y" : ",N" })
    }
    return lines.joined(separator: "\n") + ending
  }

  /// The calls that are used, and their verdicts; a table of a static analysis knows no verdicts
  /// and gives all as required.
  public var verdicts: [SystemCallNumber: CallVerdict] {
    var verdicts: [SystemCallNumber: CallVerdict] = [:]
    for row in rows where row.columns[0] {
      verdicts[row.number] =
        kind == .staticAnalysis
        ? .required
        : CallVerdict(
          stubWorks: row.columns[2] || row.columns[3], fakeWorks: row.columns[1] || row.columns[3])
    }
    return verdicts
  }

  /// Calls that have a verdict and are not used: the table contradicts itself.
  public var contradictions: [SystemCallNumber] {
    rows.filter { !$0.columns[0] && $0.columns.contains(true) }.map(\.number)
  }

  private static func row(_ line: Substring, _ columnCount: Int) -> Row? {
    let fields = line.split(separator: ",", omittingEmptySubsequences: false)
    guard fields.count == columnCount + 1, let number = UInt32(fields[0]),
      number <= highestNumber, String(number) == fields[0],
      fields.dropFirst().allSatisfy({ $0 == "Y" || $0 == "N" })
    else { return nil }
    return Row(
      number: SystemCallNumber(rawValue: number), columns: fields.dropFirst().map { $0 == "Y" })
  }
}
