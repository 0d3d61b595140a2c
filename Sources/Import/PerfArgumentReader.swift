// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Trace

/// Makes a call of what `perf trace` writes of it: arguments with the kernel's names, those that
/// are 0 left out, the beginnings of the names of flags and codes, too.
struct PerfArgumentReader {
  private var reader = ArgumentReader(.strace)

  /// The call table, read backwards.
  var names: NameTables { reader.names }

  /// The call, without its end. What is left out is 0, unless perf leaves it out for another
  /// reason.
  mutating func assemble(
    _ line: inout PerfCallLine, _ task: UInt32, _ time: UInt64
  ) -> AssembledCall {
    var event = Event(.systemCall, task: task, code: line.number.rawValue)
    event.time = time
    let row = SystemCallTable.description(of: line.number)
    let count = row?.argumentCount ?? 6
    let places = PerfArgumentNames.places(of: line.arguments.map(\.name), in: row)
    var isKnown = [Bool](repeating: !places.contains(nil), count: 6)
    for index in PerfArgumentNames.hidden(of: line.number) { isKnown[index] = false }
    var isExact = !places.contains(nil)
    for (place, argument) in zip(places, line.arguments) {
      guard let place else { continue }
      let value = value(argument.text, row?.arguments[place] ?? SystemCallArgument(.hex))
      isKnown[place] = value != nil
      isExact = isExact && value != nil
      event.operands[place] = value ?? 0
    }
    var call = AssembledCall(call: event)
    for index in 0..<count where !isKnown[index] {
      call.call.unknown.insert(.operand(index))
      call.unknownArgumentCount += 1
    }
    if !isExact {
      let words = Event(.wording, task: task, code: UInt32(WordingKind.arguments.rawValue))
      call.attachments.append((words, [UInt8](line.inside.prefix(4096))))
    }
    return call
  }

  /// The result: a number, perhaps with a remark, or an error.
  func result(_ text: ByteText) -> ResultText { reader.straceResult(text) }

  /// A value; nil where the text does not tell it.
  private mutating func value(_ text: ByteText, _ argument: SystemCallArgument) -> UInt64? {
    let told = reader.read(text, argument)
    if told.content != nil { return nil }
    if let value = told.value {
      // perf writes 32 bits of the address of a name.
      let isCut = argument.kind == .path || argument.kind == .string
      return isCut && value <= 0xffff_ffff ? nil : value
    }
    var value: UInt64 = 0
    for part in text.split(separator: 0x7c, omittingEmptySubsequences: false) {
      guard let bits = bits(part.trimmed, argument) else { return nil }
      value |= bits
    }
    return value
  }

  /// A name without its beginning, `READ` for `PROT_READ`; or what is left over, in digits.
  private mutating func bits(_ name: ByteText, _ argument: SystemCallArgument) -> UInt64? {
    if let first = name.first, 0x30...0x39 ~= first { return Numbers.value(name) }
    for beginning in Self.beginnings {
      if let value = reader.names.value([UInt8](beginning.utf8) + name, argument.kind) {
        return value
      }
    }
    if argument.kind == .accessMode {
      return reader.names.value(name + Array("_OK".utf8), .accessMode)
    }
    return nil
  }

  private static let beginnings = [
    "", "PROT_", "MAP_", "O_", "AT_", "AT_FD", "CLONE_", "FUTEX_", "MADV_", "RLIMIT_", "SIG_",
    "SIG", "ARCH_", "PR_", "GRND_", "F_", "SEEK_", "SOCK_", "AF_", "PF_", "MSG_", "MS_",
    "EPOLL_CTL_", "EPOLL_", "ITIMER_", "CLOCK_", "MREMAP_", "TFD_", "EFD_", "RENAME_", "PRIO_",
    "SCHED_", "LOCK_", "SHUT_", "W", "P_", "STATX_", "IPPROTO_", "SOL_",
  ]
}
