// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// The numbers of the system calls by name, found without a look at every row.
struct CallNames {
  private var slots = [Int16](repeating: -1, count: 2048)

  init() {
    for number in SystemCallTable.all {
      guard let name = SystemCallTable.name(of: number) else { continue }
      var hash: UInt32 = 0x811c_9dc5
      for index in 0..<name.utf8CodeUnitCount {
        hash = unsafe (hash ^ UInt32(name.utf8Start[index])) &* 0x0100_0193
      }
      var at = Int(hash) & (slots.count - 1)
      while slots[at] >= 0 { at = (at + 1) & (slots.count - 1) }
      slots[at] = Int16(number.rawValue)
    }
  }

  /// The number of the call with that name; nil if there is none.
  func number(_ name: ArraySlice<UInt8>) -> UInt32? {
    var hash: UInt32 = 0x811c_9dc5
    for byte in name { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    var at = Int(hash) & (slots.count - 1)
    while slots[at] >= 0 {
      let number = UInt32(slots[at])
      if let own = SystemCallTable.name(of: SystemCallNumber(rawValue: number)),
        TextScanner.isEqual(name, own)
      {
        return number
      }
      at = (at + 1) & (slots.count - 1)
    }
    return nil
  }
}
