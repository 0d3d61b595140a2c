// SPDX-License-Identifier: BSD-3-Clause

/// One thing that a report found, as formats for machines have it: whatever the report was about.
public struct Finding: Sendable {
  /// How bad it is.
  public enum Level: String, Sendable, CaseIterable {
    /// Something is wrong or missing that matters.
    case error
    /// Something is, and may not matter.
    case warning
    /// Something is, and most likely does not matter; or nothing is known.
    case note
  }

  /// Whether it was there before, and whether it is put up with.
  public enum Standing: Sendable, Equatable {
    /// It is new, or nobody asked.
    case new
    /// An earlier report had it.
    case known
    /// Somebody said why it is put up with.
    case suppressed(reason: String)
  }

  /// The same for the same finding in every run: 16 hexadecimal digits.
  public var fingerprint: String
  /// That of the whole of which this is a part: a baseline that has the whole has the part.
  public var wholeFingerprint: String?
  /// What kind of finding it is.
  public var rule: FindingRule
  /// How bad it is.
  public var level: Level
  /// The call or other thing that it is about.
  public var subject: String
  /// One line for a reader.
  public var title: String
  /// More lines.
  public var details: [String] = []
  /// The trace in which it was seen first.
  public var trace: String
  /// The event of that trace.
  public var event: UInt64?
  /// Where in the program that was asked first; nil where the trace does not say.
  public var place: CodePlace?
  /// How often it was seen.
  public var count: UInt64
  /// Whether the exit code is to tell of it.
  public var fails: Bool
  /// Whether it was there before, and whether it is put up with.
  public var standing = Standing.new

  /// The title and the details, a line each.
  var text: String { ([title] + details).joined(separator: "\n") }
}

/// A kind of finding.
public struct FindingRule: Sendable, Hashable {
  /// Its name for machines.
  public var id: String
  /// What it means, in a sentence.
  public var meaning: String

  /// A kind of its parts.
  init(_ id: String, _ meaning: String) {
    self.id = id
    self.meaning = meaning
  }

  /// Every kind.
  public static var all: [FindingRule] {
    DivergenceClass.allCases.map(FindingRule.init) + [
      .supportMissing, .supportStub, .supportUnknown,
    ]
  }

  /// The kind of a divergence.
  init(_ divergenceClass: DivergenceClass) {
    self.init(divergenceClass.rawValue, divergenceClass.meaning)
  }

  /// A call, sub-command or flag that programs ask for is missing.
  static var supportMissing: FindingRule {
    FindingRule("supportMissing", "Programs ask for it, and the kernel does not have it.")
  }
  /// A stub answers a call that programs make.
  static var supportStub: FindingRule {
    FindingRule("supportStub", "Programs call it, and the kernel answers without doing it.")
  }
  /// Nobody says whether the kernel has it.
  static var supportUnknown: FindingRule {
    FindingRule("supportUnknown", "Programs ask for it, and nobody says whether the kernel has it.")
  }
}

extension DivergenceClass {
  /// What it means, in a sentence.
  var meaning: String {
    switch self {
    case .missingCall: "One kernel has no handler for the call."
    case .result: "Both calls succeeded and gave different values, or the run ended otherwise."
    case .errno: "At least one side failed, and not both with the same errno."
    case .outputBytes: "The kernels wrote different bytes to the memory of the program."
    case .faultOutcome:
      "A fault, an exception or a signal ended otherwise, or came on one side only."
    case .vmaExtent: "Pages belong to a VMA on one side only."
    case .vmaProtection: "The same pages have another protection or sharing."
    case .vmaBacking: "The same pages have another backing, file, offset or name."
    case .vmaCount: "The same pages with the same attributes are split into another number of VMAs."
    case .placement: "The same mapping lies at another address."
    case .pageTable: "Entries of the page table differ."
    case .request: "The program asked for something else at the same place of its run."
    case .path: "A step is there on one side only."
    }
  }
}
