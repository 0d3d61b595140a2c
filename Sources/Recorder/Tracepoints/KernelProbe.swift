// SPDX-License-Identifier: BSD-3-Clause

internal import CObserver
internal import Glibc

/// The programs in the kernel and their maps; all of it goes with this value.
final class KernelProbe {
  /// Records that wait to be read.
  let ring: ProbeRing

  private var maps = ProbeProgram.Maps()
  private var programs: [Int32] = []
  private var links: [Int32] = []
  private var types: Int32 = -1
  /// The process that ends the program should this one be killed.
  private var guardian: (process: Int32, descriptor: Int32)?
  private let processorCount: Int

  /// How many tasks can be observed at one time.
  static let taskLimit: UInt32 = 16384

  /// Makes the maps and loads the programs; nothing runs yet.
  init(payloadLimit: UInt32, recordsTimes: Bool) throws(RecordError) {
    guard Self.isInFirstNamespace else {
      throw RecordError(
        "eBPF programs see process ids of the machine, and this is a PID namespace of its own",
        remedy: "record from outside the container, or in one that shares the host's PIDs")
    }
    guard let information = TypeInformation.ofKernel() else {
      throw RecordError(
        "this kernel does not describe its types in /sys/kernel/btf/vmlinux",
        remedy: "boot a kernel with CONFIG_DEBUG_INFO_BTF; mount sysfs")
    }
    let layout = try KernelLayout(information)
    processorCount = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_CONF))))
    let ringSize: Int32 = 64 << 20
    var made: [Int32] = []
    func map(_ type: UInt32, _ key: Int, _ value: Int, _ entries: Int) throws(RecordError) -> Int32
    {
      let map = observer_bpf_map(type, UInt32(key), UInt32(value), UInt32(entries))
      guard map >= 0 else {
        for descriptor in made { close(descriptor) }
        throw Self.refusal("make a map", -map)
      }
      made.append(map)
      return map
    }
    let (hash, array, ringType): (UInt32, UInt32, UInt32) = (1, 2, 27)
    maps.tasks = try map(hash, 4, RecordLayout.stateSize, Int(Self.taskLimit))
    maps.rules = try map(array, 4, CaptureRule.byteCount, 512)
    maps.subcommands = try map(hash, 8, CaptureRule.byteCount, 4096)
    maps.scratch = try map(array, 4, RecordLayout.scratchSize, processorCount)
    maps.names = try map(hash, 16, 16, 65536)
    maps.counters = try map(array, 4, RecordLayout.countersSize, 1)
    maps.ring = try map(ringType, 0, 0, Int(ringSize))
    guard let ring = ProbeRing(descriptor: maps.ring, byteCount: Int(ringSize)) else {
      for descriptor in made { close(descriptor) }
      throw Self.refusal("share memory with its programs", errno)
    }
    self.ring = ring
    fillRules()
    let blob = ProgramTypes.bytes
    types = observer_bpf_types(blob, UInt32(blob.count))
    guard types >= 0 else { throw Self.refusal("describe a program", -types) }
    for (index, tracepoint) in Tracepoint.allCases.enumerated() {
      try load(
        tracepoint, layout.tracepoints[index], layout, recordsTimes: recordsTimes,
        payloadLimit: payloadLimit)
    }
  }

  deinit {
    if let guardian { observer_guardian_end(guardian.process, guardian.descriptor) }
    for descriptor in links + programs { close(descriptor) }
    for map in [
      maps.tasks, maps.rules, maps.subcommands, maps.scratch, maps.names, maps.counters, maps.ring,
      types,
    ] where map >= 0 {
      close(map)
    }
  }

  /// Lets the programs run, and observe this task and those that it will make.
  func attach(task: Int32) throws(RecordError) {
    var key = task
    let state = [UInt8](repeating: 0, count: RecordLayout.stateSize)
    let result = observer_bpf_update(maps.tasks, &key, state)
    guard result >= 0 else { throw Self.refusal("mark the program", -result) }
    var counters = [UInt8](repeating: 0, count: RecordLayout.countersSize)
    counters[RecordLayout.liveTasks] = 1
    var zero: Int32 = 0
    _ = observer_bpf_update(maps.counters, &zero, counters)
    for program in programs {
      let link = observer_bpf_attach(program)
      guard link >= 0 else { throw Self.refusal("attach to a tracepoint", -link) }
      links.append(link)
    }
    var process: Int32 = 0
    let descriptor = observer_guardian_start(maps.tasks, links, UInt32(links.count), &process)
    guard descriptor >= 0 else { throw Self.refusal("be watched over", -descriptor) }
    guardian = (process, descriptor)
  }

  /// How many observed tasks live, and how many records did not fit into the ring.
  var counters: (liveTasks: Int64, lostRecords: UInt64) {
    var zero: Int32 = 0
    var bytes = [UInt8](repeating: 0, count: RecordLayout.countersSize)
    _ = observer_bpf_lookup(maps.counters, &zero, &bytes)
    return (
      Int64(bitPattern: bytes.word(at: RecordLayout.liveTasks)),
      bytes.word(at: RecordLayout.lostRecords)
    )
  }

  /// How often a program was left out by the kernel, because it ran already on that CPU.
  var missCount: UInt64 {
    programs.reduce(0) { $0 + UInt64(max(0, observer_bpf_misses($1))) }
  }

  private func fillRules() {
    for (number, rule) in CaptureRule.byNumber().enumerated() {
      var key = UInt32(number)
      _ = observer_bpf_update(maps.rules, &key, rule)
    }
    for rule in CaptureRule.bySubcommand() {
      var key = UInt64(rule.number) | UInt64(rule.code) << 32
      _ = observer_bpf_update(maps.subcommands, &key, rule.bytes)
    }
  }

  private func load(
    _ tracepoint: Tracepoint, _ type: UInt32, _ layout: KernelLayout, recordsTimes: Bool,
    payloadLimit: UInt32
  ) throws(RecordError) {
    var program = ProbeProgram(
      maps, layout, recordsTimes: recordsTimes, payloadLimit: payloadLimit)
    let code = program.assemble(tracepoint)
    let functions = program.starts.flatMap {
      [UInt32($0.at), ProgramTypes.number(of: $0.function)]
    }
    let starts = [0, ProgramTypes.programNumber] + functions
    func load(_ log: UnsafeMutablePointer<CChar>?, _ size: Int) -> Int32 {
      observer_bpf_load(
        code, UInt32(code.count), type, types, starts, UInt32(starts.count / 2), log, UInt32(size))
    }
    let descriptor = load(nil, 0)
    if descriptor >= 0 {
      programs.append(descriptor)
      return
    }
    // Again, for the verifier's reasons, of which the last lines say the most.
    var log = [CChar](repeating: 0, count: 16 << 20)
    _ = log.withUnsafeMutableBufferPointer { load($0.baseAddress, $0.count) }
    let words = log.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let lines = String(decoding: words, as: UTF8.self).split(separator: "\n")
    let reason = lines.suffix(Self.logLines).joined(separator: "; ")
    throw Self.refusal("load the program of \(tracepoint)", -descriptor, because: reason)
  }

  private static let logLines = 3

  private static func refusal(
    _ what: String, _ number: Int32, because reason: String = ""
  ) -> RecordError {
    RecordError(
      "the kernel does not let eBPF \(what): \(String(cString: strerror(number)))"
        + (reason.isEmpty ? "" : " (\(reason))"),
      remedy: number == EPERM
        ? "record as root, or with CAP_BPF and CAP_PERFMON" : "`epimetheus doctor` says more")
  }

  /// PROC_PID_INIT_INO: the process ids that the programs see are ours.
  private static var isInFirstNamespace: Bool {
    var status = stat()
    return stat("/proc/self/ns/pid", &status) == 0 && status.st_ino == 0xefff_fffc
  }
}
