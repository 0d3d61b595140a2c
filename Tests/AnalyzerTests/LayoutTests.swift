// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import LinuxABI
import Testing
import Trace

struct LayoutTests {
  private func first(_ script: inout Script) {
    script.map(0x40_0000, 0x41_0000, [.read, .execute], .file, name: "/bin/program")
    script.map(0x60_0000, 0x62_0000, [.read, .write], .heap)
    script.map(0x7ff0_0000, 0x8000_0000, [.read, .write], .stack)
  }

  private func one(
    _ left: (inout Script) -> Void, _ right: (inout Script) -> Void,
    rightOrigin: TraceOrigin = .replay
  ) throws -> DiffResult {
    var leftScript = Script()
    var rightScript = Script()
    first(&leftScript)
    first(&rightScript)
    left(&leftScript)
    right(&rightScript)
    return try diff(leftScript, rightScript, rightOrigin: rightOrigin)
  }

  @Test func `protection differs`() throws {
    let result = try one {
      $0.call(.mprotect, 0x60_1000, 0x1000, 1, result: 0)
      $0.map(0x60_1000, 0x60_2000, .read, .heap)
    } _: {
      $0.call(.mprotect, 0x60_1000, 0x1000, 1, result: 0)
      $0.map(0x60_1000, 0x60_2000, [.read, .write, .execute], .heap)
    }
    #expect(result.classes == [.vmaProtection])
    let divergence = result.roots[0].first
    #expect(divergence.expected.text == "601000-602000 r--p [heap]")
    #expect(divergence.actual.text == "601000-602000 rwxp [heap]")
    #expect(divergence.subject == "mprotect")
    #expect(divergence.excerpt?.left.count == 5)
    #expect(divergence.excerpt?.right.count == 5)
  }

  @Test func `backing differs by offset and by name`() throws {
    let result = try one {
      $0.call(.mmap, 0, 0x2000, 1, 2, 3, 0x1000, result: 0x7000_0000)
      $0.map(0x7000_0000, 0x7000_2000, .read, .file, offset: 0x1000, name: "/lib/a.so")
      $0.call(.mmap, 0, 0x1000, 3, 2, 3, 0x1000, result: 0x7100_0000)
      $0.map(0x7100_0000, 0x7100_1000, .read, .file, offset: 0x1000, name: "/lib/a.so")
    } _: {
      $0.call(.mmap, 0, 0x2000, 1, 2, 3, 0x1000, result: 0x7000_0000)
      $0.map(0x7000_0000, 0x7000_2000, .read, .file, offset: 0, name: "/lib/a.so")
      $0.call(.mmap, 0, 0x1000, 3, 2, 3, 0x1000, result: 0x7100_0000)
      $0.map(0x7100_0000, 0x7100_1000, .read, .file, offset: 0x1000, name: "/lib/b.so")
    }
    #expect(result.classes == [.vmaBacking, .vmaBacking])
  }

  @Test func `a file that is known by another path is explained, another file is not`() throws {
    func script(_ directory: String, _ second: String) -> (inout Script) -> Void {
      {
        for (index, name) in ["a.so", "b.so", "a.so"].enumerated() {
          let address = 0x7000_0000 + UInt64(index) * 0x10000
          $0.call(.mmap, 0, 0x1000, 1, 2, 3, 0, result: Int64(address))
          $0.map(address, address + 0x1000, .read, .file, name: directory + name)
        }
        $0.call(.mmap, 0, 0x1000, 1, 2, 3, 0, result: 0x7100_0000)
        $0.map(0x7100_0000, 0x7100_1000, .read, .file, name: second)
      }
    }
    let alias = try one(script("/usr/lib/", "/usr/lib/b.so"), script("/lib/", "/lib/b.so"))
    #expect(alias.classes == [.vmaBacking])
    #expect(alias.roots[0].count == 4)
    #expect(!alias.hasFindings)
    let other = try one(script("/usr/lib/", "/usr/lib/b.so"), script("/lib/", "/opt/b.so"))
    #expect(other.classes == [.vmaBacking, .vmaBacking])
    #expect(other.hasFindings)
  }

  @Test func `extent differs`() throws {
    let result = try one {
      $0.call(.munmap, 0x60_0000, 0x1800, result: 0)
      $0.unmap(0x60_0000, 0x60_2000)
    } _: {
      $0.call(.munmap, 0x60_0000, 0x1800, result: 0)
      $0.unmap(0x60_0000, 0x60_1000)
    }
    #expect(result.classes == [.vmaExtent])
    #expect(result.roots[0].first.expected.text == "no VMA")
    #expect(result.roots[0].first.actual.text == "601000-602000 rw-p [heap]")
  }

