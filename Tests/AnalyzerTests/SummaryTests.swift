// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import Foundation
import LinuxABI
import Testing
import Trace

struct SummaryTests {
  private var script: Script {
    Script {
      $0.map(0x1000, 0x3000)
      $0.map(0x5000, 0x6000)
      $0.call(.munmap, 0x1000, 0x2000, result: 0)
      $0.unmap(0x1000, 0x3000)
      $0.call(.close, 9, result: -9)
      $0.call(.close, 10, result: -9)
      $0.call(.close, 3, result: 0)
      $0.call(.rseq, 0, 0, 0, 0, result: -38, flags: .missing)
      $0.call(.getpid, result: 1, flags: .adopted)
      $0.fault(0x5000)
      $0.fault(0x9000, result: -11, code: 4)
      $0.write(0x5000, [1, 2, 3])
      $0.call(.exit_group, 1, result: 0, flags: .didNotReturn)
      $0.end(11, .killed)
    }
  }

  @Test func `one pass counts everything`() throws {
    var events = script.events
    let summary = try TraceSummary(of: &events)
    #expect(summary.eventCount == 14)
    #expect(summary.count(of: .systemCall) == 7)
    #expect(summary.calls.map(\.name).first == "close")
    #expect(summary.calls[0].count == 3)
    #expect(summary.calls[0].errorCount == 2)
    #expect(summary.calls[0].firstEvent == 4)
    #expect(summary.calls.first { $0.name == "rseq" }?.missingCount == 1)
    #expect(summary.calls.first { $0.name == "getpid" }?.adoptedCount == 1)
    #expect(summary.resolvedFaultCount == 1)
    #expect(summary.fatalFaultCount == 1)
    #expect(summary.writeFaultCount == 1)
    #expect(summary.layouts.last.count == 1)
    #expect(summary.layouts.peak.count == 2)
    #expect(summary.layouts.peak.event == 1)
    #expect(summary.payloadByteCount == 3)
    #expect(summary.ending == "killed by SIGSEGV")
  }

  @Test func `paths where nothing was are told once, with their number`() throws {
    var events = Script {
      for name in ["/a", "/b", "/a", ""] {
        $0.read(0x5000, [UInt8](name.utf8) + [0])
        $0.call(.openat, UInt64(bitPattern: -100), 0x5000, 0, result: -2)
      }
      $0.read(0x5000, [UInt8]("/there\0".utf8))
      $0.call(.openat, UInt64(bitPattern: -100), 0x5000, 0, result: 3)
      // The path that another task looked up is not this one's.
      $0.read(0x5000, [UInt8]("/c\0".utf8))
      $0.task = 2
      $0.call(.openat, UInt64(bitPattern: -100), 0x5000, 0, result: -2)
      $0.task = 1
      $0.call(.stat, 0x5000, 0x6000, result: -2)
    }.events
    let summary = try TraceSummary(of: &events)
    #expect(
      summary.missingFiles.map { "\(String(decoding: $0.path, as: UTF8.self)) \($0.count)" }
        == ["/a 2", "/b 1", "/c 1"])
  }

  @Test func `VMAs that could be one are counted`() throws {
    var events = Script {
      $0.map(0x1000, 0x2000)
      $0.map(0x3000, 0x4000)
      $0.call(.getpid, result: 1)
      $0.map(0x2000, 0x3000)
      $0.call(.getpid, result: 1)
      $0.map(0x3000, 0x4000, [.read])
      $0.call(.getpid, result: 1)
      // A file that goes on where the one before ends, and one that does not.
      $0.map(0x8000, 0xa000, [.read], .file, offset: 0, name: "/f")
      $0.map(0xa000, 0xb000, [.read], .file, offset: 0x2000, name: "/f")
      $0.map(0xb000, 0xc000, [.read], .file, offset: 0x9000, name: "/f")
      $0.unmap(0x1000, 0x2000)
    }.events
    let layouts = try TraceSummary(of: &events).layouts
    #expect(layouts.worst.mergeableCount == 2)
    #expect(layouts.worst.event == 3)
    #expect(layouts.last.mergeableCount == 1)
    #expect(layouts.points.map(\.mergeableCount) == [0, 0, 2, 1, 1, 2, 2, 1])
    #expect(layouts.points.map(\.count) == [1, 2, 3, 3, 4, 5, 6, 5])
  }

  @Test func `a long history keeps some of its points, and the peak`() throws {
    var events = Script {
      for index in 0..<1000 as Range<UInt64> { $0.map(index << 14, index << 14 + 0x1000) }
      for index in 0..<999 as Range<UInt64> { $0.unmap(index << 14, index << 14 + 0x1000) }
    }.events
    let layouts = try TraceSummary(of: &events).layouts
    #expect(layouts.peak.count == 1000)
    #expect(layouts.peak.event == 999)
    #expect(layouts.last.count == 1)
    #expect((64...128).contains(layouts.points.count))
    let events16 = layouts.points.map(\.event)
    #expect(events16 == (0..<events16.count).map { UInt64($0) * 16 })
  }

  @Test func `text and JSON are as they were`() throws {
    var events = script.events
    let summary = try TraceSummary(of: &events)
    var header = TraceHeader()
    header.program = [UInt8]("/bin/program".utf8)
    header.arguments = [header.program]
    header.unseen = .times
    try expectGolden("info.txt", summary.text(header: header))
    let json = summary.json(header: header)
    try expectGolden("info.json", json)
    _ = try JSONSerialization.jsonObject(with: Data(json.utf8))
  }
}
