// SPDX-License-Identifier: BSD-3-Clause

/// What became of every line of a source.
public struct ImportSummary: Sendable {
  /// A line that looks like one of the format and cannot be read.
  public struct Refusal: Sendable {
    /// The number of the line, from 1 on.
    public var line: Int
    /// Why.
    public var reason: String
    /// How it begins.
    public var text: [UInt8]
  }

  /// Refused lines that are kept; those beyond are counted.
  static let refusalLimit = 100
  /// Bytes of a refused line that are kept.
  static let textLimit = 120

  /// The format that was read.
  public var format: ImportFormat
  /// All lines.
  public var lineCount = 0
  /// Lines that became events, each alone or with the line that resumes it.
  public var importedLineCount = 0
  /// Lines of other origin: a kernel's log, a program's output, remarks of the tracer.
  public var otherLineCount = 0
  /// Lines of call stacks.
  public var stackLineCount = 0
  /// Lines without anything on them.
  public var blankLineCount = 0
  /// Refused lines.
  public var refusedLineCount = 0
  /// The first of them.
  public var refusals: [Refusal] = []
  /// System calls.
  public var callCount = 0
  /// Page faults.
  public var faultCount = 0
  /// Signals.
  public var signalCount = 0
  /// Tasks.
  public var taskCount = 0
  /// Events of all kinds.
  public var eventCount = 0
  /// Arguments of calls that the source does not tell.
  public var unknownArgumentCount = 0
  /// Results of calls that the source does not tell.
  public var unknownResultCount = 0
  /// Records that the source itself says are lost.
  public var lostCount = 0

  /// Nothing read yet.
  init(_ format: ImportFormat) { self.format = format }

  mutating func refuse(_ line: Int, _ reason: String, _ text: ByteText) {
    refusedLineCount += 1
    if refusals.count >= Self.refusalLimit { return }
    refusals.append(
      Refusal(line: line, reason: reason, text: [UInt8](text.prefix(Self.textLimit))))
  }
}
