// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Trace

/// Reads the output of strace(1).
struct StraceImport {
  private let text: [UInt8]
  private var assembler = CallAssembler(.strace)
  private var tasks = StraceTasks()
  private var clock = StraceClock()
  /// Calls whose end is still to come, by task.
  private var pending: [UInt32: Pending] = [:]
  private var hasSeenCall = false
  private var end: Event?
  var summary = ImportSummary(.strace)

  /// The beginning of a call that another line goes on with.
  private struct Pending {
    var head: [UInt8]
    var time: UInt64
    var line: Int
  }

  /// Bytes of an unfinished call that are kept.
  private static let headLimit = 1 << 20

  /// What the trace's header says.
  private(set) var header = TraceHeader()

  /// Looks through the whole text for what has to be known before the first event.
  init(_ text: [UInt8]) {
    self.text = text
    header.origin = .imported
    header.kernel = [UInt8]("Linux, told by strace".utf8)
    header.unseen = [.faults, .vmas, .inputs, .times, .operands, .ends]
    var lines = TextLines(text)
    var isFirst = true
    while let line = lines.next() {
      if line.begins(" > ") { continue }
      let line = StraceLine(line)
      tasks.look(at: line)
      if line.time != nil { header.unseen.remove(.times) }
      if line.body.begins("+++ ") { header.unseen.remove(.ends) }
      if isFirst, line.body.begins("execve(") {
        Self.describe(line.body, &header)
        isFirst = false
      }
    }
  }

  /// Program and arguments of the execve(2) that began the run.
  private static func describe(_ body: ByteText, _ header: inout TraceHeader) {
    guard let call = CallLine(.execve, rest: body.dropFirst(7), .strace),
      call.arguments.count >= 2, call.result?.begins("0") == true,
      let (program, _) = ArgumentReader.quoted(call.arguments[0])
    else { return }
    header.program = program
    let vector = call.arguments[1]
    guard vector.first == 0x5b, vector.last == 0x5d else { return }
    var scanner = ArgumentScanner(vector.dropFirst().dropLast(), .strace)
    _ = scanner.scan()
    for text in scanner.arguments where text.first == 0x22 {
      if let (argument, _) = ArgumentReader.quoted(text) { header.arguments.append(argument) }
    }
  }

  /// Gives the events of all lines to `sink`.
  mutating func run(into sink: inout some EventSink & ~Copyable) {
    var lines = TextLines(text)
    while let line = lines.next() { take(line, lines.number, &sink) }
    summary.lineCount = lines.number
    // What the text ends in the middle of: nobody knows how it went on.
    for task in pending.keys.sorted() { cutShort(task, &sink) }
    if let end { emit(end, &sink) }
    summary.taskCount = tasks.count
  }

  private mutating func take(
    _ line: ByteText, _ number: Int, _ sink: inout some EventSink & ~Copyable
  ) {
    if line.begins(" > ") {
      summary.stackLineCount += 1
      return
    }
    let parts = StraceLine(line)
    var body = parts.body
    if body.isEmpty {
      if line.isEmpty { summary.blankLineCount += 1 } else { summary.otherLineCount += 1 }
      return
    }
    let time = clock.time(parts.time)
    // strace's own remark cuts a call in two where both go to the same place.
    if let remark = body.find("strace: ") {
      var rest = body[(remark + 8)...]
      body = body[..<remark].trimmed
      if body.isEmpty { summary.otherLineCount += 1 }
      // A process is there from here on, if it has not been seen yet.
      if rest.accept("Process "), rest.ends(" attached"), let id = rest.takeDecimal(),
        tasks.hasFirst
      {
        attach(id, time, &sink)
      }
      if body.isEmpty { return }
    }
    if body.begins("[ Process PID=") || body.begins("--- stopped by ") || body.begins("strace:") {
      summary.otherLineCount += 1
      return
    }
    let task = begin(parts.processID, time, &sink)
    if body.begins("--- ") { return takeSignal(body, task, time, number, &sink) }
    if body.begins("+++ ") { return takeEnd(body, task, time, number, &sink) }
    if body.begins("<... ") { return resume(body, task, number, &sink) }
    takeCall(body, task, time, number, &sink)
  }

  /// Begins a task, unless it is the first: that one is attached to before it does anything.
  private mutating func attach(
    _ id: UInt64, _ time: UInt64, _ sink: inout some EventSink & ~Copyable
  ) {
    if id != tasks.first { _ = begin(id, time, &sink) }
  }

  private mutating func begin(
    _ processID: UInt64?, _ time: UInt64, _ sink: inout some EventSink & ~Copyable
  ) -> UInt32 {
    let (task, isNew) = tasks.number(of: processID)
    if isNew, var start = tasks.start(of: processID, number: task) {
      start.time = time
      emit(start, &sink)
    }
    return task
  }

  // MARK: Calls

