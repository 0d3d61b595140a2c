// SPDX-License-Identifier: BSD-3-Clause

import Trace

/// What is known of a trace file before its first block is read.
struct OpenedTrace {
  let header: TraceHeader.Decoded
  let blocks: [Frame]
  let isComplete: Bool
  let droppedByteCount: UInt64
  var problems: [TraceProblem] = []

  init(_ source: ByteSource) throws(TraceError) {
    var reader = FrameReader(source)
    let first: Frame
    do throws(FrameFault) {
      first = try source.frame(at: 0)
    } catch {
      throw Self.error(error, source)
    }
    header = try Self.readHeader(&reader)
    for field in header.unknownFields.prefix(TraceReader.problemLimit) {
      problems.append(
        TraceProblem(
          block: nil, offset: 0,
          message: "header field \(field) is not known to this version: skipped"))
    }
    if let frames = try SeekTable.read(source), frames.first?.byteCount == first.byteCount {
      // A frame without content is a skippable one.
      blocks = frames.dropFirst().filter { $0.contentByteCount > 0 }
      isComplete = true
      droppedByteCount = 0
      return
    }
    let scan = try FrameScan(&reader, from: first.end)
    blocks = try FrameScan.withoutLeftovers(scan.frames, &reader)
    problems += scan.problems
    isComplete = false
    droppedByteCount = source.byteCount - scan.end
  }

  private static func readHeader(
    _ reader: inout FrameReader
  ) throws(TraceError) -> TraceHeader.Decoded {
    let content: UnsafeRawBufferPointer
    do throws(FrameFault) {
      content = try reader.read(at: 0, contentLimit: HeaderFormat.byteLimit)
    } catch {
      throw Self.error(error, reader.source)
    }
    do throws(TraceError) {
      return try TraceHeader.decode(content)
    } catch {
      throw TraceError("\(error.message) (byte \(error.position) of the header)", at: 0)
    }
  }

  private static func error(_ fault: FrameFault, _ source: ByteSource) -> TraceError {
    switch fault {
    case .cutOff:
      TraceError("the file is cut off within the header", at: source.byteCount)
    case .invalid(let reason): TraceError("not a trace: \(reason)", at: 0)
    case .unreadable(let error): error
    }
  }
}
