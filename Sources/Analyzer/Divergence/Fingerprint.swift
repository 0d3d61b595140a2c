// SPDX-License-Identifier: BSD-3-Clause

/// The 64-bit FNV-1a hash. Source: draft-eastlake-fnv.
struct Fingerprint {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
  }

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { add(byte) }
  }

  /// Adds a text and a NUL, so that the border between two texts counts.
  mutating func add(_ text: String) {
    add(text.utf8)
    add(0 as UInt8)
  }

  mutating func add(_ number: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: number >> shift)) }
  }
}

extension Divergence {
  /// The fingerprint of a divergence of these parts. `shape` is that of the request's arguments.
  static func fingerprint(
    _ divergenceClass: DivergenceClass, subject: String, shape: String, expected: Outcome,
    actual: Outcome
  ) -> UInt64 {
    var hash = Fingerprint()
    hash.add(divergenceClass.rawValue)
    hash.add(subject)
    hash.add(shape)
    hash.add(expected.shape(in: divergenceClass))
    hash.add(actual.shape(in: divergenceClass))
    return hash.value
  }
}
