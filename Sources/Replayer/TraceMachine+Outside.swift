// SPDX-License-Identifier: BSD-3-Clause

public import Kernel
public import LinuxABI
internal import Trace

extension TraceMachine where Source: ~Copyable, Sink: ~Copyable {
  /// The next recorded answer of this kind for the step, written down again; throws the recorded
  /// errno, or `.outsideDecides` where the trace has no such answer.
  private mutating func input(
    _ kind: InputKind
  ) throws(Errno) -> (event: Event, payload: ArraySlice<UInt8>) {
    var index = step.inputsUsed
    while index < step.attachments.count {
      let attachment = step.attachments[index]
      if attachment.event.kind == .input, attachment.event.code == UInt32(kind.rawValue) {
        step.inputsUsed = index + 1
        emit(attachment)
        let result = attachment.event.result
        if result < 0, kind != .clock { throw Errno(rawValue: UInt16(clamping: -result)) }
        return (attachment.event, step.bytes(of: attachment))
      }
      index += 1
    }
    throw Errno.outsideDecides
  }

  /// Splits `path NUL rest`.
  private static func afterPath(_ payload: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let end = payload.firstIndex(of: 0) else { return [] }
    return payload[(end + 1)...]
  }

  /// The recorded time.
  public mutating func time(of clock: UInt32) throws(Errno) -> UInt64 {
    UInt64(bitPattern: try input(.clock).event.result)
  }

  /// The recorded bytes; zeros where too few were kept.
  public mutating func entropy(byteCount: Int) throws(Errno) -> [UInt8] {
    var bytes = [UInt8](try input(.entropy).payload.prefix(byteCount))
    while bytes.count < byteCount { bytes.append(0) }
    return bytes
  }

  /// The recorded metadata.
  public mutating func metadata(
    of path: [UInt8], followingLink: Bool
  ) throws(Errno) -> FileMetadata {
    let payload = try input(.metadata).payload
    guard let metadata = FileMetadata(structStat: Self.afterPath(payload)) else {
      throw Errno.outsideDecides
    }
    return metadata
  }

  /// The recorded file.
  public mutating func open(
    _ path: [UInt8], followingLink: Bool
  ) throws(Errno) -> OutsideFile {
    let (event, payload) = try input(.open)
    guard let metadata = FileMetadata(structStat: Self.afterPath(payload)),
      event.result <= Int64(UInt32.max)
    else { throw Errno.outsideDecides }
    return OutsideFile(number: UInt32(event.result), metadata: metadata)
  }

  /// The recorded target.
  public mutating func link(at path: [UInt8]) throws(Errno) -> [UInt8] {
    [UInt8](Self.afterPath(try input(.link).payload))
  }

  /// The recorded entries.
  public mutating func entries(
    of file: OutsideFile.Number
  ) throws(Errno) -> [DirectoryEntry] {
    var rest = try input(.entries).payload
    var entries: [DirectoryEntry] = []
    while rest.count >= 10, let end = rest[(rest.startIndex + 9)...].firstIndex(of: 0) {
      var inode: UInt64 = 0
      for (shift, byte) in rest.prefix(8).enumerated() {
        inode |= UInt64(byte) << (8 * UInt64(shift))
      }
      let nameStart = rest.startIndex + 9
      entries.append(
        DirectoryEntry(
          inode: inode, type: rest[nameStart - 1], name: [UInt8](rest[nameStart..<end])))
      rest = rest[(end + 1)...]
    }
    return entries
  }

  /// The recorded count, and the bytes where they were kept.
  public mutating func read(
    _ file: OutsideFile.Number, at offset: UInt64, into segments: [PhysicalSegment],
    isExamined: Bool
  ) throws(Errno) -> UInt64 {
    let (event, payload) = try input(.fileRead)
    fill(segments, with: payload)
    return min(UInt64(event.result), Self.byteCount(of: segments))
  }

  /// Nothing to close.
  public mutating func close(_ file: OutsideFile.Number) {}

  /// The recorded count; the bytes are not kept.
  public mutating func receive(
    stream: UInt32, into segments: [PhysicalSegment]
  ) throws(Errno) -> UInt64 {
    min(UInt64(try input(.streamRead).event.result), Self.byteCount(of: segments))
  }

  /// The recorded count; nothing is written.
  public mutating func send(
    stream: UInt32, from segments: [PhysicalSegment]
  ) throws(Errno) -> UInt64 {
    min(UInt64(try input(.streamWrite).event.result), Self.byteCount(of: segments))
  }

  private static func byteCount(of segments: [PhysicalSegment]) -> UInt64 {
    segments.reduce(0) { $0 + $1.byteCount }
  }

  private func fill(_ segments: [PhysicalSegment], with payload: ArraySlice<UInt8>) {
    var rest = payload
    for segment in segments where !rest.isEmpty {
      let count = min(Int(segment.byteCount), rest.count)
      let bytes = unsafe memory.bytes(
        of: PhysicalSegment(start: segment.start, byteCount: UInt64(count)))
      unsafe rest.prefix(count).withUnsafeBytes { unsafe bytes.copyMemory(from: $0) }
      rest = rest.dropFirst(count)
    }
  }
}
