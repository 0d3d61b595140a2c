// SPDX-License-Identifier: BSD-3-Clause

internal import CObserver
internal import Glibc
internal import LinuxABI
public import Trace

/// Watches one program, its threads and its children on the host's own Linux kernel, by ptrace(2).
///
///     var session = ObserveSession(options)
///     try session.start()                     // the program stands at its first instruction
///     let header = session.header             // complete now
///     let outcome = try session.record(into: &sink)
///
/// One thread makes all of these calls: ptrace(2) belongs to a thread. When the session or the
/// recorder ends, what it started ends too.
public struct ObserveSession: ~Copyable {
  /// All that a replay has to know before the first event; complete after `start()`.
  public internal(set) var header = TraceHeader()

  let options: ObserveOptions
  let table = ObservedCallTable()
  /// Every task that lives, by Linux's thread id.
  var tasks: [Int32: ObservedTask] = [:]
  /// The task that stopped last: most stops follow one of the same task.
  var latest: ObservedTask?
  /// New tasks that stopped before the call that made them was seen to do so.
  var earlyTasks: [Int32] = []
  /// New tasks that ended, killed, before the call that made them was seen to do so.
  var earlyEnds: [Int32: (isKilled: Bool, status: Int32)] = [:]
  /// Whether a task was killed while it was making another, which may appear yet.
  var mayHaveOrphan = false
  /// Tasks seen so far.
  var taskCount: UInt32 = 0
  var root: Int32 = 0
  var thread: Int32 = 0
  var isPinned = false
  /// The programs in the kernel, where the run is observed by eBPF.
  var probe: KernelProbe?
  /// Why the run is not observed by eBPF, though it might be.
  public internal(set) var refusal: RecordError?
  /// Records that the programs could not pass on, as far as gap events have told.
  var lostCount: UInt32 = 0
  /// What stands behind VMAs, by the programs' keys.
  var names: [ProbeName: [UInt8]] = [:]
  /// How file systems place large mappings.
  var placements = LargePlacements()
  /// The files that were mapped.
  var files = MappedFiles()
  var startTime: UInt64 = 0
  var eventCount: UInt64 = 0
  var gapCount: UInt64 = 0
  /// How the first process ended.
  var rootEnd: (end: EndKind, status: Int64)?
  /// Why the recorder ended the run, if it did.
  var forcedEnd: EndKind?

  /// A session that has not begun.
  public init(_ options: ObserveOptions) {
    self.options = options
  }

  deinit {
    Self.end(Set(tasks.keys).union(earlyTasks))
    if isPinned { observer_unpin() }
  }
}

extension ObserveSession {
  /// Starts the program, stops it at its first instruction and completes `header`. On failure
  /// nothing is left running.
  public mutating func start() throws(RecordError) {
    guard thread == 0 else { throw RecordError("a session starts once") }
    thread = observer_thread()
    if (options.arguments + options.environment).contains(where: { $0.contains(0) }) {
      throw RecordError("an argument or a variable of the environment has a NUL in it")
    }
    let path = try ProgramPath.resolved(options.program, environment: options.environment)
    try loadProbe()
    if probe == nil, options.pinsToOneCPU { isPinned = observer_pin() >= 0 }
    try spawn(path)
    startTime = observer_now()
    taskCount = 1
    let map = MemoryMap(ofProcess: root)
    let task = ObservedTask(number: 1, id: root, memory: ObservedMemory(map ?? MemoryMap()))
    tasks[root] = task
    guard let map else { throw unreadableError(path) }
    latest = task
    try describe(path, map)
    try probe?.attach(task: root)
  }

  /// Whether this machine lets a process trace its own child, which is all that observing needs.
  public static var isPermitted: Bool { observer_probe_ptrace() >= 0 }

  /// How the run is observed.
  public var mechanism: ObserveMechanism { probe == nil ? .ptrace : .ebpf }

  /// Linux's id of the process that was started; 0 before `start()`.
  public var processID: Int32 { root }

  private mutating func spawn(_ path: [UInt8]) throws(RecordError) {
    var id: Int32 = 0
    var step: Int32 = 0
    let result = withCString(path) { path in
      withCStrings(options.arguments) { arguments in
        withCStrings(options.environment) { environment in
          withCString(options.workingDirectory ?? []) { directory in
            var program = observer_program(
              path: path, arguments: arguments, environment: environment,
              directory: options.workingDirectory == nil ? nil : directory,
              fixed_layout: options.randomizesLayout ? 0 : 1,
              dies_with_parent: probe == nil ? 0 : 1,
              streams: (
                options.standardStreams[0], options.standardStreams[1], options.standardStreams[2]
              ))
            return observer_start(&program, &id, &step)
          }
        }
      }
    }
    if result < 0 { throw startError(path, errno: -result, step: step) }
    root = id
  }
}

extension ObserveSession {
  /// Kills tasks and waits until they are gone. A killed task still stops at its exit; one that
  /// stands there already hears no second signal and has to be let go.
  static func end(_ tasks: Set<Int32>) {
    var left = tasks
    for id in left { kill(id) }
    var stop = observer_stop()
    while !left.isEmpty {
      let result = observer_wait(&stop)
      if result == -EINTR { continue }
      if result < 0 { return }
      let kind = observer_stop_kind(UInt32(bitPattern: stop.kind))
      if kind == observer_stop_exited || kind == observer_stop_killed {
        left.remove(stop.pid)
      } else {
        _ = observer_resume(stop.pid, 0)
      }
    }
  }

  static func kill(_ id: Int32) {
    _ = observer_kill(id)
    _ = observer_resume(id, 0)
  }
}
