// SPDX-License-Identifier: BSD-3-Clause

public import Kernel
public import Trace

/// A machine on which no guest code runs: the trace says which traps it raised, what it had in
/// memory and what the outside answered. What the kernel does is written as a trace.
///
/// Invariant: every event of the source is either the trap at hand, belongs to it, or has been
/// answered by the kernel or passed on.
public struct TraceMachine<
  Source: EventSource & ~Copyable, Sink: EventSink & ~Copyable
>: Machine, ~Copyable {
  /// The guest's physical memory, which begins as zeros.
  public let memory: PhysicalMemory
  /// What the trace cannot tell.
  let unseen: TraceHeader.Unseen
  /// How many bytes of a guest read or write the trace may hold.
  let payloadLimit: UInt64
  var source: Source
  var tee: EventTee<Sink>
  var step = TraceStep()
  /// Attachments of tasks whose trap has not come yet.
  var waiting = TraceStep()
  /// Whether the step has been read and its trap not been raised yet.
  var isStepPending = false
  /// The event after the step, whose payload the source still holds.
  var lookahead: Event?
  /// Tasks of other address spaces than the one that is replayed.
  var foreignTasks: [UInt32] = []
  /// Tasks that live in the address space that is replayed.
  var taskCount = 1
  /// What tasks of other address spaces have done to the lengths of files.
  var outsideLengths: [(path: [UInt8], byteCount: UInt64)] = []
  /// What the replay met.
  var outcome = ReplayOutcome()
  /// The answer that the kernel gave to the trap of the step.
  var completion: Completion?

  /// A machine that raises the traps of `source` and writes what comes of them to `sink`.
  public init(
    replaying source: consuming Source, into sink: consuming Sink, header: TraceHeader,
    memory: PhysicalMemory
  ) {
    self.source = source
    self.tee = EventTee(into: sink)
    self.memory = memory
    unseen = header.unseen
    payloadLimit = UInt64(header.payloadLimit)
  }

  /// What was replayed, and the sink.
  consuming func finish() -> Replay<Sink> {
    Replay(outcome: outcome, sink: tee.finish())
  }
}

/// A replay that has ended.
public struct Replay<Sink: EventSink & ~Copyable>: ~Copyable {
  /// What it met.
  public let outcome: ReplayOutcome
  /// Where its trace went.
  public var sink: Sink
}

/// What a replay met on its way.
public struct ReplayOutcome: Sendable {
  /// Traps that the kernel answered.
  public var trapCount: UInt64 = 0
  /// Calls whose outcome only the outside could decide; the recorded one was adopted.
  public var undecidedCount: UInt64 = 0
  /// Calls whose outcome differed; the recorded one was adopted after it was written down.
  public var divergentCount: UInt64 = 0
  /// Events of other processes, passed on and not checked.
  public var foreignCount: UInt64 = 0
  /// Why reading the trace ended early, if it did.
  public var sourceError: TraceError?
  /// How the program ended on our kernel; nil where the trace ended first.
  public var status: ExitStatus?
  /// Nothing replayed yet.
  public init() {}
}
