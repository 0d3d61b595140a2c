// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

@testable import Kernel

/// An address space as an array of pages: what the real one is compared with. It places bottom-up
/// from page 0 on, and knows nothing of trees, page tables or merging.
struct ModelSpace {
  struct Page: Equatable {
    var protection: Protection
    var backing: Backing
    var name: Name
    /// The byte at the start of the page.
    var value: UInt8
    /// Whether it was ever writable, where that keeps VMAs apart.
    var isAccounted = false
    /// What advice left.
    var flags: VMA.Flags = []
  }

  /// Whether VMAs that were ever writable do not merge with others, as on Linux.
  var accountsWrites = false
  /// A mistake, which a test wants to see found.
  var keepsWhatIsDropped = false

  static var pageCount: Int { 160 }
  var pages: [Page?] = Array(repeating: nil, count: pageCount)

  /// The byte that a page of the file begins with.
  static func fileByte(_ offset: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: offset / 4096 + 1) }

  private func fresh(_ backing: Backing) -> UInt8 {
    if case .file(_, let offset) = backing { return Self.fileByte(offset) }
    return 0
  }

  func isFree(_ range: Range<Int>) -> Bool { range.allSatisfy { pages[$0] == nil } }
  func isFull(_ range: Range<Int>) -> Bool { range.allSatisfy { pages[$0] != nil } }

  func firstFit(_ count: Int) -> Int? {
    (0...Self.pageCount - count).first { isFree($0..<$0 + count) }
  }

  mutating func map(
    _ range: Range<Int>, _ backing: Backing, _ protection: Protection, _ name: Name
  ) {
    for (index, page) in range.enumerated() {
      let own = backing.advanced(by: UInt64(index) * 4096)
      pages[page] = Page(
        protection: protection, backing: own, name: name, value: fresh(own),
        isAccounted: accountsWrites && protection.contains(.write))
    }
  }

  mutating func unmap(_ range: Range<Int>) { for page in range { pages[page] = nil } }

  mutating func protect(_ range: Range<Int>, _ protection: Protection) {
    for page in range {
      // A VMA that has this protection already is left alone.
      if pages[page]?.protection == protection { continue }
      pages[page]?.protection = protection
      if accountsWrites {
        if protection.contains(.write) {
          pages[page]?.isAccounted = true
        } else if pages[page]?.backing == .anonymous {
          pages[page]?.isAccounted = false
        }
      }
    }
  }

  mutating func mark(_ range: Range<Int>, _ flag: VMA.Flags, _ isSet: Bool) {
    for page in range {
      if isSet { pages[page]?.flags.insert(flag) } else { pages[page]?.flags.remove(flag) }
    }
  }

  mutating func drop(_ range: Range<Int>) {
    if keepsWhatIsDropped { return }
    for page in range {
      guard let backing = pages[page]?.backing, backing != .reserved else { continue }
      let value = fresh(backing)
      pages[page]?.value = value
    }
  }

  /// Whether the pages could be of one VMA.
  func isOneVMA(_ range: Range<Int>) -> Bool {
    range.dropFirst().allSatisfy { page in
      guard let left = pages[page - 1], let right = pages[page] else { return false }
      return left.protection == right.protection && left.name == right.name
        && left.isAccounted == right.isAccounted && left.flags == right.flags
        && left.backing.advanced(by: 4096) == right.backing
    } && pages[range.lowerBound] != nil
  }

  mutating func move(_ range: Range<Int>, to start: Int, count: Int) {
    let old = Array(pages[range])
    let first = old[0]!
    unmap(range)
    map(start..<start + count, first.backing, first.protection, first.name)
    for page in start..<start + count {
      pages[page]?.isAccounted = first.isAccounted
      pages[page]?.flags = first.flags
    }
    for index in 0..<min(count, old.count) { pages[start + index] = old[index] }
  }

  /// Moves whatever is there, holes left out, unless there is nothing at the start.
  mutating func moveAll(_ range: Range<Int>, to start: Int) -> Bool {
    if pages[range.lowerBound] == nil { return false }
    for number in range {
      guard let page = pages[number] else { continue }
      pages[number] = nil
      pages[start + number - range.lowerBound] = page
    }
    return true
  }

  /// The VMAs as ranges of pages, as many as must be.
  var layout: [(Range<Int>, Page)] {
    var result: [(Range<Int>, Page)] = []
    for (number, page) in pages.enumerated() {
      guard let page else { continue }
      if let (range, first) = result.last, range.upperBound == number,
        isOneVMA(number - 1..<number + 1)
      {
        result[result.count - 1] = (range.lowerBound..<number + 1, first)
      } else {
        result.append((number..<number + 1, page))
      }
    }
    return result
  }
}

/// What somebody knows who is told of changes only.
struct Listener {
  var vmas: [VMADescription] = []
  /// Physical frame and protection of each page that the CPU may use.
  var translations: [(PhysicalAddress, Protection)?] = Array(
    repeating: nil, count: ModelSpace.pageCount + 64)

  mutating func hear(_ changes: [VMAChange]) {
    for change in changes {
      switch change {
      case .unmapped(let range): cut(range)
      case .mapped(let vma):
        cut(vma.range)
        let place =
          vmas.firstIndex { $0.range.lowerBound > vma.range.lowerBound } ?? vmas.count
        vmas.insert(vma, at: place)
      }
    }
  }

  private mutating func cut(_ range: AddressRange) {
    var result: [VMADescription] = []
    for vma in vmas {
      for rest in [
        vma.range.clamped(to: VirtualAddress(0)..<range.lowerBound),
        vma.range.clamped(to: range.upperBound..<VirtualAddress(.max)),
      ] where !rest.isEmpty && vma.range.overlaps(rest) {
        var part = vma
        part.range = rest
        if vma.backing == .file { part.offset += rest.lowerBound - vma.range.lowerBound }
        result.append(part)
      }
    }
    vmas = result
  }

  mutating func hear(_ changes: [TranslationChange]) {
    func indices(_ address: VirtualAddress, _ byteCount: UInt64) -> Range<Int> {
      let first = Int((address - page(0)) / 4096)
      return first..<first + Int(byteCount / 4096)
    }
    for change in changes {
      switch change {
      case .map(let address, let physical, let byteCount, let protection):
        for (offset, index) in indices(address, byteCount).enumerated() {
          translations[index] = (physical + UInt64(offset) * 4096, protection)
        }
      case .unmap(let address, let byteCount):
        for index in indices(address, byteCount) { translations[index] = nil }
      case .protect(let address, let byteCount, let protection):
        for index in indices(address, byteCount) where translations[index] != nil {
          translations[index]!.1 = protection
        }
      }
    }
  }
}
