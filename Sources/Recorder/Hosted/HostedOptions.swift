// SPDX-License-Identifier: BSD-3-Clause

internal import Kernel
public import Trace

/// What to run on our kernel, and with which world around it.
public struct HostedOptions: Sendable {
  /// The program's path as the guest names it, relative to `workingDirectory` where it does not
  /// begin with `/`.
  public var program: [UInt8]
  /// argv, the program's name first.
  public var arguments: [[UInt8]]
  /// envp, each `NAME=value`.
  public var environment: [[UInt8]]
  /// The absolute path of the working directory as the guest names it.
  public var workingDirectory: [UInt8] = [UInt8(ascii: "/")]
  /// The host's directory that the guest sees, read-only, as `/`.
  public var root = "/"
  /// The host's descriptors that the guest's standard streams are.
  public var standardStreams: InlineArray<3, Int32> = [0, 1, 2]
  /// The guest's physical memory in bytes, a multiple of 2 MiB.
  public var memoryByteCount: UInt64 = 1 << 30
  /// The seed of the random bytes that the guest is given.
  public var seed: UInt64 = 0
  /// The time that the guest is given.
  public var clock = ClockChoice.virtual
  /// After how many nanoseconds the run is ended; nil: never.
  public var timeoutNanoseconds: UInt64?
  /// How many bytes of each guest read or write are kept.
  public var payloadLimit: UInt32 = 4096
  /// Bytes mapped on a demand fault, as binary logarithm: 12 for one base page.
  public var faultAroundShift: UInt8 = 12
  /// Whether system-call instructions that the guest uses often become jumps. The events are the
  /// same; the guest sees other bytes if it reads its own text.
  public var rewritesCalls = false
  /// How the address space is kept.
  public var personality = PersonalityName.linux
  /// What the header calls the kernel.
  public var kernelName: [UInt8] = [UInt8](Unikernel.name.description.utf8)

  /// Options with the defaults above.
  public init(program: [UInt8], arguments: [[UInt8]], environment: [[UInt8]]) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
  }

  /// The program's path, made absolute by the working directory.
  var absoluteProgram: [UInt8] {
    let slash = UInt8(ascii: "/")
    if program.first == slash { return program }
    return workingDirectory + (workingDirectory.last == slash ? [] : [slash]) + program
  }
}
