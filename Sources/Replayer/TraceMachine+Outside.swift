// SPDX-License-Identifier: BSD-3-Clause

public import Kernel
public import LinuxABI
internal import Trace

extension TraceMachine where Source: ~Copyable, Sink: ~Copyable {
  /// The next recorded answer of this kind for the step, written down again; throws the recorded
  /// errno, or `.outsideDecides` where the trace has no such answer.
  private mutating func input(
    _ kind: InputKind
  ) throws(Errno) -> Answer {
    var index = step.inputsUsed
    while index < step.attachments.count {
      let attachment = step.attachments[index]
      if attachment.event.kind == .input, attachment.event.code == UInt32(kind.rawValue) {
        step.inputsUsed = index + 1
        emit(attachment)
        let result = attachment.event.result
        if result < 0, kind != .clock { throw Errno(rawValue: UInt16(clamping: -result)) }
        return unsafe Answer(
          result: result, placement: attachment.event.operands[1],
          payload: step.bytes(of: attachment))
      }
      index += 1
    }
    throw Errno.outsideDecides
  }

  /// The recorded time.
  public mutating func time(of clock: UInt32) throws(Errno) -> UInt64 {
    UInt64(bitPattern: try input(.clock).result)
  }

  /// The recorded bytes; zeros where too few were kept.
  public mutating func entropy(byteCount: Int) throws(Errno) -> [UInt8] {
    let payload = try unsafe input(.entropy).payload
    var bytes = unsafe [UInt8](payload.prefix(byteCount))
    while bytes.count < byteCount { bytes.append(0) }
    return bytes
  }

  /// The recorded metadata.
  public mutating func metadata(
    of path: [UInt8], followingLink: Bool
  ) throws(Errno) -> FileMetadata {
    try input(.metadata).metadata
  }

  /// The recorded file.
  public mutating func open(
    _ path: [UInt8], followingLink: Bool
  ) throws(Errno) -> OutsideFile {
    let answer = try input(.open)
    guard answer.result <= Int64(UInt32.max) else { throw Errno.outsideDecides }
    return OutsideFile(number: UInt32(answer.result), metadata: try answer.metadata)
  }

  /// The recorded target.
  public mutating func link(at path: [UInt8]) throws(Errno) -> [UInt8] {
    unsafe [UInt8](try input(.link).afterPath)
  }

  /// The recorded entries.
  public mutating func entries(
    of file: OutsideFile.Number
  ) throws(Errno) -> DirectoryEntries {
    unsafe DirectoryEntries(listed: try input(.entries).payload)
  }

  /// The recorded count, and the bytes where they were kept.
  public mutating func read(
    _ file: OutsideFile.Number, at offset: UInt64, into segments: [PhysicalSegment],
    isExamined: Bool
  ) throws(Errno) -> UInt64 {
    let answer = try input(.fileRead)
    unsafe fill(segments, with: answer.payload)
    return min(UInt64(answer.result), Self.byteCount(of: segments))
  }

  /// The recorded length.
  public mutating func length(of descriptor: Int32) throws(Errno) -> OutsideLength {
    let answer = try input(.length)
    return OutsideLength(
      byteCount: UInt64(bitPattern: answer.result),
      alignsLargeMappings: answer.placement == 0 ? nil : answer.placement == 1)
  }

  /// Nothing to close.
  public mutating func close(_ file: OutsideFile.Number) {}

  /// The recorded count; the bytes are not kept.
  public mutating func receive(
    stream: UInt32, into segments: [PhysicalSegment]
  ) throws(Errno) -> UInt64 {
    min(UInt64(try input(.streamRead).result), Self.byteCount(of: segments))
  }

  /// The recorded count; nothing is written.
  public mutating func send(
    stream: UInt32, from segments: [PhysicalSegment]
  ) throws(Errno) -> UInt64 {
    min(UInt64(try input(.streamWrite).result), Self.byteCount(of: segments))
  }

  private static func byteCount(of segments: [PhysicalSegment]) -> UInt64 {
    segments.reduce(0) { $0 + $1.byteCount }
  }

  private func fill(_ segments: [PhysicalSegment], with payload: UnsafeRawBufferPointer) {
    var done = 0
    for segment in segments where done < payload.count {
      let count = min(Int(segment.byteCount), payload.count - done)
      let bytes = unsafe memory.bytes(
        of: PhysicalSegment(start: segment.start, byteCount: UInt64(count)))
      unsafe bytes.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: payload[done..<done + count]))
      done += count
    }
  }
}

/// An answer of the outside as it was recorded, whose bytes are valid until the next step.
@safe
private struct Answer {
  let result: Int64
  /// Of a length: see `InputKind.length`.
  let placement: UInt64
  let payload: UnsafeRawBufferPointer

  /// What stands behind the path and its NUL.
  var afterPath: UnsafeRawBufferPointer {
    let at = unsafe payload.firstNUL()
    return unsafe UnsafeRawBufferPointer(rebasing: payload[min(at + 1, payload.count)...])
  }

  /// The struct stat behind the path; throws `.outsideDecides` where there is none.
  var metadata: FileMetadata {
    get throws(Errno) {
      let bytes = unsafe Span<UInt8>(_unsafeBytes: afterPath)
      guard let metadata = FileMetadata(structStat: bytes) else { throw .outsideDecides }
      return metadata
    }
  }
}
