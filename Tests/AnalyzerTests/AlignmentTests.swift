// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import LinuxABI
import TestSupport
import Testing
import Trace

struct AlignmentTests {
  /// `count` calls with arguments that tell them apart.
  private func calls(_ range: Range<UInt64>, into script: inout Script) {
    for index in range { script.call(.lseek, 3, index, 0, result: Int64(index)) }
  }

  @Test func `an inserted call is one divergence and the rest is in step`() throws {
    let left = Script {
      calls(0..<50, into: &$0)
      calls(50..<100, into: &$0)
    }
    let right = Script {
      calls(0..<50, into: &$0)
      $0.call(.sched_yield, result: 0)
      calls(50..<100, into: &$0)
    }
    let result = try diff(left, right, requests: .independent)
    #expect(result.classes == [.path])
    #expect(result.roots[0].first.leftEvent == nil)
    #expect(result.roots[0].first.rightEvent == 50)
    #expect(result.statistics.pairedCallCount == 100)
  }

  @Test func `a deleted stretch of the same call is found`() throws {
    let left = Script { calls(0..<400, into: &$0) }
    let right = Script {
      calls(0..<100, into: &$0)
      calls(150..<400, into: &$0)
    }
    let result = try diff(left, right, requests: .independent)
    #expect(result.classes == [.path])
    #expect(result.roots[0].count + result.roots[0].consequenceCount == 50)
    #expect(result.roots[0].first.leftEvent == 100)
    #expect(result.statistics.pairedCallCount == 350)
  }

  @Test func `a call with other arguments is a request, and does not hide what follows`() throws {
    let left = Script {
      $0.call(.lseek, 3, 1, 0, result: 1)
      calls(10..<20, into: &$0)
      $0.call(.close, 3, result: 0)
    }
    let right = Script {
      $0.call(.lseek, 3, 2, 0, result: 2)
      calls(10..<20, into: &$0)
      $0.call(.close, 3, result: -9)
    }
    let result = try diff(left, right, requests: .independent)
    #expect(result.classes == [.request, .errno])
  }

  @Test func `the way that a program took after a failure is a consequence of it`() throws {
    let left = Script {
      $0.call(.epoll_create1, 0, result: 3)
      $0.call(.close, 3, result: 0)
      calls(0..<10, into: &$0)
    }
    let right = Script {
      $0.call(.epoll_create1, 0, result: -38, flags: .missing)
      $0.call(.epoll_create, 10, result: 3)
      $0.call(.close, 3, result: 0)
      calls(0..<10, into: &$0)
    }
    let result = try diff(left, right, requests: .independent)
    #expect(result.classes == [.missingCall])
    #expect(result.roots[0].consequences.map(\.first.divergenceClass) == [.path])
    #expect(result.roots[0].consequences[0].first.actual.text == "epoll_create(10)")
  }

  @Test func `tasks are aligned each for itself`() throws {
    func script(_ order: [UInt32]) -> Script {
      var positions: [UInt32: UInt64] = [:]
      return Script {
        for task in order {
          $0.task = task
          let position = positions[task, default: 0]
          positions[task] = position + 1
          $0.call(.lseek, UInt64(task), position, 0, result: Int64(position))
        }
      }
    }
    let left = script([1, 2, 1, 2, 1, 2, 3, 3])
    let right = script([3, 2, 2, 2, 1, 3, 1, 1])
    let result = try diff(left, right)
    #expect(result.roots.isEmpty)
    #expect(result.statistics.pairedCallCount == 8)
  }

