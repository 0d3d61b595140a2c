// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// The frame allocator, with the defects of the modelled one as tests.
struct BuddyFrameAllocatorTests {
  private func makeFrames(_ zones: [Range<UInt64>], of count: Int = 4096) throws
    -> BuddyFrameAllocator
  {
    var frames = BuddyFrameAllocator(memory: makeMemory(frameCount: count))
    for zone in zones {
      try frames.addZone(
        PhysicalAddress(zone.lowerBound * 4096)..<PhysicalAddress(zone.upperBound * 4096))
    }
    return frames
  }

  private func frame(_ number: UInt64) -> PhysicalAddress { PhysicalAddress(number * 4096) }

  @Test func `frame 0 is never handed out and the lowest frame comes first`() throws {
    var frames = try makeFrames([0..<16])
    #expect(frames.totalFrameCount == 15)
    for number in 1..<16 as Range<UInt64> {
      let run = try frames.allocate()
      #expect(run.start == frame(number) && run.isZero)
    }
    #expect(outcome { () throws(Errno) in _ = try frames.allocate() } == "ENOMEM")
    #expect(frames.freeFrameCount == 0)
  }

  @Test func `a run is aligned to its rounded count and its tail stays free`() throws {
    var frames = try makeFrames([0..<64])
    let run = try frames.allocate(frameCount: 5)
    #expect(run.start.isAligned(to: 8 * 4096) && run.frameCount == 5)
    #expect(frames.freeFrameCount == 63 - 5)
    #expect(try frames.allocate(at: run.start + 5 * 4096, frameCount: 3).frameCount == 3)
    frames.free(run.start, frameCount: 8)
    frames.checkInvariants()
    #expect(frames.freeFrameCount == 63)
  }

  @Test func `frames that were had before are not said to be zero`() throws {
    var frames = try makeFrames([4..<8])
    let run = try frames.allocate(frameCount: 4)
    #expect(run.isZero)
    frames.free(run.start, frameCount: 4)
    check(try !frames.allocate(frameCount: 4).isZero)
    var others = try makeFrames([1..<3])
    let first = try others.allocate()
    others.free(first.start)
    check(try !others.allocate().isZero)
    others.free(first.start, areZero: true)
    check(try others.allocate().isZero)
  }

