// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// Where a trace is written to: a file, or memory.
enum ByteDestination {
  case file(descriptor: Int32, path: String)
  case memory([UInt8])

  mutating func append(_ bytes: UnsafeRawBufferPointer) throws(TraceFileError) {
    switch self {
    case .file(let descriptor, let path):
      try Self.write(bytes, path) { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    case .memory(var stored):
      self = .memory([])
      stored.append(contentsOf: bytes)
      self = .memory(stored)
    }
  }

  /// Where in a file the next byte will stand, if places of it can be written again; nil else: in
  /// memory, which does not outlive its process, in a pipe, in a file that is only appended to.
  var origin: UInt64? {
    guard case .file(let descriptor, _) = self else { return nil }
    var metadata = stat()
    let position = lseek(descriptor, 0, SEEK_CUR)
    let flags = fcntl(descriptor, F_GETFL)
    guard fstat(descriptor, &metadata) == 0, metadata.st_mode & S_IFMT == S_IFREG, position >= 0,
      flags >= 0, flags & O_APPEND == 0
    else { return nil }
    return UInt64(position)
  }

  /// What is appended next stands here.
  func seek(to offset: UInt64) throws(TraceFileError) {
    guard case .file(let descriptor, let path) = self else { return }
    if lseek(descriptor, Int(offset), SEEK_SET) < 0 {
      throw .system(call: "lseek", path: path, errno: errno)
    }
  }

  /// Does one step with a frame; where the next byte is appended stays as it was.
  func perform(
    _ step: TailStep, _ frame: UnsafeRawBufferPointer, origin: UInt64
  ) throws(TraceFileError) {
    guard case .file(let descriptor, let path) = self else { return }
    switch step {
    case .skip(let range):
      let head = TailStep.skippableHead(of: range).littleEndian
      try withUnsafeBytes(of: head) { (bytes) throws(TraceFileError) in
        try Self.write(bytes, path, descriptor, at: origin + range.lowerBound)
      }
    case .write(let part, let offset):
      let bytes = UnsafeRawBufferPointer(rebasing: frame[part])
      try Self.write(bytes, path, descriptor, at: origin + offset)
    case .cut(let offset):
      while ftruncate(descriptor, Int(origin + offset)) != 0 {
        if errno != EINTR { throw .system(call: "ftruncate", path: path, errno: errno) }
      }
    }
  }

  private static func write(
    _ bytes: UnsafeRawBufferPointer, _ path: String, _ descriptor: Int32, at offset: UInt64
  ) throws(TraceFileError) {
    try write(bytes, path) { rest in
      pwrite(descriptor, rest.baseAddress, rest.count, Int(offset) + bytes.count - rest.count)
    }
  }

  private static func write(
    _ bytes: UnsafeRawBufferPointer, _ path: String, _ write: (UnsafeRawBufferPointer) -> Int
  ) throws(TraceFileError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = write(rest)
      if count < 0 {
        if errno == EINTR { continue }
        throw .system(call: "write", path: path, errno: errno)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }
}
