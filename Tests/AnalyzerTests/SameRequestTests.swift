// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import LinuxABI
import Testing
import Trace

/// Requests that are the same though they are not written alike, and those that only one side makes.
struct SameRequestTests {
  private func text(_ result: DiffResult) -> String {
    Report(diff: result, left: .init(name: "l"), right: .init(name: "r"), scope: .full).text()
  }

  private func compare(_ left: Script, _ right: Script) throws -> DiffResult {
    try diff(
      left, right, requests: .independent,
      arguments: (["p", "data/a.db", "-x"], ["/p", "/a.db", "-x"]))
  }

  private func path(_ script: inout Script, _ address: UInt64, _ path: String) {
    script.read(address, [UInt8]((path + "\0").utf8))
  }

  /// What a newer C library asks.
  private var newer: Script {
    Script {
      path(&$0, 0x1000, "")
      $0.call(.newfstatat, 1, 0x1000, 0x2000, 0x1000, result: 0)
      path(&$0, 0x1000, "/etc/x")
      $0.call(.newfstatat, 0xffff_ff9c, 0x1000, 0x2000, 0x100, result: -2)
      path(&$0, 0x1000, "/etc/x")
      $0.call(.openat, 0xffff_ff9c, 0x1000, 0x80000, 0, result: 3)
      path(&$0, 0x1000, "/proc/self/exe")
      $0.call(.readlinkat, 0xffff_ff9c, 0x1000, 0x2000, 4096, result: 9)
      path(&$0, 0x1000, "/etc/x")
      $0.call(.unlinkat, 0xffff_ff9c, 0x1000, 0x200, result: -20)
    }
  }

  /// The same as an older one asks it.
  private func older(lstat: Int64 = -2, link: String = "/proc/self/exe") -> Script {
    Script {
      $0.call(.fstat, 1, 0x2000, result: 0)
      path(&$0, 0x1000, "/etc/x")
      $0.call(.lstat, 0x1000, 0x2000, result: lstat)
      path(&$0, 0x1000, "/etc/x")
      $0.call(.open, 0x1000, 0x80000, 0, result: 3)
      path(&$0, 0x1000, link)
      $0.call(.readlink, 0x1000, 0x2000, 4096, result: 9)
      path(&$0, 0x1000, "/etc/x")
      $0.call(.rmdir, 0x1000, result: -20)
    }
  }

  @Test func `a call by another name is the same call`() throws {
    for (left, right) in [(newer, older()), (older(), newer)] {
      let result = try compare(left, right)
      #expect(result.classes == [])
      #expect(result.statistics.renamedCallCount == 5)
      #expect(result.oneSidedCalls.isEmpty)
      #expect(text(result).contains("5  calls that ask the same by another name, compared"))
    }
  }

  @Test func `what differs of a call by another name is told`() throws {
    let errno = try compare(newer, older(lstat: -13))
    #expect(errno.classes == [.errno])
    #expect(errno.roots.first?.first.subject == "newfstatat")
    #expect(try compare(newer, older(link: "/proc/7/exe")).classes == [.request])
    // In a replay the very calls are made.
    #expect(!(try diff(newer, older())).classes.isEmpty)
  }

  @Test func `the field in which outputs differ is named`() throws {
    func script(_ offset: Int, _ value: UInt8, newer: Bool) -> Script {
      Script {
        var bytes = [UInt8](repeating: 0, count: 144)
        bytes[offset] = value
        path(&$0, 0x1000, "")
        $0.write(0x2000, bytes)
        if newer {
          $0.call(.newfstatat, 1, 0x1000, 0x2000, 0x1000, result: 0)
        } else {
          $0.call(.fstat, 1, 0x2000, result: 0)
        }
      }
    }
    for (offset, field) in [(50, "st_size"), (24, "st_mode"), (80, "st_atim.tv_nsec"), (130, nil)] {
      let result = try compare(script(offset, 1, newer: true), script(offset, 2, newer: false))
      #expect(result.classes == [.outputBytes])
      #expect(result.roots.first?.first.field == field)
      #expect(text(result).contains("\n      in        ") == (field != nil))
    }
  }

  @Test func `a descriptor and a file without a name are not the same question`() throws {
    let named = Script {
      path(&$0, 0x1000, "x")
      $0.call(.newfstatat, 1, 0x1000, 0x2000, 0x1000, result: 0)
    }
    let descriptor = Script { $0.call(.fstat, 1, 0x2000, result: 0) }
    #expect(try compare(named, descriptor).classes == [.path])
  }

  @Test(arguments: [
    ("data/a.db-wal", "/a.db-wal", true), ("/home/me/data/a.db", "/a.db", true),
    ("/home/me/data/b/c", "/b/c", true), ("/home/me/a.db", "/a.db", false),
    ("data/a.db", "/b.db", false), ("/data/a.db", "/a.db", false),
  ])
  func `directories of the command line stand for each other`(
    left: String, right: String, isSame: Bool
  ) throws {
    let scripts = [left, right].map { name in
      Script {
        path(&$0, 0x1000, name)
        $0.call(.access, 0x1000, 0, result: -2)
      }
    }
    #expect(try compare(scripts[0], scripts[1]).classes == (isSame ? [] : [.request]))
  }

  @Test func `calls that only one side makes are listed, others are not`() throws {
    let left = Script {
      $0.call(.getpid, result: 5)
      $0.call(.set_robust_list, 0x3000, 24, result: 0)
      $0.call(.rseq, 0x3000, 32, 0, 0, result: 0)
      $0.call(.getppid, result: 1)
      path(&$0, 0x1000, "")
      $0.call(.newfstatat, 2, 0x1000, 0x2000, 0x1000, result: 0)
    }
    let right = Script {
      $0.call(.getpid, result: 5)
      $0.call(.uname, 0x4000, result: 0)
      $0.call(.getppid, result: 1)
      $0.call(.getpid, result: 5)
      $0.call(.fstat, 7, 0x2000, result: -9)
      $0.call(.newfstatat, 7, 0x1000, 0x2000, 0, result: -9)
    }
    let result = try compare(left, right)
    let names = result.oneSidedCalls.map { "\($0.name) \($0.isLeft) \($0.count) \($0.firstEvent)" }
    #expect(names == ["set_robust_list true 1 1", "rseq true 1 2", "uname false 1 1"])
    let report = text(result)
    #expect(report.contains("Calls that only one side makes\n"))
    #expect(report.contains("set_robust_list  left       1      1  1 success\n"), "\(report)")
    #expect(try diff(left, right).oneSidedCalls.isEmpty)
  }
}
