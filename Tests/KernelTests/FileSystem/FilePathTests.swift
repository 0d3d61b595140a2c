// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

struct FilePathTests {
  private func path(_ text: String, from base: String = "/base/dir") throws -> String {
    let base = try FilePath(Array(base.utf8), from: FilePath())
    return String(decoding: try FilePath(Array(text.utf8), from: base).bytes, as: UTF8.self)
  }

  @Test(arguments: [
    ("/", "/"), ("//a//b/", "/a/b"), ("a", "/base/dir/a"), ("./a/../b", "/base/dir/b"),
    ("../../../../x", "/x"), ("..", "/base"), ("...", "/base/dir/..."), ("/.a/..b", "/.a/..b"),
  ])
  func `a path is brought into normal form`(_ text: String, _ expected: String) throws {
    #expect(try path(text) == expected)
  }

  @Test func `a path that is none is refused with the errno of Linux`() throws {
    #expect(throws: Errno.noSuchFile) { try path("") }
    #expect(throws: Errno.nameTooLong) { try path(String(repeating: "a", count: 256)) }
    #expect(throws: Errno.nameTooLong) { try path(String(repeating: "/a", count: 2048)) }
    #expect(throws: Errno.invalidArgument) { try path("a\0b") }
    #expect(try path("/" + String(repeating: "a", count: 255)).utf8.count == 256)
  }

  @Test func `a text that ends in a slash or dots names a directory`() {
    func namesDirectory(_ text: String) -> Bool {
      let bytes = [UInt8](text.utf8)
      return bytes.span.namesDirectory
    }
    for text in ["a/", ".", "..", "a/.", "a/.."] { #expect(namesDirectory(text), "\(text)") }
    for text in ["", "a", "a/...", ".a", "a."] { #expect(!namesDirectory(text), "\(text)") }
  }
}
