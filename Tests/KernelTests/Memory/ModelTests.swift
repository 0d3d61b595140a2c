// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// Random operations on the address space and on an array of pages side by side: results, layout,
/// bytes, and what the CPU and a trace are told. With a wish for failing requests of frames: what
/// fails has changed nothing.
struct ModelTests {
  private enum Step {
    case map(Range<Int>?, Int, Backing, Protection, replacing: Bool, populates: Bool, named: Bool)
    case unmap(Range<Int>)
    case protect(Range<Int>, Protection, strict: Bool)
    case remap(Range<Int>, to: Int, newCount: Int)
    case drop(Range<Int>)
    case mark(Range<Int>, VMA.Flags, isSet: Bool)
    case store(Int, UInt8)
    case load(Int)
  }

  private static func protection(_ random: inout SplitMix64) -> Protection {
    let choices: [Protection] = [[.read, .write], [.read, .write], .read, [], [.read, .execute]]
    return choices[Int(random.next(below: 5))]
  }

  private static func step(_ random: inout SplitMix64) -> Step {
    let count = 1 + Int(random.next(below: random.next(below: 6) == 0 ? 40 : 6))
    let start = Int(random.next(below: UInt64(ModelSpace.pageCount - count)))
    let range = start..<start + count
    switch random.next(below: 13) {
    case 0, 1, 2:
      var backing = Backing.anonymous
      if random.next(below: 3) == 0 {
        backing = .file(FileIdentity(rawValue: 1), offset: random.next(below: 3) * 4096)
        if random.next(below: 2) == 0 {
          backing = .file(FileIdentity(rawValue: 1), offset: UInt64(start) * 4096)
        }
      } else if random.next(below: 6) == 0 {
        backing = .reserved
      }
      return .map(
        random.next(below: 4) == 0 ? nil : range, count, backing, protection(&random),
        replacing: random.next(below: 2) == 0, populates: random.next(below: 4) == 0,
        named: random.next(below: 5) == 0)
    case 3: return .unmap(range)
    case 4, 5: return .protect(range, protection(&random), strict: random.next(below: 2) == 0)
    case 6, 7:
      return .remap(
        range, to: Int(random.next(below: UInt64(ModelSpace.pageCount - 8))),
        newCount: 1 + Int(random.next(below: 8)))
    case 8: return .drop(range)
    case 12:
      return .mark(
        range, random.next(below: 2) == 0 ? .dontFork : .dontDump,
        isSet: random.next(below: 3) > 0)
    case 9, 10: return .store(start, UInt8(truncatingIfNeeded: random.next()))
    default: return .load(start)
    }
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

  /// What the model says of a step; it takes effect there when the result is "OK".
  private static func predict(
    _ step: Step, _ model: inout ModelSpace, _ isLinux: Bool, _ name: Name
  ) -> (result: String, address: Int?) {
    switch step {
    case .map(let fixed, let count, let backing, let protection, let replacing, _, let named):
      guard let start = fixed?.lowerBound ?? model.firstFit(count) else { return ("out", nil) }
      if fixed != nil, !replacing, !model.isFree(start..<start + count) { return ("EEXIST", nil) }
      model.map(start..<start + count, backing, protection, named ? name : .none)
      return ("OK", start)
    case .unmap(let range): model.unmap(range)
    case .protect(let range, let protection, let strict):
      if strict, !model.isFull(range) {
        if isLinux {
          let end = range.first { model.pages[$0] == nil }!
          model.protect(range.lowerBound..<end, protection)
          return ("ENOMEM", nil)
        }
        return ("ENOENT", nil)
      }
      model.protect(range, protection)
    case .remap(let range, let target, let newCount):
      let kept = range.lowerBound..<range.lowerBound + min(range.count, newCount)
      if (target..<target + newCount).overlaps(range) { return ("EINVAL", nil) }
      if newCount == range.count {
        return model.moveAll(range, to: target) ? ("OK", target) : ("EFAULT", nil)
      }
      if !model.isOneVMA(kept) { return ("EFAULT", nil) }
      model.move(range, to: target, count: newCount)
      return ("OK", target)
    case .drop(let range): model.drop(range)
    case .mark(let range, let flag, let isSet):
      if isLinux { model.mark(range, flag, isSet) }
    case .store(let number, let value):
      guard model.pages[number]?.protection.contains(.write) == true,
        model.pages[number]?.backing != .reserved
      else { return ("EFAULT", nil) }
      model.pages[number]?.value = value
    case .load(let number):
      guard let page = model.pages[number], page.protection.contains(.read),
        page.backing != .reserved
      else { return ("EFAULT", nil) }
      return ("OK", Int(page.value))
    }
    return ("OK", nil)
  }

  private static func perform(
    _ step: Step, _ space: inout AddressSpace, _ name: Name, _ fill: PageFill
  ) -> (result: String, address: Int?) {
    func range(_ numbers: Range<Int>) -> AddressRange {
      pages(UInt64(numbers.lowerBound)..<UInt64(numbers.upperBound))
    }
    var address: Int?
    let result = outcome { () throws(Errno) in
      switch step {
      case .map(
        let fixed, let count, let backing, let protection, let replacing, let populates,
        let named):
        let request: PlacementRequest =
          fixed.map {
            .fixed(page(UInt64($0.lowerBound)), replacing: replacing)
          } ?? .anywhere(hint: nil)
        let start = try space.map(
          backing, at: request, byteCount: UInt64(count) * 4096, protection: protection,
          options: populates ? .populate : [], name: named ? name : .none, fill: fill)
        address = Int((start - page(0)) / 4096)
      case .unmap(let numbers): try space.unmap(range(numbers))
      case .protect(let numbers, let protection, let strict):
        try space.protect(range(numbers), protection, strict: strict)
      case .remap(let numbers, let target, let newCount):
        let start = try space.remap(
          page(UInt64(numbers.lowerBound)), byteCount: UInt64(numbers.count) * 4096,
          newByteCount: UInt64(newCount) * 4096, options: [.mayMove, .fixed],
          newAddress: page(UInt64(target)))
        address = Int((start - page(0)) / 4096)
      case .drop(let numbers): try space.advise(range(numbers), .dontNeed)
      case .mark(let numbers, let flag, let isSet):
        let first: Int32 = flag == .dontFork ? 10 : 16
        try space.advise(range(numbers), Advice(rawValue: first + (isSet ? 0 : 1)))
      case .store(let number, let value):
        guard space.setByte(value, at: page(UInt64(number)), fill: fill) else {
          throw .badAddress
        }
      case .load(let number):
        guard let value = space.byte(at: page(UInt64(number)), fill: fill) else {
          throw .badAddress
        }
        address = Int(value)
      }
    }
    return (result, address)
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

  private static func compare(
    _ space: borrowing AddressSpace, _ model: ModelSpace, _ listener: Listener,
    _ comment: Comment
  ) {
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
    #expect(agrees, comment)
    agrees = numbers(listener.vmas) == numbers(space.layout)
    #expect(agrees, comment)
    for number in 0..<ModelSpace.pageCount {
      let (pte, level) = space.pageTable.walk(page(UInt64(number)))
      let heard = listener.translations[number]
      if pte.isPresent, level == 0 {
        agrees = agrees && heard?.0 == pte.address && heard.map { pte.with($0.1) } == pte
      } else {
        agrees = agrees && heard == nil
      }
    }
    #expect(agrees, comment)
  }

  private static func run(seed: UInt64, isLinux: Bool, steps: Int, failing: Bool) throws {
    var personality: Personality = isLinux ? .linux : .unikraft
    personality.placement = .bottomUp(base: page(0))
    // The model does not know who wrote first; the twin on Linux does.
    personality.rules.subtract([.populatedFiles, .origins])
    var random = SplitMix64(seed: seed)
    var space = try makeSpace(personality, frameCount: 1024)
    space.faultAroundShift = seed % 2 == 0 ? 12 : 14
    let name = space.name(for: [0x78])
    let fill = makeFill(space.memory)
    var model = ModelSpace()
    model.accountsWrites = isLinux
    var listener = Listener()
    for number in 0..<steps {
      let step = step(&random)
      let comment: Comment = "seed \(seed) linux \(isLinux) step \(number)"
      var next = model
      let expected = predict(step, &next, isLinux, name)
      if expected.result == "out" { continue }
      let before = failing ? snapshot(space) : []
      if failing { space.frames.requestsUntilFailure = Int(random.next(below: 12)) }
      let actual = perform(step, &space, name, fill)
      let hadItsWish = failing && space.frames.requestsUntilFailure == nil
      space.frames.requestsUntilFailure = nil
      listener.hear(space.takeTranslationChanges())
      let changes = space.takeVMAChanges()
      listener.hear(changes)
      if hadItsWish, actual.result != expected.result {
        #expect(actual.result == "ENOMEM" || actual.result == "EFAULT", comment)
        let isAsBefore = snapshot(space) == before
        #expect(isAsBefore, comment)
        #expect(changes.isEmpty, comment)
      } else {
        #expect(actual.result == expected.result, comment)
        #expect(actual.address == expected.address, comment)
        model = next
      }
      compare(space, model, listener, comment)
    }
    try space.unmap(pages(0..<UInt64(ModelSpace.pageCount)))
    check(space.pageTable.tableCount == 1, "seed \(seed): tables left")
    check(space.frames.freeFrameCount == space.frames.totalFrameCount - 1, "seed \(seed): frames")
  }

  @Test(arguments: [false, true], 1...6 as ClosedRange<UInt64>)
  func `random operations agree with an array of pages`(isLinux: Bool, seed: UInt64) throws {
    try Self.run(seed: seed, isLinux: isLinux, steps: 250, failing: false)
  }

  @Test(arguments: [false, true], 101...106 as ClosedRange<UInt64>)
  func `what fails for want of a frame changes nothing`(isLinux: Bool, seed: UInt64) throws {
    try Self.run(seed: seed, isLinux: isLinux, steps: 250, failing: true)
  }
}