  @Test func `a trace that ends early leaves the rest to one root`() throws {
    let left = Script {
      calls(0..<2000, into: &$0)
      $0.end()
    }
    let right = Script { calls(0..<500, into: &$0) }
    let result = try diff(left, right)
    #expect(result.classes == [.path])
    #expect(result.roots[0].consequenceCount == 1500)
    #expect(result.statistics.leftEventCount == 2001)
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
  func `a random trace does not differ from itself`(seed: UInt64) throws {
    let script = randomScript(seed: seed, stepCount: 2000)
    for requests in [DiffOptions.Requests.same, .independent, .automatic] {
      let result = try diff(script, script, requests: requests)
      #expect(result.roots.isEmpty, "seed \(seed)")
      #expect(result.statistics.leftEventCount == UInt64(script.events.count), "seed \(seed)")
    }
  }

  @Test(arguments: [11, 12, 13, 14] as [UInt64])
  func `random traces have an end however they differ`(seed: UInt64) throws {
    let left = randomScript(seed: seed, stepCount: 1500)
    let right = randomScript(seed: seed + 100, stepCount: 1500)
    for requests in [DiffOptions.Requests.same, .independent] {
      let result = try diff(left, right, requests: requests)
      #expect(result.hasFindings, "seed \(seed)")
      #expect(result.statistics.rightEventCount == UInt64(right.events.count), "seed \(seed)")
    }
  }

  @Test(arguments: [21, 22, 23] as [UInt64])
  func `events without any sense are taken as they are`(seed: UInt64) throws {
    func noise(_ seed: UInt64) -> Script {
      var random = SplitMix64(seed: seed)
      let extremes: [UInt64] = [0, 1, .max, .max - 0xfff, 1 << 63, 0x1000, 0x2000]
      return Script {
        for _ in 0..<1500 {
          let kind = Event.Kind(rawValue: UInt8(random.next() % 13))!
          let value = random.next()
          var event = Event(
            kind, task: UInt32(value & 3),
            code: UInt32(truncatingIfNeeded: value >> 8) >> (UInt32(value >> 40) & 31),
            result: Int64(bitPattern: extremes[Int(value >> 50) % 7]))
          event.flags = Event.Flags(rawValue: UInt8(value >> 4 & 7))
          for index in 0..<6 { event.operands[index] = extremes[Int(random.next() % 7)] }
          $0.events.append(event, bytes: [UInt8](repeating: 0xff, count: Int(value >> 3 & 63)))
        }
      }
    }
    for requests in [DiffOptions.Requests.same, .independent] {
      let result = try diff(noise(seed), noise(seed + 50), requests: requests)
      let source = Report.Source(name: "noise")
      let report = Report(diff: result, left: source, right: source)
      for line in report.text().split(separator: "\n") { #expect(line.count <= 100) }
      #expect(report.json().utf8.count > 100)
    }
    var events = noise(seed).events
    #expect(try TraceSummary(of: &events).eventCount == 1500)
  }

  @Test func `two hundred thousand events with scattered differences go through`() throws {
    func script(_ wrong: Bool) -> Script {
      Script {
        for index in 0..<UInt64(100_000) {
          if wrong, index % 5000 == 17 { $0.call(.sched_yield, result: 0) }
          let result = wrong && index % 1000 == 3 ? -22 : Int64(index)
          $0.call(.lseek, 3, index, 0, result: result)
          $0.fault(0x1000_0000 + index * 0x1000)
        }
      }
    }
    let result = try diff(script(false), script(true))
    #expect(result.statistics.leftEventCount == 200_000)
    #expect(result.roots.first { $0.first.divergenceClass == .errno }?.count == 100)
  }
}

/// Steps of every kind, with addresses from a small range so that VMAs meet.
func randomScript(seed: UInt64, stepCount: Int) -> Script {
  var random = SplitMix64(seed: seed)
  func below(_ limit: UInt64) -> UInt64 { random.next() % limit }
  return Script {
    for _ in 0..<stepCount {
      $0.task = below(20) == 0 ? UInt32(below(4)) + 1 : 1
      let address = 0x10_0000 + below(64) * 0x1000
      let byteCount = (below(8) + 1) * 0x1000
      switch below(10) {
      case 0, 1: $0.mmap(byteCount, at: address, protection: Protection(rawValue: UInt8(below(8))))
      case 2:
        $0.call(.munmap, address, byteCount, result: 0)
        $0.unmap(address, address + byteCount)
      case 3: $0.fault(address, result: below(10) == 0 ? -11 : 0)
      case 4: $0.call(SystemCallNumber(rawValue: UInt32(below(500))), result: -Int64(below(60)))
      case 5:
        $0.read(address, [UInt8](repeating: UInt8(below(256)), count: Int(below(50))))
        $0.call(.open, address, 0, 0, result: Int64(below(10)))
      case 6:
        $0.write(address, [UInt8](repeating: UInt8(below(256)), count: Int(below(50))))
        $0.call(.stat, address, address, result: 0)
      case 7: $0.map(address, address + byteCount, .read, .file, offset: address, name: "/lib")
      case 8: $0.events.append(Event(.signal, task: $0.task, code: UInt32(below(64))))
      default: $0.events.append(Event(.gap, task: $0.task))
      }
    }
    $0.end()
  }
}
