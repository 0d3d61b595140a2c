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

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `any text gives what going through its names one by one gives`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    // Mostly letters, or hardly a text would be in normal form.
    let letters = String(repeating: "abcdefghijklmnopqrst", count: 10)
    let alphabet = Array((letters + "////////////////...\0").utf8)
    var normalCount = 0
    for _ in 0..<20_000 {
      let text = (0...random.next(below: 40)).map { _ in
        alphabet[Int(random.next(below: UInt64(alphabet.count)))]
      }
      for base in ["/", "/base/dir"] {
        let base = try FilePath(Array(base.utf8), from: FilePath())
        let path = try? FilePath(text, from: base)
        #expect(path?.bytes == naive(text, from: base.bytes), "seed \(seed), text \(text)")
      }
      if text.withUnsafeBytes({ FilePath.isNormal($0) }) { normalCount += 1 }
    }
    #expect(normalCount > 1000)
  }

  /// The normal form name by name; nil for a text that is no path.
  private func naive(_ text: [UInt8], from base: [UInt8]) -> [UInt8]? {
    if text.contains(0) { return nil }
    var names: [ArraySlice<UInt8>] = []
    let slash = UInt8(ascii: "/")
    for name in (text[0] == slash ? text : base + [slash] + text).split(separator: slash) {
      if name.elementsEqual("..".utf8) {
        _ = names.popLast()
      } else if !name.elementsEqual(".".utf8) {
        names.append(name)
      }
    }
    return [slash] + names.joined(separator: [slash])
  }
}
