// SPDX-License-Identifier: BSD-3-Clause

/// How a program is watched on the host's Linux kernel.
public enum ObserveMechanism: String, Sendable, CaseIterable {
  /// BPF programs on the kernel's tracepoints: page faults are seen, nothing is stopped.
  case ebpf
  /// ptrace(2): every call stops the program twice, page faults are not seen.
  case ptrace
}

/// What to observe on the host's Linux kernel, and how.
public struct ObserveOptions: Sendable {
  /// The program: a path, or, without a slash, a name to look for in the PATH of `environment`.
  public var program: [UInt8]
  /// Arguments, the first is the program's name.
  public var arguments: [[UInt8]]
  /// Environment, each `NAME=value`.
  public var environment: [[UInt8]]
  /// The directory to start in; nil for the recorder's own.
  public var workingDirectory: [UInt8]?
  /// The recorder's descriptors that become the program's stdin, stdout and stderr.
  public var standardStreams: InlineArray<3, Int32> = [0, 1, 2]
  /// Whether Linux places the program at random addresses (ASLR), as it does without a recorder.
  public var randomizesLayout = false
  /// How many bytes of each guest read or write are kept.
  public var payloadLimit: UInt32 = 4096
  /// When the recorder ends the run, in nanoseconds from its start; nil for never.
  public var timeoutNanoseconds: UInt64?
  /// Whether events bear times; without them the same run gives the same bytes.
  public var recordsTimes = false
  /// How to watch; nil for eBPF where the machine permits it, else ptrace(2).
  public var mechanism: ObserveMechanism?
  /// With ptrace(2), whether recorder and program share one CPU: about 6 times cheaper for each
  /// call, but the program sees one CPU and its threads do not run side by side.
  public var pinsToOneCPU = true

  /// Options for a program and its arguments, the first of which is its name.
  public init(program: [UInt8], arguments: [[UInt8]], environment: [[UInt8]]) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
  }
}
