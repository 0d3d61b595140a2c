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
  public let header: TraceHeader
  let options: HostedOptions
  var broker: FileBroker
  /// The process of the guest, until it is recorded.
  var child: StartedChild?

  /// Looks at the program and starts its process. It gets itself ready while the program's file is
  /// digested here, and can do nothing that shows before `record` is called.
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
    let program = try broker.descriptor(ofProgram: options.absoluteProgram)
    defer { close(program) }
    let clock = MachineClock(options.clock)
    var header = Self.header(options, clock)
    let child = try HostedStart(options: options, clock: clock, header: header).startChild()
    header.files = try broker.digests(of: options.absoluteProgram, program)
    self.header = header
    self.options = options
    self.broker = broker
    self.child = child
  }

  /// Where the heap and the highest mapping of a Linux-like address space are.
  private static var breakStart: VirtualAddress { VirtualAddress(0x50_0000_0000) }
  private static var mmapBase: VirtualAddress { VirtualAddress(0x4000_0000_0000) }

  private static func header(
    _ options: HostedOptions, _ clock: MachineClock
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
    return header
  }
}
