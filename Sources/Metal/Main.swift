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
  static let badBoot: UInt32 = 19
}

/// Memory for Swift's objects.
private let heapByteCount: UInt64 = 256 << 20

/// Called when the machine is set up: reads what the boot loader told, replays the trace that it
/// brought and writes what comes of it.
@c(Metal_main)
public func metalMain() {
  do throws(BootError) {
    boot(
      try BootInformation(
        pvhStartInfo: metal_start_info(), image: metal_image_start()..<metal_image_end(),
        read: physicalBytes))
  } catch {
    say(error.message)
    metal_exit(MetalExit.badBoot)
  }
}

private func boot(_ told: consuming BootInformation) {
  guard let heap = unsafe take(heapByteCount, of: &told.regions) else {
    say("metal: no 256 MiB for the heap")
    metal_exit(MetalExit.noMemory)
  }
  unsafe metal_heap_use(heap, heapByteCount)
  guard let module = told.module,
    let bytes = unsafe metal_physical(module.physical.rawValue, module.byteCount)
  else {
    say("metal: no trace was given (-initrd)")
    metal_exit(MetalExit.badTrace)
  }
  do throws(TraceError) {
    try unsafe replay(
      UnsafeRawBufferPointer(start: bytes, count: Int(module.byteCount)), &told.regions)
  } catch {
    say("metal: the trace cannot be read")
    metal_exit(MetalExit.badTrace)
  }
  metal_exit(MetalExit.done)
}

/// Bytes of physical memory, for a look at the boot information.
private func physicalBytes(_ address: UInt64, _ byteCount: Int) -> [UInt8]? {
  guard let start = unsafe metal_physical(address, UInt64(byteCount)) else { return nil }
  return unsafe [UInt8](UnsafeBufferPointer(start: start, count: byteCount))
}

/// Memory of the first free region that has as much, from here on nobody else's.
private func take(
  _ byteCount: UInt64, of regions: inout MemoryRegionList
) -> UnsafeMutablePointer<UInt8>? {
  do throws(Errno) {
    let start = try regions.allocate(byteCount, as: .stack, below: .max)
    return unsafe metal_physical(start.rawValue, byteCount)
  } catch {
    return nil
  }
}

private func say(_ text: StaticString) {
  unsafe metal_say(UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self))
}

private func replay(
  _ module: UnsafeRawBufferPointer, _ regions: inout MemoryRegionList
) throws(TraceError) {
  let source = try unsafe FrameSource(module)
  let header = source.header
  let byteCount =
    header.memoryByteCount == 0
    ? ReplaySession.defaultMemoryByteCount : header.memoryByteCount
  guard let base = unsafe take(byteCount, of: &regions) else {
    say("metal: too little memory for the guest's: give the machine more (-m)")
    metal_exit(MetalExit.noMemory)
  }
  let memory = unsafe PhysicalMemory(base: UnsafeMutableRawPointer(base), byteCount: byteCount)
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
    say("metal: the kernel cannot be set up")
    metal_exit(MetalExit.noMemory)
  }
  if let error = outcome.sourceError { throw error }
}
