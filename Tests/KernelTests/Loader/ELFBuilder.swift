// SPDX-License-Identifier: BSD-3-Clause

@testable import Kernel

/// A small ELF file, field by field, so that a test can spoil any of them.
struct ELFBuilder {
  struct Segment {
    var type: UInt32 = 1
    var flags: UInt32
    var offset: UInt64
    var address: UInt64
    var fileByteCount: UInt64
    var memoryByteCount: UInt64
    var alignment: UInt64 = 4096
  }

  var type: UInt16 = 3
  var machine: UInt16 = 62
  var entry: UInt64 = 0x1010
  var segments: [Segment] = []
  /// The whole file after headers, by offset.
  var byteCount = 0x3000
  var interpreter: String?

  /// A position-independent program of a text and a data segment with bss.
  static var program: ELFBuilder {
    var builder = ELFBuilder()
    builder.segments = [
      Segment(
        flags: 4, offset: 0, address: 0, fileByteCount: 0x200, memoryByteCount: 0x200),
      Segment(
        flags: 5, offset: 0x1000, address: 0x1000, fileByteCount: 0x800, memoryByteCount: 0x800),
      Segment(
        flags: 6, offset: 0x2010, address: 0x3010, fileByteCount: 0x20,
        memoryByteCount: 0x2100),
    ]
    return builder
  }

  var bytes: [UInt8] {
    var segments = segments
    if let interpreter {
      segments.insert(
        Segment(
          type: 3, flags: 4, offset: 0x400, address: 0x400,
          fileByteCount: UInt64(interpreter.utf8.count + 1),
          memoryByteCount: UInt64(interpreter.utf8.count + 1), alignment: 1), at: 0)
    }
    var bytes: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]
    bytes.pad(to: 16)
    bytes.put(type)
    bytes.put(machine)
    bytes.put(UInt32(1))
    bytes.put(entry)
    bytes.put(UInt64(64))
    bytes.put(UInt64(0))
    bytes.put(UInt32(0))
    bytes.put(UInt16(64))
    bytes.put(UInt16(56))
    bytes.put(UInt16(segments.count))
    bytes.pad(to: 64)
    for segment in segments {
      bytes.put(segment.type)
      bytes.put(segment.flags)
      bytes.put(segment.offset)
      bytes.put(segment.address)
      bytes.put(segment.address)
      bytes.put(segment.fileByteCount)
      bytes.put(segment.memoryByteCount)
      bytes.put(segment.alignment)
    }
    bytes.pad(to: 0x400)
    if let interpreter { bytes.append(contentsOf: interpreter.utf8) }
    bytes.pad(to: 0x1000)
    while bytes.count < byteCount { bytes.append(UInt8(truncatingIfNeeded: bytes.count | 1)) }
    return bytes
  }
}
