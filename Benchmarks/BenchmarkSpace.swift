// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Kernel
import LinuxABI

/// Getppids that each operation takes, means over one round.
struct SpaceTimings {
  var find = 0.0
  var map = 0.0
  var fault = 0.0
  var unmap = 0.0
  var split = 0.0
  var merge = 0.0
  var bytesPerVMA = 0.0

  /// An operation, and how many getppids it may take with a thousand VMAs.
  struct Operation {
    let name: String
    let path: WritableKeyPath<SpaceTimings, Double>
    let goal: Double
  }

  static var operations: [Operation] {
    [
      Operation(name: "find", path: \.find, goal: 0.74),
      Operation(name: "map into a hole", path: \.map, goal: 2.96),
      Operation(name: "fault", path: \.fault, goal: 2),
      Operation(name: "unmap", path: \.unmap, goal: 2.96),
      Operation(name: "split by protect", path: \.split, goal: 2.96),
      Operation(name: "merge by protect", path: \.merge, goal: 2.96),
    ]
  }
}

/// The same numbers in every run.
private struct Xorshift: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}

/// An address space of many VMAs of three pages, with five pages between them; made, and then
/// worked on, in ascending or in random order. A full one has all its pages.
final class BenchmarkSpace {
  private var space: AddressSpace
  private let order: [Int]
  /// Measured when all have been made.
  private var bytesPerVMA = 0.0
  private let isFull: Bool
  private let memory: UnsafeMutableRawPointer
  private let memoryByteCount: Int

  /// Pages from one VMA to the next.
  private static let stride: UInt64 = 8
  private static let base: UInt64 = 0x10_0000_0000

  init(count: Int, isRandom: Bool, isFull: Bool) throws {
    self.isFull = isFull
    // Frames for four pages each where they are wanted, and tables for all.
    let frames = (isFull ? 5 * count : 0) + count / 32 + 4096
    memoryByteCount = frames * 4096
    // Of what is never touched Linux gives nothing.
    memory = mmap(
      nil, memoryByteCount, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    space = try AddressSpace(
      memory: PhysicalMemory(base: memory, byteCount: UInt64(memoryByteCount)),
      personality: .unikraft)
    var random = Xorshift(state: 0x9e37_79b9_7f4a_7c15)
    order = isRandom ? (0..<count).shuffled(using: &random) : Array(0..<count)
    for index in order {
      _ = try space.map(
        .anonymous, at: .fixed(page(index), replacing: false), byteCount: 3 * 4096,
        protection: [.read, .write], options: isFull ? [.populate] : [])
      space.discardChanges()
    }
    bytesPerVMA = Double(space.vmaByteCount) / Double(space.vmaCount)
  }

  deinit { munmap(memory, memoryByteCount) }

  private func page(_ index: Int, _ offset: UInt64 = 0) -> VirtualAddress {
    VirtualAddress(Self.base + (UInt64(index) * Self.stride + offset) * 4096)
  }

  /// Nanoseconds of each of `body`'s calls, over the first VMAs of the order, often enough.
  private func time(_ indices: ArraySlice<Int>, _ body: (Int) throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    for index in indices { try body(index) }
    return start.duration(to: clock.now).inSeconds * 1e9 / Double(indices.count)
  }

  /// One round of all operations, which leaves the space as it was.
  func round() throws -> SpaceTimings {
    var result = SpaceTimings()
    // Small spaces are gone through several times.
    let passes = max(1, 20_000 / order.count)
    for _ in 0..<passes { try pass(&result) }
    let call = Self.nanosecondsOfGetppid(100_000)
    for operation in SpaceTimings.operations {
      result[keyPath: operation.path] /= Double(passes) * call
    }
    result.bytesPerVMA = bytesPerVMA
    return result
  }

  /// What a system call that does nothing takes just now.
  static func nanosecondsOfGetppid(_ calls: Int) -> Double {
    let clock = ContinuousClock()
    let duration = clock.measure { for _ in 0..<calls { _ = getppid() } }
    return duration.inSeconds * 1e9 / Double(calls)
  }

  /// What a load takes that waits for the one before it, anywhere in as much memory.
  static func nanosecondsOfLoad(_ byteCount: Int) -> Double {
    let words = [UInt64](repeating: 0, count: byteCount / 8)
    var random = Xorshift(state: 0x2545_f491_4f6c_dd1d)
    let loads = 200_000
    var waited: UInt64 = 0
    let clock = ContinuousClock()
    let duration = clock.measure {
      for _ in 0..<loads {
        waited = words[Int((random.next() &+ waited) % UInt64(words.count))]
      }
    }
    precondition(waited == 0, "the words were zero")
    return duration.inSeconds * 1e9 / Double(loads)
  }

  private func pass(_ result: inout SpaceTimings) throws {
    let part = order.prefix(200_000)
    var found = 0
    result.find += time(part) { index in
      if space.find(page(index, 1))?.range.lowerBound == page(index) { found += 1 }
    }
    guard found == part.count else { throw BenchmarkError("a VMA was not found") }
    result.map += try time(part) { index in
      _ = try space.map(
        .anonymous, at: .fixed(page(index, 5), replacing: false), byteCount: 4096,
        protection: [.read, .write], options: .uninitialized)
      space.discardChanges()
    }
    if isFull {
      result.fault += time(part) { index in
        _ = space.resolve(
          PageFault(
            address: page(index, 5), code: [.user, .write],
            instructionPointer: VirtualAddress(0x1000)))
        space.discardChanges()
      }
    }
    result.unmap += try time(part) { index in
      try space.unmap(page(index, 5)..<page(index, 6))
      space.discardChanges()
    }
    result.split += try time(part) { index in
      try space.protect(page(index, 1)..<page(index, 2), .read)
      space.discardChanges()
    }
    result.merge += try time(part) { index in
      try space.protect(page(index, 1)..<page(index, 2), [.read, .write])
      space.discardChanges()
    }
  }

  /// Nanoseconds of map, fault and unmap of one page where the space puts it.
  func threeSteps(_ rounds: Int) throws -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    for _ in 0..<rounds {
      let page = try space.map(.anonymous, byteCount: 4096, protection: [.read, .write])
      let outcome = space.resolve(
        PageFault(
          address: page, code: [.user, .write], instructionPointer: VirtualAddress(0x1000)))
      guard outcome == .resolved else { throw BenchmarkError("a fault was not resolved") }
      try space.unmap(page..<page + 4096)
      space.discardChanges()
    }
    return start.duration(to: clock.now).inSeconds * 1e9 / Double(rounds)
  }
}
