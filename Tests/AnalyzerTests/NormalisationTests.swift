// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import LinuxABI
import Testing
import Trace

struct NormalisationTests {
  /// A run of a position-independent program whose addresses lie `shift` higher.
  private func run(shift: UInt64, pid: Int64 = 100, descriptor: Int64 = 3) -> Script {
    Script {
      $0.map(0x40_0000 + shift, 0x41_0000 + shift, .read, .file, name: "/bin/program")
      $0.map(0x7f00_0000 + shift, 0x7f10_0000 + shift, [.read, .write], .stack)
      $0.call(.getpid, result: pid)
      $0.call(.brk, 0, result: Int64(0x60_0000 + shift))
      $0.call(.brk, 0x62_0000 + shift, result: Int64(0x62_0000 + shift))
      $0.map(0x60_0000 + shift, 0x62_0000 + shift, [.read, .write], .heap)
      $0.mmap(0x4000, at: 0x7000_0000 + shift)
      $0.call(.mprotect, 0x7000_1000 + shift, 0x1000, 1, result: 0)
      $0.map(0x7000_1000 + shift, 0x7000_2000 + shift, .read)
      $0.read(0x40_0100 + shift, [UInt8]("/etc/passwd\0".utf8))
      $0.call(.openat, 0xffff_ff9c, 0x40_0100 + shift, 0, 0, result: descriptor)
      $0.call(.lseek, UInt64(descriptor), 5, 0, result: 5)
      $0.call(.close, UInt64(descriptor), result: 0)
      $0.call(.kill, UInt64(pid), 0, result: 0)
      $0.call(.munmap, 0x7000_0000 + shift, 0x4000, result: 0)
      $0.unmap(0x7000_0000 + shift, 0x7000_4000 + shift)
      $0.end()
    }
  }

  @Test func `runs that differ in addresses and process ids differ in nothing else`() throws {
    let result = try diff(
      run(shift: 0), run(shift: elsewhere, pid: 4711), requests: .independent)
    #expect(Set(result.classes) == [.placement])
    #expect(!result.hasFindings)
    #expect(result.statistics.explainedPlacementCount == 4)
    #expect(result.statistics.explainedNumberCount == 1)
  }

  @Test func `the group, the session and the parent have numbers of their own`() throws {
    func run(_ id: Int64, group: Int64, session: Int64, parent: Int64) -> Script {
      Script {
        for _ in 0..<2 {
          $0.call(.getpid, result: id)
          $0.call(.getpgrp, result: group)
          $0.call(.getppid, result: parent)
          $0.call(.getsid, 0, result: session)
          $0.call(.set_tid_address, 0, result: id)
        }
      }
    }
    let ours = run(1000, group: 1000, session: 1000, parent: 999)
    for requests in [DiffOptions.Requests.same, .independent] {
      let result = try diff(
        run(7701, group: 7689, session: 12, parent: 7688), ours, requests: requests)
      #expect(result.classes == [], "\(requests)")
    }
    // That they stay is the kernel's business.
    var moved = run(7701, group: 7689, session: 12, parent: 7688)
    moved.call(.getpgrp, result: 7701)
    var still = ours
    still.call(.getpgrp, result: 1000)
    #expect(try diff(moved, still, requests: .same).classes == [.result])
  }

  @Test func `what a machine is called and its limits are nobody's difference`() throws {
    func run(_ name: String, system: String = "Linux", limit: UInt8) -> Script {
      let texts = [system, name, "6." + name, name, "x86_64", name].flatMap {
        [UInt8]($0.utf8) + [UInt8](repeating: 0, count: 65 - $0.utf8.count)
      }
      return Script {
        $0.write(0x7000, texts)
        $0.call(.uname, 0x7000, result: 0)
        $0.write(0x7200, [limit, 0, 0, 0, 0, 0, 0, 0, limit, 0, 0, 0, 0, 0, 0, 0])
        $0.call(.getrlimit, 7, 0x7200, result: 0)
      }
    }
    let left = run("a", limit: 1)
    let result = try diff(left, run("bb", limit: 2), requests: .same)
    #expect(result.classes == [])
    #expect(result.statistics.outsideByteCount > 0)
    #expect(try diff(left, run("bb", system: "Unix", limit: 2), requests: .same).hasFindings)
  }

  @Test func `another descriptor is reported once and followed`() throws {
    let result = try diff(run(shift: 0), run(shift: 0, descriptor: 5), requests: .independent)
    #expect(result.classes == [.result])
    #expect(result.roots[0].first.subject == "openat")
    #expect(result.roots[0].count == 1)
  }

