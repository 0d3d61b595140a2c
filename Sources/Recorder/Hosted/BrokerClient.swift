// SPDX-License-Identifier: BSD-3-Clause

internal import CHosted
internal import Glibc
internal import LinuxABI

/// The child's end of the socket to the parent, which opens files for it.
struct BrokerClient {
  /// An answer of the parent.
  struct Answer {
    var bytes: ArraySlice<UInt8>
    var hasMore: Bool
    var descriptor: Int32
  }

  let socket: Int32

  /// Asks and waits for the answer; throws the errno that it brings, EIO where the parent is gone.
  func ask(
    _ kind: BrokerRequest, number: UInt32 = 0, argument: UInt64 = 0, path: [UInt8] = []
  ) throws(Errno) -> Answer {
    guard path.count < BrokerRequest.pathCapacity else { throw .nameTooLong }
    guard send(kind, number, argument, path) else { throw .ioError }
    var answer = [UInt8](
      repeating: 0, count: BrokerRequest.answerHeadByteCount + BrokerRequest.answerCapacity)
    var descriptor: Int32 = -1
    let count = answer.withUnsafeMutableBytes {
      hosted_receive(socket, $0.baseAddress, $0.count, &descriptor, 1)
    }
    guard count >= BrokerRequest.answerHeadByteCount else { throw .ioError }
    let (failure, more) = answer.withUnsafeBytes {
      ($0.load(as: UInt32.self), $0.load(fromByteOffset: 4, as: UInt32.self))
    }
    if failure != 0 { throw Errno(rawValue: UInt16(clamping: failure)) }
    return Answer(
      bytes: answer[BrokerRequest.answerHeadByteCount..<count], hasMore: more != 0,
      descriptor: descriptor)
  }

  /// The parent may forget the file.
  func close(_ number: UInt32) { _ = send(.close, number, 0, []) }

  /// Events wait.
  func nudge() { _ = send(.nudge, 0, 0, []) }

  private func send(
    _ kind: BrokerRequest, _ number: UInt32, _ argument: UInt64, _ path: [UInt8]
  ) -> Bool {
    withUnsafeTemporaryAllocation(
      byteCount: BrokerRequest.headByteCount + path.count, alignment: 8
    ) { packet in
      packet.storeBytes(of: kind.rawValue, as: UInt32.self)
      packet.storeBytes(of: number, toByteOffset: 4, as: UInt32.self)
      packet.storeBytes(of: argument, toByteOffset: 8, as: UInt64.self)
      UnsafeMutableRawBufferPointer(rebasing: packet[BrokerRequest.headByteCount...])
        .copyBytes(from: path)
      return hosted_send(socket, packet.baseAddress, packet.count, -1, 1) == 0
    }
  }
}
