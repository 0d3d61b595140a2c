// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// Why a program cannot be loaded: which file, which field of it, and what is wrong with its value.
public struct LoadError: Error, Sendable {
  /// The file as the loader opened it.
  public var path: [UInt8]
  /// The field as `elf.h` names it, such as `e_machine`; empty where no field is to blame.
  public var field: StaticString
  /// The offset of the field in the file, in bytes.
  public var offset: UInt64
  /// What stood there.
  public var value: UInt64
  /// What is wrong with it, as the rest of a sentence about the field.
  public var problem: StaticString
  /// What execve(2) would say.
  public var errno: Errno

  /// An error about a field of the file.
  public init(
    path: [UInt8], field: StaticString, offset: UInt64, value: UInt64, problem: StaticString,
    errno: Errno = .badExecutable
  ) {
    self.path = path
    self.field = field
    self.offset = offset
    self.value = value
    self.problem = problem
    self.errno = errno
  }

  /// An error about the file as a whole, or about what loading it needs.
  public init(path: [UInt8], problem: StaticString, errno: Errno) {
    self.init(path: path, field: "", offset: 0, value: 0, problem: problem, errno: errno)
  }

  /// One sentence, such as
  /// `/bin/x: e_machine at offset 18 is 183: not an x86-64 program (ENOEXEC)`.
  public var description: String {
    var text = String(decoding: path, as: UTF8.self) + ": "
    if field.utf8CodeUnitCount > 0 {
      text += field.description + " at offset " + String(offset) + " is " + String(value) + ": "
    }
    text += problem.description
    if let name = errno.name { text += " (" + name.description + ")" }
    return text
  }
}
