// SPDX-License-Identifier: BSD-3-Clause

internal import CObserver
internal import Glibc
internal import Kernel
internal import LinuxABI
public import Trace

extension ObserveSession {
  /// Lets the program run, appends what it does, and returns when it and all that it started have
  /// ended, or when the time is over, or after SIGINT, SIGTERM or SIGHUP. The last event tells the
  /// end; the recorder's own failures are thrown, after the program has been ended.
  public mutating func record(
    into sink: inout some EventSink & ~Copyable
  ) throws(RecordError) -> RecordOutcome {
    guard thread == observer_thread(), taskCount > 0 else {
      throw RecordError("a session is recorded once, by the thread that started it")
    }
    observer_interrupts_start()
    defer { observer_interrupts_stop() }
    guard observer_heartbeat_start() >= 0 else {
      throw RecordError("the machine gives no timer", isTemporary: true)
    }
    defer { observer_heartbeat_stop() }
    if let first = tasks[root] {
      for vma in first.memory.map.vmas { append(.mapped(vma), of: first, to: &sink) }
    }
    if let probe {
      _ = observer_detach(root)
      follow(probe, into: &sink)
    } else {
      _ = observer_resume(root, 0)
      follow(into: &sink)
    }
    let last = forcedEnd.map { ($0, 0) } ?? rootEnd ?? (.machineFailed, 0)
    var event = Event(.end, code: UInt32(last.0.rawValue), result: last.1)
    event.time = options.recordsTimes ? observer_now() - startTime : 0
    append(event, to: &sink)
    return RecordOutcome(
      end: last.0, status: last.1, eventCount: eventCount, gapCount: gapCount)
  }

  private mutating func follow(into sink: inout some EventSink & ~Copyable) {
    var stop = observer_stop()
    var interval = KeepInterval()
    while !tasks.isEmpty || mayHaveOrphan {
      let result = observer_wait(&stop)
      if stop.has_beaten != 0 {
        endIfAsked()
        interval.keepIfDue(&sink)
      }
      if result == 0 {
        handle(stop, into: &sink)
      } else {
        mayHaveOrphan = false
        if result == -ECHILD && !tasks.isEmpty {
          forcedEnd = .machineFailed
          tasks.removeAll()
        }
      }
    }
    Self.end(Set(earlyTasks))
    earlyTasks = []
  }

  mutating func endIfAsked() {
    guard forcedEnd == nil else {
      killAll()
      return
    }
    if observer_interrupt() != 0 {
      forcedEnd = .interrupted
    } else if let timeout = options.timeoutNanoseconds, observer_now() - startTime >= timeout {
      forcedEnd = .timedOut
    }
    if forcedEnd != nil { killAll() }
  }

  private func killAll() {
    for id in tasks.keys { _ = observer_kill(id) }
    for id in earlyTasks { Self.kill(id) }
  }

  private mutating func handle(
    _ stop: observer_stop, into sink: inout some EventSink & ~Copyable
  ) {
    let kind = observer_stop_kind(UInt32(bitPattern: stop.kind))
    guard let task = task(stop.pid) else {
      handleEarly(stop, kind, into: &sink)
      return
    }
    switch kind {
    case observer_stop_call:
      handleCall(task, into: &sink)
      _ = observer_resume(stop.pid, 0)
    case observer_stop_signal:
      appendSignal(stop.value, task, to: &sink)
      _ = observer_resume(stop.pid, stop.value)
    case observer_stop_group:
      _ = observer_listen(stop.pid)
    case observer_stop_event:
      handleEvent(stop.value, task, into: &sink)
      _ = observer_resume(stop.pid, 0)
    case observer_stop_exited, observer_stop_killed:
      let isKilled = kind == observer_stop_killed
      finish(task, isKilled: isKilled, status: stop.value, into: &sink)
      adoptOrphans(into: &sink)
    default:
      _ = observer_resume(stop.pid, 0)
    }
  }

  private mutating func task(_ id: Int32) -> ObservedTask? {
    if let latest, latest.id == id { return latest }
    guard let task = tasks[id] else { return nil }
    latest = task
    return task
  }

  private mutating func appendSignal(
    _ signal: Int32, _ task: ObservedTask, to sink: inout some EventSink & ~Copyable
  ) {
    var code: Int32 = 0
    var address: UInt64 = 0
    _ = observer_signal_info(task.id, signal, &code, &address)
    var event = Event(.signal, task: task.number, code: UInt32(bitPattern: signal))
    event.operands[0] = UInt64(bitPattern: Int64(code))
    event.operands[1] = address
    if options.recordsTimes { event.time = observer_now() - startTime }
    append(event, to: &sink)
  }

  /// Appends an event without bytes.
  mutating func append(_ event: Event, to sink: inout some EventSink & ~Copyable) {
    tellFiles(before: event, to: &sink)
    eventCount += 1
    sink.append(event, payload: UnsafeRawBufferPointer(start: nil, count: 0))
  }

  /// Appends a VMA change.
  mutating func append(
    _ change: VMAChange, of task: ObservedTask, to sink: inout some EventSink & ~Copyable
  ) {
    switch change {
    case .unmapped(let range):
      var event = Event(.vmaUnmapped, task: task.number)
      event.operands[0] = range.lowerBound.rawValue
      event.operands[1] = range.upperBound.rawValue
      append(event, to: &sink)
    case .mapped(let vma):
      let event = Event(mapping: vma, task: task.number)
      eventCount += 1
      vma.name.withUnsafeBytes { sink.append(event, payload: $0) }
      files.note(vma, task: task.number)
    }
  }

  /// Appends what files the VMAs are of that were appended last.
  mutating func tellFiles(before event: Event, to sink: inout some EventSink & ~Copyable) {
    eventCount += files.tell(before: event, to: &sink) { path in
      open(
        path.map { CChar(bitPattern: $0) } + [0], O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    }
  }
}
