// SPDX-License-Identifier: BSD-3-Clause

internal import CObserver
internal import Kernel
internal import LinuxABI
internal import Trace

extension ObserveSession {
  /// Why this machine does not let a run be observed by eBPF; nil where it does.
  public static var refusalOfProbe: RecordError? {
    do throws(RecordError) {
      _ = try KernelProbe(payloadLimit: 4096, recordsTimes: false)
      return nil
    } catch {
      return error
    }
  }

  /// Loads the programs, where they are wanted and permitted.
  mutating func loadProbe() throws(RecordError) {
    guard options.mechanism != .ptrace else { return }
    do throws(RecordError) {
      probe = try KernelProbe(
        payloadLimit: options.payloadLimit, recordsTimes: options.recordsTimes)
    } catch {
      if options.mechanism == .ebpf { throw error }
      refusal = error
    }
  }

  /// Takes what the programs tell until all that was started has ended.
  ///
  /// Nobody wakes the recorder: it looks every few milliseconds, the ring holds much more.
  mutating func follow(_ probe: KernelProbe, into sink: inout some EventSink & ~Copyable) {
    var pause: UInt32 = 500
    var idle: UInt32 = 0
    var isReaped = false
    var interval = KeepInterval()
    while true {
      let counters = probe.counters
      // A program may write faster than we read: its time must end all the same.
      var count = 0
      while count < 1 << 14, let record = probe.ring.next() {
        handle(record, into: &sink)
        count += 1
      }
      let isQuiet = count == 0
      var stop = observer_stop()
      if !isReaped, observer_reap(root, &stop) != 0 { isReaped = true }
      if isQuiet && counters.liveTasks <= 0 { break }
      _ = observer_heartbeat_take()
      endIfAsked()
      interval.keepIfDue(&sink)
      if count == 1 << 14 { continue }
      pause = isQuiet ? min(2 * pause, 8000) : 500
      idle = isQuiet ? idle + pause : 0
      if idle > 500_000, isReaped, tasks.keys.allSatisfy({ observer_is_gone($0) != 0 }) { break }
      observer_sleep(pause)
    }
    finishUnended(into: &sink)
    let lost = probe.counters.lostRecords + probe.missCount
    tellLost(UInt32(truncatingIfNeeded: lost), into: &sink)
  }

  /// Tasks whose end was not told, because that record was lost.
  private mutating func finishUnended(into sink: inout some EventSink & ~Copyable) {
    for task in tasks.values.sorted(by: { $0.number < $1.number }) {
      closeFaults(of: task, signal: nil, into: &sink)
      finish(task, isKilled: forcedEnd != nil, status: forcedEnd != nil ? 9 : 0, into: &sink)
    }
  }

  private mutating func tellLost(_ count: UInt32, into sink: inout some EventSink & ~Copyable) {
    guard count != lostCount else { return }
    var gap = Event(.gap)
    gap.operands[0] = UInt64(count &- lostCount)
    lostCount = count
    gapCount += gap.operands[0]
    append(gap, to: &sink)
  }

  private mutating func handle(
    _ record: ProbeRecord, into sink: inout some EventSink & ~Copyable
  ) {
    if record.kind == .name {
      learnName(record)
      return
    }
    if record.lost > lostCount { tellLost(record.lost, into: &sink) }
    if record.kind == .exec {
      replaceProgram(record, into: &sink)
      return
    }
    guard let task = task(record, into: &sink) else { return }
    switch record.kind {
    case .entry: enter(task, record, into: &sink)
    case .exit: leave(task, record, into: &sink)
    case .fault: noteFault(task, record, into: &sink)
    case .newTask: beginTask(madeBy: task, record, into: &sink)
    case .ended: end(task, record, into: &sink)
    case .signal: noteSignal(task, record, into: &sink)
    case .foreignCall:
      closeFaults(of: task, signal: nil, into: &sink)
      gapCount += 1
      var gap = Event(.gap, task: task.number)
      gap.operands[0] = 1
      append(gap, to: &sink)
    case .exec, .name, nil: break
    }
  }

  /// The task that a record is about. One whose beginning was lost has no maker that could be told.
  private mutating func task(
    _ record: ProbeRecord, into sink: inout some EventSink & ~Copyable
  ) -> ObservedTask? {
    if let latest, latest.id == record.task { return latest }
    if tasks[record.task] == nil {
      guard record.kind != .ended else { return nil }
      let memory = ObservedMemory(MemoryMap(ofProcess: record.task) ?? MemoryMap())
      begin(record.task, memory, .process, maker: nil, to: &sink)
      if let task = tasks[record.task] {
        for vma in memory.map.vmas { append(.mapped(vma), of: task, to: &sink) }
      }
    }
    latest = tasks[record.task]
    return latest
  }
}

