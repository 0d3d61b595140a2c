// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// Reads the fields of a structure, `{name=value, ...}`, as far as they are numbers and texts of
/// the structures that the call table knows.
enum StructureText {
  /// The fields that the text tells: where each lies, and its bytes.
  static func fields(_ text: ByteText, _ kind: ArgumentKind) -> [(offset: Int, bytes: [UInt8])] {
    read(text, kind, at: 0)
  }

  private static func read(
    _ text: ByteText, _ kind: ArgumentKind, at base: Int
  ) -> [(offset: Int, bytes: [UInt8])] {
    guard text.first == 0x7b, text.last == 0x7d else { return [] }
    var scanner = ArgumentScanner(text.dropFirst().dropLast(), .strace)
    _ = scanner.scan()
    var found: [(offset: Int, bytes: [UInt8])] = []
    for part in scanner.arguments {
      guard let sign = part.firstIndex(of: 0x3d) else { continue }
      let name = part[..<sign].trimmed
      let value = part[(sign + 1)...].trimmed
      if kind == .stat {
        if let field = metadata(name, value) { found.append(field) }
        continue
      }
      guard let field = field(name, of: kind) else { continue }
      if case .nested(let inner) = field.form {
        found += read(value, inner, at: base + field.offset)
      } else if let bytes = bytes(value, field) {
        found.append((base + field.offset, bytes))
      }
    }
    return found
  }

  private static func field(_ name: ByteText, of kind: ArgumentKind) -> StructureField? {
    var index = 0
    while let field = StructureShape.field(index, of: kind) {
      if name.isText(field.name) { return field }
      index += 1
    }
    return nil
  }

  private static func bytes(_ value: ByteText, _ field: StructureField) -> [UInt8]? {
    switch field.form {
    case .text:
      guard let (bytes, rest) = ArgumentReader.quoted(value), rest.isEmpty,
        bytes.count < field.byteCount
      else { return nil }
      return bytes + [0]
    case .signed, .unsigned, .hex, .limit, .address:
      guard let number = number(value) else { return nil }
      return littleEndian(number, field.byteCount)
    case .triple, .nested: return nil
    }
  }

  /// A number; strace writes limits as `8192*1024`, infinity by name.
  private static func number(_ value: ByteText) -> UInt64? {
    if value.isText("NULL") { return 0 }
    if value.begins("RLIM") { return .max }
    if let star = value.firstIndex(of: 0x2a) {
      guard let first = Numbers.value(value[..<star]),
        let second = Numbers.value(value[(star + 1)...])
      else { return nil }
      let (product, overflow) = first.multipliedReportingOverflow(by: second)
      return overflow ? nil : product
    }
    return Numbers.value(value)
  }

  // MARK: Metadata

  /// The fields of a struct stat that printers show. Source: `asm/stat.h`.
  private static func metadata(
    _ name: ByteText, _ value: ByteText
  ) -> (offset: Int, bytes: [UInt8])? {
    guard let field = field(name, of: .stat) else { return nil }
    let bits =
      name.isText("st_mode") ? mode(value) : name.isText("st_size") ? number(value) : nil
    return bits.map { (field.offset, littleEndian($0, field.byteCount)) }
  }

  /// `0100644`, or `S_IFREG|S_ISUID|0644`.
  private static func mode(_ value: ByteText) -> UInt64? {
    var bits: UInt64 = 0
    for part in value.split(separator: 0x7c) {
      let name = part.prefix { $0 != 0x20 }
      if let first = name.first, 0x30...0x39 ~= first {
        guard let rest = Numbers.value(name, radix: 8) else { return nil }
        bits |= rest
      } else if let type = fileTypes.first(where: { name.isText($0.0) }) {
        bits |= type.1
      } else {
        return nil
      }
    }
    return bits
  }

  private static let fileTypes: [(StaticString, UInt64)] = [
    ("S_IFIFO", 0o010000), ("S_IFCHR", 0o020000), ("S_IFDIR", 0o040000), ("S_IFBLK", 0o060000),
    ("S_IFREG", 0o100000), ("S_IFLNK", 0o120000), ("S_IFSOCK", 0o140000), ("S_ISUID", 0o4000),
    ("S_ISGID", 0o2000), ("S_ISVTX", 0o1000),
  ]

  private static func littleEndian(_ value: UInt64, _ byteCount: Int) -> [UInt8] {
    (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> (UInt64($0) * 8)) }
  }
}
