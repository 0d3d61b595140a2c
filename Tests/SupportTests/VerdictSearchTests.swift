// SPDX-License-Identifier: BSD-3-Clause

import Support
import Testing

struct VerdictSearchTests {
  typealias Question = VerdictSearch.Question

  /// Runs that were asked for.
  private final class Runs {
    var all: [[Question]] = []
  }

  private func search(
    _ count: Int, likely: @escaping (Int) -> Bool = { _ in false },
    works: @escaping ([Question]) -> Bool
  ) throws -> (VerdictSearch.Result, Runs) {
    let runs = Runs()
    var search = VerdictSearch(itemCount: count, isLikelyRequired: likely) { questions in
      runs.all.append(questions)
      return works(questions)
    }
    return (try search.run(), runs)
  }

  @Test(arguments: 1...60)
  func `each verdict is that of the thing alone, in fewer runs than two for each`(
    seed: UInt64
  ) throws {
    // Repeat one with its argument.
    var state = seed &* 0x9e37_79b9_7f4a_7c15
    func chance(_ percent: UInt64) -> Bool {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % 100 < percent
    }
    let count = 40
    var needed = Set<Question>()
    for item in 0..<count {
      if chance(25) { needed.insert(Question(item, isFake: false)) }
      let isNeeded = needed.contains(Question(item, isFake: false))
      if chance(isNeeded ? 85 : 5) { needed.insert(Question(item, isFake: true)) }
    }
    // Most of what is required was to be expected.
    let expected = Set(needed.filter { _ in chance(80) }.map(\.item))
    let (result, runs) = try search(count, likely: { expected.contains($0) }) { questions in
      needed.isDisjoint(with: questions)
    }
    for item in 0..<count {
      #expect(
        result.verdicts[item].stubWorks == !needed.contains(Question(item, isFake: false)))
      #expect(result.verdicts[item].fakeWorks == !needed.contains(Question(item, isFake: true)))
    }
    #expect(result.apart.isEmpty)
    #expect(runs.all.count < 2 * count, "\(runs.all.count) runs")
    #expect(Set(runs.all.map { Set($0) }).count == runs.all.count, "nothing is asked twice")
  }

  @Test func `what does not work has a run of its own`() throws {
    let bad: Set<Int> = [3, 4, 11]
    let (result, runs) = try search(16) { questions in
      questions.allSatisfy { !bad.contains($0.item) }
    }
    for item in bad {
      #expect(result.verdicts[item].isRequired)
      #expect(runs.all.contains([Question(item, isFake: false)]))
      #expect(runs.all.contains([Question(item, isFake: true)]))
    }
  }

  @Test func `what works alone and not together is told`() throws {
    // Without either of two ways to know the time, but not without both.
    let (result, _) = try search(6) { questions in
      !(questions.contains { $0.item == 1 } && questions.contains { $0.item == 4 })
    }
    #expect(result.verdicts.allSatisfy { $0.stubWorks && $0.fakeWorks })
    #expect(result.apart == [Question(4, isFake: false)])
    #expect(result.together.count == 5)
  }

  @Test func `a fake stands where a stub does not work`() throws {
    let (result, _) = try search(3) { !$0.contains(Question(1, isFake: false)) }
    #expect(!result.verdicts[1].stubWorks && result.verdicts[1].fakeWorks)
    #expect(result.together.contains(Question(1, isFake: true)))
  }

  @Test func `nothing to search takes no run`() throws {
    let (result, runs) = try search(0) { _ in true }
    #expect(result.verdicts.isEmpty)
    #expect(runs.all.count <= 1)
  }
}
