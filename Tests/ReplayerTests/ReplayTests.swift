// SPDX-License-Identifier: BSD-3-Clause

import Kernel
import LinuxABI
import Replayer
import Testing
import Trace

/// What a replay does with each thing that a trace can say.
struct ReplayTests {
  private static let mapFlags = UInt64(
    MapFlags([.private, .anonymous]).rawValue)

  @Test func `what the kernel decides as Linux did gives the same events`() throws {
    var run = ForeignRun()
    let place = UInt64(0x7fff_f7ff_d000)
    run.call(.mmap, 0, 8192, 3, Self.mapFlags, .max, 0, result: Int64(place))
    run.map(place..<place + 8192, [.read, .write], .anonymous, "")
    run.call(.munmap, place, 8192, result: 0)
    run.unmap(place..<place + 8192)
    let (outcome, trace) = try run.replay()
    #expect(outcome.trapCount == 2)
    #expect(outcome.divergentCount == 0)
    #expect(outcome.undecidedCount == 0)
    #expect(trace.count == run.events.count)
    for index in 0..<trace.count where index < run.events.count {
      #expect(trace[index].kind == run.events[index].kind, "event \(index)")
      #expect(trace[index].result == run.events[index].result, "event \(index)")
      #expect(trace[index].operands[0] == run.events[index].operands[0], "event \(index)")
      #expect(trace[index].operands[1] == run.events[index].operands[1], "event \(index)")
    }
  }

  @Test func `the program is where Linux says that it was mapped from`() throws {
    var run = ForeignRun(mappedPath: "/usr/bin/program")
    run.read("/proc/self/exe", at: 0x7fff_ffff_0100)
    run.write([UInt8]("/usr/bin/program".utf8), at: 0x7fff_ffff_0200)
    run.call(.readlink, 0x7fff_ffff_0100, 0x7fff_ffff_0200, 4096, result: 16)
    let (outcome, trace) = try run.replay()
    #expect(outcome.divergentCount == 0 && outcome.undecidedCount == 0)
    #expect(trace.calls.map(\.result) == [16])
  }

