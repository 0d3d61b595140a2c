// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// An allocator over fresh memory with zones of these frame numbers.
func makeFrames(_ zones: [Range<UInt64>], of count: Int = 4096) throws -> BuddyFrameAllocator {
  var frames = BuddyFrameAllocator(memory: makeMemory(frameCount: count))
  for zone in zones { try frames.addZone(frame(zone.lowerBound)..<frame(zone.upperBound)) }
  return frames
}

/// The frame with that number.
func frame(_ number: UInt64) -> PhysicalAddress { PhysicalAddress(number * 4096) }

extension BuddyFrameAllocator {
  /// The number of the first frame of a run that the test owns from here on.
  mutating func take(_ count: UInt64 = 1, alignment: PageSize = .base) throws(Errno) -> UInt64 {
    try allocate(frameCount: count, alignment: alignment).handOver().rawValue / 4096
  }

  mutating func take(
    _ count: UInt64 = 1, alignment: PageSize = .base, in range: Range<UInt64>
  ) throws(Errno) -> UInt64 {
    try allocate(
      frameCount: count, alignment: alignment,
      in: frame(range.lowerBound)..<frame(range.upperBound)
    ).handOver().rawValue / 4096
  }

  mutating func take(at number: UInt64, _ count: UInt64) throws(Errno) -> UInt64 {
    try allocate(at: frame(number), frameCount: count).handOver().rawValue / 4096
  }

  /// Whether the next run of that length is known to be zero; it is taken.
  mutating func takesZeros(_ count: UInt64 = 1) throws(Errno) -> Bool {
    let run = try allocate(frameCount: count)
    let isZero = run.isZero
    run.handOver()
    return isZero
  }
}

/// The frame allocator: what it hands out, what it refuses, and who owns what.
struct BuddyFrameAllocatorTests {
  @Test func `frame 0 is never handed out and the lowest frame comes first`() throws {
    var frames = try makeFrames([0..<16])
    #expect(frames.totalFrameCount == 15)
    for number in 1..<16 as Range<UInt64> {
      let run = try frames.allocate()
      check(run.start == frame(number) && run.isZero && run.frameCount == 1)
      run.handOver()
    }
    #expect(outcome { () throws(Errno) in _ = try frames.take() } == "ENOMEM")
    #expect(frames.freeFrameCount == 0)
  }

  @Test func `a run is aligned to its rounded count and its tail stays free`() throws {
    var frames = try makeFrames([0..<64])
    #expect(try frames.take(5) == 8)
    #expect(frames.freeFrameCount == 63 - 5)
    #expect(try frames.take(at: 13, 3) == 13)
    frames.free(frame(8), frameCount: 8)
    frames.checkInvariants()
    #expect(frames.freeFrameCount == 63)
    #expect(try frames.take(32) == 32)
    #expect(try frames.take(16) == 16)
  }

  @Test func `an alignment beyond the count is kept, and nothing is lost for it`() throws {
    var frames = try makeFrames([1..<2000])
    #expect(try frames.take(1, alignment: .large) == 512)
    #expect(try frames.take(3, alignment: .large) == 1024)
    #expect(frames.freeFrameCount == 1999 - 4)
    #expect(outcome { () throws(Errno) in _ = try frames.take(alignment: .large) } == "ENOMEM")
    frames.checkInvariants()
    let large = try frames.allocate(at: frame(1536), frameCount: 1)
    check(large.segment.byteCount == 4096)
    frames.free(large)
    #expect(outcome { () throws(Errno) in _ = try frames.allocate(.huge).handOver() } == "ENOMEM")
  }

