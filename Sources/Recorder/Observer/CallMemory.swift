// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// Copies what the call table says that a call reads and writes.
struct CallMemory {
  /// The thread whose memory it is.
  var task: Int32
  /// The call's row.
  var row: SystemCallDescription
  /// Its arguments.
  var operands: InlineArray<6, UInt64>
  /// How many bytes of each piece are kept.
  var limit: Int

  /// UIO_MAXIOV of Linux.
  static let vectorLimit: UInt64 = 1024
  /// `struct iovec`, `struct msghdr`, `struct mmsghdr`.
  static let ioVectorSize: UInt64 = 16, headerSize: UInt64 = 56, messageSize: UInt64 = 64

  /// At the entry: what the kernel is going to read.
  func captureReads(into captured: inout CapturedMemory) {
    for index in 0..<row.argumentCount {
      let effect = row.arguments[index].memory
      guard effect.direction != .none, operands[index] != 0 else { continue }
      if effect.reads {
        captureRead(effect, at: operands[index], into: &captured)
      } else {
        captureVectors(effect, at: operands[index], into: &captured)
      }
    }
  }

  /// At the exit of a call that succeeded: what the kernel has written.
  func captureWrites(result: Int64, into captured: inout CapturedMemory) {
    for index in 0..<row.argumentCount {
      let effect = row.arguments[index].memory
      guard effect.writes, operands[index] != 0 else { continue }
      captureWrite(effect, at: operands[index], result: result, into: &captured)
    }
  }

  private func captureRead(
    _ effect: MemoryEffect, at address: UInt64, into captured: inout CapturedMemory
  ) {
    let isData = effect.content == .data
    switch effect.extent {
    case .none: break
    case .string: captured.addString(of: task, at: address, limit: limit)
    case .stringVector: captureStrings(at: address, into: &captured)
    case .ioVector, .messageHeader, .messageVector:
      captureVectors(effect, at: address, into: &captured)
    case .pointedTo(let index):
      guard let count = TraceeMemory.halfWord(of: task, at: operands[Int(index)]) else { break }
      read(at: address, UInt64(count), isData, into: &captured)
    case .selfDescribing:
      guard let count = TraceeMemory.halfWord(of: task, at: address) else { break }
      read(at: address, UInt64(max(4, count)), isData, into: &captured)
    case .fixed, .argument, .elements, .bits, .pages, .result, .resultElements:
      guard let count = effect.byteCount(operands: operands, result: nil) else { break }
      read(at: address, count, isData, into: &captured)
    }
  }

  private func captureWrite(
    _ effect: MemoryEffect, at address: UInt64, result: Int64, into captured: inout CapturedMemory
  ) {
    let isData = effect.content == .data
    switch effect.extent {
    case .none, .string, .stringVector: break
    case .ioVector(let index):
      var left = UInt64(clamping: result)
      let count = operands[Int(index)]
      scatter(vectors: address, count: count, &left, isData, into: &captured)
    case .messageHeader:
      captureReceived(header: address, UInt64(clamping: result), isData, into: &captured)
    case .messageVector:
      for number in 0..<min(UInt64(clamping: result), Self.vectorLimit) {
        let message = address &+ number &* Self.messageSize
        let length = TraceeMemory.halfWord(of: task, at: message &+ Self.headerSize) ?? 0
        captureReceived(header: message, UInt64(length), isData, into: &captured)
        write(at: message &+ Self.headerSize, 4, false, into: &captured)
      }
    case .pointedTo(let index):
      guard let length = TraceeMemory.halfWord(of: task, at: operands[Int(index)]) else { break }
      write(
        at: address, UInt64(min(length, captured.lengthRead(at: operands[Int(index)]))), isData,
        into: &captured)
    case .selfDescribing:
      guard let count = TraceeMemory.halfWord(of: task, at: address) else { break }
      write(at: address, UInt64(count), isData, into: &captured)
    case .fixed, .argument, .elements, .bits, .pages, .result, .resultElements:
      guard let count = effect.byteCount(operands: operands, result: result) else { break }
      write(at: address, count, isData, into: &captured)
    }
  }

  func read(
    at address: UInt64, _ count: UInt64, _ isData: Bool, into captured: inout CapturedMemory
  ) {
    captured.add(
      of: task, at: address, byteCount: count, limit: limit, isWrite: false, isData: isData)
  }

  func write(
    at address: UInt64, _ count: UInt64, _ isData: Bool, into captured: inout CapturedMemory
  ) {
    captured.add(
      of: task, at: address, byteCount: count, limit: limit, isWrite: true, isData: isData)
  }
}
