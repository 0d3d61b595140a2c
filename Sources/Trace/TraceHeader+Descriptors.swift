// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension TraceHeader {
  /// Adds a descriptor; what is wrong with it, if anything: numbers ascend, and the descriptor that
  /// one shares its state with stands before it.
  mutating func add(_ descriptor: DescriptorDescription) -> StaticString? {
    guard seen.contains(.descriptors) else { return "descriptors are not said to be there" }
    guard descriptor.number >= 0, descriptor.number > descriptors.last?.number ?? -1 else {
      return "the numbers of descriptors must ascend"
    }
    guard descriptor.original == descriptor.number || holds(descriptor.original) else {
      return "a descriptor that another one shares must stand before it"
    }
    descriptors.append(descriptor)
    return nil
  }

  private func holds(_ number: Int32) -> Bool {
    var low = 0
    var high = descriptors.count
    while low < high {
      let middle = (low + high) / 2
      if descriptors[middle].number < number { low = middle + 1 } else { high = middle }
    }
    return low < descriptors.count && descriptors[low].number == number
  }
}

/// What stands behind a descriptor, as the header has it: S_IFMT of its mode without the zeros.
enum DescriptorKind: UInt8, TextWord {
  case none = 0
  case fifo = 1
  case character = 2
  case directory = 4
  case block = 6
  case regular = 8
  case link = 10
  case socket = 12

  init(_ type: FileType?) {
    self = type.flatMap { DescriptorKind(rawValue: UInt8($0.rawValue >> 12)) } ?? .none
  }

  var type: FileType? { FileType(rawValue: UInt32(rawValue) << 12) }

  var word: StaticString {
    switch self {
    case .none: "none"
    case .fifo: "fifo"
    case .character: "character"
    case .directory: "directory"
    case .block: "block"
    case .regular: "regular"
    case .link: "link"
    case .socket: "socket"
    }
  }
}
