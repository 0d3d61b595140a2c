// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// Where a trace is written to: a file, or memory.
enum ByteDestination {
  case file(descriptor: Int32, path: String)
  case memory([UInt8])

  mutating func append(_ bytes: UnsafeRawBufferPointer) throws(TraceFileError) {
    switch self {
    case .file(let descriptor, let path):
      try Self.write(bytes, descriptor, path)
    case .memory(var stored):
      self = .memory([])
      stored.append(contentsOf: bytes)
      self = .memory(stored)
    }
  }

  private static func write(
    _ bytes: UnsafeRawBufferPointer, _ descriptor: Int32, _ path: String
  ) throws(TraceFileError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw .system(call: "write", path: path, errno: errno)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }
}
