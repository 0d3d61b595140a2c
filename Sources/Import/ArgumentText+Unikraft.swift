// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension ArgumentReader {
  /// An argument as Unikraft writes it: `fd:3`, `va:0x1000`, `<out>"text"...`,
  /// `<out>stat:{st_size=0, ...}`, `O_RDONLY|0x2`. The types may be left out.
  mutating func readUnikraft(_ text: ByteText, _ argument: SystemCallArgument) -> ArgumentText {
    let kind = argument.kind
    var text = text
    if text.isText("...") { return ArgumentText() }
    if text.accept("<ref:") {
      let digits = text.prefix { $0 != 0x3e }
      return ArgumentText(value: Numbers.value(digits), isExact: false)
    }
    _ = text.accept("<out>")
    if text.isText("NULL") { return ArgumentText(value: 0) }
    if text.first == 0x22 { return unikraftText(text, kind) }
    let type = text.prefix { 0x61...0x7a ~= $0 }
    if !type.isEmpty, type.endIndex < text.endIndex, text[type.endIndex] == 0x3a {
      text = text[(type.endIndex + 1)...]
    }
    if text.isText("NULL") { return ArgumentText(value: 0) }
    if text.first == 0x7b {
      var told = ArgumentText.untold
      told.fields = StructureText.fields(text, kind)
      return told
    }
    guard let value = value(text, kind) else { return .untold }
    return ArgumentText(value: value)
  }

  private func unikraftText(_ text: ByteText, _ kind: ArgumentKind) -> ArgumentText {
    guard let end = text.lastIndex(of: 0x22), end > text.startIndex else { return .untold }
    let inside = text[(text.startIndex + 1)..<end]
    let isText = kind == .path || kind == .string
    // The printer escapes what is in buffers, and not what is in text.
    let bytes = isText ? [UInt8](inside) : Self.unikraftBuffer(inside)
    return Self.text(bytes, kind, text[(end + 1)...])
  }
}
