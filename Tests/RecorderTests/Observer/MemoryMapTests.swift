// SPDX-License-Identifier: BSD-3-Clause

import Kernel
import LinuxABI
import TestSupport
import Testing
import Trace

@testable import Recorder

@Suite struct MemoryMapTests {
  /// A map of one page VMAs by a text of names: a letter a page, a dot for a hole.
  private func map(_ pages: [UInt8]) -> MemoryMap {
    var text = ""
    var start = 0
    while start < pages.count {
      var end = start + 1
      while end < pages.count && pages[end] == pages[start] { end += 1 }
      if pages[start] != 0 {
        let range = "\(String(start * 4096, radix: 16))-\(String(end * 4096, radix: 16))"
        text += "\(range) rw-p \(String(start * 4096, radix: 16)) 00:00 7  /\(pages[start])\n"
      }
      start = end
    }
    return MemoryMap(parsing: Array(text.utf8))
  }

  @Test func `a line of every sort is read`() {
    let text = """
      00400000-00401000 r--p 00000000 fe:00 253911                     /usr/bin/a b
      00401000-00402000 r-xp 00001000 fe:00 253911                     /usr/bin/a b
      005ec000-0060e000 rw-p 00000000 00:00 0                          [heap]
      7ffff7fbd000-7ffff7fbf000 rw-s 00000000 00:01 1035               /dev/zero (deleted)
      7ffff7fbf000-7ffff7fdf000 rw-p 00000000 00:00 0 
      7ffff7fdf000-7ffff7fe0000 ---p 00000000 00:00 0                  [anon:name]
      7ffff7fe0000-7ffff7fe1000 r--s 00003000 fe:00 9                  /odd\\012name (deleted)
      7ffff7fe1000-7ffff7fe2000 rw-s 00000000 00:01 3                  /SYSV00000000 (deleted)
      7ffff7ffd000-7ffff7fff000 r-xp 00000000 00:00 0                  [vdso]
      7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0                  [stack]
      ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0          [vsyscall]

      """
    let map = MemoryMap(parsing: Array(text.utf8))
    #expect(
      map.vmas.map(\.backing) == [
        .file, .file, .heap, .anonymous, .anonymous, .anonymous, .file, .anonymous, .special,
        .stack, .special,
      ])
    #expect(
      map.vmas.map(\.protection) == [
        [.read], [.read, .execute], [.read, .write], [.read, .write], [.read, .write], [], [.read],
        [.read, .write], [.read, .execute], [.read, .write], [.execute],
      ])
    #expect(map.vmas.map(\.isShared).enumerated().filter(\.element).map(\.offset) == [3, 6, 7])
    #expect(map.vmas[1].name == Array("/usr/bin/a b".utf8))
    #expect(map.vmas[1].offset == 0x1000)
    #expect(map.vmas[6].name == Array("/odd\nname (deleted)".utf8))
    #expect(map.vmas[8].name == Array("[vdso]".utf8))
    #expect(map.topDownBase == VirtualAddress(0x7fff_f7ff_f000))
  }

  @Test(arguments: [
    "", "\n", "-", "1000-2000", "1000-2000 rw-p", "2000-1000 rw-p 0 0:0 0", "x-y rw-p 0 0:0 0",
    "11111111111111111-2 rw-p 0 0:0 0", "1000-2000 rw-p g 0:0 0",
  ])
  func `a line of another form is left out`(text: String) {
    #expect(MemoryMap(parsing: Array(text.utf8)).vmas.isEmpty)
  }

  @Test func `VMAs that overlap are not both taken`() {
    let text = "1000-3000 rw-p 0 0:0 0\n2000-4000 rw-p 0 0:0 0\n4000-5000 rw-p 0 0:0 0\n"
    #expect(MemoryMap(parsing: Array(text.utf8)).vmas.count == 2)
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `changes turn any map into any other, and say nothing else`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let old = map((0..<24).map { _ in UInt8.random(in: 0...3, using: &random) })
    let new = map((0..<24).map { _ in UInt8.random(in: 0...3, using: &random) })
    var replayed = ReplayedMap(vmas: old.vmas)
    var last = VirtualAddress(0)
    for change in new.changes(since: old) {
      let start: VirtualAddress
      switch change {
      case .mapped(let vma):
        start = vma.range.lowerBound
        replayed.apply(Event(mapping: vma, task: 1), payload: vma.name)
        #expect(!old.vmas.contains { $0.isSame(as: vma) })
      case .unmapped(let range):
        start = range.lowerBound
        var event = Event(.vmaUnmapped)
        event.operands[0] = range.lowerBound.rawValue
        event.operands[1] = range.upperBound.rawValue
        replayed.apply(event, payload: [])
      }
      #expect(start >= last, "address order, seed \(seed)")
      last = start
    }
    #expect(replayed.lines == ReplayedMap(vmas: new.vmas).lines, "seed \(seed)")
    #expect(new.changes(since: new).isEmpty)
  }
}
