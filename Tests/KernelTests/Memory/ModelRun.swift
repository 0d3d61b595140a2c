// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

@testable import Kernel

/// A sequence of random operations on the address space and on an array of pages side by side:
/// results, layout, bytes, and what the CPU and a trace are told. With wishes for failing requests
/// of frames: what fails has changed nothing.
struct ModelRun {
  /// An operation, and how many requests for a frame succeed before one of it fails.
  struct Item {
    var step: ModelStep
    var wish: Int?
  }

  /// What came of an operation in the model.
  struct Outcome {
    var item: Item
    var result: String
    var value: Int?
  }

  /// The first thing that is not as the model says.
  struct Difference {
    var what: String
    /// All that was done, what differs last.
    var outcomes: [Outcome]
  }

  var isLinux: Bool
  var faultAroundShift: UInt64
  var items: [Item]
  /// What a test changes about the model, to see a difference.
  var adjust: (inout ModelSpace) -> Void = { _ in }

  init(seed: UInt64, isLinux: Bool, count: Int, failing: Bool) {
    var random = SplitMix64(seed: seed)
    self.isLinux = isLinux
    faultAroundShift = seed % 2 == 0 ? 12 : 14
    items = (0..<count).map { _ in
      Item(step: .random(&random), wish: failing ? Int(random.next(below: 12)) : nil)
    }
    // What all pages hold in the end.
    items += (0..<ModelSpace.pageCount).map { Item(step: .load($0)) }
  }

  /// The same as short as it gets, where it ends in a difference: no operation can be left out, and
  /// no two.
  func shrunk() throws -> (run: ModelRun, difference: Difference)? {
    guard let difference = try firstDifference() else { return nil }
    var best = (run: self, difference)
    best.run.items = difference.outcomes.map(\.item)
    var size = best.run.items.count / 2
    while size > 0 {
      var start = 0
      while start < best.run.items.count {
        let end = min(start + size, best.run.items.count)
        if let shorter = try best.run.without(Array(start..<end)) {
          best = shorter
        } else {
          start = end
        }
      }
      size /= 2
    }
    while let shorter = try best.run.withoutOneOrTwo() { best = shorter }
    return best
  }

  private func withoutOneOrTwo() throws -> (run: ModelRun, difference: Difference)? {
    for first in items.indices {
      for second in first..<items.count {
        if let shorter = try without(first == second ? [first] : [first, second]) {
          return shorter
        }
      }
    }
    return nil
  }

  /// Without some, in ascending order, where it still ends in a difference.
  private func without(_ indices: [Int]) throws -> (run: ModelRun, difference: Difference)? {
    var fewer = self
    for index in indices.reversed() { fewer.items.remove(at: index) }
    guard let difference = try fewer.firstDifference() else { return nil }
    fewer.items = difference.outcomes.map(\.item)
    return (fewer, difference)
  }

  /// Runs it to the end, or to where the two differ.
  func firstDifference() throws -> Difference? {
    var personality: Personality = isLinux ? .linux : .unikraft
    personality.placement = .bottomUp(base: page(0))
    // The model does not know who wrote first; the twin on Linux does.
    personality.rules.subtract([.populatedFiles, .origins])
    var space = try makeSpace(personality, frameCount: 1024)
    space.faultAroundShift = faultAroundShift
    let name = space.name(for: [0x78])
    let fill = Self.makeFill(space.memory)
    var model = ModelSpace()
    model.accountsWrites = isLinux
    adjust(&model)
    var listener = Listener()
    var outcomes: [Outcome] = []
    for item in items {
      var next = model
      let expected = item.step.predict(&next, isLinux: isLinux, name)
      if expected.result == "out" { continue }
      outcomes.append(Outcome(item: item, result: expected.result, value: expected.value))
      let before = item.wish == nil ? [] : Self.snapshot(space)
      space.frames.requestsUntilFailure = item.wish
      let actual = item.step.perform(on: &space, name, fill)
      let hadItsWish = item.wish != nil && space.frames.requestsUntilFailure == nil
      space.frames.requestsUntilFailure = nil
      listener.hear(space.takeTranslationChanges())
      let changes = space.takeVMAChanges()
      listener.hear(changes)
      var what: String?
      if hadItsWish, actual.result != expected.result {
        if actual.result != "ENOMEM", actual.result != "EFAULT" {
          what = "\(actual.result) for want of a frame"
        } else if Self.snapshot(space) != before || !changes.isEmpty {
          what = "\(actual.result), and something has changed"
        }
      } else if actual != expected {
        what = "the result is \(actual), not \(expected)"
      } else {
        model = next
      }
      if let what = what ?? Self.compare(space, model, listener) {
        return Difference(what: what, outcomes: outcomes)
      }
    }
    try space.unmap(pages(0..<UInt64(ModelSpace.pageCount)))
    if space.pageTable.tableCount != 1 {
      return Difference(what: "tables are left", outcomes: outcomes)
    }
    if space.frames.freeFrameCount != space.frames.totalFrameCount - 1 {
      return Difference(what: "frames are lost", outcomes: outcomes)
    }
    return nil
  }

  /// Reads the first byte of each page of the file, whatever is asked.
  private static func makeFill(_ memory: PhysicalMemory) -> PageFill {
    { (_, offset, segment) throws(Errno) in
      let bytes = memory.bytes(of: segment)
      for index in 0..<bytes.count {
        bytes[index] = ModelSpace.fileByte(offset + UInt64(index) & ~4095)
      }
      return segment.byteCount
    }
  }

  private static func numbers(_ vmas: [VMADescription]) -> [[UInt64]] {
    vmas.map { vma in
      [
        vma.range.lowerBound.rawValue, vma.range.upperBound.rawValue,
        UInt64(vma.protection.rawValue), vma.isShared ? 1 : 0, UInt64(vma.backing.rawValue),
        vma.offset,
      ] + vma.name.map { UInt64($0) }
    }
  }

  private static func snapshot(_ space: borrowing AddressSpace) -> [[UInt64]] {
    var result = [[space.frames.freeFrameCount, space.pageTable.tableCount]]
    result += numbers(space.layout)
    for number in 0..<UInt64(ModelSpace.pageCount) {
      result.append([space.pageTable.walk(page(number)).pte.rawValue])
    }
    return result
  }

  /// What is not as the model says.
  private static func compare(
    _ space: borrowing AddressSpace, _ model: ModelSpace, _ listener: Listener
  ) -> String? {
    let layout = space.vmas(in: VirtualAddress(0)..<VirtualAddress(.max))
    let expected = model.layout
    var agrees = layout.count == expected.count
    for (vma, (range, first)) in zip(layout, expected) where agrees {
      agrees =
        vma.range == pages(UInt64(range.lowerBound)..<UInt64(range.upperBound))
        && vma.protection == first.protection && vma.backing == first.backing
        && vma.name == first.name
        && vma.flags.intersection([.dontFork, .dontDump]) == first.flags
    }
    if !agrees { return "the VMAs are others" }
    agrees = numbers(listener.vmas) == numbers(space.layout)
    if !agrees { return "a trace was told of other VMAs" }
    for number in 0..<ModelSpace.pageCount {
      let (pte, level) = space.pageTable.walk(page(UInt64(number)))
      let heard = listener.translations[number]
      if pte.isPresent, level == 0 {
        agrees = agrees && heard?.0 == pte.address && heard.map { pte.with($0.1) } == pte
      } else {
        agrees = agrees && heard == nil
      }
    }
    return agrees ? nil : "the CPU was told of other pages"
  }
}
