// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// `mmap(len: 8192, prot: READ|WRITE) = 0x7f00` in its parts.
struct PerfCallLine {
  /// Which call it is.
  var number: SystemCallNumber
  /// What stands between the parentheses.
  var inside: ByteText
  /// The names and texts of the arguments that perf writes.
  var arguments: [(name: ByteText, text: ByteText)]
  /// Whether the result is there; else the line ends in `...` and another one goes on.
  var isOver: Bool
  /// What stands behind the `=`.
  var result: ByteText

  /// Nil where that is no call.
  init?(_ body: ByteText, _ names: NameTables) {
    guard let open = body.firstIndex(of: 0x28), let number = names.call(body[..<open]) else {
      return nil
    }
    self.number = number
    var scanner = ArgumentScanner(body[(open + 1)...], .strace)
    guard scanner.scan(), let close = scanner.close else { return nil }
    inside = body[(open + 1)..<close]
    arguments = []
    for argument in scanner.arguments where !argument.isEmpty {
      guard let colon = argument.find(": ") else { return nil }
      arguments.append((argument[..<colon], argument[(colon + 2)...].trimmed))
    }
    var rest = body[(close + 1)...].trimmed
    isOver = !rest.isText("...")
    if isOver, !rest.accept("=") { return nil }
    result = rest.trimmed
  }

  /// Of `read()) = 5`, the end of a call.
  init?(continued body: ByteText, _ names: NameTables) {
    guard let open = body.find("())"), let number = names.call(body[..<open]) else { return nil }
    var rest = body[(open + 3)...].trimmed
    guard rest.accept("=") else { return nil }
    self.number = number
    inside = []
    arguments = []
    isOver = true
    result = rest.trimmed
  }
}
