// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Trace

/// Reads the output of `perf script` for the events raw_syscalls:sys_enter and sys_exit,
/// exceptions:page_fault_user and page-faults, and that of `perf trace`. It has registers, and
/// nothing of what is behind an address.
struct PerfImport {
  private let text: [UInt8]
  private var tasks: [UInt64: UInt32] = [:]
  /// Calls of `perf script` under way, by task.
  var entered: [UInt32: Event] = [:]
  /// The same of `perf trace`, with their words.
  var begun: [UInt32: AssembledCall] = [:]
  /// Reads the values of `perf trace`.
  var reader = PerfArgumentReader()
  private var start: UInt64?
  /// The time of the last event that has one.
  var lastTime: UInt64 = 0
  var summary = ImportSummary(.perf)

  init(_ text: [UInt8]) { self.text = text }

  /// What the trace's header says.
  var header: TraceHeader {
    var header = TraceHeader()
    header.origin = .imported
    header.kernel = [UInt8]("Linux, told by perf".utf8)
    header.unseen = [.payload, .vmas, .inputs, .operands, .signals, .ends]
    var lines = TextLines(text)
    var hasFaults = false
    while let line = lines.next(), !hasFaults {
      hasFaults = Self.faultNames.contains { line.find($0) != nil } || Self.isTracedFault(line)
    }
    if !hasFaults { header.unseen.insert(.faults) }
    return header
  }

  /// Gives the events of all lines to `sink`.
  mutating func run(into sink: inout some EventSink & ~Copyable) {
    var lines = TextLines(text)
    while let line = lines.next() {
      if line.trimmed.isEmpty {
        summary.blankLineCount += 1
      } else if line.begins("#") {
        summary.otherLineCount += 1
      } else {
        take(line, lines.number, &sink)
      }
    }
    summary.lineCount = lines.number
    // What is still under way at the end did not return while perf looked.
    for task in entered.keys.sorted() {
      guard var event = entered[task] else { continue }
      event.flags.insert(.didNotReturn)
      emit(event, &sink)
    }
    for task in begun.keys.sorted() {
      guard var call = begun[task] else { continue }
      call.call.flags.insert(.didNotReturn)
      emit(call, &sink)
    }
    summary.taskCount = tasks.count
  }

  private mutating func take(
    _ line: ByteText, _ number: Int, _ sink: inout some EventSink & ~Copyable
  ) {
    if let entry = PerfTraceLine(line) {
      if takeTraced(entry, &sink) {
        summary.importedLineCount += 1
      } else {
        summary.refuse(number, "the call or fault of perf trace cannot be read", line)
      }
      return
    }
    guard let (name, at) = Self.eventName(in: line) else {
      // A line of a call stack is an address and where it is.
      if line.first == 0x09 || line.begins("    ") {
        summary.stackLineCount += 1
      } else {
        summary.otherLineCount += 1
      }
      return
    }
    if name.isText("LOST") || line.find("PERF_RECORD_LOST") != nil {
      return takeLoss(line, &sink)
    }
    guard let (task, time, period) = head(line[..<at]) else {
      return summary.refuse(number, "no task number and time before the event's name", line)
    }
    let details = line[(name.endIndex + 1)...].trimmed
    let isTaken: Bool
    if name.isText("raw_syscalls:sys_enter") {
      isTaken = enter(details, task, time, &sink)
    } else if name.isText("raw_syscalls:sys_exit") {
      isTaken = leave(details, task, time, &sink)
    } else if name.isText("exceptions:page_fault_user") {
      isTaken = fault(details, task, time, &sink)
    } else if Self.faultNames.contains(where: line[at...].begins) {
      isTaken = softwareFault(details, task, time, period, &sink)
    } else {
      summary.otherLineCount += 1
      return
    }
    if isTaken {
      summary.importedLineCount += 1
    } else {
      summary.refuse(number, "the values of the event cannot be read", line)
    }
  }

  /// The name of the event with its group, before a colon, and where it begins.
  private static func eventName(in line: ByteText) -> (name: ByteText, at: Int)? {
    let calls: [StaticString] = ["raw_syscalls:sys_enter:", "raw_syscalls:sys_exit:"]
    for word in calls + faultNames {
      guard let at = line.find(word) else { continue }
      var end = at + word.utf8CodeUnitCount - 1
      // Modifiers: page-faults:u:
      let modifiers = line[(end + 1)...].prefix { 0x61...0x7a ~= $0 | 0x20 }
      if !modifiers.isEmpty, line[modifiers.endIndex...].first == 0x3a { end = modifiers.endIndex }
      return (line[at..<end], at)
    }
    if let at = line.find("LOST ") { return (line[at..<(at + 4)], at) }
    return nil
  }

