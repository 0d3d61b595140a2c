// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// Memory behind memory: vectors of strings and of buffers, and messages.
extension CallMemory {
  /// argv, envp: the addresses, and each string.
  func captureStrings(at address: UInt64, into captured: inout CapturedMemory) {
    var addresses: [UInt64] = []
    while addresses.count < CapturedMemory.pieceLimit {
      let at = address &+ UInt64(8 * addresses.count)
      guard let string = TraceeMemory.word(of: task, at: at) else { break }
      addresses.append(string)
      if string == 0 { break }
    }
    read(at: address, UInt64(8 * addresses.count), false, into: &captured)
    for string in addresses where string != 0 {
      captured.addString(of: task, at: string, limit: limit)
    }
  }

  /// At the entry: the vectors themselves, and, where the kernel reads, what they point to.
  func captureVectors(
    _ effect: MemoryEffect, at address: UInt64, into captured: inout CapturedMemory
  ) {
    switch effect.extent {
    case .ioVector(let index):
      gather(
        vectors: address, count: operands[Int(index)], withBuffers: effect.direction == .read,
        effect.content == .data, into: &captured)
    case .messageHeader:
      captureMessage(header: address, isSent: effect.direction == .read, into: &captured)
    case .messageVector(let index):
      for number in 0..<min(operands[Int(index)], Self.vectorLimit) {
        let message = address &+ number &* Self.messageSize
        captureMessage(header: message, isSent: effect.direction == .read, into: &captured)
      }
    default: break
    }
  }

  private func captureMessage(
    header: UInt64, isSent: Bool, into captured: inout CapturedMemory
  ) {
    read(at: header, Self.headerSize, false, into: &captured)
    let fields = TraceeMemory.bytes(of: task, at: header, count: Int(Self.headerSize))
    guard fields.count == Int(Self.headerSize) else { return }
    if isSent {
      read(at: fields.word(at: 0), UInt64(fields.halfWord(at: 8)), false, into: &captured)
    }
    gather(
      vectors: fields.word(at: 16), count: fields.word(at: 24), withBuffers: isSent, true,
      into: &captured)
    if isSent { read(at: fields.word(at: 32), fields.word(at: 40), false, into: &captured) }
  }

  /// After recvmsg(2): the header, the sender's name, `byteCount` bytes of data, the control data.
  func captureReceived(
    header: UInt64, _ byteCount: UInt64, _ isData: Bool, into captured: inout CapturedMemory
  ) {
    write(at: header, Self.headerSize, false, into: &captured)
    let fields = TraceeMemory.bytes(of: task, at: header, count: Int(Self.headerSize))
    guard fields.count == Int(Self.headerSize) else { return }
    write(at: fields.word(at: 0), UInt64(fields.halfWord(at: 8)), isData, into: &captured)
    var left = byteCount
    scatter(vectors: fields.word(at: 16), count: fields.word(at: 24), &left, true, into: &captured)
    write(at: fields.word(at: 32), fields.word(at: 40), isData, into: &captured)
  }

  private func gather(
    vectors: UInt64, count: UInt64, withBuffers: Bool, _ isData: Bool,
    into captured: inout CapturedMemory
  ) {
    guard count > 0, count <= Self.vectorLimit else { return }
    read(at: vectors, count * Self.ioVectorSize, false, into: &captured)
    guard withBuffers else { return }
    for (address, byteCount) in buffers(vectors, count) {
      read(at: address, byteCount, isData, into: &captured)
    }
  }

  func scatter(
    vectors: UInt64, count: UInt64, _ left: inout UInt64, _ isData: Bool,
    into captured: inout CapturedMemory
  ) {
    guard count > 0, count <= Self.vectorLimit else { return }
    for (address, byteCount) in buffers(vectors, count) where left > 0 {
      let part = min(left, byteCount)
      write(at: address, part, isData, into: &captured)
      left -= part
    }
  }

  private func buffers(
    _ vectors: UInt64, _ count: UInt64
  ) -> [(address: UInt64, byteCount: UInt64)] {
    let bytes = TraceeMemory.bytes(
      of: task, at: vectors, count: Int(count * Self.ioVectorSize))
    return stride(from: 0, to: bytes.count / 16 * 16, by: 16).map {
      (bytes.word(at: $0), bytes.word(at: $0 + 8))
    }
  }
}
