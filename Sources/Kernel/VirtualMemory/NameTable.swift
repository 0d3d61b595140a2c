// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// The names of VMAs, each kept once and found by halving.
struct NameTable {
  /// A million names are more than any program has; hostile input gets no name beyond.
  private static var limit: Int { 1 << 20 }

  private var names: [[UInt8]] = [[]]
  /// Numbers of names in the order of their bytes.
  private var sorted: [UInt32] = [0]

  subscript(name: Name) -> [UInt8] { names[Int(name.rawValue)] }

  /// The name for these bytes.
  mutating func name(for bytes: [UInt8]) -> Name {
    let place = lowerBound(bytes)
    if place < sorted.count, names[Int(sorted[place])] == bytes {
      return Name(rawValue: sorted[place])
    }
    guard names.count < Self.limit else { return .none }
    let number = UInt32(names.count)
    names.append(bytes)
    sorted.insert(number, at: place)
    return Name(rawValue: number)
  }

  /// The name for these bytes if there is one.
  func find(_ bytes: [UInt8]) -> Name? {
    let place = lowerBound(bytes)
    guard place < sorted.count, names[Int(sorted[place])] == bytes else { return nil }
    return Name(rawValue: sorted[place])
  }

  private func lowerBound(_ bytes: [UInt8]) -> Int {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if names[Int(sorted[middle])].lexicographicallyPrecedes(bytes) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}
