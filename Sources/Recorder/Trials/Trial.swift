// SPDX-License-Identifier: BSD-3-Clause

internal import CObserver
internal import CTrial
internal import Glibc
internal import LinuxABI

/// Runs a program again and again, each time without some of its system calls.
public struct Trial: Sendable {
  /// What is run.
  public var program: TrialProgram
  private let path: [UInt8]

  /// Finds the program. An error where there is none.
  public init(_ program: TrialProgram) throws(RecordError) {
    self.program = program
    path = try ProgramPath.resolved(program.program, environment: program.environment)
  }

  /// Runs it with all its calls, and counts them, those of its children among them.
  public func count() throws(RecordError) -> (outcome: TrialOutcome, use: CallUse) {
    var use = CallUse()
    let outcome = try run(.asking) { call in
      let number = SystemCallNumber(rawValue: call.number)
      use.note(TrialTarget(number))
      if let index = SystemCallTable.subcommandArgument(of: number) {
        let value = UInt32(truncatingIfNeeded: FakeResult.argument(index, of: call))
        use.note(TrialTarget(number, subcommand: value))
      }
      let flags = TrialFlag.targets(of: number, operands: FakeResult.operands(of: call)) {
        var word: UInt64 = 0
        return observer_read_memory(call.pid, $0, &word, 8) == 8 ? word : nil
      }
      for target in flags { use.note(target) }
      return nil
    }
    return (outcome, use)
  }

  /// Runs it with rules; with none it runs as it always does.
  public func run(_ rules: [TrialRule]) throws(RecordError) -> TrialOutcome {
    let traced = rules.filter { $0.needsTracer }
    return try run(rules.isEmpty ? nil : SeccompFilter(rules), tracing: traced) {
      FakeResult.of($0)
    }
  }

  private func run(
    _ filter: SeccompFilter?, tracing rules: [TrialRule] = [],
    answering answer: (trial_call) -> Int64?
  ) throws(RecordError) -> TrialOutcome {
    let start = ContinuousClock.now
    let main = try TrialProcess(
      path: path, program, arguments: program.arguments, filter: filter, tracing: rules)
    var processes = [main]
    if let test = program.test {
      let shell = Array("/bin/sh".utf8)
      processes.append(
        try TrialProcess(
          path: shell, program, arguments: [shell, Array("-c".utf8), test], filter: nil))
    }
    // The last tells: the test, or the program itself.
    let teller = processes[processes.count - 1]
    var ending: TrialOutcome.Ending?
    // How the program ended, where its test went on.
    var early: TrialOutcome.Ending?
    var isDone = [Bool](repeating: false, count: processes.count)
    while ending == nil, !isDone[processes.count - 1] {
      let left = program.timeout - (ContinuousClock.now - start)
      if left <= .zero {
        ending = .timedOut
      } else if processes.contains(where: \.isFlooded) {
        ending = .flooded
      } else {
        wait(for: processes, &isDone, atMost: left, answering: answer)
        if isDone[0], !isDone[processes.count - 1] { early = main.ending }
        if program.failsBeforeTest, let early, early != .exited(0) { ending = early }
      }
    }
    let own = teller.end()
    if teller !== main { _ = main.end() }
    return TrialOutcome(
      ending: ending ?? own ?? .timedOut, output: teller.output, errors: main.errors,
      endedEarly: early, duration: ContinuousClock.now - start)
  }

  private func wait(
    for processes: [TrialProcess], _ isDone: inout [Bool], atMost left: Duration,
    answering answer: (trial_call) -> Int64?
  ) {
    var descriptors = processes.flatMap(\.descriptors)
    // One that has ended would be ready for ever.
    for index in processes.indices where isDone[index] { descriptors[index * 4].fd = -1 }
    let milliseconds = min(left.components.seconds * 1000 + 1, 100)
    if poll(&descriptors, nfds_t(descriptors.count), Int32(milliseconds)) <= 0 { return }
    for (index, process) in processes.enumerated() {
      let ready = descriptors[index * 4..<index * 4 + 4]
      if process.take(ready, answering: answer) { isDone[index] = true }
    }
  }
}
