// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// A run of frames has one owner: it cannot be copied, and who loses it dies.
struct FrameOwnershipTests {
  @Test func `a run is given back whole, in parts, or handed over`() throws {
    var frames = try makeFrames([0..<64])
    var run = try frames.allocate(frameCount: 8)
    let rest = run.cut(after: 5)
    check(run.frameCount == 5 && rest.frameCount == 3 && rest.start == run.start + 5 * 4096)
    check(rest.isZero && rest.segment.byteCount == 3 * 4096)
    frames.free(rest)
    #expect(frames.freeFrameCount == 63 - 5)
    frames.free(run.cut(after: 5))
    let address = run.handOver()
    #expect(frames.freeFrameCount == 63 - 5)
    frames.free(address, frameCount: 5)
    #expect(frames.freeFrameCount == 63)
    let clean = try frames.allocate(frameCount: 32)
    frames.free(clean, isZero: true)
    check(try frames.takesZeros(32))
  }

  @Test func `a run that is dropped dies at once`() async {
    await #expect(processExitsWith: .failure) {
      var frames = try makeFrames([0..<64])
      _ = try frames.allocate(frameCount: 4)
    }
  }

  @Test func `a run that an error path forgets dies at once`() async {
    await #expect(processExitsWith: .failure) {
      var frames = try makeFrames([0..<64])
      func lose() throws(Errno) {
        let run = try frames.allocate()
        if run.isZero { throw .outOfMemory }
        run.handOver()
      }
      try? lose()
    }
  }

  @Test func `a double free dies at once`() async {
    await #expect(processExitsWith: .failure) {
      var frames = try makeFrames([0..<64])
      let first = try frames.take(4)
      frames.free(frame(first), frameCount: 4)
      frames.free(frame(first + 1))
    }
  }

  @Test func `a free of a frame in no zone dies at once`() async {
    await #expect(processExitsWith: .failure) {
      var frames = try makeFrames([0..<64])
      frames.free(frame(64))
    }
    await #expect(processExitsWith: .failure) {
      var frames = try makeFrames([0..<64])
      frames.free(PhysicalAddress(4096 + 8))
    }
  }

  @Test func `a cut behind the end dies at once`() async {
    await #expect(processExitsWith: .failure) {
      var frames = try makeFrames([0..<64])
      var run = try frames.allocate(frameCount: 4)
      frames.free(run.cut(after: 5))
      frames.free(run)
    }
  }

  @Test func `memory is reached inside only`() async {
    await #expect(processExitsWith: .failure) {
      _ = makeMemory(frameCount: 1).word(at: PhysicalAddress(4096))
    }
    await #expect(processExitsWith: .failure) {
      makeMemory(frameCount: 1).setWord(1, at: PhysicalAddress(4))
    }
    await #expect(processExitsWith: .failure) {
      _ = makeMemory(frameCount: 1).bytes(
        of: PhysicalSegment(start: PhysicalAddress(4090), byteCount: 7))
    }
  }
}
