// SPDX-License-Identifier: BSD-3-Clause

internal import CMetal
internal import Kernel
internal import LinuxABI
internal import Replayer
internal import Trace

/// Exit codes of the virtual machine; the host sees each doubled and one more.
enum MetalExit {
  static let done: UInt32 = 16
  static let badTrace: UInt32 = 17
  static let noMemory: UInt32 = 18
}

/// Called by `metal_start` when memory is set up: replays the trace that was brought and writes
/// what comes of it.
@c(Metal_main)
public func metalMain() {
  var byteCount: UInt64 = 0
  guard let module = unsafe metal_module(&byteCount) else {
    unsafe metal_say("metal: no trace was given (-initrd)")
    metal_exit(MetalExit.badTrace)
  }
  do throws(TraceError) {
    try unsafe replay(UnsafeRawBufferPointer(start: module, count: Int(byteCount)))
  } catch {
    unsafe metal_say("metal: the trace cannot be read")
    metal_exit(MetalExit.badTrace)
  }
  metal_exit(MetalExit.done)
}

private func replay(_ module: UnsafeRawBufferPointer) throws(TraceError) {
  let source = try unsafe FrameSource(module)
  let header = source.header
  let byteCount =
    header.memoryByteCount == 0
    ? ReplaySession.defaultMemoryByteCount : header.memoryByteCount
  guard let base = unsafe metal_reserve(byteCount) else {
    unsafe metal_say("metal: too little memory for the guest's: give the machine more (-m)")
    metal_exit(MetalExit.noMemory)
  }
  let memory = unsafe PhysicalMemory(base: base, byteCount: byteCount)
  let sink = unsafe FrameSink(
    header: ReplaySession.header(replaying: header)
  ) {
    bytes in
    unsafe metal_write(
      bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
  }
  let outcome: ReplayOutcome
  do throws(ReplayError) {
    let replay = try ReplaySession.run(source, header: header, memory: memory, into: sink)
    replay.sink.finish()
    outcome = replay.outcome
  } catch {
    unsafe metal_say("metal: the kernel cannot be set up")
    metal_exit(MetalExit.noMemory)
  }
  if let error = outcome.sourceError { throw error }
}
