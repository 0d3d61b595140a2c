// SPDX-License-Identifier: BSD-3-Clause

/// Numbers by page number: a radix tree of 64-way nodes in one array, as high as the highest page
/// needs. Linux: XArray.
///
/// Invariants: every node has a slot that is taken, and `used` counts them.
struct PageTree {
  /// 64 for each node: 0 for nothing, else one more than a node or, at the lowest level, a number.
  private var slots: [UInt32] = []
  /// Slots taken, by node.
  private var used: [UInt8] = []
  private var freeNodes: [UInt32] = []
  private var root: UInt32 = 0
  /// Levels of nodes; 0 where there are no pages.
  private var height: UInt64 = 0

  /// One past the highest page that there can be.
  static var pageLimit: UInt64 { 1 << 52 }

  /// The number of the page.
  subscript(_ page: UInt64) -> UInt32? {
    guard height > 0, page >> (6 * height) == 0 else { return nil }
    var node = root
    var level = height - 1
    while true {
      let slot = slots[Self.slot(page, level, of: node)]
      if slot == 0 { return nil }
      if level == 0 { return slot - 1 }
      node = slot - 1
      level -= 1
    }
  }

  /// Gives a page that has no number this one, which is below 2^32 - 1.
  mutating func insert(_ number: UInt32, at page: UInt64) {
    precondition(page < Self.pageLimit, "no page number")
    if height == 0 {
      root = makeNode()
      height = 1
    }
    while page >> (6 * height) != 0 {
      let top = makeNode()
      slots[Int(top) * 64] = root + 1
      used[Int(top)] = 1
      root = top
      height += 1
    }
    var node = root
    var level = height - 1
    while level > 0 {
      let place = Self.slot(page, level, of: node)
      if slots[place] == 0 {
        let child = makeNode()
        slots[place] = child + 1
        used[Int(node)] += 1
      }
      node = slots[place] - 1
      level -= 1
    }
    let place = Self.slot(page, 0, of: node)
    precondition(slots[place] == 0, "a page with two numbers")
    slots[place] = number + 1
    used[Int(node)] += 1
  }

  /// Takes the number of a page away, which has one.
  mutating func remove(_ page: UInt64) {
    precondition(height > 0 && page >> (6 * height) == 0, "a page without a number")
    var path: InlineArray<9, UInt32> = InlineArray(repeating: 0)
    var node = root
    var level = height - 1
    while true {
      path[Int(level)] = node
      if level == 0 { break }
      node = slots[Self.slot(page, level, of: node)] - 1
      level -= 1
    }
    while true {
      let node = path[Int(level)]
      let place = Self.slot(page, level, of: node)
      precondition(slots[place] != 0, "a page without a number")
      slots[place] = 0
      used[Int(node)] -= 1
      if used[Int(node)] > 0 { return }
      freeNodes.append(node)
      level += 1
      if level == height { break }
    }
    height = 0
  }

  /// The lowest page at or above this one that has a number.
  func first(atOrAfter page: UInt64) -> (page: UInt64, number: UInt32)? {
    guard height > 0, page >> (6 * height) == 0 else { return nil }
    return search(root, height - 1, from: page)
  }

  private func search(
    _ node: UInt32, _ level: UInt64, from page: UInt64
  ) -> (page: UInt64, number: UInt32)? {
    let shift = 6 * level
    var page = page
    for index in Int(page >> shift & 63)..<64 {
      let slot = slots[Int(node) * 64 + index]
      if slot != 0 {
        if level == 0 { return (page, slot - 1) }
        if let found = search(slot - 1, level - 1, from: page) { return found }
      }
      page = (page >> shift + 1) << shift
    }
    return nil
  }

  private static func slot(_ page: UInt64, _ level: UInt64, of node: UInt32) -> Int {
    Int(node) * 64 + Int(page >> (6 * level) & 63)
  }

  /// A node without slots taken.
  private mutating func makeNode() -> UInt32 {
    if let node = freeNodes.popLast() { return node }
    slots.append(contentsOf: repeatElement(0, count: 64))
    used.append(0)
    return UInt32(used.count - 1)
  }
}
