// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// An absolute path in normal form: `/`, or names each after a slash; no `.`, `..`, `//` or NUL.
///
/// `..` goes by the text and not by where a symbolic link led, as in a shell's `cd`; the outside
/// sees paths in this form only. It is kept as the one text that the outside takes, and its names
/// are looked at where they lie: a path costs one allocation.
struct FilePath: Equatable, Sendable {
  /// PATH_MAX without the NUL.
  static var byteLimit: Int { 4095 }
  /// NAME_MAX.
  static var nameByteLimit: Int { DirectoryEntries.nameByteLimit }
  private static var slash: UInt8 { UInt8(ascii: "/") }
  private static var dot: UInt8 { UInt8(ascii: ".") }

  /// The path as the outside takes it.
  private(set) var bytes: [UInt8]

  /// The root.
  init() { bytes = [Self.slash] }

  /// Bytes that are in normal form.
  private init(normal bytes: [UInt8]) { self.bytes = bytes }

  /// `text`, taken from `base` where it does not begin with a slash. Throws ENOENT for an empty
  /// text, ENAMETOOLONG for a long one or a long name, EINVAL for a NUL.
  init(_ text: [UInt8], from base: FilePath) throws(Errno) {
    try self.init(text.span, from: base)
  }

  /// The same for a text that lies elsewhere.
  init(_ text: Span<UInt8>, from base: FilePath) throws(Errno) {
    guard !text.isEmpty else { throw .noSuchFile }
    guard text.count <= Self.byteLimit else { throw .nameTooLong }
    if unsafe text.withUnsafeBytes({ unsafe Self.isNormal($0) }) {
      self.init(normal: text, from: base)
    } else {
      try self.init(normalizing: text, from: base)
    }
  }

