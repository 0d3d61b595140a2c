// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import LinuxABI
import Testing
import Trace

/// Where things come from in the program, and what stood where a fault was.
struct PlaceTests {
  private func program(_ fault: Int64, address: UInt64 = 0x6010) -> Script {
    Script {
      $0.map(0x40_0000, 0x48_0000, [.read, .execute], .file, offset: 0x1000, name: "/bin/program")
      $0.map(0x5000, 0x8000, [.read], .file, offset: 0x3000, name: "/data")
      var file = TraceHeader.File(path: [UInt8]("/bin/program".utf8), byteCount: 9, digest: [])
      file.buildID = [0xab, 0xcd]
      var told = Event(.mappedFile)
      told.operands[0] = 9
      $0.events.append(told, bytes: file.payload)
      $0.fault(address, result: fault)
      var site = Event(.callSite)
      site.operands[0] = 0x40_0800
      $0.events.append(site)
      $0.call(.rseq, 0, 0, 0, 0, result: fault == 0 ? 0 : -38, flags: fault == 0 ? [] : .missing)
      $0.end()
    }
  }

  @Test func `a fault divergence names the VMA on both sides and the instruction`() throws {
    var result = try diff(program(0), program(-7))
    #expect(result.statistics.leftFaultEnds.resolved == 1)
    #expect(result.statistics.rightFaultEnds.busErrors == 1)
    let root = try #require(result.roots(of: [.faultOutcome]).first)
    let touched = try #require(root.first.touched)
    #expect(touched.address == 0x6010)
    #expect(touched.access == "write")
    #expect(touched.left?.range == VirtualAddress(0x5000)..<VirtualAddress(0x8000))
    #expect(touched.left?.protection == .read)
    #expect(touched.right?.backing == .file)
    #expect(root.first.place?.address == 0x40_1000)
    #expect(root.first.place?.file?.offset == 0x2000)
    let text = Report(diff: result, left: .init(name: "l"), right: .init(name: "r")).text()
    #expect(text.contains("left      5000-8000 r--p 0x3000 /data"))
    #expect(text.contains("right     5000-8000 r--p 0x3000 /data"))
    #expect(text.contains("at        ip 0x401000, /bin/program+0x2000\n"))
    result.resolvePlaces { _, _ in nil }
    let resolved = Report(diff: result, left: .init(name: "l"), right: .init(name: "r")).text()
    #expect(resolved.contains("ip 0x401000, /bin/program+0x2000, build id abcd\n"))
  }

  @Test func `where there is no VMA the report says so`() throws {
    let result = try diff(
      program(-11, address: 0x9000), program(0, address: 0x9000))
    let text = Report(diff: result, left: .init(name: "l"), right: .init(name: "r")).text()
    #expect(text.contains("left      no VMA\n      right     no VMA\n"))
  }

  @Test func `functions are asked for by the build and the offset`() throws {
    var result = try diff(program(0), program(-7))
    var asked: [String] = []
    result.resolvePlaces { file, offset in
      asked.append("\(digits(file.buildID)) \(offset)")
      return CodeFunction(name: Array("f\u{7}".utf8), offset: 3)
    }
    #expect(asked == ["abcd 6144", "abcd 8192", "abcd 6144"])
    let report = Report(diff: result, left: .init(name: "l"), right: .init(name: "r"))
    #expect(report.text().contains("at f\\x07+0x3, ip 0x400800, /bin/program+0x1800\n"))
    #expect(report.json().contains("\"functionOffset\": \"0x3\""))
  }

  @Test func `explain and SARIF tell the place, too`() throws {
    var result = try diff(program(0), program(-7))
    let source = Report.Source(name: "l")
    func text(_ report: Report, _ number: Int) throws -> String {
      let explanation = try Explanation(report)
      return try #require(explanation.text(explanation.fingerprints[number].fingerprint))
    }
    let plain = Report(diff: result, left: source, right: source)
    #expect(try text(plain, 0).contains("  at        ip 0x401000, /bin/program+0x2000\n"))
    let log = plain.findings.sarif(version: "1")
    #expect(log.contains("\"uri\": \"file:///bin/program\""))
    #expect(log.contains("\"byteOffset\": 8192"))
    #expect(log.contains("\"absoluteAddress\": 4198400"))
    #expect(!log.contains("\"name\": \"main\""))
    result.resolvePlaces { _, _ in CodeFunction(name: Array("main".utf8), offset: 3) }
    let report = Report(diff: result, left: source, right: source)
    #expect(
      try text(report, 0).contains("  at        main+0x3, ip 0x401000, /bin/program+0x2000\n"))
    // A missing call has the place of the first.
    #expect(
      try text(report, report.diff.roots.count)
        .contains("  at        main+0x3, ip 0x400800, /bin/program+0x1800\n"))
    #expect(report.findings.sarif(version: "1").contains("\"name\": \"main\""))
  }

  private func digits(_ bytes: [UInt8]) -> String {
    bytes.map { String($0, radix: 16) }.joined()
  }
}
