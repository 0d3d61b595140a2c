// SPDX-License-Identifier: BSD-3-Clause

internal import CObserver

/// Guest memory that one call read and wrote, copied while the call was made and kept until its
/// event is written.
///
/// Bounded whatever the program does: so many pieces, so many bytes in all; beyond that, pieces
/// lose their bytes first and are left out last.
struct CapturedMemory {
  /// A stretch of guest memory.
  struct Piece {
    /// Whether the kernel wrote it.
    var isWrite: Bool
    /// Whether its bytes come from outside or from the program, not from the kernel.
    var isData: Bool
    /// Where it is.
    var address: UInt64
    /// How many bytes the kernel read or wrote.
    var byteCount: UInt64
    /// Which of `bytes` are its own.
    var kept: Range<Int>
    /// Which argument points to it, where that is known.
    var argument: UInt8 = 0
  }

  static let pieceLimit = 8192
  static let byteLimit = 8 << 20

  private(set) var pieces: [Piece] = []
  private(set) var bytes: [UInt8] = []

  mutating func removeAll() {
    if pieces.isEmpty { return }
    pieces.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 16)
  }

  /// Takes over a piece whose bytes were copied already.
  mutating func append(_ piece: Piece, _ content: UnsafeRawBufferPointer) {
    guard pieces.count < Self.pieceLimit else { return }
    var piece = piece
    let room = max(0, Self.byteLimit - bytes.count)
    piece.kept = bytes.count..<bytes.count + min(room, content.count)
    bytes.append(contentsOf: content.prefix(room))
    pieces.append(piece)
  }

  /// What a length said when the call was entered; the highest where that was not captured.
  func lengthRead(at address: UInt64) -> UInt32 {
    for piece in pieces
    where piece.address == address && !piece.isWrite && piece.kept.count >= 4 {
      return Array(bytes[piece.kept.lowerBound..<piece.kept.lowerBound + 4]).halfWord(at: 0)
    }
    return .max
  }

  /// Forgets what was read through an argument when the call was entered.
  mutating func forgetReads(ofArgument argument: UInt8) {
    pieces.removeAll { $0.argument == argument && !$0.isWrite }
  }

  /// Puts pieces in the order of what was read and what was written, each by argument.
  mutating func sort() {
    let order = pieces.enumerated().sorted { one, other in
      func key(_ piece: (offset: Int, element: Piece)) -> (Int, Int, Int) {
        (piece.element.isWrite ? 1 : 0, Int(piece.element.argument), piece.offset)
      }
      return key(one) < key(other)
    }
    pieces = order.map(\.element)
  }

  /// Copies `byteCount` bytes of a tracee's memory, at most `limit`, as far as they can be read.
  mutating func add(
    of task: Int32, at address: UInt64, byteCount: UInt64, limit: Int, isWrite: Bool, isData: Bool
  ) {
    guard byteCount > 0, address != 0, pieces.count < Self.pieceLimit else { return }
    let wanted = min(limit, Self.byteLimit - bytes.count, Int(clamping: byteCount))
    let start = bytes.count
    let got = append(of: task, at: address, count: max(0, wanted))
    pieces.append(
      Piece(
        isWrite: isWrite, isData: isData, address: address, byteCount: byteCount,
        kept: start..<start + got))
  }

  /// Copies a string and its NUL, at most `limit` bytes; its whole length is noted.
  mutating func addString(of task: Int32, at address: UInt64, limit: Int) {
    guard address != 0, pieces.count < Self.pieceLimit else { return }
    let start = bytes.count
    var length = 0
    var isOpen = true
    while isOpen && length < Self.stringLimit {
      let at = address &+ UInt64(length)
      let chunk = min(4096 - Int(at & 4095), length == 0 ? 256 : 4096)
      let before = bytes.count
      let got = append(of: task, at: at, count: chunk)
      if let end = bytes[before...].firstIndex(of: 0) {
        length += end - before + 1
        isOpen = false
      } else {
        length += got
        isOpen = got == chunk
      }
      bytes.removeLast(bytes.count - start - min(length, limit))
    }
    if bytes.count > Self.byteLimit { bytes.removeLast(bytes.count - start) }
    pieces.append(
      Piece(
        isWrite: false, isData: false, address: address, byteCount: UInt64(length),
        kept: start..<bytes.count))
  }

  /// MAX_ARG_STRLEN of Linux: 32 pages.
  static let stringLimit = 32 * 4096

  private mutating func append(of task: Int32, at address: UInt64, count: Int) -> Int {
    guard count > 0 else { return 0 }
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: count))
    let got = bytes.withUnsafeMutableBytes {
      observer_read_memory(task, address, $0.baseAddress! + start, count)
    }
    let valid = max(0, min(count, Int(got)))
    bytes.removeLast(count - valid)
    return valid
  }
}

/// Reads values out of a tracee's memory.
enum TraceeMemory {
  /// `count` bytes, or as many as can be read.
  static func bytes(of task: Int32, at address: UInt64, count: Int) -> [UInt8] {
    guard address != 0, count > 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = max(0, Int(observer_read_memory(task, address, buffer.baseAddress!, count)))
    }
  }

  /// A 64-bit word; nil where it cannot be read.
  static func word(of task: Int32, at address: UInt64) -> UInt64? {
    var value: UInt64 = 0
    guard address != 0, observer_read_memory(task, address, &value, 8) == 8 else { return nil }
    return value
  }

  /// A 32-bit word; nil where it cannot be read.
  static func halfWord(of task: Int32, at address: UInt64) -> UInt32? {
    var value: UInt32 = 0
    guard address != 0, observer_read_memory(task, address, &value, 4) == 4 else { return nil }
    return value
  }
}

extension [UInt8] {
  /// The little-endian 64-bit word at an offset that is within the array.
  func word(at offset: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<8 { value |= UInt64(self[offset + index]) << UInt64(8 * index) }
    return value
  }

  /// The little-endian 32-bit word at an offset that is within the array.
  func halfWord(at offset: Int) -> UInt32 {
    var value: UInt32 = 0
    for index in 0..<4 { value |= UInt32(self[offset + index]) << UInt32(8 * index) }
    return value
  }
}