/// Tasks and signals.
extension ObserveSession {
  private mutating func beginTask(
    madeBy parent: ObservedTask, _ record: ProbeRecord, into sink: inout some EventSink & ~Copyable
  ) {
    let kind = Relation(cloneFlags: record.word(RecordLayout.cloneFlags))
    let id = Int32(bitPattern: record.number)
    if kind != .process { parent.memory.taskCount += 1 }
    var memory = parent.memory
    if kind == .process {
      let kept = parent.memory.keepsFromFork ? MemoryMap(ofProcess: id) : nil
      memory = ObservedMemory(kept ?? parent.memory.map)
    }
    begin(id, memory, kind, maker: parent, at: record.time, to: &sink)
    if let child = tasks[id], kind == .process, parent.memory.keepsFromFork {
      for change in memory.map.changes(since: parent.memory.map) {
        append(change, of: child, to: &sink)
      }
    }
  }

  private mutating func end(
    _ task: ObservedTask, _ record: ProbeRecord, into sink: inout some EventSink & ~Copyable
  ) {
    if record.flags & RecordLayout.isInCall != 0 { describe(task, record) }
    closeFaults(of: task, signal: nil, into: &sink)
    if record.flags & RecordLayout.isInCall != 0 {
      appendCall(task, result: nil, endTime: record.time, to: &sink)
    }
    let isKilled = record.number & 0x7f != 0
    finish(
      task, isKilled: isKilled,
      status: Int32(isKilled ? record.number & 0x7f : record.number >> 8 & 0xff),
      at: record.time, into: &sink)
  }

  /// An execve(2) that succeeded: the VMAs follow when it returns.
  private mutating func replaceProgram(
    _ record: ProbeRecord, into sink: inout some EventSink & ~Copyable
  ) {
    let former = Int32(bitPattern: record.number)
    guard let task = tasks[former] else { return }
    closeFaults(of: task, signal: nil, into: &sink)
    if former != record.task {
      tasks[former] = nil
      task.id = record.task
      tasks[task.id] = task
    }
    latest = task
    task.sites = ObservedSites()
    task.replacedMap = task.memory.map
    task.memory.taskCount -= 1
    let beyond = task.memory.map.vmas.filter { $0.range.lowerBound >= MemoryMap.userEnd }
    task.memory = ObservedMemory(MemoryMap(vmas: beyond))
  }

  private mutating func noteSignal(
    _ task: ObservedTask, _ record: ProbeRecord, into sink: inout some EventSink & ~Copyable
  ) {
    let code = Int32(truncatingIfNeeded: record.word(RecordLayout.signalCode))
    let number = record.number
    let isFromCPU = [4, 5, 7, 8, 11].contains(number) && code > 0 && code != 0x80
    var event = Event(.signal, task: task.number, code: number)
    event.operands[0] = UInt64(bitPattern: Int64(code))
    event.operands[1] = isFromCPU ? record.word(RecordLayout.signalAddress) : 0
    if options.recordsTimes { event.time = record.time - startTime }
    closeFaults(of: task, signal: isFromCPU ? event : nil, into: &sink)
    append(event, to: &sink)
  }
}

/// Page faults. The tracepoint stands where the kernel begins to handle one; how it ended shows in
/// what the task does next.
extension ObserveSession {
  private mutating func noteFault(
    _ task: ObservedTask, _ record: ProbeRecord, into sink: inout some EventSink & ~Copyable
  ) {
    let code = record.half(RecordLayout.faultCode)
    var event = Event(.pageFault, task: task.number, code: code)
    event.operands[0] = record.word(RecordLayout.faultAddress)
    event.operands[1] = record.word(RecordLayout.faultPointer)
    if options.recordsTimes { event.time = record.time - startTime }
    if FaultCode(rawValue: code).contains(.user) {
      closeFaults(of: task, signal: nil, into: &sink)
    }
    task.openFaults.append(event)
    if task.openFaults.count > 4096 { closeFaults(of: task, signal: nil, into: &sink) }
  }

  /// Appends the faults whose outcome the task's next step shows: one of the program's own was not
  /// resolved if a signal with its address follows at once.
  mutating func closeFaults(
    of task: ObservedTask, signal: Event?, callResult: Int64? = nil,
    into sink: inout some EventSink & ~Copyable
  ) {
    guard !task.openFaults.isEmpty else { return }
    let faults = task.openFaults
    task.openFaults.removeAll(keepingCapacity: true)
    for (index, fault) in faults.enumerated() {
      var fault = fault
      let isLast = index == faults.count - 1
      if FaultCode(rawValue: fault.code).contains(.user) {
        if let signal, isLast, signal.operands[1] == fault.operands[0] {
          fault.result = -Int64(signal.code)
        }
      } else if isLast && callResult == -14 || !mayTouch(fault, task) {
        fault.result = -14
      }
      append(fault, to: &sink)
    }
  }

  /// Whether the VMAs allow what the kernel tried for the program; where it is replaced, they are
  /// not known yet, and below a stack it may have grown.
  private func mayTouch(_ fault: Event, _ task: ObservedTask) -> Bool {
    if task.replacedMap != nil { return true }
    let address = VirtualAddress(fault.operands[0])
    let isWrite = FaultCode(rawValue: fault.code).contains(.write)
    guard let vma = task.memory.map.vma(at: address) else {
      return task.memory.map.vmas.contains {
        $0.backing == .stack && address < $0.range.lowerBound
          && $0.range.lowerBound - address < 8 << 20
      }
    }
    return vma.protection.contains(isWrite ? .write : .read)
  }
}
