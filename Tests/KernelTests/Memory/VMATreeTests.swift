// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// The tree against a sorted array.
struct VMATreeTests {
  private func vma(_ range: AddressRange) -> VMA {
    VMA(
      range: range, backing: .reserved, name: .none, protection: [], flags: [], pageSize: nil)
  }

  private func contents(_ tree: borrowing VMATree) -> [AddressRange] {
    var result: [AddressRange] = []
    var position = tree.first(endingAbove: VirtualAddress(0))
    while let place = position {
      result.append(tree[place].range)
      position = tree.next(place)
    }
    return result
  }

  @Test(arguments: [false, true], 1...4 as ClosedRange<UInt64>)
  func `insertion, removal and neighbours agree`(isAscending: Bool, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var tree = VMATree()
    var model: [AddressRange] = []
    for step in 0..<3000 as Range<UInt64> {
      let isGrowing = step < 2000
      if model.isEmpty || random.next(below: 10) < (isGrowing ? 7 : 2) {
        let number = isAscending && isGrowing ? step * 2 : random.next(below: 8000)
        let range = pages(number..<number + 1)
        if model.contains(range) { continue }
        tree.insert(vma(range))
        model.insert(
          range, at: model.firstIndex { $0.lowerBound > range.lowerBound } ?? model.count)
      } else {
        let victim = Int(random.next(below: UInt64(model.count)))
        tree.remove(tree.first(endingAbove: model[victim].lowerBound)!)
        model.remove(at: victim)
      }
      if step % 50 == 0 { tree.checkInvariants() }
    }
    tree.checkInvariants()
    check(contents(tree) == model, "seed \(seed)")
    var position = tree.last
    for range in model.reversed() {
      check(position != nil && tree[position!].range == range, "seed \(seed)")
      position = tree.previous(position!)
    }
    check(position == nil)
    while let first = tree.first(endingAbove: VirtualAddress(0)) { tree.remove(first) }
    tree.checkInvariants()
    check(tree.count == 0 && tree.height == 0)
  }

