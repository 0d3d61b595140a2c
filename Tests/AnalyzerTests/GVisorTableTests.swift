// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import LinuxABI
import Support
import Testing

/// The table of `runsc syscalls -format json`.
struct GVisorTableTests {
  private static func table(_ calls: String) -> String {
    #"{"linux": {"arm64": {"syscalls": {}}, "amd64": {"syscalls": {\#(calls)}}}}"#
  }

  private static let stub = #"{"name": "a", "support": "Unimplemented"}"#

  private static let sample = table(
    #"""
    "0": {"name": "read", "support": "Full Support", "urls": []},
    "9": {"name": "mmap", "support": "Partial Support", "note": "Generally supported\u003e."},
    "101": {"name": "ptrace", "support": "Undocumented", "note": "", "urls": ["a", "b"]},
    "156": {"name": "_sysctl", "support": "Unimplemented", "extra": {"deep": [1, null, true]}},
    "9999": {"name": "newcall", "support": "Full Support"}
    """#)

  @Test func `every level of support has its state`() throws {
    let table = try GVisorTable(parsing: Self.sample, path: "gvisor.json")
    #expect(table.rows.map(\.number.rawValue) == [0, 9, 101, 156, 9999])
    let set = table.supportSet(named: "gvisor.json")
    #expect(set.state(of: .read) == .supported)
    #expect(set.state(of: .mmap) == .partial)
    #expect(set.state(of: .write) == .missing)
    #expect(set.state(of: SystemCallNumber(rawValue: 156)) == .missing)
    #expect(set.unknownNames == ["newcall"])
    // What is partial or not documented is not known, and so no support.
    for number in [SystemCallNumber.mmap, .ptrace] {
      #expect(set.judge(number, operands: [0, 0, 0, 0, 0, 0]).state == nil)
    }
  }

  @Test(arguments: [
    ("{", "JSON"), ("[]", "linux.amd64.syscalls"), ("{}", "linux.amd64.syscalls"),
    (#"{"linux": {"amd64": {"syscalls": []}}}"#, "linux.amd64.syscalls"),
    (#"{"linux": {"arm64": {"syscalls": {}}}}"#, "linux.amd64.syscalls"),
    (table(#""x": {"name": "a", "support": "Full Support"}"#), "not the number"),
    (table(#""-1": {"name": "a", "support": "Full Support"}"#), "not the number"),
    (table(#""00": {"name": "a", "support": "Full Support"}"#), "not the number"),
    (table(#""99999999999": {"name": "a", "support": "Full Support"}"#), "not the number"),
    (table(#""0": {"support": "Full Support"}"#), "no name"),
    (table(#""0": {"name": 1, "support": "Full Support"}"#), "no name"),
    (table(#""0": {"name": "read"}"#), "no support"),
    (table(#""0": []"#), "no name"),
    (table(#""0": {"name": "read", "support": "full"}"#), "no support that gVisor has"),
    (table([#""0": \#(stub)"#, #""0": \#(stub)"#].joined(separator: ",")), "twice"),
    (table((0..<5000).map { #""\#($0)": 1"# }.joined(separator: ",")), "more than"),
    (String(repeating: "[", count: 100_000), "nested"),
    (String(repeating: #"{"linux":"#, count: 100_000), "nested"),
  ])
  func `what is no such table is refused`(text: String, reason: String) throws {
    let error = #expect(throws: SupportFileError.self) {
      try GVisorTable(parsing: text, path: "t.json")
    }
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }

  @Test func `every cut of a table is refused or read whole`() throws {
    let bytes = Array(Self.sample.utf8)
    for end in 0..<bytes.count {
      #expect(throws: SupportFileError.self) {
        try GVisorTable(parsing: String(decoding: bytes[..<end], as: UTF8.self), path: "t.json")
      }
    }
  }
}
