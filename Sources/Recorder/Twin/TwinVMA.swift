// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// A VMA as both sides can tell of it, cheap to keep by the million.
public struct TwinVMA: Equatable, Sendable {
  /// The first address.
  public var start: UInt64
  /// The end.
  public var end: UInt64
  /// PROT_READ, PROT_WRITE, PROT_EXEC; 8: shared; 16: the heap; 32: something behind it; 64:
  /// that is a file.
  public var bits: UInt32
  /// Which file or shared memory: the side's own number, 0 for none.
  public var object: UInt64
  /// The offset in it.
  public var offset: UInt64

  static let shared: UInt32 = 8
  static let heap: UInt32 = 16
  static let hasObject: UInt32 = 32
  static let file: UInt32 = 64

  /// What is the process's own is compared by its bounds alone.
  mutating func simplify() {
    guard start >= TwinArea.start, end <= TwinArea.protectedEnd else { return }
    bits &= 15
    object = 0
    offset = 0
  }

  /// Whether they are alike but for what their objects are called.
  func isLike(_ other: TwinVMA) -> Bool {
    start == other.start && end == other.end && bits == other.bits && offset == other.offset
  }
}

extension TwinVMA: CustomStringConvertible {
  /// As a line of /proc/PID/maps.
  public var description: String {
    func hex(_ value: UInt64) -> String {
      let digits = String(value, radix: 16)
      return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }
    var text = "\(hex(start))-\(hex(end)) "
    text += bits & 1 != 0 ? "r" : "-"
    text += bits & 2 != 0 ? "w" : "-"
    text += bits & 4 != 0 ? "x" : "-"
    text += bits & Self.shared != 0 ? "s" : "p"
    if bits & Self.hasObject != 0 { text += " \(hex(offset)) object \(object)" }
    if bits & Self.heap != 0 { text += " [heap]" }
    return text
  }
}

extension TwinVMA {
  /// The VMAs of a text of /proc/PID/maps but the page above all addresses of a program.
  static func parse(_ text: UnsafeRawBufferPointer) -> [TwinVMA] {
    var result: [TwinVMA] = []
    result.reserveCapacity(text.count / 60 + 1)
    MapsLine.forEach(in: text) { line in
      if line.start >> 63 != 0 { return }
      var bits = UInt32(line.protection.rawValue)
      if line.isShared { bits |= shared }
      if line.inode != 0 { bits |= hasObject }
      let name = line.name
      if name.count > 1 {
        let (first, second) = (name[name.startIndex], name[name.startIndex + 1])
        if first == 0x5b, second == 0x68 { bits |= heap }
        // Shared memory without a name is /dev/zero.
        if first == 0x2f, second != 0x64 { bits |= file }
      }
      var vma = TwinVMA(
        start: line.start, end: line.end, bits: bits, object: line.inode,
        offset: line.inode != 0 ? line.offset : 0)
      vma.simplify()
      result.append(vma)
    }
    return result
  }
}

/// Which of our objects stands for which of Linux's.
struct TwinObjects {
  private var pairs: [(our: UInt64, their: UInt64)] = []

  /// Whether the objects of two layouts, which are alike else, may be the same; remembers it. An
  /// object that is gone from both may have given its number to another one.
  mutating func match(_ ours: [TwinVMA], _ theirs: [TwinVMA]) -> Bool {
    var standing: [(our: UInt64, their: UInt64)] = []
    for index in ours.indices where ours[index].object != 0 {
      let pair = (our: ours[index].object, their: theirs[index].object)
      if let known = standing.first(where: { $0.our == pair.our || $0.their == pair.their }) {
        if known != pair { return false }
      } else {
        standing.append(pair)
      }
    }
    for (our, their) in pairs {
      for pair in standing where (pair.our == our) != (pair.their == their) {
        // One side has changed what it calls so: the other must not have kept it.
        if standing.contains(where: { $0.our == our })
          && standing.contains(where: { $0.their == their })
        {
          return false
        }
      }
    }
    pairs = standing
    return true
  }
}
