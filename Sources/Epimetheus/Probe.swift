// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Recorder
import Support

/// The runs of `epimetheus probe`, and what each was evidence of.
struct Probe {
  /// A run with calls taken away.
  struct Run {
    /// What was taken away.
    var rules: [TrialRule]
    /// What came of it.
    var ending: TrialOutcome.Ending
    /// How it differs from an undisturbed run; nil where it does not.
    var difference: String?
    /// The end of what the program wrote to stderr.
    var errors: [UInt8]
  }

  private var trial: Trial
  private let comparesOutput: Bool
  private let times: Int
  private let baseline: TrialOutcome
  private let use: CallUse
  private let log = RunLog()

  /// The runs, as the search asks for them.
  private final class RunLog {
    var runs: [Run] = []
  }

  /// Runs the program undisturbed, twice: once to count its calls.
  init(_ program: TrialProgram, comparesOutput: Bool, times: Int) throws {
    trial = try Trial(program)
    self.comparesOutput = comparesOutput
    self.times = times
    let (counted, use) = try trial.count()
    self.use = use
    baseline = try trial.run([])
    for outcome in [counted, baseline] {
      switch outcome.ending {
      case .exited(0): break
      case .exited where program.test == nil: break
      default:
        throw CommandError.badInput(
          "undisturbed, the \(program.test == nil ? "program" : "test") "
            + "\(outcome.ending): it must work before anything is taken away\(Self.said(outcome))")
      }
    }
    if counted.ending != baseline.ending {
      throw CommandError.badInput(
        "two undisturbed runs end differently (\(counted.ending), \(baseline.ending)): "
          + "give a --test that tells whether it works")
    }
    if comparesOutput, counted.output != baseline.output {
      throw CommandError.badInput(
        "two undisturbed runs write different output: --ignore-output compares the exit status "
          + "alone, --test CMD tells by a command")
    }
    // A server that is gone will not pass its test, unless it is gone undisturbed, too.
    trial.program.failsBeforeTest = [counted, baseline].allSatisfy {
      $0.endedEarly == nil || $0.endedEarly == .exited(0)
    }
  }

  private static func said(_ outcome: TrialOutcome) -> String {
    let line = outcome.errors.split(separator: 0x0a).last ?? []
    return line.isEmpty ? "" : " (stderr: \(String(decoding: line.prefix(200), as: UTF8.self)))"
  }

  /// Gives each run four times as long as an undisturbed one, and five seconds.
  mutating func setTimeout() {
    trial.program.timeout = .seconds(5) + baseline.duration * 4
  }

  /// Calls without which hardly any program works: each is tried alone.
  private static let likelyRequired: [SystemCallNumber] = [
    .read, .write, .open, .openat, .close, .stat, .fstat, .newfstatat, .lseek, .mmap, .mprotect,
    .brk, .pread64, .writev, .execve, .exit, .exit_group, .arch_prctl, .futex, .clone, .clone3,
    .wait4, .getdents64, .socket, .bind, .listen, .connect, .accept, .accept4, .recvfrom, .sendto,
    .sendmsg, .recvmsg, .epoll_create1, .epoll_ctl, .epoll_wait, .pipe2, .dup2, .rt_sigreturn,
  ]

  /// Whether hardly any program works without a target: it is tried alone. Of flags: those that say
  /// what memory and files are for.
  private static func isLikelyRequired(_ target: TrialTarget) -> Bool {
    if target.isWholeCall { return likelyRequired.contains(target.call) }
    guard let flag = target.flag else { return false }
    return switch (target.call, flag.argument) {
    case (.mmap, 2), (.mprotect, 2): true
    case (.mmap, 3): flag.value == 0x10 || flag.value == 0x20  // MAP_FIXED, MAP_ANONYMOUS
    case (.open, 1), (.openat, 2): flag.value == 0x40  // O_CREAT
    case (.newfstatat, 3): flag.value == 0x1000  // AT_EMPTY_PATH
    case (.clone, 0), (.clone3, 0): true
    default: false
    }
  }

  /// Finds the verdicts.
  func run(subCommands: Bool, flags: Bool) throws -> ProbeReport {
    let targets = use.counts.keys.filter {
      $0.isWholeCall || ($0.flag == nil ? subCommands : flags)
    }.sorted()
    func rules(_ questions: [VerdictSearch.Question]) -> [TrialRule] {
      questions.map { TrialRule(targets[$0.item], $0.isFake ? .fake : .stub) }
    }
    var search = VerdictSearch(
      itemCount: targets.count,
      isLikelyRequired: { Self.isLikelyRequired(targets[$0]) },
      works: { try works(rules($0)) })
    let result = try search.run()
    return ProbeReport(
      arguments: trial.program.arguments, test: trial.program.test,
      comparesOutput: comparesOutput, times: times, ending: baseline.ending,
      findings: targets.enumerated().map { index, target in
        ProbeReport.Finding(
          target: target, count: use.counts[target] ?? 0, verdict: result.verdicts[index])
      },
      together: rules(result.together), apart: rules(result.apart), runs: log.runs)
  }

  private func works(_ rules: [TrialRule]) throws -> Bool {
    for _ in 0..<times {
      let outcome = try trial.run(rules)
      let difference = difference(outcome)
      log.runs.append(
        Run(
          rules: rules, ending: outcome.ending, difference: difference,
          errors: Array(outcome.errors.suffix(400))))
      Console.note(
        "epimetheus: run \(log.runs.count): without \(Self.words(rules)): "
          + (difference ?? "works"))
      if difference != nil { return false }
    }
    return true
  }

  private static func words(_ rules: [TrialRule]) -> String {
    let named = rules.prefix(4).map { "\($0.target)" }.joined(separator: ", ")
    return rules.count > 4 ? "\(named) and \(rules.count - 4) more" : named
  }

  /// What is not as in an undisturbed run.
  private func difference(_ outcome: TrialOutcome) -> String? {
    if outcome.ending != baseline.ending { return "\(outcome.ending)" }
    guard comparesOutput, outcome.output != baseline.output else { return nil }
    let (mine, theirs) = (lines(outcome.output), lines(baseline.output))
    let line = zip(mine, theirs).prefix { $0 == $1 }.count
    return "stdout differs from line \(line + 1) on"
  }

  private func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
  }
}
