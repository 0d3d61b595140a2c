// SPDX-License-Identifier: BSD-3-Clause

import Trace

extension FrameScan {
  /// Passes over what was left when a writer ended while one block took a provisional one's place
  /// (`TailStep`): the last block holds all events from its first one on, so of those before it
  /// that begin there or later nothing is missed.
  static func withoutLeftovers(
    _ frames: [Frame], _ reader: inout FrameReader
  ) throws(TraceError) -> [Frame] {
    guard let last = frames.last, let successor = try head(of: last, &reader) else { return frames }
    var kept = frames.dropLast()
    while let frame = kept.last, let head = try head(of: frame, &reader),
      head.firstEvent >= successor.firstEvent
    {
      kept.removeLast()
    }
    return kept + [last]
  }

  private static func head(
    of frame: Frame, _ reader: inout FrameReader
  ) throws(TraceError) -> BlockHead? {
    do throws(FrameFault) {
      let content = try reader.read(at: frame.offset, contentLimit: BlockFormat.byteLimit)
      return try? BlockHead(content)
    } catch {
      if case .unreadable(let error) = error { throw error }
      return nil
    }
  }
}
