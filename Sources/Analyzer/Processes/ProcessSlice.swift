// SPDX-License-Identifier: BSD-3-Clause

public import Trace

/// The history of one process of a trace, as a run of its own: what its ancestors did up to the
/// moment at which they made it, then what it did. So a replay, which serves one process, knows the
/// memory and the descriptors that it began with.
///
/// The task that made a process goes on as its first task, to which the call that did so returns 0;
/// other tasks of its maker end there. Other processes are left out.
public struct ProcessSlice: Sendable {
  /// A process on the way, and the task that made the next one.
  private struct Ancestor {
    var process: UInt32
    var heir: UInt32
    var birth: Event?
  }

  /// The number in the slice of each task that is in it now.
  private var names: [UInt32: UInt32] = [1: 1]
  /// Ancestors whose time is not over yet, the next one last.
  private var ancestors: [Ancestor] = []
  /// The first task of the process that is followed now.
  private var current: UInt32 = 1
  private var hasEnded = false

  /// A slice of the process `number`; nil where the list does not have it.
  public init?(of number: UInt32, in list: ProcessList) {
    guard var process = list.process(number) else { return nil }
    while let maker = process.maker, let parent = list.process(maker.process) {
      ancestors.append(
        Ancestor(process: process.number, heir: maker.task, birth: process.birth))
      process = parent
    }
    // A process that nobody made, though not the first, begins where it appears.
    if process.number != 1 {
      names = [:]
      current = process.number
    }
  }

  /// Takes the next event of the trace and hands on what of it belongs to the slice.
  public mutating func take(
    _ event: Event, payload: UnsafeRawBufferPointer, into sink: inout some EventSink & ~Copyable
  ) {
    if hasEnded { return }
    if event.kind == .taskStarted, begin(event, into: &sink) { return }
    if event.kind == .end {
      // Of the first process; others that still live then have been left alone by the recorder.
      var end = event
      if current != 1 {
        end.task = names[current] ?? current
        end.code = UInt32(EndKind.interrupted.rawValue)
        end.result = 0
      }
      unsafe sink.append(end, payload: UnsafeRawBufferPointer(start: nil, count: 0))
      hasEnded = true
      return
    }
    guard let name = names[event.task] else { return }
    var own = event
    own.task = name
    if event.kind == .taskEnded {
      names[event.task] = nil
      if names.isEmpty, ancestors.isEmpty {
        hasEnded = true
        own = own.processEnd
      }
    } else if event.kind == .taskStarted {
      own.operands[0] = UInt64(names[UInt32(clamping: event.operands[0])] ?? 0)
    }
    unsafe sink.append(own, payload: payload)
  }

  /// A task began: whether the event has no further place in the slice.
  private mutating func begin(
    _ event: Event, into sink: inout some EventSink & ~Copyable
  ) -> Bool {
    if let next = ancestors.last, next.process == event.task {
      ancestors.removeLast()
      let heir = names[next.heir]
      for (task, name) in names.sorted(by: { $0.key < $1.key }) where task != next.heir {
        var end = Event(.taskEnded, task: name)
        end.time = event.time
        unsafe sink.append(end, payload: UnsafeRawBufferPointer(start: nil, count: 0))
      }
      if var birth = next.birth {
        birth.task = heir ?? event.task
        birth.result = 0
        birth.time = event.time
        birth.duration = 0
        unsafe sink.append(birth, payload: UnsafeRawBufferPointer(start: nil, count: 0))
      }
      names = [event.task: heir ?? event.task]
      current = event.task
      return true
    }
    if names.isEmpty, event.task == current {
      names = [event.task: event.task]
      return true
    }
    guard event.code == 0, names[UInt32(clamping: event.operands[0])] != nil else { return true }
    names[event.task] = event.task
    return false
  }
}
