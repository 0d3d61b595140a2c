// SPDX-License-Identifier: BSD-3-Clause

public import Kernel
public import LinuxABI
public import Trace

/// Replays a trace: what was asked and what came from outside is kept, the outcomes are computed
/// anew by the kernel. What comes out is a trace; where the kernel does as recorded, the same
/// trace.
public enum ReplaySession {
  /// Physical memory for a replay of a trace that does not say how much it had, in bytes.
  public static var defaultMemoryByteCount: UInt64 { 1 << 30 }

  /// The header of the trace that a replay of a trace with `header` writes.
  public static func header(replaying header: TraceHeader) -> TraceHeader {
    var replayed = header
    replayed.kernel = Unikernel.name.bytes
    if header.origin != .hosted { replayed.origin = .replay }
    return replayed
  }

  /// Replays `source`, whose header is `header`, on a fresh kernel in `memory`, which is all zeros,
  /// and writes to `sink`. Throws where the kernel cannot even be set up as the header asks.
  public static func run<Source: EventSource & ~Copyable, Sink: EventSink & ~Copyable>(
    _ source: consuming Source, header: TraceHeader, memory: PhysicalMemory,
    into sink: consuming Sink
  ) throws(ReplayError) -> Replay<Sink> {
    if header.unseen.contains(.operands) { throw ReplayError.unknownOperands }
    let machine = TraceMachine(replaying: source, into: sink, header: header, memory: memory)
    let configuration = KernelConfiguration(
      personality: header.personalityValue, program: header.program, arguments: header.arguments,
      environment: header.environment, workingDirectory: header.workingDirectory,
      faultAroundShift: header.faultAroundShift, payloadLimit: Int(header.payloadLimit))
    let kernel: Unikernel
    do throws(Errno) {
      kernel = try Unikernel(memory: memory, configuration: configuration)
    } catch {
      throw ReplayError.kernel(error)
    }
    return run(kernel, on: machine, header: header)
  }

  private static func run<Source: EventSource & ~Copyable, Sink: EventSink & ~Copyable>(
    _ kernel: consuming Unikernel, on machine: consuming TraceMachine<Source, Sink>,
    header: TraceHeader
  ) -> Replay<Sink> {
    machine.prepareStart()
    if header.origin == .hosted {
      do throws(LoadError) {
        try kernel.boot(on: &machine)
      } catch {
        // The recorded run failed to load, too, or this kernel does; either way it ends here.
        machine.passOnEnd()
        return machine.finish()
      }
    } else {
      let vmas = machine.initialVMAs()
      kernel.adoptInitial(
        vmas: vmas, breakStart: header.breakStart,
        descriptors: header.seen.contains(.descriptors) ? header.descriptors : nil, on: &machine)
    }
    if let status = kernel.run(on: &machine) {
      machine.end(status)
    } else {
      machine.passOnEnd()
    }
    return machine.finish()
  }
}

/// Why a replay could not begin.
public enum ReplayError: Error, Sendable {
  /// The kernel could not be set up as the header asks, for want of memory most likely.
  case kernel(Errno)
  /// The trace was imported from a source that does not tell all that its calls asked.
  case unknownOperands
}

extension TraceHeader {
  /// The personality that the kernel takes for this trace.
  public var personalityValue: Personality {
    let value: Personality =
      switch personality {
      case .linux: .linux(mmapBase: mmapBase, breakStart: breakStart)
      case .unikraft: .unikraft
      }
    return addressEnd.rawValue == 0 ? value : value.limited(below: addressEnd)
  }
}

extension StaticString {
  /// The text as UTF-8.
  fileprivate var bytes: [UInt8] {
    unsafe [UInt8](UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount))
  }
}
