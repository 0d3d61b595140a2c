// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import LinuxABI
import Testing

@testable import Kernel

/// Zeroed memory of so many frames. It is never given back: the process of a test is short.
func makeMemory(frameCount: Int = 4096) -> PhysicalMemory {
  let byteCount = frameCount * 4096
  let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
  let base = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0)
  return PhysicalMemory(base: base!, byteCount: UInt64(byteCount))
}

/// An empty address space with its own memory.
func makeSpace(
  _ personality: Personality = .unikraft, frameCount: Int = 4096
) throws -> AddressSpace {
  try AddressSpace(memory: makeMemory(frameCount: frameCount), personality: personality)
}

extension Personality {
  /// Linux with a base that makes round numbers.
  static var linux: Personality {
    .linux(mmapBase: VirtualAddress(0x7000_0000_0000), breakStart: VirtualAddress(0x5000_0000))
  }
}

/// The page with that number from Unikraft's default base on.
func page(_ number: UInt64) -> VirtualAddress { VirtualAddress(0x10_0000_0000 + number * 4096) }

/// The pages with those numbers.
func pages(_ range: Range<UInt64>) -> AddressRange {
  page(range.lowerBound)..<page(range.upperBound)
}

/// Compares all VMAs with lines like those of `/proc/self/maps`: pages from `base` on in
/// hexadecimal, protection with `s` or `p`, backing, and offset in pages and name where there are
/// any.
func expectLayout(
  _ space: borrowing AddressSpace, _ expected: String, base: VirtualAddress = page(0),
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let actual = space.layout.map { line($0, base) }.joined(separator: "\n")
  #expect(actual == expected, sourceLocation: sourceLocation)
}

private func line(_ vma: VMADescription, _ base: VirtualAddress) -> String {
  func number(_ address: VirtualAddress) -> String {
    let distance = Int64(bitPattern: address - base) / 4096
    return String(distance, radix: 16)
  }
  var text = number(vma.range.lowerBound) + "-" + number(vma.range.upperBound)
  text += " " + vma.protection.description + (vma.isShared ? "s" : "p") + " \(vma.backing)"
  if vma.backing == .file || vma.backing == .direct {
    text += " " + String(vma.offset / 4096, radix: 16)
  }
  if !vma.name.isEmpty { text += " " + String(decoding: vma.name, as: UTF8.self) }
  return text
}

/// What a throwing operation says: its errno's name, or "OK".
func outcome(_ body: () throws(Errno) -> Void) -> String {
  do throws(Errno) {
    try body()
    return "OK"
  } catch {
    return error.name.map { "\($0)" } ?? "\(error.rawValue)"
  }
}

/// `#expect` for calls on values that cannot be copied, which its macro would copy.
func check(
  _ condition: Bool, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(condition, comment, sourceLocation: sourceLocation)
}

/// SplitMix64, so that a failing seed can be run again.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func next(below bound: UInt64) -> UInt64 { next() % bound }
}

extension AddressSpace {
  /// One byte as the guest would read it; nil where it cannot.
  mutating func byte(
    at address: VirtualAddress, fill: PageFill = AddressSpace.noFiles
  ) -> UInt8? {
    var value: UInt8 = 0
    let count = withUnsafeMutableBytes(of: &value) { bytes in
      copyIn(from: address, into: bytes, fill: fill)
    }
    return count == 1 ? value : nil
  }

  /// Stores one byte as the guest would; whether it could.
  mutating func setByte(
    _ value: UInt8, at address: VirtualAddress, fill: PageFill = AddressSpace.noFiles
  ) -> Bool {
    withUnsafeBytes(of: value) { copyOut($0, to: address, fill: fill) } == 1
  }

  /// A page fault of a guest.
  mutating func touch(
    _ address: VirtualAddress, _ code: FaultCode = .user, fill: PageFill = AddressSpace.noFiles
  ) -> FaultOutcome {
    resolve(
      PageFault(address: address, code: code, instructionPointer: VirtualAddress(0x1000)),
      fill: fill)
  }
}
