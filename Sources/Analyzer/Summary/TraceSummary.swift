// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI
public import Trace

/// What is in a trace, counted in one pass. Memory: a number for each kind of call, and the VMAs
/// that are alive.
public struct TraceSummary: Sendable {
  /// What came of one system call.
  public struct Call: Sendable {
    /// Its number.
    public var number: SystemCallNumber
    /// Its name, or `syscall_N`.
    public var name: String
    /// How often it was called.
    public var count: UInt64 = 0
    /// How often it failed, by errno, in order of number.
    public var errors: [(errno: Errno, count: UInt64)] = []
    /// How often the kernel did not have it.
    public var missingCount: UInt64 = 0
    /// How often its outcome was adopted.
    public var adoptedCount: UInt64 = 0
    /// The first event with it.
    public var firstEvent: UInt64

    /// How often it failed.
    public var errorCount: UInt64 { errors.reduce(0) { $0 + $1.count } }
  }

  /// A path where nothing was.
  public struct MissingFile: Sendable {
    /// As the program gave it.
    public var path: [UInt8]
    /// How often calls named it.
    public var count: UInt64
  }

  /// The files that were mapped, beside those of the header.
  public var files: [TraceHeader.File] = []
  /// Paths that calls named and that were not there, in order of appearance; at most 1,024.
  public var missingFiles: [MissingFile] = []
  /// Lookups of paths that were too many to keep.
  public var unkeptMissingFileCount: UInt64 = 0
  /// Events in all.
  public var eventCount: UInt64 = 0
  /// Events of each kind, by `Event.Kind.rawValue`.
  public var eventCounts = [UInt64](repeating: 0, count: Event.Kind.allCases.count)
  /// Calls, most frequent first.
  public var calls: [Call] = []
  /// Page faults that were resolved.
  public var resolvedFaultCount: UInt64 = 0
  /// Page faults that ended in a signal.
  public var fatalFaultCount: UInt64 = 0
  /// Page faults of which the trace does not say how they ended.
  public var unknownFaultCount: UInt64 = 0
  /// Page faults of a write.
  public var writeFaultCount: UInt64 = 0
  /// Page faults of which it is not known whether they wrote.
  public var unknownAccessCount: UInt64 = 0
  /// The VMAs of the first process over the events.
  public var layouts = LayoutHistory()
  /// Tasks; counted up to 65,536.
  public var taskCount: Int = 0
  /// Bytes of payload.
  public var payloadByteCount: UInt64 = 0
  /// Bytes read and written by kernels of which the trace keeps no payload.
  public var cutByteCount: UInt64 = 0
  /// Events that the trace says are lost; a gap of unknown size counts as 1.
  public var lostCount: UInt64 = 0
  /// Events that make no sense.
  public var invalidCount: UInt64 = 0
  /// How the run ended, as text; nil where the trace does not say.
  public var ending: String?

  /// Reads a trace to its end. Throws what the source throws.
  public init(of source: inout some EventSource & ~Copyable) throws(TraceError) {
    var counter = SummaryCounter()
    while let event = try source.next() {
      counter.take(event, source.payload)
    }
    self = counter.finish()
  }

  init() {}

  /// Events of a kind.
  public func count(of kind: Event.Kind) -> UInt64 { eventCounts[Int(kind.rawValue)] }
}
