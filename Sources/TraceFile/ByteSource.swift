// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Trace

/// Where a trace is read from: a file, or memory. The file is read and not mapped, so that one that
/// shrinks meanwhile ends early and kills nobody.
final class ByteSource {
  private enum Place {
    case file(Int32)
    case memory([UInt8])
  }

  private let place: Place
  /// Its name in errors.
  let path: String
  /// Its length when it was opened.
  let byteCount: UInt64

  init(_ bytes: [UInt8]) {
    place = .memory(bytes)
    path = "memory"
    byteCount = UInt64(bytes.count)
  }

  init(path: String) throws(TraceFileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw .system(call: "open", path: path, errno: errno) }
    var metadata = stat()
    if fstat(descriptor, &metadata) != 0 {
      let number = errno
      close(descriptor)
      throw .system(call: "fstat", path: path, errno: number)
    }
    if metadata.st_mode & S_IFMT != S_IFREG {
      close(descriptor)
      throw .system(
        call: "open", path: path, errno: metadata.st_mode & S_IFMT == S_IFDIR ? EISDIR : ESPIPE)
    }
    place = .file(descriptor)
    self.path = path
    byteCount = UInt64(metadata.st_size)
  }

  deinit {
    if case .file(let descriptor) = place { close(descriptor) }
  }

  /// Fills `buffer` from `offset` on and gives how many bytes there were.
  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(TraceError) -> Int
  {
    if offset >= byteCount { return 0 }
    let wanted = min(buffer.count, Int(clamping: byteCount - offset))
    switch place {
    case .memory(let bytes):
      bytes.withUnsafeBytes {
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[Int(offset)...].prefix(wanted)))
      }
      return wanted
    case .file(let descriptor):
      var done = 0
      while done < wanted {
        let count = pread(
          descriptor, buffer.baseAddress! + done, wanted - done, Int(offset) + done)
        if count < 0 && errno == EINTR { continue }
        if count < 0 {
          throw TraceError("read: \(String(cString: strerror(errno)))", at: offset + UInt64(done))
        }
        if count == 0 { break }
        done += count
      }
      return done
    }
  }

  /// The `count` bytes at `offset` as a number, the lowest first; nil past the end.
  func number(at offset: UInt64, byteCount count: Int) throws(TraceError) -> UInt64? {
    var value: UInt64 = 0
    let got = try withUnsafeMutableBytes(of: &value) { (bytes) throws(TraceError) in
      try read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<count]))
    }
    return got == count ? UInt64(littleEndian: value) : nil
  }
}
