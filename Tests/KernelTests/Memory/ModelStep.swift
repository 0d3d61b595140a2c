// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

@testable import Kernel

/// One random operation on the pages of a `ModelSpace`.
enum ModelStep {
  case map(Range<Int>?, Int, Backing, Protection, replacing: Bool, populates: Bool, named: Bool)
  case unmap(Range<Int>)
  case protect(Range<Int>, Protection, strict: Bool)
  case remap(Range<Int>, to: Int, newCount: Int)
  case drop(Range<Int>)
  case mark(Range<Int>, VMA.Flags, isSet: Bool)
  case store(Int, UInt8)
  case load(Int)

  private static func protection(_ random: inout SplitMix64) -> Protection {
    let choices: [Protection] = [[.read, .write], [.read, .write], .read, [], [.read, .execute]]
    return choices[Int(random.next(below: 5))]
  }

  /// Any of them.
  static func random(_ random: inout SplitMix64) -> ModelStep {
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

  /// What the model says of it; it has taken effect there when the result is "OK". "out" where
  /// the model has no room for it.
  func predict(
    _ model: inout ModelSpace, isLinux: Bool, _ name: Name
  ) -> (result: String, value: Int?) {
    switch self {
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

  /// What the address space says of it.
  func perform(
    on space: inout AddressSpace, _ name: Name, _ fill: PageFill
  ) -> (result: String, value: Int?) {
    func range(_ numbers: Range<Int>) -> AddressRange {
      pages(UInt64(numbers.lowerBound)..<UInt64(numbers.upperBound))
    }
    var value: Int?
    let result = outcome { () throws(Errno) in
      switch self {
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
        value = Int((start - page(0)) / 4096)
      case .unmap(let numbers): try space.unmap(range(numbers))
      case .protect(let numbers, let protection, let strict):
        try space.protect(range(numbers), protection, strict: strict)
      case .remap(let numbers, let target, let newCount):
        let start = try space.remap(
          page(UInt64(numbers.lowerBound)), byteCount: UInt64(numbers.count) * 4096,
          newByteCount: UInt64(newCount) * 4096, options: [.mayMove, .fixed],
          newAddress: page(UInt64(target)))
        value = Int((start - page(0)) / 4096)
      case .drop(let numbers): try space.advise(range(numbers), .dontNeed)
      case .mark(let numbers, let flag, let isSet):
        let first: Int32 = flag == .dontFork ? 10 : 16
        try space.advise(range(numbers), Advice(rawValue: first + (isSet ? 0 : 1)))
      case .store(let number, let value):
        guard space.setByte(value, at: page(UInt64(number)), fill: fill) else {
          throw .badAddress
        }
      case .load(let number):
        guard let byte = space.byte(at: page(UInt64(number)), fill: fill) else {
          throw .badAddress
        }
        value = Int(byte)
      }
    }
    return (result, value)
  }
}
