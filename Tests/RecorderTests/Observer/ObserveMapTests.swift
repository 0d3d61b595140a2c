// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LinuxABI
import Recorder
import TestSupport
import Testing
import Trace

/// The VMAs that the events of a trace make, built by their definition alone, one task's events.
struct ReplayedMap {
  var vmas: [VMADescription] = []

  mutating func apply(_ event: Event, payload: [UInt8]) {
    let range = VirtualAddress(event.operands[0])..<VirtualAddress(event.operands[1])
    var next: [VMADescription] = []
    for vma in vmas {
      if vma.range.upperBound <= range.lowerBound || range.upperBound <= vma.range.lowerBound {
        next.append(vma)
        continue
      }
      if vma.range.lowerBound < range.lowerBound {
        var low = vma
        low.range = vma.range.lowerBound..<range.lowerBound
        next.append(low)
      }
      if vma.range.upperBound > range.upperBound {
        var high = vma
        high.range = range.upperBound..<vma.range.upperBound
        if vma.backing == .file { high.offset += range.upperBound - vma.range.lowerBound }
        next.append(high)
      }
    }
    if event.kind == .vmaMapped {
      next.append(
        VMADescription(
          range: range, protection: Protection(rawValue: UInt8(event.operands[2] & 7)),
          isShared: event.operands[2] & 8 != 0,
          backing: BackingKind(rawValue: UInt8(event.code))!, offset: event.operands[3],
          name: payload))
    }
    vmas = next.sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  /// As `/proc/PID/maps` writes it, without device and inode.
  var lines: [String] {
    vmas.map { vma in
      let name =
        switch vma.backing {
        case .stack: "[stack]"
        case .heap: "[heap]"
        case .anonymous where vma.isShared: "/dev/zero (deleted)"
        default: String(decoding: vma.name, as: UTF8.self)
        }
      return line(
        String(vma.range.lowerBound.rawValue, radix: 16),
        String(vma.range.upperBound.rawValue, radix: 16),
        vma.protection.description + (vma.isShared ? "s" : "p"),
        String(vma.offset, radix: 16), name)
    }
  }
}

private func line(_ parts: String...) -> String { parts.joined(separator: " ") }

/// The lines of `/proc/PID/maps` in the form of `ReplayedMap.lines`.
func mapLines(_ text: String) -> [String] {
  text.split(separator: "\n").map { text in
    let words = text.split(separator: " ", omittingEmptySubsequences: true)
    let range = words[0].split(separator: "-").map { String(UInt64($0, radix: 16)!, radix: 16) }
    return line(
      range[0], range[1], String(words[1]), String(UInt64(words[2], radix: 16)!, radix: 16),
      words.dropFirst(5).joined(separator: " "))
  }
}

extension ObserveTests {
  @Test(arguments: [["-static"], ["-static-pie"], []])
  func `VMAs of the events are those that the program sees`(flags: [String]) throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Programs.mapping, as: "mapping", flags)
      let observed = try Observation.run([program]) { $0.payloadLimit = 1 << 16 }
      var map = ReplayedMap()
      var text: [UInt8] = []
      var checks = 0
      for index in 0..<observed.events.count {
        let event = observed.events[index]
        switch event.kind {
        case .vmaMapped, .vmaUnmapped:
          map.apply(event, payload: observed.events.payloadBytes(at: index))
        case .guestRead: text = observed.events.payloadBytes(at: index)
        case .systemCall where event.code == SystemCallNumber.write.rawValue:
          #expect(map.lines == mapLines(String(decoding: text, as: UTF8.self)), "step \(checks)")
          checks += 1
        default: break
        }
      }
      #expect(checks == 13)
      #expect(observed.outcome.end == .exited)
      #expect(observed.header.mmapBase == VirtualAddress(0x7fff_f7ff_f000))
    }
  }

  @Test func `only what changed is told`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Programs.mapping, as: "mapping", ["-static"])
      let observed = try Observation.run([program])
      var map = ReplayedMap()
      var before: [String] = []
      for index in 0..<observed.events.count {
        let event = observed.events[index]
        let payload = observed.events.payloadBytes(at: index)
        guard event.kind == .vmaMapped || event.kind == .vmaUnmapped else {
          before = map.lines
          continue
        }
        var alone = ReplayedMap()
        alone.apply(event, payload: payload)
        #expect(!before.contains { alone.lines.contains($0) }, "event \(index) changes nothing")
        map.apply(event, payload: payload)
      }
    }
  }

  @Test func `the header says where the run began`() throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(Programs.mapping, as: "mapping")
      let observed = try Observation.run([program, "argument"], environment: ["A=1"])
      let header = observed.header
      #expect(header.origin == .linux)
      #expect(header.arguments == [Array(program.utf8), Array("argument".utf8)])
      #expect(header.environment == [Array("A=1".utf8)])
      #expect(header.unseen == [.faults, .inputs, .times])
      #expect(header.auxiliaryVector.contains { $0.type == 6 && $0.value == 4096 })
      #expect(header.files.count == 2)
      #expect(header.files.first?.path == Array(program.utf8))
      #expect(header.files.last?.path == Array("/lib64/ld-linux-x86-64.so.2".utf8))
      let first = observed.all(.systemCall).first
      #expect(first?.code == SystemCallNumber.brk.rawValue)
      #expect(first.map { UInt64($0.result) } == header.breakStart.rawValue)
      let sum = try Subprogram.run(["/usr/bin/sha256sum", program]).text.prefix(64)
      let digest = header.files[0].digest.map {
        String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
      }
      #expect(digest.joined() == sum)
    }
  }
}
