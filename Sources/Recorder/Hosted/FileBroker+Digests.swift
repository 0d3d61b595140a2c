// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc
internal import LinuxABI
internal import Symbols
internal import Trace

extension FileBroker {
  /// A descriptor of the program at the path, for the caller to close.
  mutating func descriptor(ofProgram path: [UInt8]) throws(RecordError) -> Int32 {
    let descriptor: Int32
    do throws(Errno) {
      descriptor = try open(path, followingLink: true, as: 0).descriptor
    } catch {
      throw RecordError(
        "cannot open the program \(String(decoding: path, as: UTF8.self))"
          + " (\(error.name?.description ?? String(error.rawValue)))")
    }
    guard descriptor >= 0 else {
      forget(0)
      throw RecordError("the program \(String(decoding: path, as: UTF8.self)) is a directory")
    }
    return descriptor
  }

  /// The program at the path, of which `descriptor` is one, and its interpreter, with digests. A
  /// program that is no ELF file has no interpreter here; an interpreter that cannot be opened is
  /// left out. What is wrong with either the kernel's loader says better.
  mutating func digests(
    of path: [UInt8], _ descriptor: Int32
  ) throws(RecordError) -> [TraceHeader.File] {
    var files = [try Self.file(path, descriptor)]
    if let interpreter = Self.interpreter(of: descriptor),
      let opened = try? open(interpreter, followingLink: true, as: 0).descriptor
    {
      if opened < 0 {
        forget(0)
      } else {
        defer { close(opened) }
        files.append(try Self.file(interpreter, opened))
      }
    }
    return files
  }

  /// A descriptor of a regular file, for the caller to close; else a negative number.
  mutating func descriptor(of path: [UInt8]) -> Int32 {
    guard let opened = try? open(path, followingLink: true, as: .max) else { return -1 }
    if opened.descriptor < 0 { forget(.max) }
    return opened.descriptor
  }

  private static func file(
    _ path: [UInt8], _ descriptor: Int32
  ) throws(RecordError) -> TraceHeader.File {
    let digest = try FileDigest(descriptor: descriptor)
    return TraceHeader.File(
      path: path, byteCount: digest.byteCount, digest: digest.sha256,
      buildID: ELFFile(descriptor: descriptor)?.buildID ?? [])
  }

  /// The path in the first PT_INTERP of an ELF64 file, as far as there is one. Source: elf(5).
  private static func interpreter(of descriptor: Int32) -> [UInt8]? {
    let programHeaderByteCount = 56
    let interpreterType: UInt64 = 3
    guard let head = bytes(of: descriptor, at: 0, count: 64),
      head.prefix(5).elementsEqual([
        0x7f, UInt8(ascii: "E"), UInt8(ascii: "L"), UInt8(ascii: "F"), 2,
      ])
    else { return nil }
    let table = number(head, at: 32, byteCount: 8)
    let entryByteCount = number(head, at: 54, byteCount: 2)
    guard entryByteCount >= programHeaderByteCount else { return nil }
    for index in 0..<number(head, at: 56, byteCount: 2) {
      let (place, overflow) = table.addingReportingOverflow(index * entryByteCount)
      guard !overflow, let entry = bytes(of: descriptor, at: place, count: programHeaderByteCount)
      else { return nil }
      guard number(entry, at: 0, byteCount: 4) == interpreterType else { continue }
      let count = number(entry, at: 32, byteCount: 8)
      guard count > 1, count <= UInt64(BrokerRequest.pathCapacity) else { return nil }
      let path = bytes(of: descriptor, at: number(entry, at: 8, byteCount: 8), count: Int(count))
      return path.map { [UInt8]($0.prefix { $0 != 0 }) }
    }
    return nil
  }

  private static func bytes(of descriptor: Int32, at offset: UInt64, count: Int) -> [UInt8]? {
    guard let offset = Int(exactly: offset) else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    return pread(descriptor, &bytes, count, offset) == count ? bytes : nil
  }

  private static func number(_ bytes: [UInt8], at offset: Int, byteCount: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<byteCount { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
    return value
  }
}
