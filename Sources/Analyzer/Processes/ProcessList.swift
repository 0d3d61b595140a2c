// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
public import Trace

/// The processes of a trace, found in one pass. Memory: a bounded number of tasks.
public struct ProcessList: Sendable {
  /// One of them.
  public struct Process: Sendable {
    /// The number of its first task.
    public var number: UInt32
    /// The process that made it and the task of that which did; nil for the first, and where nobody
    /// says.
    public var maker: (process: UInt32, task: UInt32)?
    /// Whether it began in its maker's memory (vfork).
    public var beganInMakersMemory = false
    /// The path of the program that it executed last; empty where it goes on with its maker's, and
    /// where the trace does not have the path.
    public var program: [UInt8] = []
    /// Whether it executed a program.
    public var hasExecuted = false
    /// Calls that it made.
    public var callCount: UInt64 = 0
    /// Page faults that it had.
    public var faultCount: UInt64 = 0
    /// How it ended, as text; nil where the trace does not say.
    public var ending: String?
    /// The call of its maker that made it; nil where that did not return.
    var birth: Event?
    /// Its tasks that live, in order of appearance.
    var tasks: [UInt32]
  }

  private static var taskLimit: Int { 65536 }
  private static var readLimit: Int { 4 }

  /// In order of appearance.
  public private(set) var processes = [Process(number: 1, tasks: [1])]
  /// Tasks that were too many to follow.
  public private(set) var unfollowedTaskCount = 0
  /// Into `processes`, by task.
  private var places: [UInt32: Int] = [1: 0]
  /// The process, as a place, that a task made and whose call has not ended.
  private var newborns: [UInt32: Int] = [:]
  /// What the kernel read for the call of a task that follows.
  private var reads: [UInt32: [(address: UInt64, bytes: [UInt8])]] = [:]

  /// Reads a trace to its end. Throws what the source throws.
  public init(
    of source: inout some EventSource & ~Copyable, header: TraceHeader
  ) throws(TraceError) {
    processes[0].program = header.program
    while let event = try source.next() { take(event, source.payload) }
  }

  /// The process with this number.
  public func process(_ number: UInt32) -> Process? { processes.first { $0.number == number } }

  private mutating func take(_ event: Event, _ payload: UnsafeRawBufferPointer) {
    switch event.kind {
    case .taskStarted: begin(event)
    case .taskEnded: end(event)
    case .end: processes[0].ending = event.endText
    case .guestRead where places[event.task] != nil:
      guard reads[event.task, default: []].count < Self.readLimit else { return }
      let bytes = [UInt8](payload.prefix(Step.keptByteCount).prefix { $0 != 0 })
      reads[event.task, default: []].append((event.operands[0], bytes))
    case .systemCall:
      let own = reads.removeValue(forKey: event.task)
      guard let place = places[event.task] else { return }
      processes[place].callCount += 1
      let number = SystemCallNumber(rawValue: event.code)
      if number.makesProcesses, let newborn = newborns.removeValue(forKey: event.task) {
        processes[newborn].birth = event.result < 0 ? nil : event
      }
      guard number == .execve || number == .execveat, event.result == 0 else { return }
      let address = event.operands[number == .execve ? 0 : 1]
      processes[place].hasExecuted = true
      processes[place].program = own?.first { $0.address == address }?.bytes ?? []
    case .pageFault: if let place = places[event.task] { processes[place].faultCount += 1 }
    default: break
    }
  }

  private mutating func begin(_ event: Event) {
    guard places[event.task] == nil, places.count < Self.taskLimit else {
      unfollowedTaskCount += 1
      return
    }
    let maker = UInt32(clamping: event.operands[0])
    if event.code == 0, let place = places[maker] {
      places[event.task] = place
      processes[place].tasks.append(event.task)
    } else {
      places[event.task] = processes.count
      newborns[maker] = processes.count
      processes.append(
        Process(
          number: event.task, maker: places[maker].map { (processes[$0].number, maker) },
          beganInMakersMemory: event.code == 2, tasks: [event.task]))
    }
  }

  private mutating func end(_ event: Event) {
    guard let place = places[event.task] else { return }
    processes[place].tasks.removeAll { $0 == event.task }
    if processes[place].tasks.isEmpty { processes[place].ending = event.processEndText }
  }
}

extension SystemCallNumber {
  /// fork(2) and its kin.
  var makesProcesses: Bool { [.fork, .vfork, .clone, .clone3].contains(self) }
}

extension Event {
  /// How the process ended whose last task this is.
  fileprivate var processEndText: String { processEnd.endText }

  /// The end of the run, where the task that ended was all of it.
  var processEnd: Event {
    var end = self
    end.kind = .end
    end.code = UInt32((code == 0 ? EndKind.exited : EndKind.killed).rawValue)
    end.operands = InlineArray(repeating: 0)
    return end
  }
}
