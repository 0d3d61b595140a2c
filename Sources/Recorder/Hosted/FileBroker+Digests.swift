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
    var files = [try TraceHeader.File(path: path, descriptor: descriptor)]
    if let interpreter = ELFFile(descriptor: descriptor)?.interpreter,
      let opened = try? open(interpreter, followingLink: true, as: 0).descriptor
    {
      if opened < 0 {
        forget(0)
      } else {
        defer { close(opened) }
        files.append(try TraceHeader.File(path: interpreter, descriptor: opened))
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
}
