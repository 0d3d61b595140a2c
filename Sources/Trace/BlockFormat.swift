// SPDX-License-Identifier: BSD-3-Clause

/// The numbers of a block that writer and reader agree on: see docs/trace-format.md.
public enum BlockFormat {
  /// The first four bytes of every block: `EPIB`, the first letter lowest.
  static var magic: UInt32 { 0x4249_5045 }
  /// The most events in one block.
  public static var eventLimit: Int { 65_536 }
  /// The most bytes of different payloads in one block, and so of one payload: 16 MiB.
  public static var payloadLimit: Int { 16 << 20 }
  /// No block is longer than this, in bytes: 32 MiB.
  public static var byteLimit: Int { 32 << 20 }
  /// A varint of 64 bits takes at most so many bytes.
  static var varintLimit: Int { 10 }
}

/// The sections of a block; one that a reader does not know is skipped.
enum BlockSection: UInt64 {
  /// The different kinds, codes and counts, each once.
  case shapes = 1
  /// Per event, which shape it has.
  case shapeIndexes = 2
  /// Per event, its task, less that of the event before.
  case tasks = 3
  /// Per event, its operands and its result, each less the same one of the last event of its shape.
  case values = 4
  /// The length of each different payload.
  case payloadLengths = 5
  /// The bytes of each different payload.
  case payloadBytes = 6
  /// Per event with a payload, which one.
  case payloadReferences = 7
  /// Per event, when it began, less that of the event before.
  case times = 8
  /// Per event, how long it took.
  case durations = 9
  /// Per shape, which operands and whether the result are not known.
  case unknowns = 10
}

/// Signed numbers near 0 as small unsigned ones: 0, -1, 1, -2 become 0, 1, 2, 3.
@inline(__always)
func zigZag(_ value: UInt64) -> UInt64 {
  let signed = Int64(bitPattern: value)
  return UInt64(bitPattern: (signed << 1) ^ (signed >> 63))
}

/// The inverse of `zigZag`.
@inline(__always)
func unZigZag(_ value: UInt64) -> UInt64 {
  (value >> 1) ^ (0 &- (value & 1))
}

/// Groups of seven bits, together or each in a byte of its own.
enum VarintBits {
  /// Moves the eight groups of the low 56 bits each to the low end of a byte.
  @inline(__always)
  static func spread(_ value: UInt64) -> UInt64 {
    var bits = value & 0x0fff_ffff | (value & 0x00ff_ffff_f000_0000) << 4
    bits = bits & 0x0000_3fff_0000_3fff | (bits & 0x0fff_c000_0fff_c000) << 2
    return bits & 0x007f_007f_007f_007f | (bits & 0x3f80_3f80_3f80_3f80) << 1
  }

  /// The inverse of `spread`; the highest bit of each byte is not looked at.
  @inline(__always)
  static func gather(_ value: UInt64) -> UInt64 {
    var bits = value & 0x007f_007f_007f_007f | (value & 0x7f00_7f00_7f00_7f00) >> 1
    bits = bits & 0x0000_3fff_0000_3fff | (bits & 0x3fff_0000_3fff_0000) >> 2
    return bits & 0x0fff_ffff | (bits & 0x0fff_ffff_0000_0000) >> 4
  }
}
