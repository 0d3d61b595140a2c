// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LinuxABI
import Recorder
import TestSupport
import Testing
import Trace

/// A call and the memory that it read and wrote.
struct ObservedCall {
  var event: Event
  var reads: [(address: UInt64, byteCount: UInt64, bytes: [UInt8])] = []
  var writes: [(address: UInt64, byteCount: UInt64, bytes: [UInt8], code: UInt32)] = []
}

extension Observation {
  /// Calls of a name with their memory, in order.
  func calls(named name: String) -> [ObservedCall] {
    var result: [ObservedCall] = []
    var open: [UInt32: ObservedCall] = [:]
    for index in 0..<events.count {
      let event = events[index]
      let bytes = events.payloadBytes(at: index)
      var call = open[event.task] ?? ObservedCall(event: event)
      switch event.kind {
      case .guestRead: call.reads.append((event.operands[0], event.operands[1], bytes))
      case .guestWrite:
        call.writes.append((event.operands[0], event.operands[1], bytes, event.code))
      case .systemCall:
        call.event = event
        if Self.callName(event) == name { result.append(call) }
        open[event.task] = nil
        continue
      default: continue
      }
      open[event.task] = call
    }
    return result
  }
}

extension ObserveTests {
  @Test func `bytes that calls read and write are kept`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Programs.buffers, as: "buffers", ["-static"])
      let observed = try Observation.run([program])
      #expect(observed.text == "done\n")

      let opens = observed.calls(named: "openat")
      #expect(opens.contains { $0.reads.map(\.bytes) == [Array(program.utf8) + [0]] })
      let elf: [UInt8] = [0x7f, 0x45, 0x4c, 0x46]
      let reads = observed.calls(named: "read")
      #expect(reads.map(\.event.result) == [4, 0, -9])
      #expect(reads[0].writes.map(\.bytes) == [elf])
      #expect(reads[0].writes.map(\.code) == [1])
      #expect(reads[0].event.operands[1] == reads[0].writes[0].address)
      #expect(reads[1].writes.isEmpty && reads[2].writes.isEmpty)

      let status = observed.calls(named: "fstat") + observed.calls(named: "newfstatat")
      #expect(status.contains { $0.writes.map(\.bytes.count) == [144] })
      #expect(observed.calls(named: "pipe2").first?.writes.map(\.bytes.count) == [8])

      let gathered = observed.calls(named: "writev")[0]
      #expect(gathered.reads.map(\.bytes.count) == [32, 7, 5])
      #expect(gathered.reads.dropFirst().flatMap(\.bytes) == Array("hello, world".utf8))
      let scattered = observed.calls(named: "readv")[0]
      #expect(scattered.reads.map(\.bytes.count) == [32])
      #expect(scattered.writes.map(\.bytes) == [Array("hello, w".utf8), Array("orld".utf8)])

      let sent = observed.calls(named: "sendmsg")[0]
      #expect(sent.reads.map(\.bytes.count) == [56, 32, 7, 5])
      let received = observed.calls(named: "recvmsg")[0]
      #expect(received.event.result == 12)
      #expect(
        received.writes.map(\.bytes).suffix(2) == [Array("hello, w".utf8), Array("orld".utf8)])
    }
  }

  @Test func `memory that cannot be read has its place and no bytes`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Programs.buffers, as: "buffers", ["-static"])
      let writes = try Observation.run([program]).calls(named: "write")
      let wrong = try #require(writes.first { $0.event.operands[1] == 8 })
      #expect(wrong.event.result == -9)
      #expect(wrong.reads.map(\.byteCount) == [4])
      #expect(wrong.reads.map(\.bytes) == [[]])
    }
  }

  @Test func `execve keeps path, arguments and environment, and replaces every VMA`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Programs.buffers, as: "buffers", ["-static"])
      let observed = try Observation.run([program])
      let call = try #require(observed.calls(named: "execve").first)
      #expect(call.event.result == 0)
      let texts = call.reads.map { String(decoding: $0.bytes, as: UTF8.self) }
      #expect(texts.first == "/bin/busybox\0")
      #expect(texts.suffix(2) == ["A=1\0", "busybox\0"].suffix(2) || texts.contains("A=1\0"))
      for text in ["busybox\0", "echo\0", "done\0", "A=1\0"] { #expect(texts.contains(text)) }

      let index = try #require(
        (0..<observed.events.count).first {
          let event = observed.events[$0]
          return event.kind == .systemCall && event.code == SystemCallNumber.execve.rawValue
        })
      var map = ReplayedMap()
      for earlier in 0..<index where isMapEvent(observed.events[earlier]) {
        map.apply(observed.events[earlier], payload: observed.events.payloadBytes(at: earlier))
      }
      #expect(!map.vmas.isEmpty)
      var next = index + 1
      while observed.events[next].kind == .vmaUnmapped {
        map.apply(observed.events[next], payload: [])
        next += 1
      }
      #expect(map.vmas.isEmpty)
      #expect(observed.events[next].kind == .vmaMapped)
      #expect(observed.events.payloadBytes(at: next) == Array("/usr/bin/busybox".utf8))
    }
  }

  @Test func `the payload limit cuts bytes, not lengths`() throws {
    let observed = try Observation.run(["/bin/busybox", "cat", "/etc/passwd"]) {
      $0.payloadLimit = 5
    }
    #expect(observed.header.payloadLimit == 5)
    let reads = observed.calls(named: "openat").flatMap(\.reads)
    #expect(reads.contains { $0.byteCount == 12 && $0.bytes == Array("/etc/".utf8) })
    for index in 0..<observed.events.count
    where [.guestRead, .guestWrite].contains(observed.events[index].kind) {
      #expect(observed.events.payloadBytes(at: index).count <= 5)
    }
  }

  @Test func `without payload no memory is told, and the header says so`() throws {
    let observed = try Observation.run(["/bin/busybox", "echo", "x"]) { $0.payloadLimit = 0 }
    #expect(observed.header.unseen.contains(.payload))
    #expect(observed.all(.guestRead).isEmpty && observed.all(.guestWrite).isEmpty)
    #expect(observed.text == "x\n")
  }

  private func isMapEvent(_ event: Event) -> Bool {
    event.kind == .vmaMapped || event.kind == .vmaUnmapped
  }
}
