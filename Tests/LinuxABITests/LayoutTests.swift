// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import TestSupport
import Testing

struct LayoutTests {
  @Test func `metadata survives struct stat`() throws {
    let seed: UInt64 = 0x5eed
    var random = SplitMix64(seed: seed)
    for _ in 0..<500 {
      var metadata = FileMetadata()
      metadata.device = random.next()
      metadata.inode = random.next()
      metadata.linkCount = random.next()
      metadata.mode = UInt32(truncatingIfNeeded: random.next())
      metadata.owner = UInt32(truncatingIfNeeded: random.next())
      metadata.group = UInt32(truncatingIfNeeded: random.next())
      metadata.specialDevice = random.next()
      metadata.byteCount = Int64(bitPattern: random.next())
      metadata.blockByteCount = Int64(bitPattern: random.next())
      metadata.blockCount = Int64(bitPattern: random.next())
      metadata.accessTime = Int64(bitPattern: random.next())
      metadata.modificationTime = Int64(bitPattern: random.next())
      metadata.changeTime = Int64(bitPattern: random.next())
      let bytes: [UInt8] = [0, 0] + StructStat.bytes(of: metadata)
      #expect(StructStat.metadata(from: bytes.span, at: 2) == metadata, "seed \(seed)")
      #expect(FileMetadata(structStat: bytes[2...]) == metadata)
    }
  }

  @Test func `a short struct stat is none, and any other is read without harm`() {
    let bytes = [UInt8](repeating: 0xff, count: 144)
    #expect(StructStat.metadata(from: bytes.span) != nil)
    #expect(StructStat.metadata(from: bytes.span, at: 1) == nil)
    #expect(StructStat.metadata(from: bytes.span, at: -1) == nil)
    #expect(StructStat.metadata(from: bytes.span, at: .max) == nil)
    #expect(StructStat.metadata(from: [UInt8](repeating: 0x7f, count: 143).span) == nil)
    let late = [UInt8](repeating: 0x7f, count: 144)
    #expect(StructStat.metadata(from: late.span)?.accessTime == .max)
  }

  @Test func `nanoseconds become a timespec and come back`() {
    for total: Int64 in [
      0, 1, -1, 999_999_999, 1_000_000_000, -1_000_000_000, -1_000_000_001, .max, .min,
    ] {
      let time = Timespec(nanoseconds: total)
      #expect(time.nanoseconds >= 0 && time.nanoseconds < 1_000_000_000)
      #expect(time.totalNanoseconds == total)
      var bytes: [UInt8] = []
      time.append(to: &bytes)
      #expect(Timespec(bytes.span) == time)
      #expect(Timespec(bytes.span, at: 1) == nil)
    }
    #expect(Timespec(nanoseconds: -1) == Timespec(seconds: -1, nanoseconds: 999_999_999))
    #expect(Timespec(seconds: .max, nanoseconds: .max).totalNanoseconds == .max)
    #expect(Timespec(seconds: .min, nanoseconds: .min).totalNanoseconds == .min)
    #expect(Timespec(seconds: 1, nanoseconds: 999_999_999).isValid)
    #expect(!Timespec(seconds: 1, nanoseconds: 1_000_000_000).isValid)
    #expect(!Timespec(seconds: -1, nanoseconds: 0).isValid)
  }

