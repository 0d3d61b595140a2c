// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

/// The kernel's own description of its types, as far as a program that looks into them needs it.
///
/// Source: Linux, `Documentation/bpf/btf.rst`; the file is `/sys/kernel/btf/vmlinux`.
struct TypeInformation {
  /// What a type is: BTF_KIND_*.
  enum Kind: UInt8 {
    case structure = 4
    case union = 5
    case typeName = 8
    case function = 12
  }

  private let bytes: [UInt8]
  private let strings: Int
  /// Where each type's record begins; number 0 is void.
  private var records: [UInt32] = [0]

  /// Reads a description; nil where there is none or it is not understood.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 24, bytes[0] == 0x9f, bytes[1] == 0xeb, bytes[2] == 1 else { return nil }
    let header = Int(bytes.halfWord(at: 4))
    let (typeOffset, typeLength) = (Int(bytes.halfWord(at: 8)), Int(bytes.halfWord(at: 12)))
    let (stringOffset, stringLength) = (Int(bytes.halfWord(at: 16)), Int(bytes.halfWord(at: 20)))
    let end = header + typeOffset + typeLength
    guard end <= bytes.count, header + stringOffset + stringLength <= bytes.count,
      stringLength > 0, bytes[header + stringOffset + stringLength - 1] == 0
    else { return nil }
    self.bytes = bytes
    strings = header + stringOffset
    records.reserveCapacity(1 << 17)
    var at = header + typeOffset
    while at + 12 <= end {
      records.append(UInt32(at))
      guard let length = Self.length(bytes.halfWord(at: at + 4)) else { return nil }
      at += length
    }
    guard at == end else { return nil }
  }

  /// That of the kernel that runs.
  static func ofKernel() -> TypeInformation? {
    ProcFile.contents(Array("/sys/kernel/btf/vmlinux".utf8), limit: 64 << 20)
      .flatMap { TypeInformation($0) }
  }

  /// Bytes of a record with this `info` word; nil for a kind that is not known.
  private static func length(_ info: UInt32) -> Int? {
    let count = Int(info & 0xffff)
    switch info >> 24 & 31 {
    case 1, 14, 17: return 16
    case 2, 7, 8, 9, 10, 11, 12, 16, 18: return 12
    case 3: return 24
    case 4, 5, 15, 19: return 12 + 12 * count
    case 6, 13: return 12 + 8 * count
    default: return nil
    }
  }

  private func name(at offset: UInt32, is wanted: StaticString) -> Bool {
    let start = strings + Int(offset)
    let count = wanted.utf8CodeUnitCount
    guard start + count < bytes.count, bytes[start + count] == 0 else { return false }
    for index in 0..<count where bytes[start + index] != wanted.utf8Start[index] { return false }
    return true
  }

  /// The number of each type, 0 where there is none, looked for together: once over all types.
  func types(_ wanted: [(Kind, StaticString)]) -> [UInt32] {
    var found = [UInt32](repeating: 0, count: wanted.count)
    bytes.withUnsafeBytes { bytes in
      for number in 1..<records.count {
        let at = Int(records[number])
        let kind = UInt8(bytes.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self) >> 24 & 31)
        guard kind == 4 || kind == 8 || kind == 12 else { continue }
        let text = strings + Int(bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
        let first = bytes[text]
        for (index, (wantedKind, name)) in wanted.enumerated()
        where wantedKind.rawValue == kind && name.utf8Start[0] == first && found[index] == 0 {
          if self.name(at: UInt32(text - strings), is: name) { found[index] = UInt32(number) }
        }
      }
    }
    return found
  }

  /// Where a field is in a structure, in bytes, also within its nameless parts; the path goes into
  /// structures by their fields' names. nil where there is none.
  func offset(of path: [StaticString], in type: UInt32) -> Int? {
    var type = type
    var offset = 0
    for name in path {
      guard let field = field(name, in: type) else { return nil }
      offset += field.offset
      type = field.type
    }
    return offset
  }

  private func field(_ name: StaticString, in type: UInt32) -> (offset: Int, type: UInt32)? {
    guard type > 0, Int(type) < records.count else { return nil }
    let at = Int(records[Int(type)])
    let info = bytes.halfWord(at: at + 4)
    switch info >> 24 & 31 {
    case 8, 9, 10, 11, 18: return field(name, in: bytes.halfWord(at: at + 8))
    case 4, 5: break
    default: return nil
    }
    for index in 0..<Int(info & 0xffff) {
      let member = at + 12 + 12 * index
      let place = bytes.halfWord(at: member + 8)
      let offset = Int(info >> 31 != 0 ? place & 0xff_ffff : place) / 8
      let own = bytes.halfWord(at: member + 4)
      if self.name(at: bytes.halfWord(at: member), is: name) { return (offset, own) }
      if bytes[strings + Int(bytes.halfWord(at: member))] == 0, let inner = field(name, in: own) {
        return (offset + inner.offset, inner.type)
      }
    }
    return nil
  }
}
