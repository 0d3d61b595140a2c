// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import Foundation
import LinuxABI
import Support
import Testing
import Trace

struct SupportReportTests {
  static let rules = """
    openat(dirfd, path, flags = O_RDONLY | O_CLOEXEC);
    ioctl(fd, op = FIONREAD, ..);
    recvmsg(socket, msg = { msg_flags = MSG_OOB, .. }, flags);
    read(fd, buf, count);
    setsockopt(fd, level = SOL_SOCKET, optname = SO_REUSEADDR, ..);
    """

  /// A run that asks for something of every state.
  static func run() -> Script {
    Script {
      $0.map(0x40_0000, 0x48_0000, [.read, .execute], .file, offset: 0x1000, name: "/bin/program")
      $0.read(0x48_0010, [UInt8]("/proc/4711/maps\0".utf8))
      $0.call(.openat, UInt64(bitPattern: -100), 0x48_0010, 0x80000, result: 3)
      $0.read(0x48_0010, [UInt8]("/dev/pts/0\0".utf8))
      $0.call(.openat, UInt64(bitPattern: -100), 0x48_0010, 0x80002, result: -2)
      $0.fault(0x7fff_0000, code: 0)
      $0.write(0x7fff_0000, [1, 2, 3])
      $0.call(.read, 3, 0x7fff_0000, 3, result: 3)
      $0.call(.ioctl, 3, 0x541b, 0x7fff_0000, result: 0)
      $0.call(.ioctl, 3, 0x5401, 0x7fff_0000, result: -25)
      $0.call(.recvmsg, 3, 0x7fff_0000, 0, result: -88)
      for _ in 0..<2 { $0.call(.setsockopt, 3, 1, 2, 0x7fff_0000, 4, result: 0) }
      $0.call(.setsockopt, 3, 6, 1, 0x7fff_0000, 4, result: 0)
      $0.fault(0x7fff_1000, code: 0)
      $0.call(.statx, 3, 0x48_0010, 0, 0xfff, 0x7fff_1000, result: 0)
      $0.call(.rseq, 0x40_2000, 32, 0, 0x5305_3053, result: -38)
      $0.call(.alarm, 0, result: 0)
      $0.end()
    }
  }

  static func report(
    _ scripts: Script..., unseen: TraceHeader.Unseen = [.times]
  ) throws -> SupportReport {
    var set = try SCMLFile(parsing: rules, path: "k.scml").supportSet(named: "kernel")
    set.set(.alarm, to: .stub)
    var requirements = Requirements()
    for (index, script) in scripts.enumerated() {
      var header = TraceHeader()
      header.origin = .linux
      header.kernel = [UInt8]("Linux 6.18.0 x86_64".utf8)
      header.program = [UInt8]("/bin/program".utf8)
      header.arguments = [[UInt8]("program".utf8), [UInt8]("-v".utf8)]
      header.unseen = unseen
      var events = script.events
      try requirements.read(&events, header: header, named: "\(index).epi")
    }
    requirements.traces[0].problems = ["block 3 at byte 5120: checksum is wrong"]
    return SupportReport(requirements, against: set)
  }

  @Test func `the report as text is as it was`() throws {
    try expectGolden("support.txt", try Self.report(Self.run()).text())
  }

