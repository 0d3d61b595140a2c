// SPDX-License-Identifier: BSD-3-Clause

/// Findings that are put up with, why, and until when: a file with a `FINGERPRINT DATE REASON` a
/// line. The date is `YYYY-MM-DD`, the last day on which the line counts; `#` begins a comment.
public struct Suppressions: Sendable {
  /// A line of the file.
  struct Entry: Sendable {
    var line: Int
    var fingerprint: String
    /// The last day, as `YYYY-MM-DD`.
    var lastDay: String
    var reason: String
  }

  private let entries: [Entry]
  private let today: String
  private static var lineLimit: Int { 65536 }

  /// Reads a file. `today` is `YYYY-MM-DD`.
  ///
  /// - Throws: `ReportFileError` with the line.
  public init(parsing text: String, today: String) throws(ReportFileError) {
    self.today = today
    var entries: [Entry] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let words = line.split(maxSplits: 2, whereSeparator: { $0 == " " || $0 == "\t" })
      if words.isEmpty || words[0].hasPrefix("#") { continue }
      func error(_ message: String) -> ReportFileError {
        ReportFileError(message: "line \(index + 1): \(message)")
      }
      if entries.count >= Self.lineLimit { throw error("more than \(Self.lineLimit) lines") }
      guard words[0].utf8.count == 16, words[0].allSatisfy(\.isHexDigit) else {
        throw error("expected a fingerprint of 16 digits, found \"\(words[0].prefix(40))\"")
      }
      guard words.count > 1, Self.isDay(words[1]) else {
        throw error("expected the last day as YYYY-MM-DD behind the fingerprint")
      }
      guard words.count > 2 else { throw error("expected a reason behind the day") }
      entries.append(
        Entry(
          line: index + 1, fingerprint: words[0].lowercased(), lastDay: String(words[1]),
          reason: printable(words[2].utf8)))
    }
    self.entries = entries
  }

  /// Why a finding is put up with; nil if it is not, or no longer.
  public func reason(for fingerprint: String) -> String? {
    entries.first { $0.fingerprint == fingerprint && $0.lastDay >= today }?.reason
  }

  /// What to tell about the file: lines whose day is over.
  public var notes: [String] {
    entries.filter { $0.lastDay < today }.map {
      "line \($0.line): \($0.fingerprint) counts again since its day \($0.lastDay) is over"
    }
  }

  /// The day as `YYYY-MM-DD` of a number of seconds since 1970, UTC.
  public static func day(ofSecond second: UInt64) -> String {
    // Days since 0000-03-01: a year that begins in March has its leap day at its end.
    let days = min(second / 86400, 2_932_896) + 719_468
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    func padded(_ value: UInt64, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
  }

  private static func isDay(_ text: Substring) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.map(\.utf8.count) == [4, 2, 2],
      parts.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }),
      let month = Int(parts[1]), let day = Int(parts[2])
    else { return false }
    return (1...12).contains(month) && (1...31).contains(day)
  }
}
