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
    #expect(summary.vmaCount == 1)
    #expect(summary.peakVMACount == 2)
    #expect(summary.payloadByteCount == 3)
    #expect(summary.ending == "killed by SIGSEGV")
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
