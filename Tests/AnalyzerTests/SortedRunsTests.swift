// SPDX-License-Identifier: BSD-3-Clause

@testable import Analyzer
import TestSupport
import Testing

/// A value that knows which byte of it a run begins with.
private struct Tag: RunValue, Equatable {
  var name: UInt64
  var offset: UInt64 = 0
  func advanced(by byteCount: UInt64) -> Tag { Tag(name: name, offset: offset + byteCount) }
}

struct SortedRunsTests {
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `runs do as a plain array of bytes does`(seed: UInt64) {
    let size = 4096
    var random = SplitMix64(seed: seed)
    var runs = SortedRuns<Tag>()
    var model = [Tag?](repeating: nil, count: size)
    for step in 0..<3000 {
      let lower = Int(random.next() % UInt64(size))
      let upper = min(size, lower + 1 + Int(random.next() % (step % 50 == 0 ? 2000 : 8)))
      let tag = random.next() % 4 == 0 ? nil : Tag(name: UInt64(step))
      runs.replace(UInt64(lower), UInt64(upper), with: tag)
      for byte in lower..<upper { model[byte] = tag?.advanced(by: UInt64(byte - lower)) }
      if step % 100 == 0 { expectSame(runs, model, seed) }
    }
    expectSame(runs, model, seed)
    #expect(runs.chunks.count > 1, "seed \(seed)")
  }

  private func expectSame(_ runs: SortedRuns<Tag>, _ model: [Tag?], _ seed: UInt64) {
    var found = [Tag?](repeating: nil, count: model.count)
    var count = 0
    var end: UInt64 = 0
    for chunk in runs.chunks {
      #expect(!chunk.isEmpty, "seed \(seed)")
      for run in chunk {
        #expect(run.lower < run.upper && run.lower >= end, "seed \(seed)")
        end = run.upper
        count += 1
        for byte in run.lower..<run.upper {
          found[Int(byte)] = run.value.advanced(by: byte - run.lower)
        }
      }
    }
    #expect(count == runs.count, "seed \(seed)")
    #expect(found == model, "seed \(seed)")
    for byte in stride(from: 0, to: model.count, by: 37) {
      let run = runs.run(at: UInt64(byte))
      #expect(run.map { $0.value.advanced(by: UInt64(byte) - $0.lower) } == model[byte])
    }
  }

  @Test func `the ends of the address space are addresses as others are`() {
    var runs = SortedRuns<Tag>()
    runs.replace(0, .max, with: Tag(name: 1))
    runs.replace(0x1000, 0x2000, with: nil)
    runs.replace(.max - 1, .max, with: Tag(name: 2))
    #expect(runs.count == 3)
    #expect(runs.run(at: 0)?.upper == 0x1000)
    #expect(runs.run(at: .max - 1)?.value.name == 2)
    #expect(runs.hasBoundary(at: 0x1000))
    #expect(!runs.hasBoundary(at: 0x1800))
  }

  @Test func `a map of addresses stays one to one`() {
    var map = AddressMap()
    map.learn(0x1000, 0x8000, byteCount: 0x2000)
    #expect(map.right(of: 0x1800) == 0x8800)
    #expect(map.matches(0x3000, 0xa000))
    map.learn(0x5000, 0x9000, byteCount: 0x1000)
    #expect(map.right(of: 0x1800) == 0x8800)
    #expect(map.right(of: 0x2000) == nil)
    #expect(map.left(of: 0x9010) == 0x5010)
    let pieces = map.leftPieces(0x0, 0xa000)
    #expect(pieces.map(\.lower) == [0, 0x1000, 0x2000, 0x5000, 0x6000, 0x8000, 0x9000])
    #expect(pieces.map(\.shift) == [0, 0x7000, 0, 0x4000, 0, nil, nil])
  }
}