  @Test(arguments: 1...2 as ClosedRange<UInt64>)
  func `leaves that fill in any order are three quarters full`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var tree = VMATree()
    for number in (0..<4000 as Range<UInt64>).shuffled(using: &random) {
      tree.insert(vma(pages(number * 2..<number * 2 + 1)))
    }
    tree.checkInvariants()
    var leaves = 1
    var position = tree.first!
    while let next = tree.nextLeaf(position) {
      leaves += 1
      position = next
    }
    check(4 * tree.count >= 3 * leaves * VMALeaf.fanout, "seed \(seed): \(leaves) leaves")
  }

  @Test func `addresses of both halves are found, and only where a VMA is`() {
    var tree = VMATree()
    let upper: UInt64 = 0xffff_8000_0000_0000
    var ranges: [AddressRange] = []
    for start in [0, upper] {
      for index in 0..<100 as Range<UInt64> {
        let low = VirtualAddress(start + index * 0x5000)
        ranges.append(low..<low + 0x1000)
      }
    }
    let last = VirtualAddress(0xffff_ffff_ffff_e000)
    ranges.append(last..<last + 0x1000)
    for range in ranges.reversed() { tree.insert(vma(range)) }
    tree.checkInvariants()
    for range in ranges {
      check(tree.find(range.lowerBound)?.range == range, "\(range)")
      check(tree.find(range.upperBound - 1)?.range == range, "\(range)")
      check(tree.find(range.upperBound) == nil, "\(range)")
      check(tree.vma(endingAbove: range.lowerBound)?.range == range, "\(range)")
    }
    for (range, next) in zip(ranges, ranges.dropFirst()) {
      check(tree.vma(endingAbove: range.upperBound)?.range == next, "\(range)")
    }
    check(tree.vma(endingAbove: last + 0x1000) == nil)
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `gap searches agree with looking at every gap`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var tree = VMATree()
    var model: [AddressRange] = []
    var number: UInt64 = 0
    for _ in 0..<300 {
      number += random.next(below: 6)
      let count = 1 + random.next(below: 3)
      let range = pages(number..<number + count)
      tree.insert(vma(range))
      model.append(range)
      number += count
    }
    for _ in 0..<200 {
      let low = random.next(below: number + 50)
      let bounds = pages(low..<low + random.next(below: number + 100))
      let byteCount = (1 + random.next(below: 7)) * 4096
      let request = GapRequest(bounds: bounds, byteCount: byteCount, alignment: 4096)
      var starts: [VirtualAddress] = []
      var end = VirtualAddress(0)
      for range in model + [VirtualAddress(.max)..<VirtualAddress(.max)] {
        let gap = (min(end, range.lowerBound)..<range.lowerBound).clamped(to: bounds)
        if !gap.isEmpty, gap.byteCount >= byteCount { starts.append(gap.lowerBound) }
        end = range.upperBound
      }
      check(tree.lowestGap(request) == starts.first, "seed \(seed)")
      var highest: VirtualAddress?
      end = VirtualAddress(0)
      for range in model + [VirtualAddress(.max)..<VirtualAddress(.max)] {
        let gap = (min(end, range.lowerBound)..<range.lowerBound).clamped(to: bounds)
        if !gap.isEmpty, gap.byteCount >= byteCount {
          highest = VirtualAddress(gap.upperBound.rawValue - byteCount)
        }
        end = range.upperBound
      }
      check(tree.highestGap(request) == highest, "seed \(seed)")
    }
  }

  @Test func `a gap for a large alignment is aligned and free`() {
    var tree = VMATree()
    for index in 0..<200 as Range<UInt64> { tree.insert(vma(pages(index * 700..<index * 700 + 1))) }
    let bounds = pages(0..<1_000_000)
    let request = GapRequest(bounds: bounds, byteCount: 4096 * 512, alignment: 2 << 20)
    let low = tree.lowestGap(request)!
    check(low.isAligned(to: 2 << 20) && tree.isFree(low..<low + 4096 * 512))
    let high = tree.highestGap(request)!
    check(high.isAligned(to: 2 << 20) && tree.isFree(high..<high + 4096 * 512))
  }

  @Test func `exchanges agree with an array of pages`() throws {
    for seed in 1...6 as ClosedRange<UInt64> {
      var random = SplitMix64(seed: seed)
      var tree = VMATree()
      var model = [UInt8?](repeating: nil, count: 2000)
      for step in 0..<3000 {
        let count = 1 + random.next(below: random.next(below: 8) == 0 ? 300 : 3)
        let start = random.next(below: 2000 - count)
        let value = random.next(below: 3) == 0 ? nil : UInt8(random.next(below: 3))
        let range = pages(start..<start + count)
        var new = vma(range)
        new.protection = Protection(rawValue: value ?? 0)
        tree.exchange(range, for: value == nil ? nil : new)
        for index in start..<start + count { model[Int(index)] = value }
        if step % 100 == 0 { tree.checkInvariants() }
      }
      tree.checkInvariants()
      var expected: [VMA] = []
      for (index, value) in model.enumerated() where value != nil {
        var page = vma(pages(UInt64(index)..<UInt64(index) + 1))
        page.protection = Protection(rawValue: value!)
        if let last = expected.last, last.canMerge(with: page) {
          expected[expected.count - 1] = last.merged(with: page)
        } else {
          expected.append(page)
        }
      }
      var actual: [VMA] = []
      var position = tree.first
      while let place = position {
        actual.append(tree[place])
        position = tree.next(place)
      }
      check(actual == expected, "seed \(seed)")
    }
  }

  @Test(arguments: [false, true])
  func `a VMA takes at most 128 bytes`(isRandom: Bool) {
    var tree = VMATree()
    let count: UInt64 = 60_000
    for index in 0..<count {
      // 40,009 is prime: every number once, in an order without pattern.
      let number = isRandom ? index * 40_009 % count : index
      tree.insert(vma(pages(number * 2..<number * 2 + 1)))
    }
    tree.checkInvariants()
    check(tree.count == Int(count))
    check(tree.pool.byteCount <= 128 * tree.count, "\(tree.pool.byteCount / tree.count) bytes")
  }
}
