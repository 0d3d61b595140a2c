// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing
import Trace

/// The descriptors that a program began with, in the header of its trace.
struct DescriptorHeaderTests {
  private static let lines = """
    epimetheus-trace 1
    seen descriptors
    descriptor 0 0x8002 0 character 0 "/dev/pts/1"
    descriptor 1 0x8002 0 character 0 "/dev/pts/1"
    descriptor 7 0x88401 12345 regular 7 "/tmp/a \\"log\\" (deleted)"
    descriptor 9 0x0 0 fifo 9 "pipe:[1]"
    descriptor 2147483647 0x2 0 none 9 "anon_inode:[eventfd]"
    """

  @Test func `text and bytes hold the same descriptors`() throws {
    let header = try TraceTextSource(Array(Self.lines.utf8)).header
    try #require(header.descriptors.count == 5)
    #expect(
      header.descriptors[2]
        == DescriptorDescription(
          number: 7, flags: OpenFlags(rawValue: 0x88401), offset: 12345, type: .regular,
          path: Array("/tmp/a \"log\" (deleted)".utf8)))
    #expect(header.descriptors.map(\.original) == [0, 0, 7, 9, 9])
    #expect(header.descriptors[4].type == nil)
    let decoded = try header.encoded().withUnsafeBytes { try TraceHeader.decode($0) }
    #expect(decoded.header.descriptors == header.descriptors)
    #expect(decoded.features.compatible.contains(.descriptors))
    var text: [UInt8] = []
    TraceText.append(decoded.header, to: &text)
    let printed = String(decoding: text, as: UTF8.self)
    for line in Self.lines.split(separator: "\n").dropFirst() {
      #expect(printed.contains(line + "\n"))
    }
  }

  @Test func `a header without descriptors has the bytes that it always had`() throws {
    let bytes = TraceHeader().encoded()
    #expect(bytes[16..<24].allSatisfy { $0 & 16 == 0 })
    var none = TraceHeader()
    none.seen = .descriptors
    let decoded = try none.encoded().withUnsafeBytes { try TraceHeader.decode($0) }.header
    #expect(decoded.seen == .descriptors && decoded.descriptors.isEmpty)
  }

  @Test(arguments: [
    "seen call-sites\ndescriptor 0 0x0 0 none 0 \"\"",
    "seen descriptors\ndescriptor 1 0x0 0 none 1 \"\"\ndescriptor 1 0x0 0 none 1 \"\"",
    "seen descriptors\ndescriptor 1 0x0 0 none 1 \"\"\ndescriptor 0 0x0 0 none 0 \"\"",
    "seen descriptors\ndescriptor 1 0x0 0 none 2 \"\"",
    "seen descriptors\ndescriptor 1 0x0 0 none 0 \"\"",
    "seen descriptors\ndescriptor -1 0x0 0 none -1 \"\"",
    "seen descriptors\ndescriptor 4294967296 0x0 0 none 0 \"\"",
    "seen descriptors\ndescriptor 0 0x100000000 0 none 0 \"\"",
    "seen descriptors\ndescriptor 0 0x0 0 door 0 \"\"",
    "seen descriptors\ndescriptor 0 0x0 0 3 0 \"\"",
    "seen descriptors\ndescriptor 0 0x0 0 none 0",
  ])
  func `a line that makes no sense is refused with its number`(text: String) {
    let error = #expect(throws: TraceError.self) {
      _ = try TraceTextSource(Array("epimetheus-trace 1\n\(text)\n".utf8))
    }
    #expect((error?.position ?? 0) >= 3)
  }

  @Test(arguments: [
    [0, 0, 0, 0, 1] as [UInt8],  // shares one that is not there
    [1, 0, 0, 3, 1],  // no such kind
    [0x80, 0x80, 0x80, 0x80, 0x08, 0, 0, 0, 0],  // 2^31
    [1, 0, 0],  // cut off
    [3, 0, 0, 0, 3],  // not above the last
  ])
  func `a field that makes no sense is refused`(value: [UInt8]) throws {
    var header = TraceHeader()
    header.seen = .descriptors
    header.descriptors = [.init(number: 3, flags: [], type: nil, path: [])]
    let bytes = header.encoded() + [23, UInt8(value.count)] + value
    #expect(throws: TraceError.self) {
      _ = try bytes.withUnsafeBytes { try TraceHeader.decode($0) }
    }
  }
}
