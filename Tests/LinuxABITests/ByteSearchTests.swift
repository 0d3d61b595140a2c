// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@Suite struct ByteSearchTests {
  @Test func `the first NUL or slash is found wherever it and others lie`() {
    let bytes: [UInt8] = [1, 0x2e, 0x2f, 0x30, 0x80, 0xff, 0, 0x61]
    for count in 0..<20 {
      for place in 0...count {
        for seed in 0..<64 {
          // Neither NUL nor slash before `place`, anything from there on.
          let before = bytes.filter { $0 != 0 && $0 != 0x2f }
          var text = (0..<count).map { index in
            index < place
              ? before[(index * 7 + seed) % before.count] : bytes[(index * 5 + seed) % bytes.count]
          }
          if place < count { text[place] = seed % 2 == 0 ? 0 : 0x2f }
          for start in 0...place {
            text.withUnsafeBytes {
              #expect($0.firstNUL(or: 0x2f, from: start) == place)
              let end = $0[start...].firstIndex(of: 0) ?? count
              #expect($0.firstNUL(from: start) == end)
            }
          }
        }
      }
    }
  }
}
