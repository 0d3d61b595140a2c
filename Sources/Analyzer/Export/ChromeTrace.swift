// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
public import Trace

/// A trace in the Trace Event Format, which Perfetto and chrome://tracing open: calls are slices,
/// faults and signals instants, the number of VMAs a counter. Streaming.
public struct ChromeTrace {
  private let hasTimes: Bool
  private var isFirst = true
  private var layout = VMALayout()
  private var firstProcess = FirstProcess()
  private var processOfTask: [UInt32: UInt32] = [:]
  private var namedTasks: Set<UInt32> = []
  private let name: String
  private static var taskLimit: Int { 65536 }

  /// An export of a trace with this header.
  public init(header: TraceHeader) {
    hasTimes = !header.unseen.contains(.times)
    name = printable(header.program)
  }

  /// Writes the events of a source, piece by piece. Throws what the source throws.
  public mutating func write(
    _ source: inout some EventSource & ~Copyable, to put: (String) -> Void
  ) throws(TraceError) {
    put("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n")
    var grouper = StepGrouper()
    while let step = try grouper.next(from: &source) {
      let text = lines(of: step)
      if !text.isEmpty { put(text) }
    }
    let note = hasTimes ? "" : "times were not seen: a microsecond stands for an event"
    put(
      "\n],\"otherData\":" + JSONValue.object([("note", .string(note))]).line() + "}\n")
  }

  private mutating func lines(of step: Step) -> String {
    var text = ""
    if let event = step.principal {
      if event.kind == .taskStarted { follow(event) }
      if namedTasks.count < Self.taskLimit, namedTasks.insert(event.task).inserted {
        text += taskName(event.task)
      }
      text += line(of: step, event)
    }
    if step.changes.isEmpty || firstProcess.isForeign(step.task) { return text }
    for change in step.changes { _ = layout.apply(change) }
    let event = step.principal
    let time = event.map { end(of: $0, step.number) } ?? (hasTimes ? 0 : step.number * 1000)
    return text
      + line([
        ("name", .string("VMAs")), ("ph", .string("C")), ("ts", .thousandths(time)),
        ("pid", .integer(1)),
        ("args", .object([("VMAs", .integer(UInt64(layout.count)))])),
      ])
  }

  private mutating func follow(_ event: Event) {
    firstProcess.follow(event)
    if processOfTask.count >= Self.taskLimit { return }
    let maker = UInt32(clamping: event.operands[0])
    processOfTask[event.task] = event.code == 0 ? process(of: maker) : event.task
  }

  private func process(of task: UInt32) -> UInt32 { processOfTask[task] ?? 1 }

  /// When it began, in thousandths of a microsecond.
  private func start(of event: Event, _ number: UInt64) -> UInt64 {
    hasTimes ? event.time : number &* 1000
  }

  private func end(of event: Event, _ number: UInt64) -> UInt64 {
    let (end, overflow) = event.time.addingReportingOverflow(event.duration)
    return hasTimes ? (overflow ? .max : end) : number &* 1000
  }

  private mutating func line(of step: Step, _ event: Event) -> String {
    let start = start(of: event, step.number)
    var members: [(String, JSONValue)] = [("name", .string(step.subject))]
    var arguments: [(String, JSONValue)] = [
      ("event", .integer(step.number)), ("request", .string(step.requestText)),
    ]
    switch event.kind {
    case .systemCall:
      members += [
        ("cat", .string("call")), ("ph", .string("X")), ("ts", .thousandths(start)),
        ("dur", .thousandths(hasTimes ? event.duration : 1000)),
      ]
      arguments.append(("result", .string(resultText(event))))
    case .pageFault, .exception, .signal, .end, .gap:
      let category = event.kind == .pageFault ? "fault" : event.kind.key
      members += [
        ("cat", .string(category)), ("ph", .string("i")), ("s", .string("t")),
        ("ts", .thousandths(start)),
      ]
      arguments.append(("result", .string(String(event.result))))
    default: return ""
    }
    members += [
      ("pid", .integer(UInt64(process(of: event.task)))), ("tid", .integer(UInt64(event.task))),
      ("args", .object(arguments)),
    ]
    return line(members)
  }

  private mutating func taskName(_ task: UInt32) -> String {
    let process = process(of: task)
    func metadata(_ kind: String, _ name: String) -> [(String, JSONValue)] {
      [
        ("name", .string(kind)), ("ph", .string("M")), ("pid", .integer(UInt64(process))),
        ("tid", .integer(UInt64(task))), ("args", .object([("name", .string(name))])),
      ]
    }
    let whole = process == task ? line(metadata("process_name", name)) : ""
    return whole + line(metadata("thread_name", "task \(task)"))
  }

  private mutating func line(_ members: [(String, JSONValue)]) -> String {
    defer { isFirst = false }
    return (isFirst ? "" : ",\n") + JSONValue.object(members).line()
  }

  private func resultText(_ event: Event) -> String {
    if event.flags.contains(.didNotReturn) { return "did not return" }
    if event.unknown.contains(.result) { return "not known" }
    return Errno(result: event.result).map { "-1 " + $0.text } ?? String(event.result)
  }
}
