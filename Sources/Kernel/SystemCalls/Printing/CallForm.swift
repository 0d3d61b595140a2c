// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// A form in which calls are written.
protocol CallForm {
  /// Where it goes.
  var out: StreamBuffer { get set }
  /// Writes the value of a field of a structure that begins `offset` bytes into the call's data.
  mutating func put(_ field: StructureField, at offset: Int)
}

extension CallForm {
  /// Writes a structure, `{name=value, ...}`.
  mutating func put(fieldsOf kind: ArgumentKind, at offset: Int) {
    out.append("{")
    var index = 0
    while let field = StructureShape.field(index, of: kind) {
      if index > 0 { out.append(", ") }
      out.append(field.name)
      out.append("=")
      put(field, at: offset + field.offset)
      index += 1
    }
    out.append(StructureShape.hasMore(kind) ? ", ...}" : "}")
  }
}
