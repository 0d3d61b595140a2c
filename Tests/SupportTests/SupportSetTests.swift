// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Support

struct SupportSetTests {
  @Test func `every set that comes with the project reads and supports something`() throws {
    for name in KnownSupportSets.names {
      let set = try #require(try KnownSupportSets.set(named: name))
      #expect(set.name == name)
      #expect(set.calls(.supported).count >= 20, "\(name)")
    }
    #expect(KnownSupportSets.names == KnownSupportSets.names.sorted())
    #expect(try KnownSupportSets.set(named: "plan9") == nil)
  }

  @Test func `what a release of Unikraft registers is not all supported`() throws {
    let set = try #require(try KnownSupportSets.set(named: "unikraft-0.12.0"))
    #expect(set.state(of: .mmap) == .supported)
    #expect(set.state(of: .alarm) == .stub)
    #expect(set.state(of: .chroot) == .missing)
    #expect(set.state(of: .readlinkat) == .missing)
    #expect(set.unknownNames == [])
  }

  @Test func `a list is written back to the same bytes`() throws {
    let text = "read\nwrite 3 lib/vfscore\n\n# a comment\nread\nalarm 1 lib stub"
    let list = try SystemCallList(parsing: text, path: "x")
    #expect(list.text == text)
    #expect(list.names == ["read", "write", "read", "alarm"])
    #expect(list.supportSet(named: "x").calls(.stub) == [.alarm])
  }

  @Test func `a line that begins with a slash is about pseudo-files`() throws {
    let text = "read\n/dev/null\n/dev/tty stub\n/dev/* missing\n/dev/fd/*\n/proc/N/maps partial\n"
    let list = try SystemCallList(parsing: text, path: "x")
    #expect(list.text == text)
    #expect(list.names == ["read"])
    let set = list.supportSet(named: "x")
    #expect(set.knowsPseudoFiles)
    #expect(set.unknownNames.isEmpty)
    #expect(set.state(ofPseudoFile: "/dev/null") == .supported)
    #expect(set.state(ofPseudoFile: "/dev/tty") == .stub)
    #expect(set.state(ofPseudoFile: "/dev/fd/N") == .supported)
    #expect(set.state(ofPseudoFile: "/dev/mem") == .missing)
    #expect(set.state(ofPseudoFile: "/proc/N/maps") == .partial)
    // Nobody says.
    #expect(set.state(ofPseudoFile: "/proc/self/maps") == nil)
    #expect(!SupportSet(name: "y").knowsPseudoFiles)
    var joined = SupportSet(name: "y")
    joined.join(set)
    #expect(joined.state(ofPseudoFile: "/dev/null") == .supported)
  }

  @Test func `a name that Linux does not have is told and counts for nothing`() throws {
    let set = try SystemCallList(parsing: "read\nkqueue\n", path: "x").supportSet(named: "x")
    #expect(set.unknownNames == ["kqueue"])
    #expect(set.calls(.supported) == [.read])
  }

  @Test(arguments: ["re-ad", "read\n<html>", "r\u{e9}ad", "\u{0}"])
  func `a line that is no name is refused`(_ text: String) {
    #expect(throws: SupportFileError.self) { try SystemCallList(parsing: text, path: "x") }
  }
}
