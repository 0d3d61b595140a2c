// SPDX-License-Identifier: BSD-3-Clause

internal import CTrial
internal import Glibc
internal import LinuxABI

/// A process of a trial, the pipes that it writes to, and the calls that its filter asks about.
final class TrialProcess {
  /// Bytes of stderr that are kept.
  private static let errorLimit = 1 << 14

  private var process = trial_process()
  private var pipes: [Int32]
  private let outputLimit: Int
  private(set) var output: [UInt8] = []
  private(set) var errors: [UInt8] = []
  /// Whether it wrote more than is kept.
  private(set) var isFlooded = false
  private var isOver = false

  /// Starts a program behind a filter, without one where it is nil; calls that the filter traces
  /// lose the flags of `rules`, or fail because of them.
  init(
    path: [UInt8], _ program: TrialProgram, arguments: [[UInt8]], filter: SeccompFilter?,
    tracing rules: [TrialRule] = []
  ) throws(RecordError) {
    outputLimit = program.outputLimit
    let (out, err) = (try Self.makePipe(), try Self.makePipe())
    let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
    defer { for descriptor in [out.write, err.write, null] { close(descriptor) } }
    pipes = [out.read, err.read]
    var step: Int32 = 0
    let result = withCStrings(arguments) { arguments in
      withCStrings(program.environment) { environment in
        withCString(path) { path in
          withCString(program.workingDirectory ?? []) { directory in
            (filter?.instructions ?? []).withUnsafeBufferPointer { instructions in
              rules.compactMap(Self.flag).withUnsafeBufferPointer { flags in
                var request = trial_program(
                  path: path, arguments: arguments, environment: environment,
                  directory: program.workingDirectory == nil ? nil : directory,
                  streams: (null, out.write, err.write), filter: instructions.baseAddress,
                  filter_length: UInt16(instructions.count), flags: flags.baseAddress,
                  flag_count: flags.count)
                return trial_start(&request, &process, &step)
              }
            }
          }
        }
      }
    }
    if result < 0 {
      isOver = true
      throw Self.error(trial_step(rawValue: UInt32(step)), errno: -result)
    }
  }

  private static func error(_ step: trial_step, errno: Int32) -> RecordError {
    switch step {
    case trial_step_trace:
      RecordError(
        "cannot trace a program to clear its flags: errno \(errno)",
        remedy: "that needs a container that permits ptrace(2); without --flags it is not needed")
    case trial_step_fork:
      RecordError("cannot start a process: errno \(errno)", remedy: filterRemedy)
    default: RecordError("cannot filter its calls: errno \(errno)", remedy: filterRemedy)
    }
  }

  private static let filterRemedy =
    "that needs Linux 5.19 or later, and a container that permits seccomp(2)"

  private static func flag(_ rule: TrialRule) -> trial_flag? {
    let target = rule.target
    guard let flag = target.flag else { return nil }
    let index =
      target.subcommand == nil
      ? nil : SystemCallTable.subcommandArgument(of: target.call)
    return trial_flag(
      number: target.number, argument: UInt32(flag.argument), offset: Int32(flag.offset ?? -1),
      error: rule.answer == .stub ? Int32(rule.stubErrno.rawValue) : 0, mask: flag.mask,
      value: flag.value,
      subcommand_argument: Int32(index ?? -1), subcommand: target.subcommand ?? 0)
  }

  deinit {
    _ = end()
    for pipe in pipes where pipe >= 0 { close(pipe) }
  }

  private static func makePipe() throws(RecordError) -> (read: Int32, write: Int32) {
    var (read, write): (Int32, Int32) = (-1, -1)
    let result = trial_pipe(&read, &write)
    if result < 0 { throw RecordError("cannot make a pipe: errno \(-result)") }
    return (read, write)
  }

  // MARK: Waiting

  /// What to wait for: that it has ended, a call, output.
  var descriptors: [pollfd] {
    ([process.pidfd, process.listener] + pipes).map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
  }

  /// Takes what a wait for `descriptors` has given; whether the process has ended.
  func take(
    _ ready: ArraySlice<pollfd>, answering answer: (trial_call) -> Int64?
  ) -> Bool {
    let ready = Array(ready)
    if ready[1].revents & Int16(POLLIN) != 0 { answerCall(answer) }
    if ready[1].revents & Int16(POLLHUP) != 0 { process.listener = Self.closed(process.listener) }
    for index in pipes.indices where ready[2 + index].revents != 0 { read(index) }
    return ready[0].revents != 0
  }

  private static func closed(_ descriptor: Int32) -> Int32 {
    close(descriptor)
    return -1
  }

  private func answerCall(_ answer: (trial_call) -> Int64?) {
    var call = trial_call()
    if trial_receive(process.listener, &call) < 0 { return }
    let result = answer(call)
    _ = trial_answer(process.listener, call.id, result ?? 0, result == nil ? 1 : 0)
  }

  private func read(_ index: Int) {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = Glibc.read(pipes[index], &chunk, chunk.count)
    if count < 0, errno == EAGAIN || errno == EINTR { return }
    if count <= 0 {
      pipes[index] = Self.closed(pipes[index])
    } else if index == 1 {
      errors += chunk[..<min(count, Self.errorLimit - errors.count)]
    } else if output.count + count > outputLimit {
      isFlooded = true
    } else {
      output += chunk[..<count]
    }
  }

  /// How the process ended, what it started aside; nil while it goes on.
  var ending: TrialOutcome.Ending? {
    var (exited, value): (Int32, Int32) = (0, 0)
    if trial_status(&process, &exited, &value) < 0 { return nil }
    return told(exited != 0, value)
  }

  private func told(_ exited: Bool, _ value: Int32) -> TrialOutcome.Ending {
    let execError = process.exec_error.pointee
    if execError != 0 { return .notStarted(errno: execError) }
    return exited ? .exited(value) : .killed(signal: value)
  }

  /// Kills what is left, takes the rest of the output, and tells how the process ended; nil the
  /// second time.
  func end() -> TrialOutcome.Ending? {
    if isOver { return nil }
    isOver = true
    var (exited, value): (Int32, Int32) = (0, 0)
    let result = trial_end(&process, &exited, &value)
    let ending = told(exited != 0 && result == 0, value)
    trial_forget(&process)
    for index in pipes.indices {
      for _ in 0..<1024 where pipes[index] >= 0 {
        var waiting = pollfd(fd: pipes[index], events: Int16(POLLIN), revents: 0)
        if poll(&waiting, 1, 0) <= 0 || isFlooded { break }
        read(index)
      }
    }
    return ending
  }
}
