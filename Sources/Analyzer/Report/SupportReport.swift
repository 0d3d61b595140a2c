// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
public import Support

/// What programs need that a kernel lacks: what traces ask for, held against a support set.
public struct SupportReport: Sendable {
  /// A sub-command or flag that was asked for.
  public struct Item: Sendable {
    /// The argument, 0 to 5.
    public var argument: Int
    /// Its name, or its value where it has none.
    public var name: String
    /// How many calls asked for it.
    public var count: UInt64
    /// Whether the kernel has it; nil where the set does not say.
    public var state: SupportState?
  }

  /// What was asked with one shape, and what the set says of it.
  public struct Request: Sendable {
    /// The request.
    public var shape: CallRequirement.Shape
    /// What the set says.
    public var judgement: RequestJudgement
  }

  /// A call that was made.
  public struct Row: Sendable {
    /// What was asked of it.
    public var requirement: CallRequirement
    /// How far what was asked is supported; nil where the set does not say.
    public var state: SupportState?
    /// The shapes, in order of appearance.
    public var requests: [Request]
    /// The sub-commands and flags, by argument and name.
    public var items: [Item]

    /// How many calls got this judgement.
    public func count(_ state: SupportState?) -> UInt64 {
      let unkept = state == nil && self.state != .missing && self.state != .stub
      return requests.filter { $0.judgement.state == state }.reduce(
        unkept ? requirement.unkeptCount : 0
      ) { $0 + $1.shape.count }
    }

    /// Whether a kernel must do something about it, as far as the traces tell: not where the kernel
    /// that was recorded answered ENOSYS, too.
    public var isRequired: Bool { native.weight != .harmless }
    /// How sure that is: only predictions for whole calls were measured.
    public var confidence: NativeRecord.Confidence {
      state == .partial ? native.weight.unmeasuredConfidence : native.weight.confidence
    }

    /// What the kernel of the traces made of the calls that are not supported; of all, where all
    /// are.
    public var native: NativeRecord {
      let lacking = requests.filter { $0.judgement.state != .supported }
      if lacking.isEmpty { return requirement.native }
      return lacking.reduce(into: NativeRecord()) { $0.add($1.shape.native) }
    }
  }

  /// From which state on a report fails.
  public enum Threshold: String, Sendable, CaseIterable {
    /// Something required is missing: a call, a sub-command or a flag.
    case missing
    /// The same, or a stub answers something required.
    case stub
    /// The same, or the set does not say.
    case unknown
  }

  /// The number of the JSON's form; it changes when a member changes its meaning or goes.
  public static var schemaVersion: UInt64 { 1 }

  /// What the kernel supports.
  public var set: SupportSet
  /// What was asked.
  public var requirements: Requirements
  /// The calls: missing first, then stubs, partial ones, those of which nothing is known; in each
  /// state those that matter first.
  public let rows: [Row]

  /// Holds requirements against a set.
  public init(_ requirements: Requirements, against set: SupportSet) {
    self.requirements = requirements
    self.set = set
    rows = requirements.calls.map { Self.row($0, set) }.sorted { Self.isBefore($0, $1) }
  }

  /// Whether something is there that the threshold names.
  public func fails(_ threshold: Threshold) -> Bool {
    lackingFiles.contains { isRequired($0) && Self.fails(state(of: $0), threshold) }
      || rows.contains { row in
        row.isRequired
          && [.missing, .stub, nil].contains {
            row.count($0) > 0 && Self.fails($0, threshold)
          }
      }
  }

  /// Whether the threshold names what is in that state; without one nothing is named.
  static func fails(_ state: SupportState?, _ threshold: Threshold?) -> Bool {
    switch threshold {
    case nil: false
    case .missing: state == .missing
    case .stub: state == .missing || state == .stub
    case .unknown: state == .missing || state == .stub || state == nil
    }
  }

  /// What the set says of a pseudo-file; nil where it does not say.
  func state(of file: PseudoFile) -> SupportState? { set.state(ofPseudoFile: file.path) }

  /// Whether a kernel must have it, as far as the traces tell: not where no call with it succeeded.
  func isRequired(_ file: PseudoFile) -> Bool { !file.native.alwaysFailed }

  /// The pseudo-files that are missing, stubs or, where the set speaks of any, not known.
  var lackingFiles: [PseudoFile] {
    self.set.knowsPseudoFiles
      ? requirements.pseudoFiles.filter { Self.fails(state(of: $0), .unknown) } : []
  }

  /// What a set says of a request; nothing where that depends on what an import does not tell.
  private static func judge(
    _ shape: CallRequirement.Shape, _ number: SystemCallNumber, _ set: SupportSet
  ) -> RequestJudgement {
    var judgement = set.judge(number, operands: shape.operands, memory: shape.memory)
    if shape.isWholeKnown || set.rules(of: number).isEmpty { return judgement }
    switch set.state(of: number) {
    case .missing, .stub: return judgement
    case .supported, .partial:
      judgement.state = nil
      judgement.unsupported = []
      judgement.unchecked = ["arguments that the trace does not tell"]
      return judgement
    }
  }

  private static func row(_ requirement: CallRequirement, _ set: SupportSet) -> Row {
    let number = requirement.number
    let requests = requirement.shapes.map {
      Request(shape: $0, judgement: judge($0, number, set))
    }
    let whole = set.state(of: number)
    let state: SupportState? =
      if whole == .missing || whole == .stub {
        whole
      } else if requests.allSatisfy({ $0.judgement.state == .missing }) {
        .missing
      } else if requests.contains(where: { $0.judgement.state == .missing }) {
        .partial
      } else if requests.contains(where: { $0.judgement.state == nil })
        || requirement.unkeptCount > 0
      {
        nil
      } else {
        .supported
      }
    return Row(
      requirement: requirement, state: state, requests: requests,
      items: items(requests, set, number))
  }

  private static func items(
    _ requests: [Request], _ set: SupportSet, _ number: SystemCallNumber
  ) -> [Item] {
    var items: [Item] = []
    for request in requests where request.shape.isWholeKnown {
      for item in RequestItem.items(of: number, operands: request.shape.operands) {
        let place = items.firstIndex { $0.argument == item.argument && $0.name == item.name }
        if let place {
          items[place].count += request.shape.count
        } else {
          items.append(
            Item(
              argument: item.argument, name: item.name, count: request.shape.count,
              state: set.state(of: item, in: number)))
        }
      }
    }
    return items.sorted { ($0.argument, $0.name) < ($1.argument, $1.name) }
  }

  private static func isBefore(_ left: Row, _ right: Row) -> Bool {
    func rank(_ row: Row) -> (Int, Int) {
      let state =
        switch row.state {
        case .missing: 0
        case .stub: 1
        case .partial: 2
        case nil: 3
        case .supported: 4
        }
      let weight =
        switch row.native.weight {
        case .matters: 0
        case .stubMayDo: 1
        case .unknown: 2
        case .likelyDispensable: 3
        case .likelyHarmless: 4
        case .harmless: 5
        }
      return (state, weight)
    }
    if rank(left) != rank(right) { return rank(left) < rank(right) }
    if left.requirement.count != right.requirement.count {
      return left.requirement.count > right.requirement.count
    }
    return left.requirement.number.rawValue < right.requirement.number.rawValue
  }
}

extension SupportState? {
  /// The word for it in a report.
  var word: String { self?.rawValue ?? "not known" }
}