  /// `  comm 1234 [001] 12.345678: `, perhaps `1233/1234`, perhaps with how many events the sample
  /// stands for: the task, the time and that number.
  private mutating func head(
    _ text: ByteText
  ) -> (task: UInt32, time: UInt64, period: UInt64)? {
    var words = text.split(separator: 0x20)
    var period: UInt64 = 1
    if let last = words.last, let value = Numbers.value(last, radix: 10) {
      period = value
      words.removeLast()
    }
    guard let last = words.popLast(), last.last == 0x3a,
      let time = TimeText.seconds(last.dropLast())
    else { return nil }
    if let processor = words.last, processor.first == 0x5b { words.removeLast() }
    guard let ids = words.last,
      let id = Numbers.value(ids.split(separator: 0x2f).last ?? ids, radix: 10)
    else { return nil }
    return (task(id), sinceStart(time), period)
  }

  /// The number that a trace has of a task.
  mutating func task(_ id: UInt64) -> UInt32 {
    if let task = tasks[id] { return task }
    let task = UInt32(tasks.count + 1)
    tasks[id] = task
    return task
  }

  /// A time since that of the first event.
  mutating func sinceStart(_ time: UInt64) -> UInt64 {
    let first = start ?? time
    start = first
    lastTime = time > first ? time - first : 0
    return lastTime
  }

  // MARK: Events

  /// `NR 257 (ffffff9c, 7f0011, 80000, 0, 0, 0)`.
  private mutating func enter(
    _ text: ByteText, _ task: UInt32, _ time: UInt64, _ sink: inout some EventSink & ~Copyable
  ) -> Bool {
    var text = text
    guard text.accept("NR "), let number = text.takeDecimal(), number <= 0xffff,
      let open = text.firstIndex(of: 0x28), text.last == 0x29
    else { return false }
    let parts = text[(open + 1)...].dropLast().split(separator: 0x2c)
    guard parts.count == 6 else { return false }
    var event = Event(.systemCall, task: task, code: UInt32(number))
    event.time = time
    let count = SystemCallTable.argumentCount(of: SystemCallNumber(rawValue: UInt32(number)))
    for (index, part) in parts.enumerated() {
      guard let value = Numbers.value(part.trimmed, radix: 16) else { return false }
      if index < count { event.operands[index] = value }
    }
    // One that is entered anew did not come back: rt_sigreturn, or its end is lost.
    if var earlier = entered[task] {
      earlier.unknown.insert(.result)
      summary.unknownResultCount += 1
      emit(earlier, &sink)
    }
    entered[task] = event
    return true
  }

  /// `NR 257 = 3`.
  private mutating func leave(
    _ text: ByteText, _ task: UInt32, _ time: UInt64, _ sink: inout some EventSink & ~Copyable
  ) -> Bool {
    var text = text
    guard text.accept("NR "), let number = text.takeDecimal(), number <= 0xffff,
      let sign = text.firstIndex(of: 0x3d), let result = Numbers.value(text[(sign + 1)...].trimmed)
    else { return false }
    var event: Event
    if let earlier = entered.removeValue(forKey: task), earlier.code == UInt32(number) {
      event = earlier
      event.duration = time > event.time ? time - event.time : 0
    } else if number == UInt64(SystemCallNumber.execve.rawValue), result == 0,
      summary.callCount == 0
    {
      // The execve(2) with which perf began the run.
      return true
    } else {
      // perf began while the call was under way.
      event = Event(.systemCall, task: task, code: UInt32(number))
      event.time = time
      let count = SystemCallTable.argumentCount(of: SystemCallNumber(rawValue: UInt32(number)))
      for index in 0..<count { event.unknown.insert(.operand(index)) }
      summary.unknownArgumentCount += count
    }
    event.result = Int64(bitPattern: result)
    emit(event, &sink)
    return true
  }

  private mutating func takeLoss(_ line: ByteText, _ sink: inout some EventSink & ~Copyable) {
    // LOST 12 events!, or ... PERF_RECORD_LOST lost 12.
    var count: UInt64 = 0
    for var word in line.split(separator: 0x20).suffix(3) { count = word.takeDecimal() ?? count }
    lose(count, &sink)
    summary.importedLineCount += 1
  }

  /// Events of which the source says that it has not kept them.
  mutating func lose(_ count: UInt64, _ sink: inout some EventSink & ~Copyable) {
    var event = Event(.gap)
    event.operands[0] = count
    emit(event, &sink)
    summary.lostCount += Int(clamping: max(1, count))
  }

  mutating func emit(_ event: Event, _ sink: inout some EventSink & ~Copyable) {
    sink.append(event, payload: UnsafeRawBufferPointer(start: nil, count: 0))
    summary.eventCount += 1
    if event.kind == .systemCall { summary.callCount += 1 }
    if event.kind == .pageFault { summary.faultCount += 1 }
  }
}