  @Test func `the report as JSON is as it was, and parses`() throws {
    let json = try Self.report(Self.run()).json()
    try expectGolden("support.json", json)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let calls = try #require(object["calls"] as? [[String: Any]])
    let states = calls.map { "\($0["call"]!) \($0["state"]!)" }
    #expect(
      states == [
        "statx missing", "rseq missing", "alarm stub", "setsockopt partial", "ioctl partial",
        "openat partial", "recvmsg unknown", "read supported",
      ])
  }

  @Test func `the first call site is the instruction that the kernel faulted for`() throws {
    let rows = try Self.report(Self.run()).rows
    let statx = try #require(rows.first { $0.requirement.name == "statx" })
    // A fault of the kernel sees the program stand behind `syscall`.
    let place = try #require(statx.requirement.first.place)
    #expect(place.address == 0x40_0ffe)
    #expect(place.file?.offset == 0x1ffe)
    #expect(place.file?.name == [UInt8]("/bin/program".utf8))
    let rseq = try #require(rows.first { $0.requirement.name == "rseq" })
    #expect(rseq.requirement.first.place == nil)
  }

  @Test func `structures are held against conditions where the trace has them`() throws {
    let rules = "rt_sigaction(signum, act = { sa_flags = SA_RESTORER | SA_RESTART, .. }, ..);"
    func action(_ script: inout Script, _ flags: UInt64, cut: Bool = false) {
      var bytes: [UInt8] = []
      for word in [0x40_1000, flags, 0, 0] { LittleEndian.append(word, to: &bytes) }
      if !cut { script.read(0x7000, bytes) }
      script.call(.rt_sigaction, 2, 0x7000, 0, 8, result: 0)
    }
    var requirements = Requirements()
    var events = Script {
      action(&$0, 0x1400_0000)
      action(&$0, 0x0400_0000)
      action(&$0, 0x0c00_0000)
      action(&$0, 0x0c00_0000)
      action(&$0, 0x0400_0000, cut: true)
    }.events
    try requirements.read(&events, header: TraceHeader(), named: "a.epi")
    let set = try SCMLFile(parsing: rules, path: "k.scml").supportSet(named: "kernel")
    let row = try #require(SupportReport(requirements, against: set).rows.first)
    #expect(row.state == .partial)
    #expect(row.requests.map(\.judgement.state) == [.supported, .supported, .missing, nil])
    #expect(row.requests.map(\.shape.count) == [1, 1, 2, 1])
    #expect(row.requests[2].judgement.unsupported.map(\.name) == ["sa_flags=SA_ONSTACK"])
    #expect(row.requests[2].shape.request.hasSuffix(" with sa_flags=SA_RESTORER|SA_ONSTACK"))
    #expect(row.requests[3].judgement.unchecked == ["fields of act"])
    // The text of a report names it, too.
    let text = SupportReport(requirements, against: set).text()
    #expect(text.contains("SA_ONSTACK"))
  }

  @Test func `what the recorded kernel lacks, too, is not required`() throws {
    let report = try Self.report(Self.run())
    #expect(report.rows.first { $0.requirement.name == "rseq" }?.isRequired == false)
    #expect(report.fails(.missing))
    let harmless = try Self.report(Script { $0.call(.rseq, 1, 2, 0, 4, result: -38) })
    #expect(!harmless.fails(.unknown))
    let stub = try Self.report(Script { $0.call(.alarm, 0, result: 0) })
    #expect(!stub.fails(.missing))
    #expect(stub.fails(.stub))
    let unsaid = try Self.report(Script { $0.call(.recvmsg, 1, 2, 0, result: 5) })
    #expect(!unsaid.fails(.stub))
    #expect(unsaid.fails(.unknown))
    let fine = try Self.report(Script { $0.call(.read, 1, 2, 0, result: 5) })
    #expect(!fine.fails(.unknown))
  }

  @Test func `whether a partial call matters is said of what it lacks only`() throws {
    let rows = try Self.report(Self.run()).rows
    let ioctl = try #require(rows.first { $0.requirement.name == "ioctl" })
    #expect(ioctl.state == .partial)
    #expect(ioctl.native.weight == .likelyHarmless)
    #expect(ioctl.count(.missing) == 1)
  }

  @Test func `two traces count together`() throws {
    let rows = try Self.report(Self.run(), Self.run()).rows
    let sockets = try #require(rows.first { $0.requirement.name == "setsockopt" })
    #expect(sockets.requirement.count == 6)
    #expect(sockets.items.map { "\($0.name) \($0.count)" }.contains("SO_REUSEADDR 4"))
    #expect(rows.map(\.fingerprint) == (try Self.report(Self.run()).rows.map(\.fingerprint)))
  }

  @Test func `no number of shapes, paths or columns is too many`() throws {
    let script = Script {
      for index in 0..<2000 as Range<UInt64> {
        $0.read(0x5000, [UInt8]("/proc/\(String(repeating: "x", count: 80))\(index)y\0".utf8))
        $0.call(.openat, 3, 0x5000, index << 2, result: 3)
      }
    }
    let report = try Self.report(script)
    #expect(report.rows[0].requirement.unkeptCount == 2000 - 256)
    for line in report.text().split(separator: "\n") { #expect(line.count <= 100) }
    _ = try JSONSerialization.jsonObject(with: Data(report.json().utf8))
  }

  @Test func `where paths were not seen no pseudo-file is not the answer`() throws {
    let blind = try Self.report(Script { $0.call(.getpid, result: 1) }, unseen: .payload)
    #expect(blind.text().contains("not known: paths were not seen"))
  }

  @Test func `what a set says of pseudo-files is in every form and in the exit code`() throws {
    let script = Script {
      for (path, result) in [("/dev/null", 3), ("/proc/self/maps", 4), ("/sys/x", -2)] {
        $0.read(0x48_0010, [UInt8]((path + "\0").utf8))
        $0.call(.open, 0x48_0010, 0, 0, result: Int64(result))
      }
    }
    func report(_ lines: String) throws -> SupportReport {
      var requirements = Requirements()
      var header = TraceHeader()
      header.origin = .linux
      var events = script.events
      try requirements.read(&events, header: header, named: "a.epi")
      let set = try SystemCallList(parsing: "open\n" + lines, path: "s").supportSet(named: "s")
      return SupportReport(requirements, against: set)
    }
    let lacking = try report("/dev/null\n/proc/* missing\n/sys/* missing\n")
    #expect(lacking.fails(.missing))
    #expect(lacking.text().contains("  missing    /proc/self/maps"))
    let list = lacking.findings(failing: .missing)
    #expect(list.findings.map(\.subject) == ["/proc/self/maps", "/sys/x"])
    #expect(list.findings.map(\.fails) == [true, false])
    #expect(list.findings.map(\.level) == [.error, .note])
    for finding in list.findings { #expect(lacking.json().contains(finding.fingerprint)) }
    // What was never there on Linux is not required, and what nobody says is no finding.
    #expect(!(try report("/dev/null\n/sys/* missing\n").fails(.missing)))
    #expect(try report("/proc/* stub\n").fails(.stub))
    #expect(!(try report("/proc/* stub\n").fails(.missing)))
    // Of some it is known, of the others not.
    let partial = try report("/dev/null\n")
    #expect(!partial.fails(.stub) && partial.fails(.unknown))
    #expect(partial.findings(failing: .unknown).findings.map(\.fails) == [true, false])
    let silent = try report("")
    #expect(!silent.fails(.unknown))
    #expect(silent.findings(failing: .missing).findings.isEmpty)
    #expect(silent.text().contains("of which the set says nothing"))
  }

  @Test func `what a trace tells of needs is a prediction`() throws {
    let script = Script {
      $0.call(.rseq, 0, 32, 0, 0, result: -38)
      $0.call(.ioctl, 0, 0x5401, 0x1000, result: -25)
      $0.call(.set_robust_list, 0, 24, result: 0)
      $0.call(.getpid, result: 7)
      $0.call(.epoll_create1, 0, result: 3)
      $0.call(.ioctl, 0, 0x5413, 0x1000, result: 0)
    }
    func needs(_ events: EventList) throws -> ApplicationNeeds {
      var (requirements, events) = (Requirements(), events)
      var header = TraceHeader()
      header.origin = .linux
      try requirements.read(&events, header: header, named: "a.epi")
      return requirements.needs(named: "a")
    }
    let found = try needs(script.events)
    #expect(found.isPredicted && found.doubt == nil)
    #expect(found.calls[.rseq] == CallVerdict(stubWorks: true, fakeWorks: false))
    #expect(found.calls[.set_robust_list] == CallVerdict(stubWorks: false, fakeWorks: true))
    #expect(found.required == [.epoll_create1])
    #expect(found.calls[.getpid] == CallVerdict(stubWorks: false, fakeWorks: true))
    #expect(
      found.parts.sorted { $0.key < $1.key }.map { "\($0.key.name) \($0.value.stubWorks)" }
        == ["TCGETS true", "TIOCGWINSZ false"])
    var lossy = script
    var gap = Event(.gap)
    gap.operands[0] = 3
    lossy.events.append(gap)
    #expect(try needs(lossy.events).doubt == .lostEvents)
  }
}
