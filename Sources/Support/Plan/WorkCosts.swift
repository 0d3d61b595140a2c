// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// What the work on a system call costs, in any unit.
public struct WorkCosts: Sendable {
  /// To implement a call that has no cost of its own.
  public var implementation: UInt64 = 10
  /// To fake a call: answer with success and do nothing.
  public var fake: UInt64 = 2
  /// To implement a sub-command or a flag that has no cost of its own.
  public var part: UInt64 = 3
  private var own: [SystemCallNumber: UInt64] = [:]
  private var ownParts: [SystemCallNumber: [String: UInt64]] = [:]

  /// The same cost for every call.
  public init() {}

  /// Reads costs, one `NAME COST` or `NAME(PART) COST` a line; `#` begins a comment.
  ///
  /// - Throws: `SupportFileError` with the line.
  public init(parsing text: String, path: String) throws(SupportFileError) {
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let words = line.prefix { $0 != "#" }.split(whereSeparator: { $0 == " " || $0 == "\t" })
      if words.isEmpty { continue }
      let names = words.first?.split(separator: "(", maxSplits: 1) ?? []
      guard words.count == 2, let cost = UInt64(words[1]), cost > 0, cost <= 1_000_000,
        let name = names.first, let number = SystemCallTable.number(named: Array(name.utf8)),
        names.count == 1 || (names[1].utf8.count > 1 && names[1].hasSuffix(")"))
      else {
        throw SupportFileError(
          path: path, line: index + 1,
          message: "expected the name of a system call and a cost from 1 to 1000000, "
            + "found \"\(line.prefix(40))\"")
      }
      if names.count == 2 {
        ownParts[number, default: [:]][String(names[1].dropLast())] = cost
      } else {
        own[number] = cost
      }
    }
  }

  /// The cost of implementing a call.
  public func implementing(_ number: SystemCallNumber) -> UInt64 { own[number] ?? implementation }

  /// The cost of faking a call: never more than implementing it.
  public func faking(_ number: SystemCallNumber) -> UInt64 { min(fake, implementing(number)) }

  /// The cost of implementing a sub-command or a flag: never more than the whole call's.
  public func implementing(_ part: CallPart) -> UInt64 {
    ownParts[part.number]?[part.name] ?? min(self.part, implementing(part.number))
  }
}