  private mutating func takeCall(
    _ body: ByteText, _ task: UInt32, _ time: UInt64, _ number: Int,
    _ sink: inout some EventSink & ~Copyable
  ) {
    guard let open = body.firstIndex(of: 0x28),
      body[..<open].allSatisfy({ $0 == 0x5f || Numbers.digit($0) != nil || 0x61...0x7a ~= $0 })
    else {
      summary.otherLineCount += 1
      return
    }
    guard let call = assembler.reader.names.call(body[..<open]) else {
      return summary.refuse(number, "no system call of this name", body)
    }
    cutShort(task, &sink)
    let rest = body[(open + 1)...]
    if body.ends("<unfinished ...>") || body.find(") ") == nil && body.find(")=") == nil {
      // The second: a remark of strace stood in the place of the mark.
      let end = body.find("<unfinished ...>") ?? body.endIndex
      pending[task] = Pending(
        head: [UInt8](body[..<end].prefix(Self.headLimit)), time: time, line: number)
      summary.importedLineCount += 1
      return
    }
    guard let line = CallLine(call, rest: rest, .strace) else {
      return summary.refuse(number, "no closing parenthesis and result", body)
    }
    if isStart(line) {
      hasSeenCall = true
      summary.importedLineCount += 1
      let start = Event(.wording, task: task, code: UInt32(WordingKind.start.rawValue))
      return emit(start, bytes: [UInt8](body[..<(rest.startIndex)]) + line.inside + [0x29], &sink)
    }
    finish(line, task, time, number, body, &sink)
  }

  /// Whether it is the execve(2) with which strace began the run.
  private func isStart(_ line: CallLine) -> Bool {
    !hasSeenCall && line.number == .execve && line.result.map { $0.begins("0") } == true
  }

  private mutating func finish(
    _ line: CallLine, _ task: UInt32, _ time: UInt64, _ number: Int, _ body: ByteText,
    _ sink: inout some EventSink & ~Copyable
  ) {
    guard let assembled = assembler.assemble(line, task: task) else {
      return summary.refuse(number, "no result that can be read", body)
    }
    summary.importedLineCount += 1
    emit(assembled, time, &sink)
  }

  private mutating func resume(
    _ body: ByteText, _ task: UInt32, _ number: Int, _ sink: inout some EventSink & ~Copyable
  ) {
    guard let mark = body.find(" resumed>") else {
      return summary.refuse(number, "a call that is resumed without the word", body)
    }
    let tail = body[(mark + 9)...]
    guard let start = pending.removeValue(forKey: task) else {
      return summary.refuse(number, "the beginning of this call is not there", body)
    }
    let whole = start.head + tail
    guard let open = whole.firstIndex(of: 0x28),
      let call = assembler.reader.names.call(whole[..<open]),
      let line = CallLine(call, rest: whole[(open + 1)...], .strace)
    else {
      return summary.refuse(number, "the two parts of this call make no whole", body)
    }
    if isStart(line) {
      hasSeenCall = true
      summary.importedLineCount += 1
      return
    }
    finish(line, task, start.time, number, body, &sink)
  }

  /// A call of which no more came: its result, and arguments that were not written yet, are not
  /// known.
  private mutating func cutShort(_ task: UInt32, _ sink: inout some EventSink & ~Copyable) {
    guard let start = pending.removeValue(forKey: task),
      let open = start.head.firstIndex(of: 0x28),
      let call = assembler.reader.names.call(start.head[..<open])
    else { return }
    let line = CallLine(cut: call, rest: start.head[(open + 1)...], .strace)
    if let assembled = assembler.assemble(line, task: task) { emit(assembled, start.time, &sink) }
  }

  private mutating func emit(
    _ assembled: AssembledCall, _ time: UInt64, _ sink: inout some EventSink & ~Copyable
  ) {
    hasSeenCall = true
    for (event, bytes) in assembled.attachments {
      var event = event
      event.time = time
      emit(event, bytes: bytes, &sink)
    }
    var call = assembled.call
    call.time = time
    emit(call, &sink)
    summary.callCount += 1
    summary.unknownArgumentCount += assembled.unknownArgumentCount
    if call.unknown.contains(.result) { summary.unknownResultCount += 1 }
  }

  private mutating func emit(
    _ event: Event, bytes: [UInt8] = [], _ sink: inout some EventSink & ~Copyable
  ) {
    bytes.withUnsafeBytes { sink.append(event, payload: $0) }
    summary.eventCount += 1
  }

  // MARK: Signals and ends

  private mutating func takeSignal(
    _ body: ByteText, _ task: UInt32, _ time: UInt64, _ number: Int,
    _ sink: inout some EventSink & ~Copyable
  ) {
    guard let signal = SignalText.signal(body, assembler.reader.names) else {
      return summary.refuse(number, "no signal that can be read", body)
    }
    let details = [UInt8](signal.details.prefix(Self.headLimit))
    var event = signal.0
    event.task = task
    event.time = time
    var words = Event(.wording, task: task, code: UInt32(WordingKind.arguments.rawValue))
    words.time = time
    if !details.isEmpty { emit(words, bytes: details, &sink) }
    emit(event, &sink)
    summary.signalCount += 1
    summary.importedLineCount += 1
  }

  private mutating func takeEnd(
    _ body: ByteText, _ task: UInt32, _ time: UInt64, _ number: Int,
    _ sink: inout some EventSink & ~Copyable
  ) {
    guard let (isKilled, result) = SignalText.end(body, assembler.reader.names) else {
      if body.begins("+++ superseded by ") {
        summary.otherLineCount += 1
      } else {
        summary.refuse(number, "no end that can be read", body)
      }
      return
    }
    cutShort(task, &sink)
    summary.importedLineCount += 1
    var event = Event(
      task == 1 ? .end : .taskEnded, task: task, code: isKilled ? 1 : 0, result: result)
    event.time = time
    // The run ends with its first process, and with its trace.
    if task == 1 { end = event } else { emit(event, &sink) }
  }
}