  @Test func `errors are those of the modelled allocator`() throws {
    var frames = try makeFrames([0..<16])
    #expect(outcome { () throws(Errno) in _ = try frames.allocate(frameCount: 16) } == "ENOMEM")
    #expect(
      outcome { () throws(Errno) in _ = try frames.allocate(frameCount: 1 << 40) } == "ENOMEM")
    _ = try frames.allocate(at: frame(5), frameCount: 1)
    #expect(
      outcome { () throws(Errno) in _ = try frames.allocate(at: frame(4), frameCount: 2) }
        == "ENOMEM")
    #expect(frames.freeFrameCount == 14)
    #expect(
      outcome { () throws(Errno) in _ = try frames.allocate(at: frame(20), frameCount: 1) }
        == "EFAULT")
    #expect(
      outcome { () throws(Errno) in
        _ = try frames.allocate(at: PhysicalAddress(1), frameCount: 1)
      } == "EINVAL")
    frames.free(frame(5), frameCount: 0)
    #expect(
      outcome { () throws(Errno) in try frames.addZone(frame(8)..<frame(20)) } == "EINVAL")
    #expect(
      outcome { () throws(Errno) in try frames.addZone(frame(0)..<frame(9999)) } == "EINVAL")
  }

  @Test func `freeing the last buddy of two blocks of the top order stays in bounds`() throws {
    var tree = BitTree(bound: 1 << 20)
    for member in [0, 63, 64, 4095, 4096, 262_143, 1 << 19, 1 << 20 - 1] { tree.insert(member) }
    #expect(tree.first(atOrAfter: 4097) == 262_143)
    tree.remove(262_143)
    #expect(tree.first(atOrAfter: 4097) == 1 << 19)
    #expect(tree.first(atOrAfter: 1 << 20) == nil)
    // Two adjacent blocks of 1 GiB, wholly free: more address space than memory, which is not
    // touched.
    var frames = try makeFrames([0..<(3 << 18)], of: 3 << 18)
    let run = try frames.allocate(at: frame(1 << 18), frameCount: 2 << 18)
    frames.free(run.start, frameCount: 1 << 18)
    frames.free(run.start + 1 << 30, frameCount: 1 << 18)
    #expect(frames.freeFrameCount == 3 << 18 - 1)
    #expect(try frames.allocate(.huge).start == frame(1 << 18))
    #expect(try frames.allocate(.huge).start == frame(2 << 18))
    #expect(outcome { () throws(Errno) in _ = try frames.allocate(.huge) } == "ENOMEM")
  }

  @Test func `an exact request inside a block gives its head and its tail back`() throws {
    var frames = try makeFrames([0..<64])
    _ = try frames.allocate(at: frame(37), frameCount: 3)
    frames.checkInvariants()
    for number in 1..<64 as Range<UInt64> {
      check(frames.isAllocated(frame(number)) == (37..<40).contains(number))
    }
  }

  @Test func `an exact request over several blocks that fails takes nothing`() throws {
    var frames = try makeFrames([0..<64])
    _ = try frames.allocate(at: frame(50), frameCount: 1)
    let before = frames.freeFrameCount
    #expect(
      outcome { () throws(Errno) in _ = try frames.allocate(at: frame(3), frameCount: 48) }
        == "ENOMEM")
    frames.checkInvariants()
    #expect(frames.freeFrameCount == before)
    check(!frames.isAllocated(frame(3)))
  }

  @Test func `adjoining zones become one, and blocks stay inside`() throws {
    var frames = try makeFrames([3..<5, 8..<21, 5..<8])
    #expect(frames.totalFrameCount == 18)
    let run = try frames.allocate(frameCount: 8)
    #expect(run.start == frame(8))
    frames.free(run.start, frameCount: 8)
    frames.checkInvariants()
    #expect(
      outcome { () throws(Errno) in _ = try frames.allocate(at: frame(20), frameCount: 2) }
        == "EFAULT")
  }

  @Test func `the tail of a larger allocation can be freed first`() throws {
    var frames = try makeFrames([0..<64])
    let run = try frames.allocate(frameCount: 16)
    frames.free(run.start + 15 * 4096)
    frames.checkInvariants()
    frames.free(run.start, frameCount: 15)
    frames.checkInvariants()
    #expect(frames.freeFrameCount == 63)
  }

  @Test func `a double free dies at once`() async {
    await #expect(processExitsWith: .failure) {
      var frames = BuddyFrameAllocator(memory: makeMemory(frameCount: 64))
      try frames.addZone(PhysicalAddress(0)..<PhysicalAddress(64 * 4096))
      let run = try frames.allocate(frameCount: 4)
      frames.free(run.start, frameCount: 4)
      frames.free(run.start + 4096)
    }
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `random requests agree with an array of flags`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var frames = try makeFrames([0..<200, 256..<700])
    var isTaken = [Bool](repeating: true, count: 700)
    for number in 1..<200 { isTaken[number] = false }
    for number in 256..<700 { isTaken[number] = false }
    var owned: [(UInt64, UInt64)] = []
    for _ in 0..<300 {
      let count = 1 + random.next(below: random.next(below: 4) == 0 ? 40 : 4)
      switch random.next(below: 5) {
      case 0, 1:
        if let run = try? frames.allocate(frameCount: count) {
          let first = run.start.rawValue / 4096
          for number in first..<first + count {
            #expect(!isTaken[Int(number)], "seed \(seed)")
            isTaken[Int(number)] = true
          }
          owned.append((first, count))
        }
      case 2:
        let first = random.next(below: 720)
        let fits = (first..<first + count).allSatisfy { $0 < 700 && !isTaken[Int($0)] }
        let result = outcome { () throws(Errno) in
          _ = try frames.allocate(at: frame(first), frameCount: count)
        }
        #expect((result == "OK") == fits, "seed \(seed)")
        if result == "OK" {
          for number in first..<first + count { isTaken[Int(number)] = true }
          owned.append((first, count))
        }
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