  @Test func `small structures come back from their bytes`() {
    var bytes: [UInt8] = []
    let vector = IOVector(address: VirtualAddress(0x1234_5678_9abc_def0), length: 7)
    vector.append(to: &bytes)
    let limit = ResourceLimit(soft: 8 << 20, hard: ResourceLimit.infinity)
    limit.append(to: &bytes)
    let stack = SignalStack(
      address: VirtualAddress(0x1000), flags: SignalStack.autoDisarm, length: 8192)
    stack.append(to: &bytes)
    var action = SignalAction()
    action.handler = 0x40_1000
    action.flags = [.restorer, .information, .onStack]
    action.restorer = VirtualAddress(0x40_2000)
    action.mask = 0x8000_0000_0000_0001
    action.append(to: &bytes)
    #expect(bytes.count == 16 + 16 + 24 + 32)
    #expect(bytes[0] == 0xf0 && bytes[7] == 0x12 && bytes[8] == 7)
    #expect(IOVector(bytes.span) == vector)
    #expect(ResourceLimit(bytes.span, at: 16) == limit)
    #expect(SignalStack(bytes.span, at: 32) == stack)
    #expect(SignalAction(bytes.span, at: 56) == action)
    #expect(SignalAction(bytes.span, at: 57) == nil)
    #expect(SignalStack(bytes.span, at: 65) == nil)
    #expect(IOVector(bytes.span, at: -1) == nil)
    #expect(ResourceLimit(bytes.span, at: .max) == nil)
  }

  @Test func `names of the system are cut and filled up`() {
    var bytes: [UInt8] = []
    for text: StaticString in ["Linux", "", "6.18.0", "#1", "x86_64"] {
      StructUtsname.append(text, to: &bytes)
    }
    StructUtsname.append([UInt8](repeating: 0x61, count: 100).span, to: &bytes)
    #expect(bytes.count == StructUtsname.byteCount)
    #expect(StructUtsname.text(.systemName, of: bytes.span) == Array("Linux".utf8))
    #expect(StructUtsname.text(.nodeName, of: bytes.span) == [])
    #expect(StructUtsname.text(.machine, of: bytes.span) == Array("x86_64".utf8))
    #expect(StructUtsname.text(.domainName, of: bytes.span)?.count == 64)
    #expect(bytes.last == 0)
    #expect(StructUtsname.text(.systemName, of: [UInt8](repeating: 0, count: 389).span) == nil)
  }

  @Test func `entries of a directory are padded to eight bytes`() {
    for count in 0...40 {
      let name = [UInt8](repeating: 0x62, count: count)
      let entry = DirectoryRecord(inode: 1, nextOffset: -1, type: 8, name: name[...])
      var bytes: [UInt8] = []
      entry.append(to: &bytes)
      #expect(bytes.count == entry.byteCount && bytes.count % 8 == 0)
      #expect(Array(bytes[19..<19 + count]) == name && bytes[19 + count] == 0)
      #expect(bytes[18] == 8 && Int(bytes[16]) == bytes.count)
      var old: [UInt8] = []
      entry.appendOld(to: &old)
      #expect(old.count == entry.oldByteCount && old.count % 8 == 0)
      #expect(Array(old[18..<18 + count]) == name && old[18 + count] == 0)
      #expect(old.last == 8 && Int(old[16]) == old.count)
    }
  }

  @Test func `numbers beyond the bytes are none`() {
    let bytes: [UInt8] = [1, 2, 3, 4]
    #expect(LittleEndian.load(bytes.span, at: 0, byteCount: 4) == 0x0403_0201)
    #expect(LittleEndian.load(bytes.span, at: 2, byteCount: 2) == 0x0403)
    #expect(LittleEndian.load(bytes.span, at: 1, byteCount: 4) == nil)
    #expect(LittleEndian.load(bytes.span, at: 0) == nil)
    #expect(LittleEndian.load(bytes.span, at: -1, byteCount: 1) == nil)
    #expect(LittleEndian.load(bytes.span, at: .max, byteCount: 1) == nil)
  }

  @Test func `open flags tell reading from writing`() {
    #expect(OpenFlags.readOnly.canRead && !OpenFlags.readOnly.canWrite)
    #expect(!OpenFlags([.writeOnly, .create]).canRead && OpenFlags([.writeOnly]).canWrite)
    #expect(OpenFlags([.readWrite, .append]).canRead && OpenFlags.readWrite.canWrite)
    #expect(!OpenFlags(rawValue: 3).canRead && !OpenFlags(rawValue: 3).canWrite)
    #expect(CloneFlags(rawValue: 0x120_0011).exitSignal == .child)
    #expect(MapFlags([.sharedValidate, .sync]).isShared && !MapFlags.private.isShared)
  }
}
