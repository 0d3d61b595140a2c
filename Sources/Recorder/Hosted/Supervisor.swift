// SPDX-License-Identifier: BSD-3-Clause

internal import CHosted
internal import Glibc
internal import LinuxABI
internal import Trace

/// The parent's side of a run: takes the events, serves the files, keeps the time, reaps the child.
struct Supervisor: ~Copyable {
  /// What became of the child.
  enum Fate: Equatable {
    case exited(Int32)
    case killed(Int32)
    case timedOut
    case interrupted
  }

  /// How long events may wait unseen, in milliseconds; a writer whose ring is half full says so.
  private static let pollMilliseconds: Int32 = 10

  private let process: pid_t
  private let socket: Int32
  private let processDescriptor: Int32
  private let signals: Int32
  private let deadline: UInt64?
  private var isSocketOpen = true
  private(set) var reader: EventRingReader

  /// Takes over the child and the socket.
  init(
    process: pid_t, socket: Int32, ring: EventRing, timeout: UInt64?,
    files: [TraceHeader.File] = []
  ) throws(RecordError) {
    self.process = process
    self.socket = socket
    deadline = timeout.map { MonotonicTime.now &+ $0 }
    reader = EventRingReader(ring)
    reader.files = MappedFiles(files)
    processDescriptor = hosted_process_descriptor(process)
    signals = hosted_signal_descriptor()
    if processDescriptor < 0 || signals < 0 {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
      close(socket)
      throw RecordError("cannot watch the guest's process", isTemporary: true)
    }
  }

  /// Until the child is gone.
  mutating func supervise(
    _ broker: inout FileBroker, into sink: inout some EventSink & ~Copyable
  ) -> Fate {
    var verdict: Fate?
    var interval = KeepInterval()
    while true {
      _ = reader.drain(into: &sink) { broker.descriptor(of: $0) }
      interval.keepIfDue(&sink)
      if reader.isDamaged { kill(process, SIGKILL) }
      var descriptors = [
        pollfd(fd: processDescriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
        pollfd(fd: isSocketOpen ? socket : -1, events: Int16(POLLIN), revents: 0),
      ]
      poll(&descriptors, 3, pollTimeout)
      if descriptors[2].revents != 0 { serve(&broker) }
      if descriptors[1].revents != 0, hosted_take_signal(signals) != 0 {
        verdict = verdict ?? .interrupted
        kill(process, SIGKILL)
      }
      if let deadline, MonotonicTime.now >= deadline {
        verdict = verdict ?? .timedOut
        kill(process, SIGKILL)
      }
      if descriptors[0].revents != 0 { break }
    }
    var status: Int32 = 0
    waitpid(process, &status, 0)
    while reader.drain(into: &sink, opening: { broker.descriptor(of: $0) }) {}
    release()
    let ended: Fate =
      status & 0x7f == 0 ? .exited((status >> 8) & 0xff) : .killed(status & 0x7f)
    // A program that ended by itself before the blow did so.
    return ended == .exited(0) ? ended : verdict ?? ended
  }

  private func release() {
    close(socket)
    close(processDescriptor)
    hosted_close_signal_descriptor(signals)
  }

  private var pollTimeout: Int32 {
    guard let deadline else { return Self.pollMilliseconds }
    let now = MonotonicTime.now
    let left = deadline > now ? (deadline - now) / 1_000_000 + 1 : 0
    return Int32(min(left, UInt64(Self.pollMilliseconds)))
  }

  /// Answers what waits in the socket, a bounded number of requests at a time.
  private mutating func serve(_ broker: inout FileBroker) {
    var request = [UInt8](
      repeating: 0, count: BrokerRequest.headByteCount + BrokerRequest.pathCapacity)
    for _ in 0..<64 {
      let count = request.withUnsafeMutableBytes {
        hosted_receive(socket, $0.baseAddress, $0.count, nil, 0)
      }
      if count == -Int(EAGAIN) { return }
      if count < BrokerRequest.headByteCount {
        isSocketOpen = false
        return
      }
      let answer = broker.answer(request[..<count])
      guard let answer else { continue }
      let failure = answer.bytes.withUnsafeBytes {
        hosted_send(socket, $0.baseAddress, $0.count, answer.descriptor, 0)
      }
      if answer.descriptor >= 0 { close(answer.descriptor) }
      if failure != 0 {
        isSocketOpen = false
        return
      }
    }
  }
}
