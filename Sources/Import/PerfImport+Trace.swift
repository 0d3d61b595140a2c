// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Trace

/// Calls and page faults of `perf trace`.
extension PerfImport {
  /// Whether a line is a fault of `perf trace -F`.
  static func isTracedFault(_ line: ByteText) -> Bool {
    guard line.find("fault [") != nil, let entry = PerfTraceLine(line) else { return false }
    return entry.body.begins("minfault [") || entry.body.begins("majfault [")
  }

  /// Whether the line could be read.
  mutating func takeTraced(
    _ entry: PerfTraceLine, _ sink: inout some EventSink & ~Copyable
  ) -> Bool {
    let task = task(entry.task ?? 0)
    let time = entry.time.map { sinceStart($0) } ?? lastTime
    var body = entry.body
    if body.accept("minfault [") || body.accept("majfault [") {
      return tracedFault(body, task, time, &sink)
    }
    if body.accept("... [continued]: ") {
      return goOn(body, entry, task, &sink)
    }
    guard var line = PerfCallLine(body, reader.names) else { return false }
    if !line.isOver {
      begun[task] = reader.assemble(&line, task, time)
      return true
    }
    var call = reader.assemble(&line, task, time)
    end(&call, line.result, entry.duration)
    emit(call, &sink)
    return true
  }

  /// `read()) = 5`: the end of a call whose beginning stands above, or was before perf looked.
  private mutating func goOn(
    _ body: ByteText, _ entry: PerfTraceLine, _ task: UInt32,
    _ sink: inout some EventSink & ~Copyable
  ) -> Bool {
    guard var line = PerfCallLine(continued: body, reader.names) else { return false }
    if var call = begun.removeValue(forKey: task),
      call.call.code == line.number.rawValue
    {
      end(&call, line.result, entry.duration)
      emit(call, &sink)
      return true
    }
    let isFirst = summary.callCount == 0 && line.number == .execve
    let isBorn = [.clone, .clone3, .fork, .vfork].contains(line.number) && entry.time == nil
    // The execve(2) with which perf began the run; the end in a child of the call that made it.
    if isFirst || isBorn { return true }
    line.arguments = []
    var call = reader.assemble(&line, task, lastTime)
    for index in 0..<SystemCallTable.argumentCount(of: line.number) {
      call.call.unknown.insert(.operand(index))
      call.unknownArgumentCount += 1
    }
    end(&call, line.result, entry.duration)
    emit(call, &sink)
    return true
  }

  /// What stands behind the `=`.
  private func end(_ call: inout AssembledCall, _ text: ByteText, _ duration: UInt64?) {
    let told = reader.result(text)
    call.call.duration = duration ?? 0
    if !told.returned {
      call.call.flags.insert(.didNotReturn)
    } else if let value = told.value {
      call.call.result = value
    } else {
      call.call.unknown.insert(.result)
    }
    if told.returned, !told.isExact, !text.isEmpty {
      let words = Event(.wording, task: call.call.task, code: UInt32(WordingKind.result.rawValue))
      call.attachments.append((words, [UInt8](text.prefix(256))))
    }
  }

  mutating func emit(_ call: AssembledCall, _ sink: inout some EventSink & ~Copyable) {
    for (event, bytes) in call.attachments {
      var event = event
      event.time = call.call.time
      bytes.withUnsafeBytes { sink.append(event, payload: $0) }
      summary.eventCount += 1
    }
    summary.unknownArgumentCount += call.unknownArgumentCount
    if call.call.unknown.contains(.result) { summary.unknownResultCount += 1 }
    emit(call.call, &sink)
  }

  /// `main+0x4] => //anon@0x7f00 (d.)`. An address in a file is told by its offset there, an
  /// instruction by its function: neither is an address; the words stay.
  private mutating func tracedFault(
    _ body: ByteText, _ task: UInt32, _ time: UInt64, _ sink: inout some EventSink & ~Copyable
  ) -> Bool {
    guard let close = body.find("] => ") else { return false }
    var target = body[(close + 5)...].trimmed
    // What it is, and at which level: `.` the program's, k the kernel's.
    guard target.last == 0x29, let open = target.lastIndex(of: 0x28), target.endIndex - open == 4
    else { return false }
    let isKernels = target[open + 2] == 0x6b
    target = target[..<open].trimmed
    var address = Numbers.value(target)
    if let at = target.lastIndex(of: 0x40) {
      let place = target[..<at]
      let isAddress =
        place.isText("//anon") || (place.first == 0x5b && !place.isText("[vdso]"))
      address = isAddress ? Numbers.value(target[(at + 1)...]) : nil
    }
    var event = Self.fault(address, at: nil, of: task, time)
    if isKernels { event.code = 0 }
    var words = Event(.wording, task: task, code: UInt32(WordingKind.arguments.rawValue))
    words.time = time
    // With the bracket that was taken off.
    let text = [0x5b] + body.prefix(512)
    text.withUnsafeBytes { sink.append(words, payload: $0) }
    summary.eventCount += 1
    emit(event, &sink)
    return true
  }
}
