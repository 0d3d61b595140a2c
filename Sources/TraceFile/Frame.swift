// SPDX-License-Identifier: BSD-3-Clause

import Trace

/// A zstd or skippable frame of a file, by its place. Source: RFC 8878, 3.1.
struct Frame {
  /// The lowest byte of the magic number of a skippable frame is 0x50 to 0x5f.
  static let skippableMagic: UInt32 = 0x184d_2a50
  static let zstdMagic: UInt32 = 0xfd2f_b528
  /// A frame of more blocks is none that this module reads: bounds the walk over a hostile one.
  static let blockLimit = 8192

  /// From the start of the file.
  var offset: UInt64
  var byteCount: UInt64
  /// Bytes of the content; 0 for a skippable frame.
  var contentByteCount: UInt64
  /// The low 32 bits of XXH64 of the content.
  var checksum: UInt32 = 0
  var isSkippable = false

  var end: UInt64 { offset + byteCount }
}

/// Why there is no whole frame at an offset.
enum FrameFault: Error {
  /// It goes on past the end of the file.
  case cutOff
  /// It is none, or one that a trace does not have.
  case invalid(String)
  case unreadable(TraceError)

  var message: String {
    switch self {
    case .cutOff: "the frame is cut off"
    case .invalid(let reason): reason
    case .unreadable(let error): error.message
    }
  }
}

extension ByteSource {
  /// The frame at `offset`, found by its lengths alone; nothing is decompressed.
  func frame(at offset: UInt64) throws(FrameFault) -> Frame {
    let magic = UInt32(try number(offset, 4))
    if magic & 0xffff_fff0 == Frame.skippableMagic {
      let length = try number(offset + 4, 4)
      if byteCount - offset < 8 + length { throw .cutOff }
      return Frame(
        offset: offset, byteCount: 8 + length, contentByteCount: 0, isSkippable: true)
    }
    guard magic == Frame.zstdMagic else { throw .invalid("no zstd frame begins here") }
    let descriptor = try number(offset + 4, 1)
    guard descriptor & 0x08 == 0, descriptor & 0x03 == 0 else {
      throw .invalid("the frame uses what a trace does not: a dictionary or a reserved bit")
    }
    guard descriptor & 0x04 != 0 else { throw .invalid("the frame has no checksum") }
    let isSingleSegment = descriptor & 0x20 != 0
    var at = offset + 5 + (isSingleSegment ? 0 : 1)
    let sizeFlag = Int(descriptor >> 6)
    guard sizeFlag > 0 || isSingleSegment else {
      throw .invalid("the frame does not tell the size of its content")
    }
    let sizeByteCount = 1 << sizeFlag
    let content = try number(at, sizeByteCount) + (sizeByteCount == 2 ? 256 : 0)
    at += UInt64(sizeByteCount)
    let end = try endOfBlocks(from: at)
    let checksum = UInt32(try number(end, 4))
    return Frame(
      offset: offset, byteCount: end + 4 - offset, contentByteCount: content, checksum: checksum)
  }

  private func endOfBlocks(from start: UInt64) throws(FrameFault) -> UInt64 {
    var at = start
    for _ in 0..<Frame.blockLimit {
      let header = try number(at, 3)
      let size = header >> 3
      switch header >> 1 & 3 {
      case 0, 2: at += 3 + size
      case 1: at += 4
      default: throw .invalid("a block of the frame is of a reserved type")
      }
      if at > byteCount { throw .cutOff }
      if header & 1 != 0 { return at }
    }
    throw .invalid("the frame has more than \(Frame.blockLimit) blocks")
  }

  private func number(_ offset: UInt64, _ count: Int) throws(FrameFault) -> UInt64 {
    let value: UInt64?
    do throws(TraceError) {
      value = try number(at: offset, byteCount: count)
    } catch {
      throw .unreadable(error)
    }
    guard let value else { throw .cutOff }
    return value
  }
}
