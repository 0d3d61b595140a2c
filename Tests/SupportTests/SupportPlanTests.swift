// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Support

struct SupportPlanTests {
  private static let both = CallVerdict(stubWorks: true, fakeWorks: true)
  private static let fakeOnly = CallVerdict(stubWorks: false, fakeWorks: true)
  private static let stubOnly = CallVerdict(stubWorks: true, fakeWorks: false)

  private func application(
    _ name: String, _ calls: [SystemCallNumber: CallVerdict]
  ) -> ApplicationNeeds {
    var needs = ApplicationNeeds(name: name)
    needs.join(calls)
    return needs
  }

  private func kernel(_ supported: SystemCallNumber...) -> SupportSet {
    var set = SupportSet(name: "k")
    for number in supported { set.set(number, to: .supported) }
    return set
  }

  private func summary(_ plan: SupportPlan) -> [String] {
    plan.steps.map { step in
      step.items.map { "\($0.work) \(SystemCallTable.name(of: $0.number)!)" }
        .joined(separator: ", ") + " -> " + step.unlocked.joined(separator: ", ")
    }
  }

  @Test func `what three applications lack comes before what one lacks`() {
    let plan = SupportPlanner().plan(
      for: kernel(.read),
      [
        application("a", [.read: .required, .poll: .required]),
        application("b", [.read: .required, .mmap: .required, .brk: .required]),
        application("c", [.mmap: .required, .brk: .required]),
        application("d", [.mmap: .required, .brk: .required, .ioctl: Self.both]),
      ])
    #expect(
      summary(plan) == ["implement mmap, implement brk -> b, c, d", "implement poll -> a"])
    #expect(plan.steps.map(\.totalCost) == [20, 30])
    #expect(plan.steps.map(\.runningCount) == [3, 4])
  }

  @Test func `as Loupe does it, the application that lacks the fewest comes first`() {
    let plan = SupportPlanner(order: .fewest).plan(
      for: kernel(.read),
      [
        application("b", [.mmap: .required, .brk: .required]),
        application("c", [.mmap: .required, .brk: .required]),
        application("z", [.read: .required, .poll: .required]),
      ])
    #expect(summary(plan) == ["implement poll -> z", "implement mmap, implement brk -> b, c"])
  }

  @Test func `a stub costs nothing where a missing call fails with ENOSYS already`() {
    let plan = SupportPlanner().plan(
      for: kernel(.read), [application("a", [.read: .required, .getpid: Self.stubOnly])])
    #expect(plan.running == ["a"])
    #expect(plan.steps.isEmpty)
  }

  @Test func `a call is faked unless that breaks another application`() {
    let faked = application("f", [.read: .required, .alarm: Self.fakeOnly])
    let alone = SupportPlanner().plan(for: kernel(.read), [faked])
    #expect(summary(alone) == ["fake alarm -> f"])
    let stubbed = application("s", [.read: .required, .alarm: Self.stubOnly])
    let together = SupportPlanner().plan(for: kernel(.read), [faked, stubbed])
    #expect(together.running == ["s"])
    #expect(summary(together) == ["implement alarm -> f"])
  }

  @Test func `a stub of the kernel is no support for who requires the call`() {
    var set = kernel(.read)
    set.set(.alarm, to: .stub)
    let plan = SupportPlanner().plan(
      for: set,
      [
        application("fake", [.read: .required, .alarm: Self.fakeOnly]),
        application("real", [.alarm: .required]),
      ])
    #expect(plan.running == ["fake"])
    #expect(summary(plan) == ["implement alarm -> real"])
  }

  /// With subset tests on an empty set, both would run on any kernel.
  @Test func `no data and no assertion are not support`() {
    let plan = SupportPlanner().plan(
      for: kernel(),
      [ApplicationNeeds(name: "none"), application("null", [.read: Self.both])])
    #expect(plan.running == [])
    #expect(plan.steps.isEmpty)
    #expect(plan.doubtful.map(\.name) == ["none", "null"])
    #expect(plan.doubtful.map(\.doubt) == [.noData, .testAssertsNothing])
  }

  @Test
  func `a part that the kernel lacks is work, unless it may be refused or the call is written`()
    throws
  {
    func part(_ number: SystemCallNumber, _ name: String) -> CallPart {
      CallPart(number: number, argument: 1, name: name, value: name == "TCGETS" ? 0x5401 : 0x5413)
    }
    func needs(_ name: String, _ verdict: CallVerdict) -> ApplicationNeeds {
      var needs = ApplicationNeeds(name: name)
      needs.join(
        [.ioctl: .required, .fcntl: .required],
        parts: [part(.ioctl, "TCGETS"): .required, part(.ioctl, "TIOCGWINSZ"): verdict])
      return needs
    }
    var set = kernel(.fcntl)
    set.add(
      CallRule([.init(argument: 1, pattern: .codes([0x5401], mask: 0xffff_ffff))]), to: .ioctl)
    let all = [needs("a", .required), needs("b", Self.stubOnly), needs("c", .required)]
    let costs = try WorkCosts(parsing: "ioctl(TIOCGWINSZ) 4\n", path: "c")
    let plan = SupportPlanner(costs: costs).plan(for: set, all)
    #expect(plan.running == ["b"])
    #expect(plan.steps.map(\.totalCost) == [4])
    #expect(plan.steps.first?.items.map(\.part?.name) == ["TIOCGWINSZ"])
    #expect(plan.steps.first?.unlocked == ["a", "c"])
    // Who writes the call writes its parts; a list that says nothing of them is taken at its word.
    let whole = SupportPlanner(costs: costs).plan(for: kernel(.fcntl), all)
    #expect(summary(whole) == ["implement ioctl -> a, b, c"])
    #expect(SupportPlanner().plan(for: kernel(.fcntl, .ioctl), all).running == ["a", "b", "c"])
    for text in ["ioctl() 3", "ioctl(TCGETS 3", "(TCGETS) 3", "nothing(X) 3"] {
      #expect(throws: SupportFileError.self) { try WorkCosts(parsing: text, path: "c") }
    }
  }

  @Test func `what lost events is never counted as running`() {
    var lossy = application("l", [.read: .required])
    lossy.isIncomplete = true
    let plan = SupportPlanner().plan(for: kernel(.read), [lossy])
    #expect(plan.running == [] && plan.steps.isEmpty)
    #expect(plan.doubtful.map(\.doubt) == [.lostEvents])
  }

  @Test func `costs move the order`() throws {
    let costs = try WorkCosts(parsing: "# dear\npoll 100\n\nmmap 1 # cheap\n", path: "c")
    let applications = [
      application("a", [.poll: .required]), application("b", [.mmap: .required]),
    ]
    let plan = SupportPlanner(costs: costs).plan(for: kernel(), applications)
    #expect(summary(plan) == ["implement mmap -> b", "implement poll -> a"])
    #expect(throws: SupportFileError.self) { try WorkCosts(parsing: "poll 0", path: "c") }
    #expect(throws: SupportFileError.self) { try WorkCosts(parsing: "pole 1", path: "c") }
  }

  @Test func `the order of the applications does not move the plan`() {
    let applications = (0..<24).map { index in
      var calls: [SystemCallNumber: CallVerdict] = [:]
      for step in 0..<6 {
        let number = UInt32((index * 7 + step * step * 5) % 40)
        calls[SystemCallNumber(rawValue: number)] = .required
      }
      return application("app\(index)", calls)
    }
    let plans = [applications, applications.reversed(), Array(applications.shuffled())].map {
      summary(SupportPlanner().plan(for: kernel(), $0))
    }
    #expect(plans[0] == plans[1])
    #expect(plans[0] == plans[2])
  }
}
