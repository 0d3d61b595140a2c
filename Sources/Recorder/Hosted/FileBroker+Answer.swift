// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension FileBroker {
  /// A packet for the child, and the descriptor that goes with it (or -1), which the caller closes.
  struct Answer {
    var bytes: [UInt8]
    var descriptor: Int32 = -1

    init(errno: UInt16 = 0, hasMore: Bool = false, _ contents: some Collection<UInt8>) {
      bytes = [
        UInt8(truncatingIfNeeded: errno), UInt8(truncatingIfNeeded: errno >> 8), 0, 0,
        hasMore ? 1 : 0, 0, 0, 0,
      ]
      bytes += contents
    }
  }

  /// The answer to a request, whatever it is; nil where none is due.
  mutating func answer(_ request: ArraySlice<UInt8>) -> Answer? {
    let (kind, number, argument) = request.withUnsafeBytes { bytes in
      (
        bytes.loadUnaligned(as: UInt32.self),
        bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self),
        bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
      )
    }
    let path = [UInt8](request.dropFirst(BrokerRequest.headByteCount))
    do throws(Errno) {
      switch BrokerRequest(rawValue: kind) {
      case .metadata:
        return Answer(try metadata(of: path, followingLink: argument != 0).structStat)
      case .open:
        let file = try open(path, followingLink: argument != 0, as: number)
        var answer = Answer(file.metadata.structStat)
        answer.descriptor = file.descriptor
        return answer
      case .link:
        return Answer(try link(at: path))
      case .entries:
        let part = try entries(
          of: number, from: argument, limit: BrokerRequest.answerCapacity)
        return Answer(hasMore: part.hasMore, part.bytes)
      case .close:
        forget(number)
        return nil
      case .nudge:
        return nil
      case nil:
        throw .invalidArgument
      }
    } catch {
      return Answer(errno: error.rawValue, [])
    }
  }
}
