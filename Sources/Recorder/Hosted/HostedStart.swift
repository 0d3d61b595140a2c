// SPDX-License-Identifier: BSD-3-Clause

internal import CHosted
internal import Glibc
internal import Kernel
internal import LinuxABI
internal import Trace

/// What a run begins with, and the process of the guest that comes of it.
struct HostedStart {
  private static let ringCapacity: UInt64 = 16 << 20

  let options: HostedOptions
  let clock: MachineClock
  /// Without the files, which are not known yet.
  let header: TraceHeader

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

  /// Makes the process of the guest and lets it go on up to its first file, which it gets
  /// when it is supervised.
  func startChild() throws(RecordError) -> StartedChild {
    let memoryFile = hosted_memory_file("epimetheus-guest", options.memoryByteCount)
    guard memoryFile >= 0 else {
      throw RecordError("cannot make the guest's memory (errno \(-memoryFile))", isTemporary: true)
    }
    defer { close(memoryFile) }
    let ring = try EventRing(capacity: Self.ringCapacity)
    var pair: [Int32] = [-1, -1]
    if hosted_socket_pair(&pair) != 0 {
      ring.unmap()
      throw RecordError("cannot make a socket pair", isTemporary: true)
    }
    let child = HostedChild(memoryFile: memoryFile, socket: pair[1], ring: ring, parent: getpid())
    let process = hosted_fork()
    if process == 0 { runChild(child) }
    close(pair[1])
    guard process > 0 else {
      close(pair[0])
      ring.unmap()
      throw RecordError("cannot fork (errno \(-process))", isTemporary: true)
    }
    return StartedChild(process: process, socket: pair[0], ring: ring)
  }
}

/// What the child is given by the fork.
struct HostedChild {
  var memoryFile: Int32
  var socket: Int32
  var ring: EventRing
  var parent: pid_t
}

/// The parent's hold on the child: a child that nobody supervises ends with it.
final class StartedChild {
  let process: pid_t
  let socket: Int32
  let ring: EventRing
  /// Whether a supervisor sees to the process and the socket.
  var isSupervised = false

  init(process: pid_t, socket: Int32, ring: EventRing) {
    self.process = process
    self.socket = socket
    self.ring = ring
  }

  deinit {
    if !isSupervised {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
      close(socket)
    }
    ring.unmap()
  }
}
