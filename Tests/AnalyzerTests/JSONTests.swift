// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import TestSupport
import Testing

struct JSONTests {
  @Test func `a value is read as it was written, on lines or on one`() throws {
    let value = JSONValue.object([
      ("a", .array([.integer(0), .integer(1 << 53 - 1), .boolean(true), .boolean(false), .null])),
      ("b \"\\\u{1}\u{e9}\u{1f600}", .object([("", .string("line\nline\ttab"))])),
      ("c", .array([])), ("d", .object([])), ("a", .string("again")),
    ])
    #expect(try JSONValue(parsing: value.text()).text() == value.text())
    #expect(try JSONValue(parsing: value.line()).text() == value.text())
    #expect(!value.line().contains("\n"))
    #expect(value["a"]?.elements.count == 5)
    #expect(value["nothing"] == nil)
    #expect(value["b"] == nil)
    let escaped = try JSONValue(parsing: "\"\\u00e9\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\\\"\\\\\"")
    #expect(escaped.string == "\u{e9}\u{1f600}/\u{8}\u{c}\n\r\t\"\\")
  }

  @Test(arguments: [
    "", " ", "{", "[1,", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "tru", "1 2", "-1", "1.5",
    "1e3",
    "99999999999999999999", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"",
    "\"\\ud800\\u0041\"",
    "\"\u{1}\"", "nul", "{1:2}", "]",
  ])
  func `what is no JSON is refused`(text: String) {
    #expect(throws: JSONValue.ParseError.self) { try JSONValue(parsing: text) }
  }

  @Test func `an error tells the line, and depth has an end`() throws {
    let error = #expect(throws: JSONValue.ParseError.self) {
      try JSONValue(parsing: "{\n \"a\": 1,\n \"b\" 2\n}")
    }
    #expect(error?.line == 3)
    #expect(throws: JSONValue.ParseError.self) {
      try JSONValue(parsing: String(repeating: "[", count: 100_000))
    }
  }

  @Test func `a damaged report is read or refused, never worse`() throws {
    let bytes = Array(try ReportTests.report().json().utf8)
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix64(seed: seed)
    for _ in 0..<200 {
      var damaged = bytes
      damaged[Int.random(in: damaged.indices, using: &random)] = UInt8.random(
        in: 0...127, using: &random)
      damaged.removeLast(Int.random(in: 0..<3, using: &random))
      let text = String(decoding: damaged, as: UTF8.self)
      if let explanation = try? Explanation(parsing: text) {
        for (fingerprint, _) in explanation.fingerprints {
          #expect(explanation.text(fingerprint) != "", "seed \(seed)")
        }
      }
      _ = try? Baseline(parsing: text)
    }
  }
}
