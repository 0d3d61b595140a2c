// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Kernel
import LinuxABI

/// What it costs that a copy from and to the guest reports instead of faulting: against memcpy of
/// as many bytes.
struct NoFaultBenchmarks {
  let harness: Harness

  private var byteCount: Int { 1 << 20 }
  private var copies: Int { harness.isSmoke ? 2 : 400 }

  func run() throws {
    for isScattered in [false, true] {
      let frameCount = 4096
      let memory = UnsafeMutableRawPointer.allocate(
        byteCount: frameCount * 4096, alignment: 4096)
      defer { memory.deallocate() }
      memory.initializeMemory(as: UInt8.self, repeating: 0, count: frameCount * 4096)
      var space = try AddressSpace(
        memory: PhysicalMemory(base: memory, byteCount: UInt64(frameCount * 4096)),
        personality: .unikraft)
      let start = try space.map(
        .anonymous, byteCount: UInt64(byteCount), protection: [.read, .write])
      try touch(&space, start, isScattered: isScattered)
      let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 4096)
      let others = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 4096)
      defer {
        bytes.deallocate()
        others.deallocate()
      }
      for buffer in [bytes, others] { _ = buffer.initializeMemory(as: UInt8.self, repeating: 1) }
      try measure(&space, start, bytes, others, isScattered ? "scattered" : "adjacent")
    }
  }

  /// Gives every page a frame; backwards, so that no two frames adjoin in order.
  private func touch(
    _ space: inout AddressSpace, _ start: VirtualAddress, isScattered: Bool
  ) throws {
    let pages = Array(0..<UInt64(byteCount / 4096))
    for page in isScattered ? pages.reversed() : pages {
      guard space.tryWrite(1 as UInt8, at: start + page * 4096) else {
        throw BenchmarkError("a page of the benchmark cannot be written")
      }
    }
  }

  private func measure(
    _ space: inout AddressSpace, _ start: VirtualAddress, _ bytes: UnsafeMutableRawBufferPointer,
    _ others: UnsafeMutableRawBufferPointer, _ frames: String
  ) throws {
    // What the same pages cost one by one, without looking at the page table.
    let pages = (0..<UInt64(byteCount / 4096)).map { page in
      space.firstSegment(of: start + page * 4096, byteCount: 4096, for: .read)!
    }
    let memory = space.memory
    var samples = [[Double]](repeating: [], count: 4)
    for _ in 0..<harness.repetitions {
      samples[0].append(time { memcpy(bytes.baseAddress!, others.baseAddress!, byteCount) })
      samples[1].append(time { _ = space.copyIn(from: start, into: bytes) })
      samples[2].append(time { _ = space.copyOut(UnsafeRawBufferPointer(bytes), to: start) })
      samples[3].append(
        time {
          for (index, page) in pages.enumerated() {
            memcpy(bytes.baseAddress! + index * 4096, memory.bytes(of: page).baseAddress!, 4096)
          }
        })
    }
    let medians = samples.map { $0.sorted()[$0.count / 2] }
    for (index, name) in [(1, "in"), (2, "out")] {
      Figure(
        name: "memcpy of 1 MiB / nofault copy \(name), \(frames) frames",
        value: String(format: "%.2f x", medians[0] / medians[index]), goal: "0.80 x or more",
        isMet: medians[0] / medians[index] >= 0.8
      ).print()
    }
    Figure(
      name: "  memcpy of 1 MiB / memcpy of its pages one by one",
      value: String(format: "%.2f x", medians[0] / medians[3]), goal: ""
    ).print()
  }

  /// Seconds for all copies.
  private func time(_ body: () -> Void) -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    for _ in 0..<copies { body() }
    let (seconds, attoseconds) = start.duration(to: clock.now).components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
