// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import FoundationEssentials
import Recorder
import Trace
import TraceFile

/// `epimetheus record`.
struct RecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Run a program and record what it asks of its kernel.",
    discussion: """
      By default the program runs on our kernel, natively on the CPU, in a contained process: it
      reads the host's files below --root, writes stay in memory, and it reaches nothing else.
      With --on linux the program runs on this machine's own Linux and is watched.

      EXAMPLES
        epimetheus record -o a.epi -- /bin/busybox sha256sum /etc/passwd
        epimetheus record --print strace -o a.epi -- /bin/busybox ls
        epimetheus record --timeout 10 -o a.epi -- ./server-test
        epimetheus record --on linux -o l.epi -- /bin/ls /usr
        epimetheus record --on linux --redact '*TOKEN*' -o l.epi -- ./deploy
      """)

  /// Which kernel serves the program.
  enum Place: String, ExpressibleByArgument, CaseIterable { case hosted, linux }

  /// How a run on Linux is watched: `ObserveMechanism`.
  enum Mechanism: String, ExpressibleByArgument, CaseIterable { case ebpf, ptrace }

  @Option(name: .shortAndLong, help: "The trace to write.")
  var output: String

  @Option(help: "Which kernel serves the program: hosted (ours) or linux (this machine's).")
  var on: Place = .hosted

  @Option(
    help: """
      How to watch with --on linux: ebpf sees page faults and hardly slows the program down; \
      ptrace needs no rights. Default: ebpf where permitted.
      """)
  var by: Mechanism?

  @Option(help: "End the program after this many seconds.")
  var timeout: Double?

  @Option(help: "Keep this many bytes of each buffer that a call reads or writes.")
  var payload: UInt32 = 4096

  @Option(
    name: .customLong("env"),
    help: "A variable, NAME=value, repeatable. The program then gets only those given so.")
  var variables: [String] = []

  @Option(
    help: """
      Keep the value of this variable out of the trace, repeatable; * stands for any characters. \
      Only with --on linux.
      """)
  var redact: [String] = []

  @Flag(help: "Keep times, in nanoseconds; two runs then differ. Only with --on linux.")
  var times = false

  @OptionGroup(title: "Only with --on hosted")
  var hosted: HostedFlags

  @Flag(help: "Leave address-space randomisation on. Only with --on linux.")
  var aslr = false

  @OptionGroup
  var printing: PrintOptions

  @Argument(parsing: .postTerminator, help: "The program and its arguments, after --.")
  var program: [String] = []

  func validate() throws {
    if program.isEmpty {
      throw ValidationError("no program given: epimetheus record -o a.epi -- PROGRAM ARGUMENT...")
    }
    if let variable = variables.first(where: { !$0.contains("=") || $0.hasPrefix("=") }) {
      throw ValidationError("--env takes NAME=value, not \(variable)")
    }
    if let timeout, !(timeout > 0 && timeout < 1e7) {
      throw ValidationError("--timeout takes seconds, more than 0")
    }
    if on == .hosted, by != nil { throw ValidationError("--by is for --on linux") }
    if on == .hosted, times || aslr {
      throw ValidationError("--times and --aslr are for --on linux: a hosted run has its own clock")
    }
    if on == .hosted, !redact.isEmpty {
      throw ValidationError(
        "--redact is for --on linux: --env NAME=value gives a hosted program what may be told")
    }
    if on == .linux, let name = hosted.given {
      throw ValidationError("\(name) is for --on hosted")
    }
  }

  func run() throws {
    let outcome =
      switch on {
      case .hosted: try recordHosted()
      case .linux: try recordOnLinux()
      }
    try finish(outcome)
  }

  /// The environment that the program gets: what was given, else that of this command.
  var environment: [[UInt8]] {
    variables.isEmpty ? Self.inheritedEnvironment : variables.map { [UInt8]($0.utf8) }
  }

  /// The environment of this command. Sorted, because a launcher may hand its variables over in
  /// another order each time.
  static var inheritedEnvironment: [[UInt8]] {
    ProcessInfo.processInfo.environment.sorted { $0.key < $1.key }
      .map { [UInt8]("\($0.key)=\($0.value)".utf8) }
  }

  /// Says how it ended and exits as the program did.
  private func finish(_ outcome: RecordOutcome) throws {
    var text = "epimetheus: \(outcome.eventCount) events in \(output)"
    if outcome.gapCount > 0, on == .linux {
      text += "; \(outcome.gapCount) events are missing: see the gaps in it"
    }
    if !outcome.note.isEmpty { text += "; \(outcome.note)" }
    switch outcome.end {
    case .exited:
      Console.note(text)
      throw ExitCode(Int32(truncatingIfNeeded: outcome.status))
    case .killed:
      Console.note(text + "; the program was killed by signal \(outcome.status)")
      throw ExitCode(Int32(truncatingIfNeeded: 128 + outcome.status))
    case .timedOut:
      Console.note(text + "; ended after --timeout")
      throw ExitCode(ExitStatusCode.temporary)
    case .machineFailed:
      Console.note(text + "; the process that ran the program failed (\(outcome.status))")
      throw ExitCode(ExitStatusCode.temporary)
    case .interrupted:
      Console.note(text + "; interrupted")
      throw ExitCode(ExitStatusCode.temporary)
    }
  }
}

/// The options of a hosted recording.
struct HostedFlags: ParsableArguments {
  @Option(help: "The folder that the program sees as /.")
  var root: String?

  @Option(help: "Physical memory in MiB (default 1024).")
  var memory: UInt64?

  @Option(help: "The seed of all random bytes (default 0).")
  var seed: UInt64?

  @Option(help: "virtual (repeats, the default), real, or the start in seconds since 1970.")
  var clock: String?

  @Option(help: "Map this many pages around a fault: 1 (default), 2, 4 ... 512.")
  var faultAround: Int?

  @Flag(help: "Rewrite system calls that are used often into jumps: faster, same trace.")
  var rewrite = false

  /// The first option that was given.
  var given: String? {
    if root != nil { return "--root" }
    if memory != nil { return "--memory" }
    if seed != nil { return "--seed" }
    if clock != nil { return "--clock" }
    if faultAround != nil { return "--fault-around" }
    if rewrite { return "--rewrite" }
    return nil
  }

  /// The binary logarithm of the bytes that `faultAround` pages have.
  var faultAroundShift: UInt8 {
    get throws {
      let pages = faultAround ?? 1
      guard pages >= 1, pages <= 512, pages & (pages - 1) == 0 else {
        throw CommandError.usage("--fault-around takes a power of two from 1 to 512")
      }
      return UInt8(12 + pages.trailingZeroBitCount)
    }
  }
}