  @Test func `a wrong protection is found in a mapping that lies elsewhere`() throws {
    var left = run(shift: 0)
    left.mmap(0x1000, at: 0x7200_0000)
    var right = run(shift: elsewhere)
    right.call(.mmap, 0, 0x1000, 3, 0x22, .max, 0, result: Int64(0x7300_0000 + elsewhere))
    right.map(0x7300_0000 + elsewhere, 0x7300_1000 + elsewhere, .read)
    let result = try diff(left, right, requests: .independent)
    #expect(result.classes.filter { $0 != .placement } == [.vmaProtection])
    let divergence = result.roots.first { $0.first.divergenceClass == .vmaProtection }?.first
    #expect(divergence?.range?.lowerBound.rawValue == 0x7200_0000)
    #expect(
      divergence?.excerpt?.right.contains { $0.range.lowerBound.rawValue == 0x10_7300_0000 }
        == true)
  }

  @Test func `an argument that no mapping explains is a request`() throws {
    var left = run(shift: 0)
    left.call(.madvise, 0x40_0000, 0x1000, 4, result: 0)
    var right = run(shift: elsewhere)
    right.call(.madvise, 0x40_1000 + elsewhere, 0x1000, 4, result: 0)
    let result = try diff(left, right, requests: .independent)
    #expect(result.classes.filter { $0 != .placement } == [.request])
  }

  @Test func `another path is another request though the addresses agree`() throws {
    func script(_ path: String) -> Script {
      Script {
        $0.read(0x5000, [UInt8](path.utf8) + [0])
        $0.call(.access, 0x5000, 0, result: -2)
      }
    }
    let result = try diff(script("/a"), script("/b"), requests: .independent)
    #expect(result.classes == [.request])
    #expect(result.roots[0].first.expected.text == "access(\"/a\", F_OK)")
  }

  @Test func `in a replay another placement is a finding, and its VMAs belong to it`() throws {
    let left = Script { $0.mmap(0x2000, at: 0x7000_0000) }
    let right = Script { $0.mmap(0x2000, at: 0x6000_0000) }
    let result = try diff(left, right)
    #expect(result.classes == [.placement])
    #expect(result.hasFindings)
    #expect(result.roots[0].consequenceCount == 2)
  }

  @Test func `a break that did not move is a result, not a placement`() throws {
    let left = Script { $0.call(.brk, 0x62_0000, result: 0x62_0000) }
    let right = Script { $0.call(.brk, 0x62_0000, result: 0x60_0000) }
    #expect(try diff(left, right).classes == [.result])
  }

  @Test func `pointers in the output that mean the same place are no difference`() throws {
    func script(_ shift: UInt64) -> Script {
      Script {
        $0.mmap(0x2000, at: 0x7000_0000 + shift)
        let pointer = 0x7000_0010 + shift
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: pointer >> ($0 * 8)) }
        $0.write(0x7000_0800 + shift, bytes + [1, 2])
        $0.call(.getcwd, 0x7000_0800 + shift, 10, result: 10)
      }
    }
    let result = try diff(script(0), script(elsewhere), requests: .independent)
    #expect(result.classes == [.placement])
  }

  @Test func `times are not compared where their inputs were not seen`() throws {
    func script(_ seconds: UInt8) -> Script {
      Script {
        $0.write(0x5000, [seconds] + [UInt8](repeating: 0, count: 15))
        $0.call(.clock_gettime, 1, 0x5000, result: 0)
        $0.call(.time, 0, result: Int64(seconds))
      }
    }
    let blind = try diff(script(1), script(2), unseen: .inputs)
    #expect(blind.roots.isEmpty)
    #expect(blind.statistics.uncomparedTimeCount == 2)
    #expect(try diff(script(1), script(2)).classes == [.outputBytes, .result])
  }

  @Test func `fingerprints do not depend on addresses, numbers of events or repetition`() throws {
    func failing(_ shift: UInt64, _ errno: Int64, lead: Int) -> Script {
      Script {
        for _ in 0..<lead { $0.call(.sched_yield, result: 0) }
        $0.call(.mprotect, 0x1000 + shift, 0x1000, 1, result: errno)
      }
    }
    func fingerprints(_ shift: UInt64, lead: Int, _ errno: Int64 = -12) throws -> [UInt64] {
      try diff(failing(shift, 0, lead: lead), failing(shift, errno, lead: lead))
        .roots.map(\.first.fingerprint)
    }
    let reference = try fingerprints(0, lead: 0)
    #expect(reference.count == 1)
    #expect(try fingerprints(elsewhere, lead: 7) == reference)
    #expect(try fingerprints(0, lead: 0, -22) != reference)
    // The number is part of bug reports: it must not change with the code.
    #expect(reference == [2_665_541_475_314_044_779])
  }
}
