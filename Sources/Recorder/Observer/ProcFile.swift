// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

/// Files of `/proc/PID`. Source: proc(5).
enum ProcFile {
  /// The contents of `/proc/ID/NAME`; nil where it cannot be opened.
  static func contents(_ id: Int32, _ name: StaticString) -> [UInt8]? {
    var path: [UInt8] = Array("/proc/".utf8)
    path += String(id).utf8
    path.append(0x2f)
    path.append(
      contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    return contents(path, limit: 256 << 20)
  }

  /// The first `limit` bytes of a file; nil where it cannot be opened.
  static func contents(_ path: [UInt8], limit: Int) -> [UInt8]? {
    let descriptor = open(path.map { CChar(bitPattern: $0) } + [0], O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var isAtEnd = false
    while !isAtEnd && bytes.count < limit {
      let room = min(16384, limit - bytes.count)
      let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
        let count = Glibc.read(descriptor, buffer.baseAddress, room)
        filled = max(0, count)
        isAtEnd = count == 0 || (count < 0 && errno != EINTR)
      }
      bytes += chunk
    }
    return bytes
  }

  /// The auxiliary vector up to AT_NULL, which is not included.
  static func auxiliaryVector(_ id: Int32) -> [(type: UInt64, value: UInt64)] {
    let bytes = contents(id, "auxv") ?? []
    var vector: [(type: UInt64, value: UInt64)] = []
    for offset in stride(from: 0, to: bytes.count / 16 * 16, by: 16) {
      let type = bytes.word(at: offset)
      if type == 0 { break }
      vector.append((type, bytes.word(at: offset + 8)))
    }
    return vector
  }

  /// start_brk, field 47 of `/proc/PID/stat`; 0 without the right to know it.
  static func breakStart(_ id: Int32) -> UInt64 {
    let text = contents(id, "stat") ?? []
    guard let nameEnd = text.lastIndex(of: 0x29) else { return 0 }
    let fields = text[(nameEnd + 1)...].split(separator: 0x20)
    // The first field after the name is number 3.
    guard fields.count > 44 else { return 0 }
    return UInt64(String(decoding: fields[44], as: UTF8.self)) ?? 0
  }

  /// The file that a process executes; nil where it cannot be known.
  static func executable(_ id: Int32) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = buffer.withUnsafeMutableBytes { bytes in
      readlink("/proc/\(id)/exe", bytes.baseAddress!.assumingMemoryBound(to: CChar.self), 4096)
    }
    return count > 0 ? Array(buffer[..<count]) : nil
  }
}
