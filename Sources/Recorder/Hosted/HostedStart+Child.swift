// SPDX-License-Identifier: BSD-3-Clause

internal import CHosted
internal import Glibc
internal import Kernel
internal import LinuxABI
internal import Trace

extension HostedStart {
  /// How the child exits when it has left a report.
  private static var reportStatus: Int32 { 120 }

  /// The whole life of the child: contains itself, runs the guest, says how it ended.
  func runChild(_ child: HostedChild) -> Never {
    connectStreams()
    let broker = BrokerClient(socket: child.socket)
    do throws(RecordError) {
      var machine = try contain(child, broker)
      let ended = try serve(on: &machine)
      guard let ended else {
        Self.leave(.failed, machine.failure ?? "the guest cannot go on", child.ring)
      }
      machine.tee.emit(ended)
      Glibc._exit(0)
    } catch {
      Self.leave(error.isTemporary ? .notStarted : .notLoaded, error.message, child.ring)
    }
  }

  private static func leave(
    _ kind: MachineReport.Kind, _ text: String, _ ring: EventRing
  ) -> Never {
    ring.leave(MachineReport(kind: kind, text: text))
    Glibc._exit(reportStatus)
  }

  private func connectStreams() {
    let streams = options.standardStreams
    // First out of the way of 0 to 2, so that none overwrites another.
    let copies = (0..<3).map { fcntl(streams[$0], F_DUPFD, 16) }
    for (stream, copy) in copies.enumerated() where copy >= 0 {
      dup2(copy, Int32(stream))
      close(copy)
    }
  }

  private func contain(
    _ child: HostedChild, _ broker: BrokerClient
  ) throws(RecordError) -> HostedMachine {
    var limits = hosted_limits(
      memory_file: child.memoryFile, broker: child.socket,
      data: options.memoryByteCount + (2 << 30))
    try Self.check(hosted_contain(&limits, child.parent), "contain the guest's process")
    let machine = try HostedMachine(
      memoryFile: child.memoryFile, broker: broker, ring: child.ring, clock: clock,
      options: options)
    try Self.check(hosted_arm(), "take the guest's system calls (Syscall User Dispatch)")
    if options.rewritesCalls {
      try Self.check(
        hosted_arm_direct(), "take system calls from rewritten sites (FSGSBASE, XSAVE)")
    }
    try Self.check(hosted_filter(child.socket), "filter the system calls of the guest's process")
    return machine
  }

  private static func check(_ failure: Int32, _ what: String) throws(RecordError) {
    if failure != 0 {
      throw RecordError("cannot \(what) (errno \(failure))", isTemporary: true)
    }
  }

  /// Loads and serves the program; the event that says how it ended, nil where it did not.
  private func serve(on machine: inout HostedMachine) throws(RecordError) -> Event? {
    var kernel: Unikernel
    do throws(Errno) {
      kernel = try Unikernel(memory: machine.memory, configuration: configuration)
    } catch {
      throw RecordError("the kernel cannot start: \(error.name?.description ?? "no name")")
    }
    do throws(LoadError) {
      try kernel.boot(on: &machine)
    } catch {
      throw RecordError(error.description)
    }
    switch kernel.run(on: &machine) {
    case .exited(let status):
      return Event(.end, code: UInt32(EndKind.exited.rawValue), result: Int64(status))
    case .killed(let signal):
      return Event(.end, code: UInt32(EndKind.killed.rawValue), result: Int64(signal.rawValue))
    case nil:
      return nil
    }
  }
}