  @Test func `a merge that one kernel does not make is a difference of count`() throws {
    let result = try one {
      $0.call(.mmap, 0x62_0000, 0x1000, 3, 0x32, .max, 0, result: 0x62_0000)
      $0.map(0x60_0000, 0x62_1000, [.read, .write], .heap)
    } _: {
      $0.call(.mmap, 0x62_0000, 0x1000, 3, 0x32, .max, 0, result: 0x62_0000)
      $0.map(0x62_0000, 0x62_1000, [.read, .write], .heap)
    }
    #expect(result.classes == [.vmaCount])
    #expect(result.roots[0].first.expected.text == "1 VMA")
    #expect(result.roots[0].first.actual.text == "2 VMAs")
  }

  @Test func `what a replay adopted is not reported again`() throws {
    let result = try one {
      $0.call(.mprotect, 0x60_0000, 0x2000, 1, result: 0)
      $0.map(0x60_0000, 0x60_2000, .read, .heap)
      $0.call(.mprotect, 0x60_0000, 0x1000, 0, result: 0)
      $0.map(0x60_0000, 0x60_1000, [], .heap)
    } _: {
      $0.call(.mprotect, 0x60_0000, 0x2000, 1, result: -22)
      $0.call(.mprotect, 0x60_0000, 0x1000, 0, result: 0)
      $0.map(0x60_0000, 0x60_1000, [], .heap)
    }
    #expect(result.classes == [.errno])
    #expect(result.roots[0].consequenceCount == 1)
    #expect(result.roots[0].consequences.map(\.first.divergenceClass) == [.vmaProtection])
  }

  @Test func `between kernels that adopt nothing a known difference is not reported again`() throws
  {
    func script(_ protection: Protection) -> (inout Script) -> Void {
      {
        $0.call(.mmap, 0, 0x4000, 3, 0x22, .max, 0, result: 0x7000_0000)
        $0.map(0x7000_0000, 0x7000_4000, protection)
        $0.call(.madvise, 0x7000_0000, 0x4000, 4, result: 0)
        $0.map(0x7000_0000, 0x7000_4000, protection)
        $0.call(.mmap, 0x7000_4000, 0x1000, 3, 0x32, .max, 0, result: 0x7000_4000)
        $0.map(0x7000_0000, 0x7000_5000, protection)
      }
    }
    let result = try one(script([.read, .write]), script(.read), rightOrigin: .linux)
    #expect(result.classes == [.vmaProtection, .vmaProtection])
    #expect(result.roots.map(\.first.range?.byteCount) == [0x4000, 0x1000])
  }

  @Test func `differences of one step are one root`() throws {
    let result = try one {
      $0.call(.munmap, 0x60_0000, 0x2_0000, result: 0)
      $0.unmap(0x60_0000, 0x62_0000)
    } _: {
      $0.call(.munmap, 0x60_0000, 0x2_0000, result: 0)
      $0.unmap(0x60_4000, 0x60_8000)
    }
    #expect(result.classes == [.vmaExtent])
    #expect(result.roots[0].consequenceCount == 1)
  }

  @Test func `differences of the first layout stand each for itself`() throws {
    let left = Script {
      $0.map(0x1000, 0x2000, .read, .special, name: "[vvar]")
      $0.map(0x2000, 0x3000, [.read, .execute], .special, name: "[vdso]")
      $0.map(0x8000, 0x9000)
    }
    let result = try diff(left, Script { $0.map(0x8000, 0x9000, .read) })
    #expect(result.classes == [.vmaExtent, .vmaExtent, .vmaProtection])
    #expect(result.roots.map(\.first.subject) == ["first layout", "first layout", "first layout"])
  }

  @Test func `the VMAs of a forked process are its own`() throws {
    let script = Script {
      first(&$0)
      $0.call(.fork, result: 100)
      $0.task = 2
      var started = Event(.taskStarted, task: 2, code: 1)
      started.operands[0] = 1
      $0.events.append(started)
      $0.call(.munmap, 0x60_0000, 0x2_0000, result: 0)
      $0.unmap(0x60_0000, 0x62_0000)
      $0.task = 1
      $0.call(.mprotect, 0x60_0000, 0x1000, 1, result: 0)
      $0.map(0x60_0000, 0x60_1000, .read, .heap)
    }
    let result = try diff(script, script)
    #expect(result.roots.isEmpty)
    #expect(result.statistics.leftPeakVMACount == 4)
  }
}
