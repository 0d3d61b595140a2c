// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc
internal import Kernel
internal import LinuxABI
internal import Trace

extension HostedMachine {
  mutating func read(
    _ file: OutsideFile.Number, at offset: UInt64, into segments: [PhysicalSegment],
    isExamined: Bool
  ) throws(Errno) -> UInt64 {
    let asked = Self.byteCount(of: segments)
    do throws(Errno) {
      guard Int(file) < files.count, files[Int(file)].descriptor >= 0 else {
        throw .badFileDescriptor
      }
      guard let start = Int(exactly: offset) else { throw .invalidArgument }
      let count: UInt64
      if files[Int(file)].copies(asked, from: start, into: segments, of: memory) {
        count = asked
      } else {
        let descriptor = files[Int(file)].descriptor
        count = try transfer(segments) { (vectors, vectorCount, done) in
          preadv(descriptor, vectors, vectorCount, start &+ Int(done))
        }
      }
      tee.input(
        .fileRead, UInt64(file), offset, asked, result: Int64(count),
        payload: isExamined ? copy(of: segments, byteCount: count) : [])
      return count
    } catch {
      tee.input(.fileRead, UInt64(file), offset, asked, result: -Int64(error.rawValue))
      throw error
    }
  }

  mutating func receive(stream: UInt32, into segments: [PhysicalSegment]) throws(Errno) -> UInt64 {
    let asked = Self.byteCount(of: segments)
    do throws(Errno) {
      guard stream == 0 else { throw .badFileDescriptor }
      // One read: a terminal or a pipe gives what it has.
      let count = try transfer(segments, isComplete: false) { (vectors, vectorCount, _) in
        readv(0, vectors, vectorCount)
      }
      tee.input(.streamRead, UInt64(stream), asked, result: Int64(count))
      return count
    } catch {
      tee.input(.streamRead, UInt64(stream), asked, result: -Int64(error.rawValue))
      throw error
    }
  }

  mutating func send(stream: UInt32, from segments: [PhysicalSegment]) throws(Errno) -> UInt64 {
    let offered = Self.byteCount(of: segments)
    do throws(Errno) {
      guard stream == 1 || stream == 2 else { throw .badFileDescriptor }
      let count = try transfer(segments) { (vectors, vectorCount, _) in
        writev(Int32(stream), vectors, vectorCount)
      }
      tee.input(.streamWrite, UInt64(stream), offered, result: Int64(count))
      return count
    } catch {
      tee.input(.streamWrite, UInt64(stream), offered, result: -Int64(error.rawValue))
      throw error
    }
  }

  private static func byteCount(of segments: [PhysicalSegment]) -> UInt64 {
    var sum: UInt64 = 0
    for segment in segments { sum += segment.byteCount }
    return sum
  }

  /// Calls `step` with the vectors that are left and the bytes done, until all are done, it gives
  /// 0, or it fails; a failure after the first bytes is left to the next call.
  private func transfer(
    _ segments: [PhysicalSegment], isComplete: Bool = true,
    _ step: (UnsafePointer<iovec>, Int32, UInt64) -> Int
  ) throws(Errno) -> UInt64 {
    let vectorLimit = 1024
    var done: UInt64 = 0
    var index = 0
    var within: UInt64 = 0
    while index < segments.count {
      let count = min(segments.count - index, vectorLimit)
      let moved = withUnsafeTemporaryAllocation(of: iovec.self, capacity: count) { vectors in
        for position in 0..<count {
          let bytes = memory.bytes(of: segments[index + position])
          let skipped = position == 0 ? Int(within) : 0
          vectors.initializeElement(
            at: position,
            to: iovec(iov_base: bytes.baseAddress! + skipped, iov_len: bytes.count - skipped))
        }
        var moved = step(vectors.baseAddress!, Int32(count), done)
        while moved < 0, errno == EINTR { moved = step(vectors.baseAddress!, Int32(count), done) }
        return moved
      }
      if moved < 0, done == 0 { throw Errno(rawValue: UInt16(errno)) }
      if moved <= 0 { break }
      done += UInt64(moved)
      within += UInt64(moved)
      while index < segments.count, within >= segments[index].byteCount {
        within -= segments[index].byteCount
        index += 1
      }
      if !isComplete { break }
    }
    return done
  }

  private func copy(of segments: [PhysicalSegment], byteCount: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(byteCount))
    for segment in segments {
      bytes += memory.bytes(of: segment).prefix(Int(byteCount) - bytes.count)
    }
    return bytes
  }
}
