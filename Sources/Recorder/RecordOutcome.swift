// SPDX-License-Identifier: BSD-3-Clause

public import Trace

/// How a recording ended, as its last event says too.
public struct RecordOutcome: Sendable {
  /// Why it ended.
  public var end: EndKind
  /// For `.exited` the exit status, for `.killed` the signal number; else see `EndKind`.
  public var status: Int64
  /// Events written, the end event included.
  public var eventCount: UInt64
  /// Calls that the recorder cannot describe (made through the 32-bit entry); each is a gap event.
  public var gapCount: UInt64
  /// Why it ended so, where that needs words; one line, for people.
  public var note = ""

  /// An outcome of its parts.
  public init(end: EndKind, status: Int64, eventCount: UInt64, gapCount: UInt64 = 0) {
    self.end = end
    self.status = status
    self.eventCount = eventCount
    self.gapCount = gapCount
  }
}
