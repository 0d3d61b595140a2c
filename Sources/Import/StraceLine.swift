// SPDX-License-Identifier: BSD-3-Clause

/// What stands before the call on a line of strace(1), and the rest.
struct StraceLine {
  /// The process or thread, where `-f` names it.
  var processID: UInt64?
  /// When the line began.
  var time: Time?
  /// The call, signal or remark.
  var body: ByteText

  /// A time as one of strace's options writes it, in nanoseconds.
  enum Time {
    /// `-t`, `-tt`: since midnight.
    case clock(UInt64)
    /// `-ttt`: since 1970.
    case absolute(UInt64)
    /// `-r`: since the line before.
    case relative(UInt64)
  }

  /// Reads the columns of `-f`, `-Y`, `-t`, `-tt`, `-ttt`, `-r`, `-n` and `-i`, those that are
  /// there.
  init(_ line: ByteText) {
    body = line.trimmed
    if body.accept("[pid ") {
      body = body.trimmed
      processID = body.takeDecimal()
      skipName(before: 0x5d)
      _ = body.accept("]")
    } else {
      let digits = body.prefix { 0x30...0x39 ~= $0 }
      if !digits.isEmpty, digits.endIndex < body.endIndex,
        [0x20, 0x3c].contains(body[digits.endIndex])
      {
        processID = body.takeDecimal()
        skipName(before: 0x20)
      }
    }
    body = body.trimmed
    takeTime()
    while body.begins("["), takeBracket() {}
  }

  /// Goes over the name that `-Y` writes behind a number: `123<comm>`, in which a `>` may be.
  private mutating func skipName(before next: UInt8) {
    guard body.first == 0x3c else { return }
    // A name has at most 15 bytes, each of which may be written as `\\ooo`.
    let name = body.prefix(64)
    var at = name.startIndex + 1
    while at + 1 < name.endIndex {
      if name[at] == 0x3e, name[at + 1] == next {
        body = body[(at + 1)...]
        return
      }
      at += 1
    }
  }

  private mutating func takeTime() {
    // -r beside another time stands in parentheses.
    let column = body.prefix { $0 != 0x20 }
    guard let first = column.first, 0x30...0x39 ~= first, column.endIndex < body.endIndex else {
      return
    }
    if let clock = TimeText.clock(column) {
      time = .clock(clock)
    } else if let seconds = TimeText.seconds(column) {
      // A run of three years is no run.
      time = seconds < 100_000_000_000_000_000 ? .relative(seconds) : .absolute(seconds)
    } else {
      return
    }
    body = body[column.endIndex...].trimmed
    if body.begins("(+"), let close = body.firstIndex(of: 0x29) {
      body = body[(close + 1)...].trimmed
    }
  }

  /// `[ 257] ` or `[00007f11cb6d5ad7] `; false where it is something else in brackets.
  private mutating func takeBracket() -> Bool {
    guard let close = body.firstIndex(of: 0x5d), close - body.startIndex <= 20,
      body[(body.startIndex + 1)..<close].allSatisfy({
        $0 == 0x20 || $0 == 0x3f || Numbers.digit($0) != nil
      })
    else { return false }
    body = body[(close + 1)...].trimmed
    return true
  }
}

/// Adds up the times of lines to times since the first.
struct StraceClock {
  private var first: UInt64?
  private var last: UInt64 = 0
  private var days: UInt64 = 0
  private var sum: UInt64 = 0
  private static let day: UInt64 = 86_400_000_000_000

  /// Nanoseconds from the first line to one with this time; that of the line before for one
  /// without.
  mutating func time(_ time: StraceLine.Time?) -> UInt64 {
    let now: UInt64
    switch time {
    case nil: return sum
    case .relative(let step):
      sum = sum &+ (first == nil ? 0 : step)
      first = first ?? 0
      return sum
    case .absolute(let value): now = value
    case .clock(let value):
      // Times go back a little between tasks, and a lot at midnight.
      if value + Self.day / 2 < last { days += 1 }
      last = value
      now = value + days * Self.day
    }
    let start = first ?? now
    first = start
    sum = now > start ? now - start : 0
    return sum
  }
}
