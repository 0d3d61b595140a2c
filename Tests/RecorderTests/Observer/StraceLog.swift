// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LinuxABI
import TestSupport

/// What strace says of a run: the calls of each task, tasks in order of appearance.
struct StraceLog {
  /// A call: its name and what it returned, minus the errno on failure; nil where it did not
  /// return.
  struct Call: Equatable, CustomStringConvertible {
    var name: String
    var result: Int64?
    var description: String { "\(name) = \(result.map(String.init) ?? "?")" }
  }

  /// The calls of each task; the first execve, with which strace's own view begins, is left out.
  var tasks: [[Call]] = []

  /// Runs a program under `strace -f` with ASLR off, as the observer does.
  init(running arguments: [String], environment: [String: String]) throws {
    self = try Scratch.with { scratch in
      let log = scratch.path("log")
      _ = try Subprogram.run(
        ["/usr/bin/setarch", "-R", "/usr/bin/strace", "-f", "-qq", "-s0", "-esignal=none"]
          + ["-o", log] + arguments, environment: environment)
      return StraceLog(parsing: try String(contentsOfFile: log, encoding: .utf8))
    }
  }

  init(parsing text: String) {
    var order: [String] = []
    var open: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let task = String(parts[0])
      var rest = parts[1].trimmingCharacters(in: .whitespaces)
      if rest.hasPrefix("+++") || rest.hasPrefix("---") { continue }
      if !order.contains(task) {
        order.append(task)
        tasks.append([])
      }
      if rest.hasSuffix("<unfinished ...>") {
        open[task] = String(rest.prefix { $0 != "(" })
        continue
      }
      if rest.hasPrefix("<... ") { rest = (open[task] ?? "") + "(" + rest }
      open[task] = nil
      guard let equals = rest.range(of: " = ", options: .backwards) else { continue }
      let name = String(rest.prefix { $0 != "(" })
      let call = Call(name: name, result: Self.result(rest[equals.upperBound...]))
      tasks[order.firstIndex(of: task)!].append(call)
    }
    for (task, name) in open {
      tasks[order.firstIndex(of: task)!].append(Call(name: name, result: nil))
    }
    if tasks.first?.first?.name == "execve" { tasks[0].removeFirst() }
  }

  private static func result(_ text: Substring) -> Int64? {
    let words = text.split(separator: " ")
    guard let first = words.first, first != "?" else { return nil }
    if first == "-1", words.count > 1 {
      let number = (1...133).first { number in
        Errno(rawValue: UInt16(number)).name.map { "\($0)" } == String(words[1])
      }
      if let number { return -Int64(number) }
    }
    if first.hasPrefix("0x") {
      return UInt64(first.dropFirst(2), radix: 16).map { Int64(bitPattern: $0) }
    }
    return Int64(first)
  }
}
