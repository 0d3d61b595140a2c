// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// Holds the bytes behind an argument against what a rule asks of its structure.
struct StructureCheck {
  /// The argument, 0 to 5.
  var argument: Int
  /// Its name, for what cannot be checked.
  var name: String
  /// What it is.
  var kind: ArgumentKind

  /// What the rule does not take, and what cannot be checked: everything where the bytes are not
  /// known, and fields that the call table does not have.
  func mismatch(_ pattern: CallRule.Pattern, _ bytes: [UInt8]?) -> RuleMismatch {
    switch pattern {
    case .structure(let fields):
      if fields.isEmpty { return RuleMismatch() }
      // What is an array is no structure, and a rule for one would be read otherwise.
      guard let bytes, StructureShape.elementByteCount(kind) == nil else { return uncheckable }
      return mismatch(fields, bytes[...])
    case .array(let elements):
      guard let bytes, let byteCount = StructureShape.elementByteCount(kind),
        bytes.count % byteCount == 0
      else { return uncheckable }
      var mismatch = RuleMismatch()
      for start in stride(from: 0, to: bytes.count, by: byteCount) {
        mismatch += element(bytes[start..<start + byteCount], elements)
      }
      return mismatch
    default: return uncheckable
    }
  }

  private var uncheckable: RuleMismatch { RuleMismatch(unchecked: ["fields of " + name]) }

  /// The nearest of the patterns that an element may match.
  private func element(
    _ bytes: ArraySlice<UInt8>, _ patterns: [CallRule.Pattern]
  ) -> RuleMismatch {
    let mismatches = patterns.map { pattern in
      guard case .structure(let fields) = pattern else { return uncheckable }
      return mismatch(fields, bytes)
    }
    return mismatches.min {
      ($0.unsupported.count, $0.unchecked.count) < ($1.unsupported.count, $1.unchecked.count)
    } ?? uncheckable
  }

  private func mismatch(_ fields: [CallRule.Field], _ bytes: ArraySlice<UInt8>) -> RuleMismatch {
    var mismatch = RuleMismatch()
    for field in fields {
      // Any number will do, and every field is one.
      if case .names(let names, takesIntegers: true) = field.pattern, names.isEmpty { continue }
      guard case .names(let names, let takesIntegers) = field.pattern,
        let asked = StructureShape.asked(of: kind).first(where: { "\($0.name)" == field.name }),
        let value = Self.value(of: asked, in: bytes)
      else {
        mismatch.unchecked.append("\(field.name) of \(name)")
        continue
      }
      for item in RequestItem.names(of: value, asked.kind) where !names.contains(item) {
        let isNamed = !item.hasPrefix("0x")
        // No flags, and no code: nothing is asked.
        if !isNamed, takesIntegers || value == 0 { continue }
        if isNamed {
          mismatch.unsupported.append(
            RequestItem(
              argument: argument, name: "\(field.name)=\(item)", isNamed: true, value: value))
        } else {
          mismatch.unchecked.append("\(field.name)=\(item) of \(name)")
        }
      }
    }
    return mismatch
  }

  private static func value(of field: AskedField, in bytes: ArraySlice<UInt8>) -> UInt64? {
    LittleEndian.load([UInt8](bytes).span, at: field.offset, byteCount: field.byteCount)
  }
}

extension StructureShape {
  /// The fields of a kind that say what is asked.
  fileprivate static func asked(of kind: ArgumentKind) -> [AskedField] {
    var fields: [AskedField] = []
    while let field = asked(fields.count, of: kind) { fields.append(field) }
    return fields
  }
}

extension RequestItem {
  /// What a structure of that kind asks for, field by field: `sa_flags=SA_RESTART`. Of an array
  /// what its elements ask for, each once.
  public static func text(of bytes: [UInt8], _ kind: ArgumentKind) -> [String] {
    let byteCount = max(1, StructureShape.elementByteCount(kind) ?? bytes.count)
    var texts: [String] = []
    for start in stride(from: 0, to: bytes.count, by: byteCount) {
      let element = [UInt8](bytes[start..<min(start + byteCount, bytes.count)])
      for field in StructureShape.asked(of: kind) {
        let value = LittleEndian.load(
          element.span, at: field.offset, byteCount: field.byteCount)
        guard let value else { continue }
        let names = value == 0 ? [] : names(of: value, field.kind)
        let text = "\(field.name)=" + (names.isEmpty ? "0" : names.joined(separator: "|"))
        if !texts.contains(text) { texts.append(text) }
      }
    }
    return texts
  }
}
