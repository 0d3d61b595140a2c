// SPDX-License-Identifier: BSD-3-Clause

internal import CHosted
internal import Kernel
internal import LinuxABI
internal import Trace

extension HostedMachine {
  mutating func time(of clock: UInt32) throws(Errno) -> UInt64 {
    do throws(Errno) {
      let time = try self.clock.time(of: clock)
      tee.input(.clock, UInt64(clock), result: Int64(bitPattern: time))
      return time
    } catch {
      tee.input(.clock, UInt64(clock), result: -Int64(error.rawValue))
      throw error
    }
  }

  mutating func entropy(byteCount: Int) throws(Errno) -> [UInt8] {
    let bytes = random.bytes(byteCount)
    tee.input(.entropy, UInt64(byteCount), result: Int64(byteCount), payload: bytes)
    return bytes
  }

  mutating func metadata(
    of path: [UInt8], followingLink: Bool
  ) throws(Errno) -> FileMetadata {
    let follows: UInt64 = followingLink ? 1 : 0
    do throws(Errno) {
      let answer = try broker.ask(.metadata, argument: follows, path: path)
      guard let metadata = FileMetadata(structStat: answer.bytes) else { throw .ioError }
      tee.input(.metadata, follows, result: 0, payload: path + [0] + metadata.structStat)
      return metadata
    } catch {
      tee.input(.metadata, follows, result: -Int64(error.rawValue), payload: path + [0])
      throw error
    }
  }

  mutating func open(
    _ path: [UInt8], followingLink: Bool
  ) throws(Errno) -> OutsideFile {
    let follows: UInt64 = followingLink ? 1 : 0
    let number = UInt32(files.count)
    do throws(Errno) {
      let answer = try broker.ask(.open, number: number, argument: follows, path: path)
      guard let metadata = FileMetadata(structStat: answer.bytes) else { throw .ioError }
      files.append(HostedFile(answer.descriptor, byteCount: metadata.byteCount))
      tee.input(
        .open, follows, result: Int64(number), payload: path + [0] + metadata.structStat)
      return OutsideFile(number: number, metadata: metadata)
    } catch {
      tee.input(.open, follows, result: -Int64(error.rawValue), payload: path + [0])
      throw error
    }
  }

  mutating func link(at path: [UInt8]) throws(Errno) -> [UInt8] {
    do throws(Errno) {
      let target = [UInt8](try broker.ask(.link, path: path).bytes)
      tee.input(.link, result: 0, payload: path + [0] + target)
      return target
    } catch {
      tee.input(.link, result: -Int64(error.rawValue), payload: path + [0])
      throw error
    }
  }

  mutating func entries(of file: OutsideFile.Number) throws(Errno) -> DirectoryEntries {
    do throws(Errno) {
      var bytes: [UInt8] = []
      var hasMore = true
      while hasMore {
        let answer = try broker.ask(.entries, number: file, argument: UInt64(bytes.count))
        bytes += answer.bytes
        hasMore = answer.hasMore && !answer.bytes.isEmpty
      }
      let entries = bytes.withUnsafeBytes { DirectoryEntries(listed: $0) }
      tee.input(.entries, UInt64(file), result: Int64(entries.count), payload: bytes)
      return entries
    } catch {
      tee.input(.entries, UInt64(file), result: -Int64(error.rawValue))
      throw error
    }
  }

  mutating func close(_ file: OutsideFile.Number) {
    guard Int(file) < files.count else { return }
    if !files[Int(file)].close() { broker.close(file) }
  }
}
