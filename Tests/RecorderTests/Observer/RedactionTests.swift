// SPDX-License-Identifier: BSD-3-Clause

import Recorder
import Testing
import Trace

struct RedactionTests {
  private final class Lines: EventSink {
    var all: [String] = []

    func append(_ event: Event, payload: UnsafeRawBufferPointer) {
      all.append(String(decoding: payload, as: UTF8.self))
    }
  }

  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  private var environment: [[UInt8]] {
    ["API_TOKEN=secret-7", "API_TOKEN_2=secret-7-longer", "HOME=/home/me", "PIN_TOKEN=12", "=odd"]
      .map(bytes)
  }

  @Test(arguments: [
    (["API_TOKEN"], ["API_TOKEN=xxxxxxxx", "API_TOKEN_2=secret-7-longer"]),
    (["*TOKEN*"], ["API_TOKEN=xxxxxxxx", "API_TOKEN_2=xxxxxxxxxxxxxxx", "PIN_TOKEN=xx"]),
    (["*"], ["HOME=xxxxxxxx"]), (["H*E"], ["HOME=xxxxxxxx"]), (["OME"], ["HOME=/home/me"]),
  ])
  func `values go from the header and their length stays`(
    names: [String], expected: [String]
  ) {
    var header = TraceHeader()
    header.environment = environment
    let clean = Redaction(names: names, environment: environment).applied(to: header)
    #expect(clean.environment.map(\.count) == environment.map(\.count))
    for variable in expected { #expect(clean.environment.contains(bytes(variable)), "\(variable)") }
  }

  @Test func `a value goes wherever it stands, the longest first`() {
    let redaction = Redaction(names: ["*TOKEN*"], environment: environment)
    let lines = Lines()
    var sink = RedactingSink(redaction, into: lines)
    for text in ["a secret-7 b secret-7-longer", "secret-", "secret-7secret-7", "12", ""] {
      bytes(text).withUnsafeBytes { sink.append(Event(.guestRead), payload: $0) }
    }
    #expect(
      lines.all == [
        "a xxxxxxxx b xxxxxxxxxxxxxxx", "secret-", "xxxxxxxxxxxxxxxx", "12", "",
      ])
  }
}
