// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import LinuxABI
import Testing
import Trace

struct ClassTests {
  @Test func `equal traces have no divergence`() throws {
    let script = Script {
      $0.map(0x40_0000, 0x41_0000, [.read, .execute], .file, name: "/bin/program")
      $0.mmap(0x2000, at: 0x7000_0000)
      $0.fault(0x7000_0000)
      $0.end()
    }
    let result = try diff(script, script)
    #expect(result.roots.isEmpty)
    #expect(!result.hasFindings)
    #expect(result.statistics.comparedCallCount == 1)
    #expect(result.statistics.comparedFaultCount == 1)
    #expect(result.statistics.comparedLayoutCount == 2)
  }

  @Test func `a missing call is named with what it did natively`() throws {
    let left = Script {
      $0.call(.arch_prctl, 0x3001, 0x7fff_0000, result: -22)
      $0.call(.rseq, 0x40_2000, 32, 0, 0x5305_3053, result: 0)
      $0.call(.rseq, 0x40_2000, 32, 0, 0x5305_3053, result: 0)
    }
    let right = Script {
      $0.call(.arch_prctl, 0x3001, 0x7fff_0000, result: -38, flags: .missing)
      $0.call(.rseq, 0x40_2000, 32, 0, 0x5305_3053, result: -38, flags: .missing)
      $0.call(.rseq, 0x40_2000, 32, 0, 0x5305_3053, result: -38, flags: .missing)
    }
    let result = try diff(left, right)
    #expect(result.classes == [.missingCall, .missingCall])
    #expect(result.roots[1].count == 2)
    #expect(result.roots[1].lastEvent == 2)
    #expect(result.missingCalls.map(\.name) == ["rseq", "arch_prctl"])
    #expect(result.missingCalls[0].firstEvent == 1)
    #expect(result.missingCalls[0].native.weight == .stubMayDo)
    #expect(result.missingCalls[1].native.weight == .likelyHarmless)
    #expect(
      result.missingCalls[1].native.hint == "likely harmless: always failed natively (EINVAL)")
    #expect(result.hasFindings)
  }

  @Test func `a missing call that Linux lacks too is no finding of a diff`() throws {
    let left = Script { $0.call(.arch_prctl, 0x3001, 0, result: -38) }
    let right = Script { $0.call(.arch_prctl, 0x3001, 0, result: -38, flags: .missing) }
    let result = try diff(left, right)
    #expect(result.missingCalls.map(\.native.weight) == [.harmless])
    #expect(!result.hasFindings)
  }

  @Test func `a missing call that gave the program something matters`() throws {
    let left = Script {
      $0.write(0x5000, [1, 2, 3, 4])
      $0.call(.sysinfo, 0x5000, result: 0)
      $0.call(.epoll_create1, 0, result: 3)
      $0.call(.mremap, 0x1000, 0x1000, 0x2000, 1, result: 0x9000)
      $0.map(0x9000, 0xb000)
    }
    let right = Script {
      $0.call(.sysinfo, 0x5000, result: -38, flags: .missing)
      $0.call(.epoll_create1, 0, result: -38, flags: .missing)
      $0.call(.mremap, 0x1000, 0x1000, 0x2000, 1, result: -38, flags: .missing)
    }
    let result = try diff(left, right)
    #expect(result.missingCalls.map(\.native.weight) == [.matters, .likelyDispensable, .matters])
    #expect(
      result.missingCalls.contains { $0.native.hint.hasSuffix("changed VMAs, returned a value") })
    #expect(result.missingCalls.contains { $0.native.hint.hasSuffix("wrote 4 bytes") })
  }

  @Test func `results and errnos differ`() throws {
    let left = Script {
      $0.call(.lseek, 3, 0, 2, result: 100)
      $0.call(.munmap, 0x1001, 0x1000, result: -22)
      $0.call(.close, 9, result: 0)
    }
    let right = Script {
      $0.call(.lseek, 3, 0, 2, result: 99)
      $0.call(.munmap, 0x1001, 0x1000, result: -12)
      $0.call(.close, 9, result: -9)
    }
    let result = try diff(left, right)
    #expect(result.classes == [.result, .errno, .errno])
    #expect(result.roots.map(\.first.expected.text) == ["100", "-1 EINVAL", "0"])
    #expect(result.roots.map(\.first.actual.text) == ["99", "-1 ENOMEM", "-1 EBADF"])
    #expect(result.roots.map(\.first.leftEvent) == [0, 1, 2])
  }

  @Test func `bytes that a kernel made differ, data from outside is not compared`() throws {
    func script(_ byte: UInt8) -> Script {
      Script {
        $0.write(0x5000, [0, 0, 0, byte, 7])
        $0.call(.getcwd, 0x5000, 5, result: 5)
        $0.write(0x6000, [byte], isData: true)
        $0.call(.read, 0, 0x6000, 1, result: 1)
      }
    }
    let result = try diff(script(1), script(2))
    #expect(result.classes == [.outputBytes])
    #expect(result.roots[0].first.subject == "getcwd")
    #expect(result.roots[0].first.expected.text == "5 bytes, from byte 3: 01 07")
    #expect(result.roots[0].first.actual.text == "5 bytes, from byte 3: 02 07")
    #expect(result.statistics.outsideByteCount == 1)
  }

  @Test func `an adopted outcome is counted as external and not compared`() throws {
    let left = Script { $0.call(.getrandom, 0x5000, 8, 0, result: 8) }
    let right = Script { $0.call(.getrandom, 0x5000, 8, 0, result: 4, flags: .adopted) }
    let result = try diff(left, right)
    #expect(result.roots.isEmpty)
    #expect(result.statistics.external.map(\.name) == ["getrandom"])
    #expect(result.statistics.comparedCallCount == 0)
  }

  @Test func `faults differ by their signal, and only where both sides saw them`() throws {
    let left = Script {
      $0.fault(0x1000)
      $0.fault(0x2000, result: -11)
    }
    let right = Script {
      $0.fault(0x1000, result: -11)
      $0.fault(0x2000, result: -7)
    }
    let result = try diff(left, right)
    #expect(result.classes == [.faultOutcome, .faultOutcome])
    #expect(result.roots.map(\.first.expected.text) == ["resolved", "SIGSEGV"])
    #expect(result.roots.map(\.first.actual.text) == ["SIGSEGV", "SIGBUS"])
    let blind = try diff(left, right, unseen: .faults)
    #expect(blind.roots.isEmpty)
    #expect(blind.statistics.ignoredFaultCount == 4)
  }

  @Test func `a resolved fault on one side is counted, a fatal one is a divergence`() throws {
    let left = Script {
      $0.fault(0x1000)
      $0.call(.getpid, result: 7)
    }
    let right = Script {
      $0.call(.getpid, result: 7)
      $0.fault(0x9000, result: -11)
    }
    let result = try diff(left, right)
    #expect(result.classes == [.faultOutcome])
    #expect(result.roots[0].first.expected.text == "nothing")
    #expect(result.statistics.unpairedFaultCount == 1)
  }

  @Test func `runs end in different ways`() throws {
    let result = try diff(Script { $0.end(0) }, Script { $0.end(11, .killed) })
    #expect(result.classes == [.result])
    #expect(result.roots[0].first.expected.text == "exited 0")
    #expect(result.roots[0].first.actual.text == "killed by SIGSEGV")
  }
}
