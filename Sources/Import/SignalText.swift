// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Trace

/// Reads strace's lines of signals and ends.
enum SignalText {
  /// `--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x10} ---`: the event, and the
  /// text behind the name.
  static func signal(_ body: ByteText, _ names: NameTables) -> (Event, details: ByteText)? {
    guard body.begins("--- "), body.ends(" ---"), body.count > 8 else { return nil }
    let inside = body.dropFirst(4).dropLast(4)
    let name = inside.prefix { $0 != 0x20 }
    guard let number = names.signal(name) else { return nil }
    var event = Event(.signal, code: UInt32(number))
    event.unknown = .operand(0)
    let details = inside[name.endIndex...].trimmed
    guard details.first == 0x7b, details.last == 0x7d else { return (event, details) }
    var scanner = ArgumentScanner(details.dropFirst().dropLast(), .strace)
    _ = scanner.scan()
    for part in scanner.arguments {
      var part = part
      if part.accept("si_code="), let code = code(part) {
        event.operands[0] = UInt64(bitPattern: code)
        event.unknown.remove(.operand(0))
      } else if part.accept("si_addr=") {
        if let address = part.isText("NULL") ? 0 : Numbers.value(part) {
          event.operands[1] = address
        } else {
          event.unknown.insert(.operand(1))
        }
      }
    }
    return (event, details)
  }

  /// What si_code says, by its name or number. Source: sigaction(2).
  private static func code(_ text: ByteText) -> Int64? {
    if let known = codes.first(where: { text.isText($0.0) }) { return known.1 }
    return Numbers.value(text).map { Int64(bitPattern: $0) }
  }

  private static let codes: [(StaticString, Int64)] = [
    ("SI_USER", 0), ("SI_KERNEL", 0x80), ("SI_QUEUE", -1), ("SI_TIMER", -2), ("SI_MESGQ", -3),
    ("SI_ASYNCIO", -4), ("SI_SIGIO", -5), ("SI_TKILL", -6), ("SEGV_MAPERR", 1),
    ("SEGV_ACCERR", 2), ("BUS_ADRALN", 1), ("BUS_ADRERR", 2), ("BUS_OBJERR", 3),
    ("CLD_EXITED", 1), ("CLD_KILLED", 2), ("CLD_DUMPED", 3), ("CLD_TRAPPED", 4),
    ("CLD_STOPPED", 5), ("CLD_CONTINUED", 6), ("ILL_ILLOPC", 1), ("ILL_ILLOPN", 2),
    ("FPE_INTDIV", 1), ("FPE_INTOVF", 2), ("TRAP_BRKPT", 1), ("TRAP_TRACE", 2), ("SYS_SECCOMP", 1),
  ]

  /// `+++ exited with 3 +++`, `+++ killed by SIGSEGV (core dumped) +++`.
  static func end(_ body: ByteText, _ names: NameTables) -> (isKilled: Bool, result: Int64)? {
    guard body.ends(" +++") else { return nil }
    var text = body.dropLast(4)
    if text.accept("+++ exited with ") {
      return Numbers.value(text, radix: 10).map { (false, Int64(truncatingIfNeeded: $0)) }
    }
    guard text.accept("+++ killed by ") else { return nil }
    return names.signal(text.prefix { $0 != 0x20 }).map { (true, Int64($0)) }
  }
}
