// SPDX-License-Identifier: BSD-3-Clause

internal import CHosted
internal import Glibc
internal import Kernel
internal import LinuxABI
public import Trace

/// One recording of a program that our kernel serves on this CPU.
///
/// The process that makes it must have a single thread: guest and kernel run in a fork of it.
///
///     parent: broker of files, keeper of time,  <── events ── child: kernel and guest, contained
///             writer of the trace               ── files ──>
public struct RecordSession: ~Copyable {
  /// What the trace begins with.
  public private(set) var header: TraceHeader
  let options: HostedOptions
  let clock: MachineClock
  var broker: FileBroker
  let ringCapacity: UInt64 = 16 << 20

  /// Looks at the program and gets all ready to run it.
  public init(_ options: HostedOptions) throws(RecordError) {
    if hosted_check_layout() != 0 {
      throw RecordError(
        "this process has addresses below 0x500000000000, where the guest's belong",
        remedy: "run it with a limited stack (ulimit -s 8192) and as the usual PIE program")
    }
    guard options.memoryByteCount > 0, options.memoryByteCount % (2 << 20) == 0 else {
      throw RecordError("the guest's memory must be a multiple of 2 MiB")
    }
    var options = options
    if options.root == "/" {
      options.program = try ProgramPath.resolved(
        options.program, environment: options.environment)
    }
    var broker = try FileBroker(root: options.root)
    let files = try broker.digests(of: options.absoluteProgram)
    let clock = MachineClock(options.clock)
    self.options = options
    self.clock = clock
    self.broker = broker
    header = Self.header(options, clock, files)
  }

  /// Where the heap and the highest mapping of a Linux-like address space are.
  static var breakStart: VirtualAddress { VirtualAddress(0x50_0000_0000) }
  static var mmapBase: VirtualAddress { VirtualAddress(0x4000_0000_0000) }

  var configuration: KernelConfiguration {
    let personality: Personality =
      switch options.personality {
      case .linux: .linux(mmapBase: header.mmapBase, breakStart: header.breakStart)
      case .unikraft: .unikraft
      }
    return KernelConfiguration(
      personality: personality.limited(below: header.addressEnd), program: header.program,
      arguments: header.arguments, environment: header.environment,
      workingDirectory: header.workingDirectory, faultAroundShift: header.faultAroundShift,
      payloadLimit: Int(header.payloadLimit))
  }

  private static func header(
    _ options: HostedOptions, _ clock: MachineClock, _ files: [TraceHeader.File]
  ) -> TraceHeader {
    var header = TraceHeader()
    header.origin = .hosted
    header.kernel = options.kernelName
    header.personality = options.personality
    header.unseen = .times
    header.seen = [.callSites, .mappedFiles]
    header.describeProcessor()
    header.memoryByteCount = options.memoryByteCount
    header.faultAroundShift = options.faultAroundShift
    header.seed = options.seed
    header.clockStart = clock.start
    header.payloadLimit = options.payloadLimit
    header.program = options.absoluteProgram
    header.arguments = options.arguments
    header.environment = options.environment
    header.workingDirectory = options.workingDirectory
    if options.personality == .linux {
      header.mmapBase = mmapBase
      header.breakStart = breakStart
    }
    header.addressEnd = HostedMachine.addressEnd
    header.files = files
    return header
  }
}
