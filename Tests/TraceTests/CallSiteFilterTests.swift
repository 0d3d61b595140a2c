// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing
import Trace

struct CallSiteFilterTests {
  private var filter = CallSiteFilter()

  private mutating func isFirst(_ number: SystemCallNumber, _ arguments: UInt64...) -> Bool {
    var operands = InlineArray<6, UInt64>(repeating: 0)
    for (index, argument) in arguments.enumerated() { operands[index] = argument }
    return filter.isFirst(number, operands)
  }

  @Test mutating func `the first call of each number is told`() {
    let told = [isFirst(.getpid), isFirst(.getpid), isFirst(.close, 3), isFirst(.close, 4)]
    #expect(told == [true, false, true, false])
    // What Linux does not have is one kind of call.
    let unknown = [
      isFirst(SystemCallNumber(rawValue: 4000)), isFirst(SystemCallNumber(rawValue: .max)),
    ]
    #expect(unknown == [true, false])
  }

  @Test mutating func `the first of each named sub-command is told, and one without a name`() {
    let first = [
      isFirst(.fcntl, 3, 1), isFirst(.fcntl, 3, 2), isFirst(.fcntl, 9, 1),
      isFirst(.fcntl, 3, 9999), isFirst(.fcntl, 3, 9998),
    ]
    #expect(first == [true, true, false, true, false])
    // FUTEX_WAIT with and without FUTEX_PRIVATE_FLAG; a socket option by its level.
    let flags = [isFirst(.futex, 1, 0), isFirst(.futex, 1, 128), isFirst(.futex, 1, 129)]
    #expect(flags == [true, false, true])
    let options = [isFirst(.setsockopt, 3, 1, 2), isFirst(.setsockopt, 3, 6, 2)]
    #expect(options == [true, true])
  }

  @Test mutating func `a guest that makes up sub-commands does not fill the memory`() {
    var told = 0
    for request in 0..<100_000 as Range<UInt64> where isFirst(.ioctl, 3, 0x4000_0000 + request) {
      told += 1
    }
    #expect(told == 1)
    let later = isFirst(.ioctl, 3, 0x5401)
    #expect(!later, "there were too many")
  }
}
