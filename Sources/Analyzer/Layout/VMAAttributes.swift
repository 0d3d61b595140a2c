// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// A VMA without its range.
struct VMAAttributes: RunValue {
  var protection: Protection
  var isShared: Bool
  var backing: BackingKind
  var offset: UInt64
  var name: [UInt8]

  init(_ vma: VMADescription) {
    protection = vma.protection
    isShared = vma.isShared
    backing = vma.backing
    // Only these two have an offset; what others carry there means nothing.
    offset = backing == .file || backing == .direct ? vma.offset : 0
    name = vma.name
  }

  func advanced(by byteCount: UInt64) -> VMAAttributes {
    guard backing == .file || backing == .direct else { return self }
    var copy = self
    copy.offset &+= byteCount
    return copy
  }

  func hasProtection(of other: VMAAttributes) -> Bool {
    protection.rawValue == other.protection.rawValue && isShared == other.isShared
  }

  func hasBacking(of other: VMAAttributes) -> Bool {
    backing == other.backing && offset == other.offset && name == other.name
  }

  static func == (left: VMAAttributes, right: VMAAttributes) -> Bool {
    left.hasProtection(of: right) && left.hasBacking(of: right)
  }

  func description(_ lower: UInt64, _ upper: UInt64) -> VMADescription {
    VMADescription(
      range: VirtualAddress(lower)..<VirtualAddress(upper), protection: protection,
      isShared: isShared, backing: backing, offset: offset, name: name)
  }
}
