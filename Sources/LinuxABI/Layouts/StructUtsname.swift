// SPDX-License-Identifier: BSD-3-Clause

/// `struct utsname`, 390 bytes: six texts of 65 bytes, each with a NUL at its end.
public enum StructUtsname {
  /// sizeof.
  public static var byteCount: Int { 390 }
  /// Bytes of a text, with its NUL: __NEW_UTS_LEN and one.
  public static var fieldByteCount: Int { 65 }

  /// The texts, in order.
  public enum Field: Int, Sendable, CaseIterable {
    /// sysname, such as `Linux`.
    case systemName = 0
    /// nodename.
    case nodeName = 1
    /// release, such as `6.18.0`.
    case release = 2
    /// version.
    case version = 3
    /// machine, such as `x86_64`.
    case machine = 4
    /// domainname.
    case domainName = 5
  }

  /// Appends a text, cut to 64 bytes and filled up with NULs to 65; the six make the structure.
  public static func append(_ text: Span<UInt8>, to bytes: inout [UInt8]) {
    let count = min(text.count, fieldByteCount - 1)
    for index in 0..<count { bytes.append(text[index]) }
    for _ in count..<fieldByteCount { bytes.append(0) }
  }

  /// Appends a text, cut to 64 bytes and filled up with NULs to 65.
  public static func append(_ text: StaticString, to bytes: inout [UInt8]) {
    let count = min(text.utf8CodeUnitCount, fieldByteCount - 1)
    for index in 0..<count { unsafe bytes.append(text.utf8Start[index]) }
    for _ in count..<fieldByteCount { bytes.append(0) }
  }

  /// A text of a structure, without its NUL; nil if there are fewer than 390 bytes.
  public static func text(_ field: Field, of bytes: Span<UInt8>) -> [UInt8]? {
    guard bytes.count >= byteCount else { return nil }
    var text: [UInt8] = []
    let start = field.rawValue * fieldByteCount
    for index in start..<start + fieldByteCount {
      if bytes[index] == 0 { break }
      text.append(bytes[index])
    }
    return text
  }
}
