// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

extension Report {
  /// A root with its consequences, some lines.
  static func rootText(_ root: RootDivergence) -> String {
    let first = root.first
    var text =
      "  " + sixteenDigits(first.fingerprint) + "  " + first.divergenceClass.rawValue + "  "
      + first.subject + "  " + eventsText(root)
    if !first.isFinding { text += "  (explained)" }
    text += "\n"
    text += indented("request", first.request)
    text += indented("expected", first.expected.text)
    text += indented("actual", first.actual.text)
    if let field = first.field { text += indented("in", field) }
    if let place = first.place { text += indented("at", place.text) }
    if let touched = first.touched {
      text += indented("left", touched.left?.line ?? "no VMA")
      text += indented("right", touched.right?.line ?? "no VMA")
    }
    if let excerpt = first.excerpt { text += excerptText(excerpt) }
    for consequence in root.consequences {
      let divergence = consequence.first
      var line = divergence.divergenceClass.rawValue + " " + divergence.subject
      if consequence.count > 1 { line += " x\(consequence.count)" }
      line += ": " + divergence.expected.text + " / " + divergence.actual.text
      // Another way of the program may have other causes: it is only known that it came after.
      let isWay = [.request, .path].contains(divergence.divergenceClass)
      text += indented(isWay ? "then" : "so", line)
      if let excerpt = divergence.excerpt { text += excerptText(excerpt) }
    }
    let listed = root.consequences.reduce(0) { $0 + $1.count }
    if root.consequenceCount > listed {
      text += indented("so", "\(root.consequenceCount - listed) more")
    }
    return text
  }

  private static func eventsText(_ root: RootDivergence) -> String {
    let left = root.first.leftEvent.map { String($0) } ?? "-"
    let right = root.first.rightEvent.map { String($0) } ?? "-"
    var text = "event " + left + " / " + right
    if root.count > 1 { text += ", x\(root.count), last \(root.lastEvent)" }
    return text
  }

  private static func indented(_ label: String, _ value: String) -> String {
    let fill = String(repeating: " ", count: 10 - label.utf8.count)
    let parts = wrapped(value, to: TextTable.width - 16)
    var text = "      " + label + fill + parts[0] + "\n"
    for part in parts.dropFirst() { text += String(repeating: " ", count: 16) + part + "\n" }
    return text
  }

  /// Both maps side by side, VMAs that begin alike on one line; `!` where the lines differ.
  static func excerptText(_ excerpt: LayoutExcerpt) -> String {
    var text = "    " + padded("left", columnWidth) + "   right\n"
    var left = excerpt.left[...]
    var right = excerpt.right[...]
    while !left.isEmpty || !right.isEmpty {
      let leftStart = left.first.map { $0.range.lowerBound + excerpt.shift }
      let rightStart = right.first?.range.lowerBound
      var leftVMA: VMADescription?
      var rightVMA: VMADescription?
      if let leftStart, rightStart == nil || leftStart <= rightStart! {
        leftVMA = left.removeFirst()
      }
      if let rightStart, leftStart == nil || rightStart <= leftStart! {
        rightVMA = right.removeFirst()
      }
      let isSame =
        leftVMA?.attributes == rightVMA?.attributes
        && leftVMA?.range.byteCount == rightVMA?.range.byteCount
      text += isSame ? "    " : "  ! "
      text += padded(leftVMA.map(vmaText) ?? "", columnWidth)
      text += rightVMA.map { " | " + vmaText($0) } ?? " |"
      text += "\n"
    }
    return text + "\n"
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.utf8.count))
  }

  private static var columnWidth: Int { 46 }

  /// A VMA in a column; of a long path the end is kept.
  private static func vmaText(_ vma: VMADescription) -> String {
    let range =
      hexadecimal(vma.range.lowerBound.rawValue).dropFirst(2) + "-"
      + hexadecimal(vma.range.upperBound.rawValue).dropFirst(2)
    let head =
      range + " " + vma.protection.description + (vma.isShared ? "s" : "p") + " "
    let name: String
    switch vma.backing {
    case .file: name = hexadecimal(vma.offset) + " " + printable(vma.name)
    case .special: name = printable(vma.name)
    case let backing: name = backing.text
    }
    let room = max(6, columnWidth - head.utf8.count)
    return head + (name.utf8.count <= room ? name : ".." + name.suffix(room - 2))
  }
}
