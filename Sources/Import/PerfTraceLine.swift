// SPDX-License-Identifier: BSD-3-Clause

/// A line of `perf trace` in its parts: `1.025 ( 0.034 ms): cat/26458 close(fd: 4) = 0`.
struct PerfTraceLine {
  /// When it began, in nanoseconds; nil where perf writes `?`.
  var time: UInt64?
  /// How long it took, in nanoseconds; nil where it is not over or that is not known.
  var duration: UInt64?
  /// The task; nil where there is but one, and perf names none.
  var task: UInt64?
  /// The call or the fault.
  var body: ByteText

  /// Nil for a line of something else.
  init?(_ line: ByteText) {
    var rest = line.trimmed
    let word = rest.prefix { $0 != 0x20 }
    if !word.isText("?") {
      guard let time = Self.milliseconds(word) else { return nil }
      self.time = time
    }
    rest = rest[word.endIndex...].trimmed
    guard rest.accept("("), let close = rest.firstIndex(of: 0x29) else { return nil }
    let told = rest[..<close].trimmed
    if !told.isEmpty {
      guard told.ends(" ms"), let duration = Self.milliseconds(told.dropLast(3).trimmed) else {
        return nil
      }
      self.duration = duration
    }
    rest = rest[(close + 1)...]
    guard rest.accept(": ") else { return nil }
    body = rest.trimmed
    takeTask()
    if body.isEmpty { return nil }
  }

  /// `cat/26458 `, `26458 `; a program's name may hold spaces and slashes.
  private mutating func takeTask() {
    let head = body.prefix { $0 != 0x28 && $0 != 0x5b }
    var start = head.startIndex
    while let space = head[start...].firstIndex(of: 0x20) {
      let word = head[start..<space]
      let digits = word.split(separator: 0x2f, omittingEmptySubsequences: false).last ?? word
      if let id = Numbers.value(digits, radix: 10) {
        task = id
        body = body[space...].trimmed
        return
      }
      start = space + 1
    }
  }

  /// `12.345` as nanoseconds.
  private static func milliseconds(_ text: ByteText) -> UInt64? {
    guard text.last.map({ 0x30...0x39 ~= $0 }) == true, let point = text.firstIndex(of: 0x2e),
      text.endIndex - point == 4, let whole = Numbers.value(text[..<point], radix: 10),
      let part = Numbers.value(text[(point + 1)...], radix: 10), whole < 1 << 43
    else { return nil }
    return (whole * 1000 + part) * 1000
  }
}
