// SPDX-License-Identifier: BSD-3-Clause

/// Finds for each of several things whether a program works without it, with fewer runs than two
/// for each, and confirms the verdicts together.
///
/// Several things are taken away at once. Where the program still works, it works without each of
/// them: that is assumed. Where it does not, the group is halved until what breaks it is found
/// alone; every verdict "does not work" has a run of its own that shows it.
public struct VerdictSearch {
  /// Something taken away, and how.
  public struct Question: Sendable, Hashable {
    /// Which of the things, from 0 on.
    public var item: Int
    /// Whether it is faked, not stubbed.
    public var isFake: Bool

    /// A question of its parts.
    public init(_ item: Int, isFake: Bool) {
      self.item = item
      self.isFake = isFake
    }
  }

  /// What was found.
  public struct Result: Sendable {
    /// The verdict on each thing.
    public var verdicts: [CallVerdict]
    /// What the program works without, all of it in one run.
    public var together: [Question]
    /// What it works without only if the rest of `together` is there.
    public var apart: [Question]
  }

  /// How many things there are.
  public let itemCount: Int
  /// Whether it is likely that the program does not work without a thing: those are tried alone.
  private let isLikelyRequired: (Int) -> Bool
  private let works: ([Question]) throws -> Bool
  private var known: [Set<Question>: Bool] = [:]

  /// A search that asks `works` whether the program works without the things of a question; it
  /// asks nothing twice.
  public init(
    itemCount: Int, isLikelyRequired: @escaping (Int) -> Bool,
    works: @escaping ([Question]) throws -> Bool
  ) {
    self.itemCount = itemCount
    self.isLikelyRequired = isLikelyRequired
    self.works = works
  }

  /// Searches.
  public mutating func run() throws -> Result {
    let isLikelyRequired = isLikelyRequired
    let stubs = try working(
      (0..<itemCount).map { Question($0, isFake: false) }, alone: { isLikelyRequired($0.item) })
    let stubbed = Set(stubs.map(\.item))
    // What works stubbed mostly works faked, and what does not mostly does not.
    let fakes = try working(
      (0..<itemCount).map { Question($0, isFake: true) }, alone: { !stubbed.contains($0.item) })
    let faked = Set(fakes.map(\.item))
    let chosen = stubs + fakes.filter { !stubbed.contains($0.item) }
    let together = try largestWorking(chosen.sorted { $0.item < $1.item })
    return Result(
      verdicts: (0..<itemCount).map {
        CallVerdict(stubWorks: stubbed.contains($0), fakeWorks: faked.contains($0))
      },
      together: together, apart: chosen.filter { !together.contains($0) })
  }

  private mutating func ask(_ questions: [Question]) throws -> Bool {
    let key = Set(questions)
    if let answer = known[key] { return answer }
    let answer = try works(questions)
    known[key] = answer
    return answer
  }

  /// The questions to which the answer is yes, each for itself.
  private mutating func working(
    _ questions: [Question], alone: (Question) -> Bool
  ) throws -> [Question] {
    var found: [Question] = []
    for question in questions where alone(question) {
      if try ask([question]) { found.append(question) }
    }
    try search(questions.filter { !alone($0) }, failing: false, &found)
    return found
  }

  /// Halves a group until every part works or is one question that does not.
  private mutating func search(
    _ group: [Question], failing: Bool, _ found: inout [Question]
  ) throws {
    if group.isEmpty { return }
    // One that is left over when the rest has worked is asked alone all the same.
    if !failing || group.count == 1, try ask(group) {
      found += group
      return
    }
    if group.count == 1 { return }
    let half = group.count / 2
    let (left, right) = (Array(group[..<half]), Array(group[half...]))
    let before = found.count
    try search(left, failing: false, &found)
    try search(right, failing: found.count - before == left.count, &found)
  }

  /// As much of what works alone as works together, the first first.
  private mutating func largestWorking(_ questions: [Question]) throws -> [Question] {
    var together: [Question] = []
    func add(_ group: [Question], _ search: inout VerdictSearch) throws {
      if group.isEmpty { return }
      if try search.ask(together + group) {
        together += group
      } else if group.count > 1 {
        try add(Array(group[..<(group.count / 2)]), &search)
        try add(Array(group[(group.count / 2)...]), &search)
      }
    }
    try add(questions, &self)
    return together
  }
}
