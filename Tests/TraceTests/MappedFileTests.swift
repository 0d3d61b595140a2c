// SPDX-License-Identifier: BSD-3-Clause

import Testing
import Trace

struct MappedFileTests {
  private func read(_ payload: [UInt8]) -> TraceHeader.File? {
    var event = Event(.mappedFile)
    event.operands[0] = 77
    return TraceHeader.File(event, payload: payload.span)
  }

  @Test func `a file is read as it was written`() throws {
    for (digest, buildID): ([UInt8], [UInt8]) in [
      ([UInt8](0..<32), [0xab, 0, 0xff]), ([], [1]), ([], []),
    ] {
      let file = TraceHeader.File(
        path: Array("/lib/x.so".utf8), byteCount: 77, digest: digest, buildID: buildID)
      let again = try #require(read(file.payload))
      #expect(again.path == file.path)
      #expect(again.byteCount == 77)
      #expect(again.digest == digest)
      #expect(again.buildID == buildID)
    }
  }

  @Test(arguments: [
    "", "/a", "/a\0", "\0\0", "/a\0\0\0", "/a\0abc\0", "/a\0\0abc", "/a\0\0AB", "/a\0ab\0",
    "/a\0\0" + String(repeating: "ab", count: 65),
  ])
  func `what makes no sense is no file`(payload: String) {
    #expect(read(Array(payload.utf8)) == nil)
  }

  @Test func `the header has the build ids of its files, and one too many is an error`() throws {
    var header = TraceHeader()
    header.files = ["/a", "/b"].map { .init(path: Array($0.utf8), byteCount: 1, digest: []) }
    header.files[1].buildID = [1, 2, 3]
    header.processor = Array("A CPU".utf8)
    header.processorFeatures = Array("fpu vme".utf8)
    let bytes = header.encoded()
    let decoded = try bytes.withUnsafeBytes { try TraceHeader.decode($0) }.header
    #expect(decoded.files.map(\.buildID) == [[], [1, 2, 3]])
    #expect(decoded.processor == header.processor)
    #expect(decoded.processorFeatures == header.processorFeatures)
    for extra: [UInt8] in [
      [20, 2, 2, 9], [20, 0], [20, 66, 0] + [UInt8](repeating: 7, count: 65),
    ] {
      #expect(throws: TraceError.self) {
        _ = try (bytes + extra).withUnsafeBytes { try TraceHeader.decode($0) }
      }
    }
  }
}