  @Test func `call sites are passed on before what the kernel reads for the call`() throws {
    var run = ForeignRun()
    run.header.seen = .callSites
    run.header.unseen.remove(.inputs)
    var site = Event(.callSite)
    site.operands[0] = 0x55_5555_5123
    run.read("/etc/none", at: 0x7fff_ffff_0100)
    run.events.append(site)
    run.call(.unlink, 0x7fff_ffff_0100, result: -2)
    // Of a call of another task only that one's own step may have it.
    run.events.append(Event(.taskStarted, task: 2, code: 0))
    site.operands[0] = 0x55_5555_5456
    site.task = 2
    run.events.append(site)
    run.call(.getpid, result: 1)
    run.call(.getppid, result: 0, task: 2)
    let trace = try run.replay().trace
    let kinds = (0..<trace.count).map { trace[$0] }.filter {
      [.callSite, .guestRead, .systemCall].contains($0.kind)
    }
    try #require(
      kinds.map(\.kind) == [
        .callSite, .guestRead, .systemCall, .systemCall, .callSite, .systemCall,
      ])
    #expect(kinds[0].operands[0] == 0x55_5555_5123)
    #expect(kinds[4].operands[0] == 0x55_5555_5456)
    #expect(kinds[4].task == 2)
  }

  @Test func `a mapping that Linux placed elsewhere is told of and then adopted`() throws {
    var run = ForeignRun()
    let place = UInt64(0x7000_0000_0000)
    run.call(.mmap, 0, 8192, 3, Self.mapFlags, .max, 0, result: Int64(place))
    run.map(place..<place + 8192, [.read, .write], .anonymous, "")
    run.call(.mprotect, place, 4096, 1, result: 0)
    let (outcome, trace) = try run.replay()
    #expect(outcome.divergentCount == 1)
    #expect(trace.calls[0].result == 0x7fff_f7ff_d000)
    #expect(trace.calls[1].result == 0, "the mapping stands where Linux had it")
  }

  @Test func `nothing is left where our kernel would have placed a mapping`() throws {
    var run = ForeignRun()
    let (place, ours) = (UInt64(0x7000_0000_0000), UInt64(0x7fff_f7ff_d000))
    run.call(.mmap, 0, 8000, 3, Self.mapFlags, .max, 0, result: Int64(place))
    run.map(place..<place + 8192, [.read, .write], .anonymous, "")
    run.call(.mmap, 0, 8192, 3, Self.mapFlags, .max, 0, result: Int64(ours))
    run.map(ours..<ours + 8192, [.read, .write], .anonymous, "")
    let (outcome, trace) = try run.replay()
    #expect(outcome.divergentCount == 1)
    #expect(trace.calls.map(\.result) == [Int64(ours), Int64(ours)])
  }

  @Test func `after an execve of Linux the heap begins behind the new program`() throws {
    var run = ForeignRun()
    run.call(.open, 0x1000, 0o2000000, 0, result: 3)
    run.call(.dup, 3, result: 4)
    run.call(.execve, 0x1000, 0, 0, result: 0)
    run.unmap(0x55_5555_5000..<0x55_5555_6000)
    run.map(0x60_0000..<0x60_2000, [.read, .execute], .file, "/bin/new")
    run.map(0x60_2000..<0x60_3000, [.read, .write], .anonymous, "")
    run.map(0x7fff_0000_0000..<0x7fff_0000_1000, [.read], .file, "/lib/other")
    run.call(.brk, 0, result: 0x60_3000)
    run.call(.fcntl, 3, 1, 0, result: -9)
    run.call(.fcntl, 4, 1, 0, result: 0)
    let results = try run.replay().trace.calls.map(\.result)
    #expect(Array(results.dropFirst(3)) == [0x60_3000, -9, 0])
  }

  @Test func `a call that the kernel lacks is marked, and its descriptor is there afterwards`()
    throws
  {
    var run = ForeignRun()
    run.call(.inotify_init1, 0, result: 3)
    run.call(.close, 3, result: 0)
    run.call(.close, 3, result: -9)
    let (outcome, trace) = try run.replay()
    #expect(trace.calls[0].result == -38)
    #expect(trace.calls[0].flags == .missing)
    #expect(trace.calls[1].result == 0)
    #expect(trace.calls[2].result == -9)
    #expect(outcome.divergentCount == 1)
  }

  @Test func `a pipe stands at the descriptors that Linux gave it`() throws {
    var run = ForeignRun()
    run.write([7, 0, 0, 0, 5, 0, 0, 0], at: 0x7fff_ffff_e000)
    run.call(.pipe2, 0x7fff_ffff_e000, 0o2000000, result: 0)
    run.call(.fcntl, 7, 3, 0, result: 0)
    run.call(.fcntl, 5, 3, 0, result: 1)
    run.call(.fcntl, 5, 1, 0, result: 1)
    run.call(.fcntl, 3, 1, 0, result: -9)
    run.call(.dup, 5, result: 3)
    run.call(.close, 5, result: 0)
    run.call(.close, 7, result: 0)
    let (outcome, trace) = try run.replay()
    #expect(outcome.divergentCount == 0)
    #expect(trace.calls.map(\.result) == [0, 0, 1, 1, -9, 3, 0, 0])
  }

  @Test(arguments: zip([17, 0x3d_0f00] as [UInt64], [2, 0] as [UInt64]))
  func `what comes through a pipe that a child has, too, only the outside knows`(
    flags: UInt64, undecidedCount: UInt64
  ) throws {
    var run = ForeignRun()
    run.write([3, 0, 0, 0, 4, 0, 0, 0], at: 0x7fff_ffff_e000)
    run.call(.pipe2, 0x7fff_ffff_e000, 0, result: 0)
    run.call(.clone, flags, 0, 0, 0, 0, result: 77)
    run.call(.close, 4, result: 0)
    let isShared = undecidedCount > 0
    run.call(.ioctl, 3, 0x541b, 0x7fff_ffff_e010, result: isShared ? -4 : -14)
    run.call(.read, 3, 0x7fff_ffff_e020, 18, result: isShared ? 18 : 0)
    let outcome = try run.replay().outcome
    #expect(outcome.undecidedCount == undecidedCount)
    // clone(2) is missing; a pipe of one's own is at its end.
    #expect(outcome.divergentCount == (isShared ? 1 : 2))
  }

  @Test(arguments: zip([0, 0x3d_0f00] as [UInt64], [2, 0] as [UInt64]))
  func `a thread that clone3 makes has no descriptors of its own`(
    flags: UInt64, undecidedCount: UInt64
  ) throws {
    var run = ForeignRun()
    run.write([3, 0, 0, 0, 4, 0, 0, 0], at: 0x7fff_ffff_e000)
    run.call(.pipe2, 0x7fff_ffff_e000, 0, result: 0)
    var arguments = Event(.guestRead)
    arguments.operands[0] = 0x7fff_ffff_e100
    arguments.operands[1] = 88
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: flags >> ($0 * 8)) }
    run.events.append(arguments, bytes: bytes + [UInt8](repeating: 0, count: 80))
    run.call(.clone3, 0x7fff_ffff_e100, 88, result: 77)
    run.call(.close, 4, result: 0)
    let isShared = undecidedCount > 0
    run.call(.ioctl, 3, 0x541b, 0x7fff_ffff_e010, result: isShared ? -4 : -14)
    run.call(.read, 3, 0x7fff_ffff_e020, 18, result: isShared ? 18 : 0)
    let outcome = try run.replay().outcome
    #expect(outcome.undecidedCount == undecidedCount)
    #expect(outcome.divergentCount == (isShared ? 1 : 2))
  }

  @Test func `what only the outside knows is adopted and counted`() throws {
    var run = ForeignRun()
    run.read("/etc/hostname", at: 0x7fff_ffff_1000)
    run.call(.openat, 0xffff_ff9c, 0x7fff_ffff_1000, 0, 0, result: 3)
    run.call(.read, 3, 0x7fff_ffff_2000, 100, result: 17)
    run.call(.close, 3, result: 0)
    let (outcome, trace) = try run.replay()
    #expect(outcome.undecidedCount == 2)
    #expect(outcome.divergentCount == 0)
    #expect(trace.calls.map(\.result) == [3, 17, 0])
    #expect(trace.calls[0].flags == .adopted)
    #expect(trace.calls[1].flags == .adopted)
    #expect(trace.calls[2].flags == [])
  }

  @Test func `a bad pointer is EFAULT although the trace has bytes for it`() throws {
    var run = ForeignRun()
    run.read("/etc/hostname", at: 0x1000)
    run.call(.openat, 0xffff_ff9c, 0x1000, 0, 0, result: 3)
    let (outcome, trace) = try run.replay()
    #expect(trace.calls[0].result == -14)
    #expect(outcome.divergentCount == 1)
  }

  @Test func `tasks of other processes are passed on, those of threads replayed`() throws {
    var run = ForeignRun()
    var thread = Event(.taskStarted, task: 2)
    thread.operands[0] = 1
    run.events.append(thread)
    var child = Event(.taskStarted, task: 3, code: 1)
    child.operands[0] = 2
    run.events.append(child)
    run.call(.getuid, result: 0, task: 2)
    run.call(.mmap, 0, 0, 0, 0, 0, 0, result: 1, task: 3)
    run.call(.exit, 0, result: 0, task: 2, flags: .didNotReturn)
    run.call(.munmap, 0, 0, result: -22)
    let (outcome, trace) = try run.replay()
    #expect(outcome.foreignCount == 2, "the child's call and the thread's end")
    #expect(trace.calls.count == 4)
    #expect(trace.calls[1].flags == .adopted)
    #expect(trace.calls[3].result == -22)
    #expect(outcome.status == nil)
  }

  @Test func `attachments of two tasks that interleave stay with their own calls`() throws {
    var run = ForeignRun()
    var thread = Event(.taskStarted, task: 2)
    thread.operands[0] = 1
    run.events.append(thread)
    run.read("/a", at: 0x7fff_ffff_1000)
    run.read("/b", at: 0x7fff_ffff_1000, task: 2)
    run.call(.openat, 0xffff_ff9c, 0x7fff_ffff_1000, 0, 0, result: 3, task: 2)
    run.call(.openat, 0xffff_ff9c, 0x7fff_ffff_1000, 0, 0, result: 4)
    let (_, trace) = try run.replay()
    let reads = (0..<trace.count).filter { trace[$0].kind == .guestRead }
      .map { trace.payloadBytes(at: $0) }
    #expect(reads == [[0x2f, 0x62, 0], [0x2f, 0x61, 0]])
  }

  @Test func `the end of the program is the end of the replay`() throws {
    var run = ForeignRun()
    run.call(.exit_group, 3, result: 0, flags: .didNotReturn)
    run.events.append(Event(.end, code: 0, result: 3))
    let (outcome, trace) = try run.replay()
    #expect(outcome.status == .exited(3))
    let last = trace[trace.count - 1]
    #expect(last.kind == .end)
    #expect(last.result == 3)
  }

  @Test func `an empty trace replays to an empty trace`() throws {
    var run = ForeignRun()
    run.events.removeAll()
    let (outcome, trace) = try run.replay()
    #expect(outcome.trapCount == 0)
    #expect(trace.count == 0)
  }
}
