// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing
import Trace

@Suite struct EventListTests {
  @Test func `a list gives what it took, in order, with the bytes`() {
    var list = EventList()
    list.append(Event(.guestRead, code: 1), bytes: [1, 2, 3])
    list.append(Event(.systemCall, code: 2, result: -2))
    list.append(Event(.guestWrite, code: 3), bytes: [4])
    #expect(list.count == 3)
    #expect(list.payload.isEmpty)
    var seen: [(UInt32, [UInt8])] = []
    while let event = list.next() { seen.append((event.code, [UInt8](list.payload))) }
    #expect(seen.map(\.0) == [1, 2, 3])
    #expect(seen.map(\.1) == [[1, 2, 3], [], [4]])
    #expect(list.next()?.code == nil)
    list.rewind()
    #expect(list.next()?.code == 1)
    #expect(list.payloadBytes(at: 2) == [4])
    #expect(list[1].result == -2)
  }

  @Test func `a copy of a list is its own list`() {
    var first = EventList()
    first.append(Event(.guestRead), bytes: [1, 2, 3])
    var second = first
    second.append(Event(.guestRead), bytes: [9])
    first.append(Event(.guestRead), bytes: [7, 7])
    #expect(first.payloadBytes(at: 1) == [7, 7])
    #expect(second.payloadBytes(at: 1) == [9])
    #expect(second.payloadBytes(at: 0) == [1, 2, 3])
  }

  @Test func `a large payload grows the storage and stays whole`() {
    var list = EventList()
    for size in [0, 1, 4096, 1 << 20] {
      list.append(
        Event(.guestWrite), bytes: [UInt8](repeating: UInt8(size & 0xff | 5), count: size))
    }
    #expect(list.payload(at: 3).count == 1 << 20)
    #expect(list.payload(at: 2).allSatisfy { $0 == 5 })
    #expect(list.payloadByteCount == 1 + 4096 + (1 << 20))
  }
}
