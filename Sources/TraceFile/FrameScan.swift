// SPDX-License-Identifier: BSD-3-Clause

import Trace

/// The frames of a trace without a seek table, found one after the other from the first block on.
///
/// Where none begins, the search goes on for the next place where a whole block can be unpacked.
struct FrameScan {
  /// False starts after which the rest of a file is given up: in a damaged file one is already
  /// unlikely, four arbitrary bytes must equal a magic number.
  static let falseStartLimit = 256

  /// Blocks, and in between what is not one.
  private(set) var frames: [Frame] = []
  /// What was found instead of a block.
  private(set) var problems: [TraceProblem] = []
  /// Where the last whole frame ends.
  private(set) var end: UInt64

  init(_ reader: inout FrameReader, from start: UInt64) throws(TraceError) {
    end = start
    var falseStarts = 0
    while end < reader.source.byteCount {
      let fault: FrameFault
      do throws(FrameFault) {
        let frame = try reader.source.frame(at: end)
        if !frame.isSkippable { frames.append(frame) }
        end = frame.end
        continue
      } catch {
        fault = error
      }
      if case .unreadable(let error) = fault { throw error }
      let next = try Self.nextBlock(
        &reader, after: end, before: reader.source.byteCount, &falseStarts)
      guard let next else {
        if case .invalid(let reason) = fault {
          problems.append(TraceProblem(block: nil, offset: end, message: reason))
        }
        return
      }
      frames.append(Frame(offset: end, byteCount: next - end, contentByteCount: 0))
      end = next
    }
  }

  /// The next offset at which a block can be unpacked; nil if there is none before `limit`.
  static func nextBlock(
    _ reader: inout FrameReader, after offset: UInt64, before limit: UInt64,
    _ falseStarts: inout Int
  ) throws(TraceError) -> UInt64? {
    if falseStarts >= falseStartLimit { return nil }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    var at = offset + 1
    while at < limit && at + 4 <= reader.source.byteCount {
      let count = try reader.source.fill(&chunk, at: at)
      var index = 0
      while index + 4 <= count {
        if chunk[index] == 0x28 && chunk[index + 1] == 0xb5 && chunk[index + 2] == 0x2f
          && chunk[index + 3] == 0xfd
        {
          if try isBlock(&reader, at: at + UInt64(index)) { return at + UInt64(index) }
          falseStarts += 1
          if falseStarts >= falseStartLimit { return nil }
        }
        index += 1
      }
      if count < 4 { return nil }
      at += UInt64(count - 3)
    }
    return nil
  }

  private static func isBlock(
    _ reader: inout FrameReader, at offset: UInt64
  ) throws(TraceError) -> Bool {
    do throws(FrameFault) {
      return try reader.read(at: offset, contentLimit: BlockFormat.byteLimit)
        .starts(with: [0x45, 0x50, 0x49, 0x42])
    } catch {
      if case .unreadable(let error) = error { throw error }
      return false
    }
  }
}

extension ByteSource {
  /// Fills an array from `offset` on and gives how many bytes there were.
  func fill(_ array: inout [UInt8], at offset: UInt64) throws(TraceError) -> Int {
    var failure: TraceError?
    let count = array.withUnsafeMutableBytes { room -> Int in
      do throws(TraceError) { return try read(at: offset, into: room) } catch let error {
        failure = error
        return 0
      }
    }
    if let failure { throw failure }
    return count
  }
}
