// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// What `lib/ukfallocbuddy` gets wrong in the modelled release and this allocator must not: one
/// test for each of the six, by its letter.
struct KnownFrameDefectTests {
  @Test func `a: merging stops at the top order`() throws {
    // Two buddies of 1 GiB, wholly free: more address space than memory, which is not touched.
    var frames = try makeFrames([0..<(4 << 18)], of: 4 << 18)
    _ = try frames.take(at: 2 << 18, 2 << 18)
    frames.free(frame(2 << 18), frameCount: 1 << 18)
    frames.free(frame(3 << 18), frameCount: 1 << 18)
    #expect(frames.freeFrameCount == 4 << 18 - 1)
    #expect(try frames.take(1 << 18) == 1 << 18)
    #expect(try frames.take(1 << 18) == 2 << 18)
    #expect(try frames.take(1 << 18) == 3 << 18)
    #expect(outcome { () throws(Errno) in _ = try frames.take(1 << 18) } == "ENOMEM")
    // Two halves of the top order merge to one block of it.
    frames.free(frame(1 << 18), frameCount: 1 << 17)
    frames.free(frame(3 << 17), frameCount: 1 << 17)
    #expect(try frames.take(1 << 18) == 1 << 18)
  }

  @Test func `b: a range that hits inside a block gives the head back, not the hit`() throws {
    var frames = try makeFrames([0..<64])
    #expect(try frames.take(3, in: 37..<64) == 40)
    #expect(try frames.take(1, in: 38..<39) == 38)
    frames.checkInvariants()
    let taken: Set<UInt64> = [38, 40, 41, 42]
    for number in 1..<64 as Range<UInt64> {
      check(frames.isAllocated(frame(number)) == taken.contains(number), "frame \(number)")
    }
    // What was handed out is not handed out again.
    for _ in 0..<59 {
      let number = try frames.take()
      #expect(!taken.contains(number))
    }
    #expect(frames.freeFrameCount == 0)
  }

  @Test func `c: an exact request over several blocks that fails takes nothing`() throws {
    var frames = try makeFrames([0..<64])
    _ = try frames.take(at: 50, 1)
    #expect(outcome { () throws(Errno) in _ = try frames.take(at: 3, 48) } == "ENOMEM")
    frames.checkInvariants()
    #expect(frames.freeFrameCount == 62)
    for number in 1..<64 as Range<UInt64> {
      check(frames.isAllocated(frame(number)) == (number == 50), "frame \(number)")
    }
    #expect(try frames.take(at: 3, 47) == 3)
    frames.checkInvariants()
    #expect(frames.freeFrameCount == 15)
  }

  @Test func `d: a free over the seam of two zones frees all, over a gap it dies`() async throws {
    var frames = try makeFrames([1..<40, 40..<64])
    _ = try frames.take(at: 35, 10)
    frames.free(frame(35), frameCount: 10)
    frames.checkInvariants()
    #expect(frames.freeFrameCount == 63)
    await #expect(processExitsWith: .failure) {
      var frames = try makeFrames([1..<40, 48..<64])
      _ = try frames.take(at: 35, 5)
      _ = try frames.take(at: 48, 5)
      frames.free(frame(35), frameCount: 18)
    }
    await #expect(processExitsWith: .failure) {
      var frames = try makeFrames([1..<40])
      _ = try frames.take(at: 39, 1)
      frames.free(frame(39), frameCount: 2)
    }
  }

  @Test func `e: the tail of a larger run can be freed first`() throws {
    var frames = try makeFrames([0..<64])
    let first = try frames.take(16)
    frames.free(frame(first + 15))
    frames.checkInvariants()
    frames.free(frame(first), frameCount: 15)
    frames.checkInvariants()
    #expect(frames.freeFrameCount == 63)
    #expect(try frames.take(32) == 32)
  }

  @Test func `f: nothing about free frames is kept in them`() throws {
    let memory = makeMemory(frameCount: 64)
    var frames = BuddyFrameAllocator(memory: memory)
    try frames.addZone(frame(0)..<frame(64))
    for number in 1...20 as ClosedRange<UInt64> { #expect(try frames.take() == number) }
    for number in stride(from: 1, through: 20, by: 2) as StrideThrough<UInt64> {
      frames.free(frame(number))
    }
    for number in 0..<64 as Range<UInt64> {
      for word in 0..<512 as Range<UInt64> {
        if memory.word(at: frame(number) + word * 8) != 0 {
          Issue.record("frame \(number) was written")
        }
      }
    }
  }
}
