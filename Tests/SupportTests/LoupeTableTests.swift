// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Support

struct LoupeTableTests {
  private static let text = """
    # syscall, used, works faked, works stubbed, works both
    0,Y,N,N,N
    1,Y,Y,N,N
    2,Y,N,Y,N
    3,Y,N,N,Y
    4,N,N,N,N

    """

  private func table(_ text: String, _ kind: LoupeTable.Kind = .dynamic) throws -> LoupeTable {
    try LoupeTable(parsing: text, kind: kind, path: "dyn.csv")
  }

  @Test func `the three categories become two bits`() throws {
    let verdicts = try table(Self.text).verdicts
    #expect(verdicts[.read] == .required)
    #expect(verdicts[.write] == CallVerdict(stubWorks: false, fakeWorks: true))
    #expect(verdicts[.open] == CallVerdict(stubWorks: true, fakeWorks: false))
    #expect(verdicts[.close] == CallVerdict(stubWorks: true, fakeWorks: true))
    #expect(verdicts[.stat] == nil)
  }

  @Test(arguments: [
    text, String(text.dropLast()), text + "\n", "0,Y\n1,N", "# syscall, used\n0,Y\n", "", "\n",
  ])
  func `what was read is written back to the same bytes`(_ text: String) throws {
    let kind: LoupeTable.Kind = text.contains(",Y,") ? .dynamic : .staticAnalysis
    #expect(try table(text, kind).text == text)
  }

  @Test(arguments: [
    ("0,Y,N,N", 1), ("0,Y,N,N,N\n1,y,N,N,N", 2), ("#\nread,Y,N,N,N", 2), ("-1,Y,N,N,N", 1),
    ("4294967296,Y,N,N,N", 1), ("1024,Y,N,N,N", 1), ("01,Y,N,N,N", 1), ("0,Y,N,N,N,N", 1),
    ("\n0,Y,N,N,N", 1),
  ])
  func `a row that is none is named by its line`(_ text: String, _ line: Int) {
    let error = #expect(throws: SupportFileError.self) { try table(text) }
    #expect(error?.line == line)
  }

  @Test func `a verdict of a call that is not used is a contradiction, and is kept`() throws {
    let text = "7,N,Y,N,N\n"
    #expect(try table(text).contradictions == [.poll])
    #expect(try table(text).verdicts.isEmpty)
    #expect(try table(text).text == text)
  }

  @Test func `a measurement becomes the table that Loupe writes`() throws {
    let measured = try table(Self.text).verdicts
    let written = LoupeTable(measured)
    #expect(written.rows.count == 335)
    #expect(written.text.hasPrefix(Self.text.dropLast(0)))
    #expect(try table(written.text).verdicts == measured)
  }

  /// Joining exclusive categories would make a required call of this.
  @Test func `replicas that disagree keep what works in both`() {
    var needs = ApplicationNeeds(name: "a")
    needs.join([
      .getpid: CallVerdict(stubWorks: true, fakeWorks: true), .read: .required,
    ])
    needs.join([.getpid: CallVerdict(stubWorks: false, fakeWorks: true)])
    #expect(needs.calls[.getpid] == CallVerdict(stubWorks: false, fakeWorks: true))
    #expect(needs.required == [.read])
  }

  @Test func `an application without data, or whose test asserts nothing, is doubtful`() {
    var needs = ApplicationNeeds(name: "a")
    #expect(needs.doubt == .noData)
    needs.join([.read: CallVerdict(stubWorks: true, fakeWorks: true)])
    #expect(needs.doubt == .testAssertsNothing)
    needs.join([.write: .required])
    #expect(needs.doubt == nil)
  }
}