  /// The same for a text in normal form.
  private init(normal text: Span<UInt8>, from base: FilePath) {
    let isAbsolute = text[0] == Self.slash
    bytes = []
    bytes.reserveCapacity((isAbsolute ? 0 : base.bytes.count + 1) + text.count)
    if !isAbsolute {
      if !base.isRoot { bytes.append(contentsOf: base.bytes) }
      bytes.append(Self.slash)
    }
    unsafe text.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  private init(normalizing text: Span<UInt8>, from base: FilePath) throws(Errno) {
    let start = text[0] == Self.slash || base.isRoot ? 0 : base.bytes.count
    var problem: Errno?
    bytes = unsafe [UInt8](unsafeUninitializedCapacity: start + text.count + 1) { target, count in
      count = start
      if start > 0 {
        unsafe base.bytes.withUnsafeBufferPointer { base in
          unsafe UnsafeMutableRawPointer(target.baseAddress!)
            .copyMemory(from: base.baseAddress!, byteCount: start)
        }
      }
      problem = unsafe text.withUnsafeBufferPointer { text in
        unsafe Self.normalize(text, into: target.baseAddress!, &count)
      }
      if count == 0 {
        unsafe target[0] = Self.slash
        count = 1
      }
    }
    if let problem { throw problem }
  }

  /// Puts the names of `text` behind the `count` bytes of `target`, which has room for all of it
  /// and a slash; returns what is wrong with it.
  private static func normalize(
    _ text: UnsafeBufferPointer<UInt8>, into target: UnsafeMutablePointer<UInt8>,
    _ count: inout Int
  ) -> Errno? {
    let bytes = UnsafeRawBufferPointer(text)
    let start = bytes.baseAddress!
    let byteCount = text.count
    var problem: Errno?
    var at = 0
    while at < byteCount {
      let end = unsafe bytes.firstNUL(or: slash, from: at)
      if end < byteCount, unsafe bytes[end] == 0 { return .invalidArgument }
      let length = end - at
      let first = length == 0 ? slash : unsafe start.load(fromByteOffset: at, as: UInt8.self)
      if length == 0 || length == 1 && first == dot {
        // Nothing, or where it is already.
      } else if length == 2, first == dot,
        unsafe start.load(fromByteOffset: at + 1, as: UInt8.self) == dot
      {
        while count > 0, unsafe target[count - 1] != slash { count -= 1 }
        if count > 0 { count -= 1 }
      } else {
        if length > nameByteLimit { problem = .nameTooLong }
        unsafe target[count] = slash
        unsafe UnsafeMutableRawPointer(target + count + 1)
          .copyMemory(from: start + at, byteCount: length)
        count += 1 + length
      }
      at = end + 1
    }
    return problem
  }

  /// Whether it is `/`.
  var isRoot: Bool { bytes.count == 1 }

  /// Where the first name begins; `bytes.count` where there is none.
  var firstName: Int { 1 }

  /// The end of the name that begins at `start`: the next slash, or the end of the path. The next
  /// name begins behind it.
  func end(ofNameAt start: Int) -> Int {
    var end = start
    while end < bytes.count, bytes[end] != Self.slash { end += 1 }
    return end
  }

  /// The last name; nil for the root.
  var lastName: [UInt8]? {
    isRoot ? nil : [UInt8](bytes[(lastSlash + 1)...])
  }

  private var lastSlash: Int {
    var at = bytes.count - 1
    while at > 0, bytes[at] != Self.slash { at -= 1 }
    return at
  }

  /// The directory that holds it; the root holds itself.
  var parent: FilePath { directory(upTo: lastSlash) }

  /// The path up to `end`, which is a slash of it: the directory that holds the name behind it.
  func directory(upTo end: Int) -> FilePath {
    end == 0 ? FilePath() : FilePath(normal: [UInt8](bytes[..<end]))
  }

  /// The path with what stands in `other` from `start` on behind it: a slash and names, or nothing.
  func appending(_ other: FilePath, from start: Int) -> FilePath {
    if start >= other.bytes.count { return self }
    return FilePath(normal: (isRoot ? [] : bytes) + other.bytes[start...])
  }

  /// The path of the name in the directory.
  func appending(_ name: [UInt8]) -> FilePath {
    FilePath(normal: (isRoot ? [] : bytes) + [Self.slash] + name)
  }

  /// Whether the path is `other` or lies below it.
  func isWithin(_ other: FilePath) -> Bool {
    if other.isRoot { return true }
    return bytes.starts(with: other.bytes)
      && (bytes.count == other.bytes.count || bytes[other.bytes.count] == Self.slash)
  }

  /// Whether the path is that of the literal or lies below it.
  func isWithin(_ other: StaticString) -> Bool {
    let count = other.utf8CodeUnitCount
    return bytes.begin(with: other) && (bytes.count == count || bytes[count] == Self.slash)
  }

  /// Whether the path is that of the literal.
  func isEqual(to text: StaticString) -> Bool { bytes.isEqual(to: text) }

  /// Where the last name begins if the rest, with the slash before the name, is the literal.
  func name(behind text: StaticString) -> ArraySlice<UInt8>? {
    let count = text.utf8CodeUnitCount
    guard bytes.count > count, bytes.begin(with: text), lastSlash == count - 1 else { return nil }
    return bytes[count...]
  }
}

extension Span<UInt8> {
  /// Whether a path text can name a directory only: it ends in a slash or in a name of dots.
  var namesDirectory: Bool {
    let slash = UInt8(ascii: "/")
    let dot = UInt8(ascii: ".")
    if isEmpty { return false }
    if self[count - 1] == slash { return true }
    if self[count - 1] != dot { return false }
    if count == 1 || self[count - 2] == slash { return true }
    return self[count - 2] == dot && (count == 2 || self[count - 3] == slash)
  }
}

extension [UInt8] {
  /// The UTF-8 bytes of a literal.
  init(_ text: StaticString) {
    self = text.withUTF8Buffer { buffer in unsafe [UInt8](buffer) }
  }

  /// Whether the bytes are those of the literal.
  func isEqual(to text: StaticString) -> Bool {
    count == text.utf8CodeUnitCount && begin(with: text)
  }

  /// Whether the first bytes are those of the literal.
  func begin(with text: StaticString) -> Bool {
    let length = text.utf8CodeUnitCount
    guard count >= length else { return false }
    return text.withUTF8Buffer { buffer in
      for index in 0..<length where unsafe buffer[index] != self[index] { return false }
      return true
    }
  }
}
