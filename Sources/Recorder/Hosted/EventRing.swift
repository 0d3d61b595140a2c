// SPDX-License-Identifier: BSD-3-Clause

internal import CHosted
internal import Glibc

/// A ring of events in memory that two processes share: one writes, one reads, nothing is lost.
///
///     control page      | head | tail | writer sleeps | report ... |
///     data              | record | record | record ...             |  mapped twice in a row
///
/// A record is 96 bytes and the payload, rounded up to 8. Head and tail only grow; their difference
/// is what the ring holds. The reader trusts nothing of it.
struct EventRing {
  /// Bytes of a record without its payload.
  static let recordByteCount = 96
  private static let controlByteCount: UInt64 = 4096
  static let reportCapacity = 1024

  /// Where the data begins; twice `capacity` bytes may be touched.
  let data: UnsafeMutableRawPointer
  /// Bytes that the ring holds; a power of two.
  let capacity: UInt64
  private let control: UnsafeMutableRawPointer

  /// A ring in fresh shared memory, which a fork inherits.
  init(capacity: UInt64) throws(RecordError) {
    let descriptor = hosted_memory_file("epimetheus-events", Self.controlByteCount + capacity)
    guard descriptor >= 0 else {
      throw RecordError(
        "cannot make memory for the events (errno \(-descriptor))", isTemporary: true)
    }
    defer { close(descriptor) }
    guard let control = hosted_map_file(descriptor, Self.controlByteCount),
      let data = hosted_map_mirrored(descriptor, Self.controlByteCount, capacity)
    else { throw RecordError("cannot map the memory for the events", isTemporary: true) }
    self.control = control
    self.data = data
    self.capacity = capacity
  }

  /// Gives the memory back; the ring is not used any more.
  func unmap() {
    munmap(control, Int(Self.controlByteCount))
    munmap(data, Int(2 * capacity))
  }

  /// Bytes ever written.
  var head: UnsafeMutablePointer<UInt64> { control.assumingMemoryBound(to: UInt64.self) }
  /// Bytes ever read.
  var tail: UnsafeMutablePointer<UInt64> { (control + 64).assumingMemoryBound(to: UInt64.self) }
  /// 1 while the writer sleeps until something is read.
  var isWriterAsleep: UnsafeMutablePointer<UInt32> {
    (control + 128).assumingMemoryBound(to: UInt32.self)
  }

  private var reportHead: UnsafeMutablePointer<UInt32> {
    (control + 192).assumingMemoryBound(to: UInt32.self)
  }
  private var reportBytes: UnsafeMutableRawPointer { control + 200 }

  /// Leaves a word for the parent on why the child ends before its time.
  func leave(_ report: MachineReport) {
    let bytes = [UInt8](report.text.utf8.prefix(Self.reportCapacity))
    bytes.withUnsafeBytes { reportBytes.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
    reportHead[1] = UInt32(bytes.count)
    hosted_store32(reportHead, report.kind.rawValue)
  }

  /// The word that the child left. Any bytes but printable ASCII are shown as `?`.
  var report: MachineReport? {
    guard let kind = MachineReport.Kind(rawValue: hosted_load32(reportHead)) else { return nil }
    let count = min(Int(reportHead[1]), Self.reportCapacity)
    let bytes = UnsafeRawBufferPointer(start: reportBytes, count: count).map { byte in
      (0x20...0x7e).contains(byte) ? byte : UInt8(ascii: "?")
    }
    return MachineReport(kind: kind, text: String(decoding: bytes, as: UTF8.self))
  }
}

/// Why the child ended before the program did.
struct MachineReport {
  enum Kind: UInt32 {
    /// The machine could not be set up.
    case notStarted = 1
    /// The program could not be loaded.
    case notLoaded = 2
    /// The machine could not go on.
    case failed = 3
  }

  var kind: Kind
  var text: String
}
