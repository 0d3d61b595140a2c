// SPDX-License-Identifier: BSD-3-Clause

internal import CObserver
internal import Kernel
internal import LinuxABI
internal import Trace

extension ObserveSession {
  /// A PTRACE_EVENT_* of a task.
  mutating func handleEvent(
    _ event: Int32, _ task: ObservedTask, into sink: inout some EventSink & ~Copyable
  ) {
    var message: UInt64 = 0
    guard observer_event_message(task.id, event, &message) >= 0 else { return }
    switch observer_event(UInt32(bitPattern: event)) {
    case observer_event_fork, observer_event_vfork, observer_event_clone:
      adopt(Int32(truncatingIfNeeded: message), madeBy: task, into: &sink)
    case observer_event_exec:
      replaceProgram(task, former: Int32(truncatingIfNeeded: message), into: &sink)
    case observer_event_exit:
      task.announcedEnd = message
      if task.memory.taskCount == 1 { updateMap(of: task, into: &sink) }
    default: break
    }
  }

  private mutating func adopt(
    _ id: Int32, madeBy parent: ObservedTask, into sink: inout some EventSink & ~Copyable
  ) {
    let kind = relation(of: parent)
    let shares = kind != .process
    if shares { parent.memory.taskCount += 1 }
    parent.awaitsChild = false
    let memory = shares ? parent.memory : ObservedMemory(parent.memory.map)
    begin(id, memory, kind, maker: parent, to: &sink)
    if let end = earlyEnds.removeValue(forKey: id), let task = tasks[id] {
      finish(task, isKilled: end.isKilled, status: end.status, into: &sink)
    }
  }

  mutating func begin(
    _ id: Int32, _ memory: ObservedMemory, _ kind: Relation, maker: ObservedTask?,
    at time: UInt64? = nil, to sink: inout some EventSink & ~Copyable
  ) {
    taskCount += 1
    let sites = kind == .thread ? maker?.sites : nil
    tasks[id] = ObservedTask(
      number: taskCount, id: id, memory: memory, sites: sites ?? ObservedSites())
    var event = Event(.taskStarted, task: taskCount, code: kind.rawValue)
    event.operands[0] = UInt64(maker?.number ?? 0)
    if options.recordsTimes { event.time = (time ?? observer_now()) - startTime }
    append(event, to: &sink)
    if let index = earlyTasks.firstIndex(of: id) {
      earlyTasks.remove(at: index)
      _ = observer_resume(id, 0)
    }
  }

  /// A task stopped or ended that no call has been seen to make yet: its maker's stop comes later,
  /// or never, if the maker was killed in that call.
  mutating func handleEarly(
    _ stop: observer_stop, _ kind: observer_stop_kind,
    into sink: inout some EventSink & ~Copyable
  ) {
    if kind == observer_stop_exited || kind == observer_stop_killed {
      earlyTasks.removeAll { $0 == stop.pid }
      earlyEnds[stop.pid] = (kind == observer_stop_killed, stop.value)
    } else if earlyTasks.contains(stop.pid) {
      _ = observer_resume(stop.pid, 0)
    } else {
      earlyTasks.append(stop.pid)
      if forcedEnd != nil { Self.kill(stop.pid) }
    }
    adoptOrphans(into: &sink)
  }

  /// A task whose maker was killed in the middle of making it has no maker that could be told.
  mutating func adoptOrphans(into sink: inout some EventSink & ~Copyable) {
    if earlyTasks.isEmpty && earlyEnds.isEmpty { return }
    if tasks.values.contains(where: { $0.awaitsChild }) { return }
    earlyEnds.removeAll()
    for id in earlyTasks {
      let memory = ObservedMemory(MemoryMap(ofProcess: id) ?? MemoryMap())
      begin(id, memory, .process, maker: nil, to: &sink)
      guard let task = tasks[id] else { continue }
      for vma in memory.map.vmas { append(.mapped(vma), of: task, to: &sink) }
    }
  }

  /// What a new task shares with the one that made it: the code of `taskStarted`.
  enum Relation: UInt32 {
    case thread = 0
    case process = 1
    case processInSameMemory = 2

    /// CLONE_THREAD, CLONE_VM.
    init(cloneFlags: UInt64) {
      self =
        cloneFlags & 0x10000 != 0
        ? .thread : cloneFlags & 0x100 != 0 ? .processInSameMemory : .process
    }
  }

  private func relation(of parent: ObservedTask) -> Relation {
    guard let number = parent.row?.number, parent.isInCall else { return .process }
    switch number {
    case .vfork: return .processInSameMemory
    case .clone: return Relation(cloneFlags: parent.operands[0])
    case .clone3:
      let flags = TraceeMemory.word(of: parent.id, at: parent.operands[0])
      return Relation(cloneFlags: flags ?? 0)
    default: return .process
    }
  }

  /// An execve(2) that succeeded: the calling thread is now the only one of its process and bears
  /// the process's id.
  private mutating func replaceProgram(
    _ stopped: ObservedTask, former: Int32, into sink: inout some EventSink & ~Copyable
  ) {
    var task = stopped
    if former != stopped.id, let caller = tasks[former] {
      let end = stopped.announcedEnd ?? 9
      let isKilled = end & 0x7f != 0
      finish(
        stopped, isKilled: isKilled, status: Int32(isKilled ? end & 0x7f : end >> 8 & 0xff),
        into: &sink)
      tasks[former] = nil
      caller.id = stopped.id
      tasks[caller.id] = caller
      task = caller
    }
    latest = task
    task.sites = ObservedSites()
    task.announcedEnd = nil
    task.replacedMap = task.memory.map
    task.memory.taskCount -= 1
    task.memory = ObservedMemory(MemoryMap(ofProcess: task.id) ?? MemoryMap())
  }

  /// A task has gone. The first one's end is told by the end event.
  mutating func finish(
    _ task: ObservedTask, isKilled: Bool, status: Int32, at time: UInt64? = nil,
    into sink: inout some EventSink & ~Copyable
  ) {
    if task.awaitsChild { mayHaveOrphan = true }
    if task.isInCall { appendCall(task, result: nil, to: &sink) }
    task.memory.taskCount -= 1
    tasks[task.id] = nil
    if latest === task { latest = nil }
    if task.id == root {
      rootEnd = (isKilled ? .killed : .exited, Int64(status))
    }
    if task.number == 1 && task.id == root && tasks.isEmpty { return }
    var event = Event(
      .taskEnded, task: task.number, code: isKilled ? 1 : 0, result: Int64(status))
    if options.recordsTimes { event.time = (time ?? observer_now()) - startTime }
    append(event, to: &sink)
  }
}
