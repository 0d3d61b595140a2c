// SPDX-License-Identifier: BSD-3-Clause

internal import CHosted
internal import Glibc
internal import Kernel
internal import LinuxABI
internal import Trace

/// A machine whose guest runs on the real CPU, in the low addresses of this process.
///
/// One in each process, made in a child that is about to contain itself; it never goes back to
/// being anything else. Physical memory is a memory file: the kernel sees all of it through one
/// mapping, the guest those pages of it that `apply` was told of.
struct HostedMachine: ~Copyable {
  let memory: PhysicalMemory
  let memoryFile: Int32
  let broker: BrokerClient
  var tee: EventTee<EventRingWriter>
  var clock: MachineClock
  var random: MachineRandom
  var rewriter: CallSiteRewriter
  /// Which calls have had their site told.
  var sites = CallSiteFilter()
  /// The files by their numbers.
  var files: [HostedFile] = []
  /// Why the guest cannot go on, if so.
  var failure: String?

  /// A machine with `byteCount` bytes of physical memory in the file.
  init(
    memoryFile: Int32, broker: BrokerClient, ring: EventRing, clock: MachineClock,
    options: HostedOptions
  ) throws(RecordError) {
    let byteCount = options.memoryByteCount
    guard let base = hosted_map_file(memoryFile, byteCount) else {
      throw RecordError("cannot map the guest's memory (errno \(errno))", isTemporary: true)
    }
    memory = PhysicalMemory(base: base, byteCount: byteCount)
    self.memoryFile = memoryFile
    self.broker = broker
    self.clock = clock
    tee = EventTee(into: EventRingWriter(ring, broker: broker))
    random = MachineRandom(seed: options.seed)
    rewriter = CallSiteRewriter(
      isOn: options.rewritesCalls, memory: memory, memoryFile: memoryFile)
  }

  /// The end of the guest's addresses.
  static var addressEnd: VirtualAddress { VirtualAddress(0x5000_0000_0000) }
}
