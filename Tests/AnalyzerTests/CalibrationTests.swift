// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import LinuxABI
import Support
import Testing
import Trace

/// What is predicted of calls, and how predictions are held against what was measured.
struct CalibrationTests {
  private func requirements(_ script: Script) throws -> Requirements {
    var (requirements, events) = (Requirements(), script.events)
    var header = TraceHeader()
    header.origin = .linux
    try requirements.read(&events, header: header, named: "a.epi")
    return requirements
  }

  /// A call of each weight, and more of the ones that matter.
  private static var script: Script {
    Script {
      $0.call(.rseq, 0, 32, 0, 0, result: -38)
      $0.call(.access, 0x1000, 0, result: -2)
      $0.call(.set_robust_list, 0, 24, result: 0)
      $0.write(0x1000, [UInt8](repeating: 1, count: 16))
      $0.call(.prlimit64, 0, 3, 0, 0x1000, result: 0)
      $0.call(.brk, 0x5000, result: 0x5000)
      $0.map(0x4000, 0x5000)
      $0.call(.openat, 0, 0x1000, 0, result: 3)
      $0.write(0x1000, [1, 2], isData: true)
      $0.call(.read, 3, 0x1000, 2, result: 2)
      $0.call(.write, 1, 0x1000, 2, result: 2)
      $0.call(.pread64, 3, 0x1000, 2, 0, result: 0)
      $0.call(.newfstatat, 3, 0x1000, 0x2000, 0, result: 0)
      $0.mmap(0x1000, at: 0x7000)
      $0.call(.clone, 17, result: 2)
      $0.call(.wait4, 2, 0x1000, 0, 0, result: 2)
      $0.call(.pipe2, 0x1000, 0, result: 0)
      $0.call(.arch_prctl, 0x1002, 0x1000, result: 0)
      $0.call(.getrandom, 0x1000, 8, 0, result: 8)
      $0.call(.exit_group, 0, result: 0, flags: .didNotReturn)
    }
  }

  @Test func `what a call gave decides what is predicted`() throws {
    var byWeight: [NativeRecord.Weight: [String]] = [:]
    for call in try requirements(Self.script).calls {
      byWeight[call.native.weight, default: []].append(call.name)
    }
    #expect(byWeight[.harmless] == ["rseq"])
    #expect(byWeight[.likelyHarmless] == ["access"])
    #expect(byWeight[.stubMayDo] == ["pread64", "set_robust_list"])
    #expect(byWeight[.likelyDispensable] == ["brk", "prlimit64", "getrandom"].sorted(by: number))
    #expect(
      byWeight[.matters]
        == [
          "read", "write", "mmap", "clone", "wait4", "arch_prctl", "openat", "newfstatat", "pipe2",
        ])
    #expect(byWeight[.unknown] == ["exit_group"])
  }

  private func number(_ left: String, _ right: String) -> Bool {
    func value(_ name: String) -> UInt32 {
      SystemCallTable.all.first { SystemCallTable.name(of: $0).map { "\($0)" } == name }?.rawValue
        ?? 0
    }
    return value(left) < value(right)
  }

  @Test func `predictions are counted as right or wrong`() throws {
    let asked = try requirements(Self.script)
    var needs = ApplicationNeeds(name: "a")
    needs.join(
      [
        .rseq: CallVerdict(stubWorks: true, fakeWorks: false), .access: .required,
        .set_robust_list: CallVerdict(stubWorks: true, fakeWorks: false),
        .prlimit64: CallVerdict(stubWorks: false, fakeWorks: true), .brk: .required,
        .read: .required, .write: CallVerdict(stubWorks: true, fakeWorks: true),
        .exit_group: CallVerdict(stubWorks: true, fakeWorks: true), .getppid: .required,
      ], parts: [:])
    var calibration = Calibration()
    calibration.add(asked, needs)
    func row(_ weight: NativeRecord.Weight) -> String {
      guard let row = calibration.rows.first(where: { $0.weight == weight }) else { return "" }
      return "\(row.right) of \(row.count) \(row.wrong.keys.sorted())"
    }
    #expect(row(.harmless) == "1 of 1 []")
    #expect(row(.likelyHarmless) == "0 of 1 [\"access\"]")
    #expect(row(.stubMayDo) == "0 of 1 [\"set_robust_list\"]")
    #expect(row(.likelyDispensable) == "1 of 2 [\"brk\"]")
    #expect(row(.matters) == "1 of 2 [\"write\"]")
    #expect(row(.unknown) == "0 of 1 []")
    #expect(calibration.unpairedCount == 10)
    // Too few say nothing; twenty do.
    #expect(calibration.overconfident.isEmpty)
    for _ in 0..<19 { calibration.add(asked, needs) }
    #expect(
      calibration.overconfident == [.likelyHarmless, .stubMayDo, .likelyDispensable, .matters])
    #expect(calibration.text().contains("likelyHarmless claims more than was measured"))
  }
}
