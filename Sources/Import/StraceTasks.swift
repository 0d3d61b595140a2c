// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Trace

/// Which processes and threads a text of strace(1) has, found before the events are made: a child
/// often appears before the line that says who made it ends.
struct StraceTasks {
  /// How a task came to be.
  struct Birth {
    var maker: UInt64
    /// As the code of a task-started event.
    var code: UInt32
  }

  /// Tasks that are told apart.
  private static let limit = 1 << 20

  /// Made by which, for those that another task's call returned.
  private(set) var births: [UInt64: Birth] = [:]
  /// The process of lines without a number, once it has one.
  private(set) var first: UInt64?
  private var attached: Set<UInt64> = []
  private var numbers: [UInt64: UInt32] = [:]
  private var unfinished: [UInt64: ByteText] = [:]

  /// Looks at one line.
  mutating func look(at line: StraceLine) {
    let body = line.body
    if let id = line.processID, first == nil, !attached.contains(id), births[id] == nil {
      first = id
      unfinished[id] = unfinished[0]
    }
    if let start = body.find("strace: Process "), body.ends(" attached") {
      var rest = body[(start + 16)...]
      if let id = rest.takeDecimal(), attached.count < Self.limit { attached.insert(id) }
      // The remark may stand in the middle of the call that made the process.
      if start > body.startIndex { unfinished[line.processID ?? first ?? 0] = body[..<start] }
      return
    }
    let maker = line.processID ?? first ?? 0
    guard Self.calls.contains(where: { body.begins($0) || body.begins("<... ") }) else { return }
    if body.ends("<unfinished ...>") {
      if unfinished.count < Self.limit { unfinished[maker] = body }
      return
    }
    var head = body
    if body.begins("<... ") {
      guard let start = unfinished.removeValue(forKey: maker), body.find(" resumed>") != nil else {
        return
      }
      head = start
    }
    guard Self.calls.contains(where: { head.begins($0) }),
      let sign = body.lastIndex(of: 0x3d)
    else { return }
    var result = body[(sign + 1)...].trimmed
    guard let child = result.takeDecimal(), child > 0, births.count < Self.limit else { return }
    let isThread = head.find("CLONE_THREAD") != nil || body.find("CLONE_THREAD") != nil
    let isShared = head.begins("vfork(") || head.find("CLONE_VFORK") != nil
    births[child] = Birth(maker: maker, code: isThread ? 0 : isShared ? 2 : 1)
  }

  private static let calls: [StaticString] = ["clone(", "clone3(", "fork(", "vfork("]

  /// The number of a task in the trace, from 1 on in order of appearance, and whether it is new.
  mutating func number(of id: UInt64?) -> (number: UInt32, isNew: Bool) {
    let id = id ?? first ?? 0
    if let number = numbers[id] { return (number, false) }
    let number = UInt32(numbers.count + 1)
    if numbers.count < Self.limit { numbers[id] = number }
    return (number, true)
  }

  /// The event with which a task began; the first has none.
  func start(of id: UInt64?, number: UInt32) -> Event? {
    if number == 1 { return nil }
    guard let id, let birth = births[id],
      let maker = numbers[birth.maker == 0 ? first ?? 0 : birth.maker]
    else {
      var event = Event(.taskStarted, task: number, code: 3)
      event.unknown.insert(.operand(0))
      return event
    }
    var event = Event(.taskStarted, task: number, code: birth.code)
    event.operands[0] = UInt64(maker)
    return event
  }

  /// Whether the first task has its number.
  var hasFirst: Bool { !numbers.isEmpty }

  /// How many tasks there are.
  var count: Int { numbers.count }
}