  @Test func `a range gives its lowest frames, aligned, and none from outside`() throws {
    var frames = try makeFrames([0..<64, 80..<128])
    #expect(try frames.take(1, in: 37..<38) == 37)
    #expect(try frames.take(4, in: 37..<64) == 40)
    #expect(try frames.take(4, in: 33..<64) == 44)
    #expect(try frames.take(2, in: 63..<100) == 80)
    frames.checkInvariants()
    for range in [37..<38, 64..<80, 0..<1, 20..<20, 4000..<9000] as [Range<UInt64>] {
      #expect(
        outcome { () throws(Errno) in _ = try frames.take(1, in: range) } == "ENOMEM", "\(range)")
    }
    // Eight frames, but no eight that are aligned to eight.
    #expect(outcome { () throws(Errno) in _ = try frames.take(8, in: 49..<63) } == "ENOMEM")
    #expect(try frames.take(7, in: 49..<63) == 56)
    #expect(outcome { () throws(Errno) in _ = try frames.take(17, in: 80..<112) } == "ENOMEM")
    #expect(
      outcome { () throws(Errno) in
        frames.free(
          try frames.allocate(in: PhysicalAddress(0)..<PhysicalAddress(rawValue: .max)))
      } == "OK")
    #expect(
      outcome { () throws(Errno) in
        frames.free(try frames.allocate(in: frame(2) + 1..<frame(4)))
      } == "OK")
    #expect(
      outcome { () throws(Errno) in
        _ = try frames.allocate(in: frame(2) + 1..<frame(3) + 4095).handOver()
      } == "ENOMEM")
  }

  @Test func `frames that were had before are not said to be zero`() throws {
    var frames = try makeFrames([4..<8])
    check(try frames.takesZeros(4))
    frames.free(frame(4), frameCount: 4)
    check(try !frames.takesZeros(4))
    var others = try makeFrames([1..<3])
    check(try others.takesZeros())
    others.free(frame(1))
    check(try !others.takesZeros())
    others.free(frame(1), areZero: true)
    check(try others.takesZeros())
    // A run over several words of the bitmap, of which one bit counts.
    var many = try makeFrames([128..<384])
    _ = try many.take(at: 257, 1)
    many.free(frame(257))
    check(try many.takesZeros(128))
    check(try !many.takesZeros(128))
  }

  @Test func `errors are those of the modelled allocator`() throws {
    var frames = try makeFrames([0..<16])
    #expect(outcome { () throws(Errno) in _ = try frames.take(16) } == "ENOMEM")
    #expect(outcome { () throws(Errno) in _ = try frames.take(1 << 40) } == "ENOMEM")
    _ = try frames.take(at: 5, 1)
    #expect(outcome { () throws(Errno) in _ = try frames.take(at: 4, 2) } == "ENOMEM")
    #expect(frames.freeFrameCount == 14)
    #expect(outcome { () throws(Errno) in _ = try frames.take(at: 20, 1) } == "EFAULT")
    #expect(outcome { () throws(Errno) in _ = try frames.take(at: 0, 1) } == "EFAULT")
    #expect(outcome { () throws(Errno) in _ = try frames.take(at: 1 << 40, 1) } == "EFAULT")
    #expect(outcome { () throws(Errno) in _ = try frames.take(at: 1, 0) } == "EINVAL")
    #expect(
      outcome { () throws(Errno) in
        _ = try frames.allocate(at: PhysicalAddress(1), frameCount: 1).handOver()
      } == "EINVAL")
    frames.free(frame(5), frameCount: 0)
    #expect(outcome { () throws(Errno) in try frames.addZone(frame(8)..<frame(20)) } == "EINVAL")
    #expect(
      outcome { () throws(Errno) in try frames.addZone(frame(0)..<frame(9999)) } == "EINVAL")
    #expect(outcome { () throws(Errno) in try frames.addZone(frame(0)..<frame(1)) } == "EINVAL")
    #expect(
      outcome { () throws(Errno) in try frames.addZone(frame(20) + 1..<frame(21) + 4095) }
        == "EINVAL")
  }

  @Test func `adjoining zones become one, and blocks stay inside`() throws {
    var frames = try makeFrames([3..<5, 8..<21, 5..<8, 30..<32, 28..<29])
    check(frames.totalFrameCount == 21 && frames.zones == [3..<21, 28..<29, 30..<32])
    #expect(try frames.take(8) == 8)
    frames.free(frame(8), frameCount: 8)
    frames.checkInvariants()
    #expect(outcome { () throws(Errno) in _ = try frames.take(at: 20, 2) } == "EFAULT")
    #expect(outcome { () throws(Errno) in _ = try frames.take(at: 28, 3) } == "EFAULT")
    #expect(outcome { () throws(Errno) in _ = try frames.take(at: 29, 1) } == "EFAULT")
    check(!frames.isAllocated(frame(29)) && !frames.isAllocated(frame(28)))
    #expect(try frames.take(at: 28, 1) == 28)
    check(frames.isAllocated(frame(28)))
  }

  @Test func `the set of free blocks finds the next member over all levels`() {
    var tree = BitTree(bound: 1 << 20)
    #expect(tree.isEmpty && tree.first(atOrAfter: 0) == nil)
    for member in [0, 63, 64, 4095, 4096, 262_143, 1 << 19, 1 << 20 - 1] { tree.insert(member) }
    #expect(tree.first(atOrAfter: 4097) == 262_143)
    tree.remove(262_143)
    #expect(tree.first(atOrAfter: 4097) == 1 << 19)
    #expect(tree.first(atOrAfter: 1 << 20) == nil)
    #expect(tree.contains(64) && !tree.contains(65) && !tree.isEmpty)
    for bound in [1, 64, 65, 4096, 4097, 1 << 20] {
      #expect(BitTree(bound: bound).byteCount == 8 * BitTree.wordCount(bound: bound), "\(bound)")
    }
  }

  @Test func `metadata grows with the frames, by less than half a byte each`() {
    for count in [1, 64, 4096, 1 << 18, 3 << 18] as [UInt64] {
      let frames = BuddyFrameAllocator(memory: makeMemory(frameCount: Int(count)))
      var kept = frames.touched.count * 8
      for tree in frames.free { kept += tree.byteCount }
      let said = BuddyFrameAllocator.metadataByteCount(frameCount: count)
      check(said == UInt64(kept))
      check(said <= count / 2 + 512)
    }
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `random requests agree with an array of flags`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var frames = try makeFrames([0..<200, 256..<700])
    var isTaken = [Bool](repeating: true, count: 700)
    for number in 1..<200 { isTaken[number] = false }
    for number in 256..<700 { isTaken[number] = false }
    var owned: [(UInt64, UInt64)] = []
    func isFree(_ first: UInt64, _ count: UInt64) -> Bool {
      (first..<first + count).allSatisfy { $0 < 700 && !isTaken[Int($0)] }
    }
    func own(_ first: UInt64, _ count: UInt64) {
      #expect(isFree(first, count), "seed \(seed)")
      for number in first..<first + count { isTaken[Int(number)] = true }
      owned.append((first, count))
    }
    for _ in 0..<300 {
      let count = 1 + random.next(below: random.next(below: 4) == 0 ? 40 : 4)
      var step: UInt64 = 1
      while step < count { step *= 2 }
      switch random.next(below: 6) {
      case 0, 1:
        // Some aligned block is free, or the request fails.
        let exists = stride(from: 0, to: 700, by: Int(step)).contains { isFree(UInt64($0), step) }
        let first = try? frames.take(count)
        #expect((first != nil) == exists, "seed \(seed)")
        if let first {
          #expect(first % step == 0, "seed \(seed)")
          own(first, count)
        }
      case 2:
        let first = random.next(below: 720)
        let fits = isFree(first, count)
        let result = outcome { () throws(Errno) in _ = try frames.take(at: first, count) }
        #expect((result == "OK") == fits, "seed \(seed)")
        if fits { own(first, count) }
      case 3:
        let low = random.next(below: 700)
        let range = low..<low + random.next(below: 100)
        let wanted = stride(from: 0, to: 700, by: Int(step)).map(UInt64.init).first {
          $0 >= low && $0 + count <= range.upperBound && isFree($0, step)
        }
        let first = try? frames.take(count, in: range)
        #expect(first == wanted, "seed \(seed)")
        if let first { own(first, count) }
      default:
        guard !owned.isEmpty else { continue }
        let (first, count) = owned.remove(at: Int(random.next(below: UInt64(owned.count))))
        let part = 1 + random.next(below: count)
        frames.free(frame(first), frameCount: part)
        for number in first..<first + part { isTaken[Int(number)] = false }
        if part < count { owned.append((first + part, count - part)) }
      }
      frames.checkInvariants()
      #expect(frames.freeFrameCount == UInt64(isTaken.count { !$0 }), "seed \(seed)")
    }
  }
}
