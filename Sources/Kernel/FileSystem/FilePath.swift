// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// An absolute path in normal form: `/`, or names each after a slash; no `.`, `..`, `//` or NUL.
///
/// `..` goes by the text and not by where a symbolic link led, as in a shell's `cd`; the outside
/// sees paths in this form only.
struct FilePath: Equatable, Sendable {
  /// PATH_MAX without the NUL.
  static var byteLimit: Int { 4095 }
  /// NAME_MAX.
  static var nameByteLimit: Int { 255 }

  /// The names from the root on.
  private(set) var names: [[UInt8]]

  /// The root.
  init() { names = [] }

  /// The path of these names, which must be in normal form.
  init(names: [[UInt8]]) { self.names = names }

  /// `text`, taken from `base` where it does not begin with a slash. Throws ENOENT for an empty
  /// text, ENAMETOOLONG for a long one or a long name, EINVAL for a NUL.
  init(_ text: [UInt8], from base: FilePath) throws(Errno) {
    guard !text.isEmpty else { throw .noSuchFile }
    guard text.count <= Self.byteLimit else { throw .nameTooLong }
    guard !text.contains(0) else { throw .invalidArgument }
    names = text[0] == UInt8(ascii: "/") ? [] : base.names
    for name in text.split(separator: UInt8(ascii: "/")) {
      if name.count == 1, name.first == UInt8(ascii: ".") { continue }
      if name.count == 2, name.allSatisfy({ $0 == UInt8(ascii: ".") }) {
        _ = names.popLast()
        continue
      }
      guard name.count <= Self.nameByteLimit else { throw .nameTooLong }
      names.append(Array(name))
    }
  }

  /// The path as the outside takes it.
  var bytes: [UInt8] {
    if names.isEmpty { return [UInt8(ascii: "/")] }
    var bytes: [UInt8] = []
    for name in names {
      bytes.append(UInt8(ascii: "/"))
      bytes.append(contentsOf: name)
    }
    return bytes
  }

  /// The directory that holds it; the root holds itself.
  var parent: FilePath { FilePath(names: Array(names.dropLast())) }

  /// Whether the path is `other` or lies below it.
  func isWithin(_ other: FilePath) -> Bool {
    names.count >= other.names.count && Array(names.prefix(other.names.count)) == other.names
  }
}

extension [UInt8] {
  /// Whether a path text can name a directory only: it ends in a slash or in a name of dots.
  var namesDirectory: Bool {
    guard let last = self.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).last
    else { return false }
    return last.isEmpty || last.count <= 2 && last.allSatisfy { $0 == UInt8(ascii: ".") }
  }

  /// The UTF-8 bytes of a literal.
  init(_ text: StaticString) {
    self = text.withUTF8Buffer { buffer in unsafe [UInt8](buffer) }
  }

  /// Whether the bytes are those of the literal.
  func isEqual(to text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { buffer in
      for index in indices where unsafe buffer[index] != self[index] { return false }
      return true
    }
  }
}
