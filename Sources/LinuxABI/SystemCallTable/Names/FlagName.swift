// SPDX-License-Identifier: BSD-3-Clause

/// A name of a bit, of several bits or of one value of a field of bits, such as `O_RDWR`.
public struct FlagName: Sendable {
  /// The name in C.
  public var name: StaticString
  /// The bits that are set.
  public var value: UInt64
  /// The bits that the name speaks of; those that `value` lacks are clear.
  public var mask: UInt64

  init(_ name: StaticString, _ value: UInt64, mask: UInt64? = nil) {
    self.name = name
    self.value = value
    self.mask = mask ?? value
  }

  /// Whether the name stands in `bits`.
  public func matches(_ bits: UInt64) -> Bool { bits & mask == value }

  /// The names of a kind of argument, one index each from 0 on; nil after the last, and for a kind
  /// without flags.
  public static func at(_ index: Int, of kind: ArgumentKind) -> FlagName? {
    if let flag = memory(index, of: kind) { return flag }
    if let flag = file(index, of: kind) { return flag }
    if let flag = process(index, of: kind) { return flag }
    if let flag = field(index, of: kind) { return flag }
    return network(index, of: kind)
  }
}
