// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing

/// The forms of a report, held against the tools and schemas of others.
struct FormatCommandTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../..").standardizedFileURL
  static let traces = ["linux-ls.epi", "linux-lua.epi", "killed.epi"].map {
    root.appending(path: "traces/recorded/" + $0).path(percentEncoded: false)
  }
  static let hasSchemaValidator = succeeds(["/usr/bin/python3", "-c", "import jsonschema"])
  static let hasXMLValidator = succeeds(["/usr/bin/xmllint", "--version"])

  private static func succeeds(_ arguments: [String]) -> Bool {
    (try? Subprogram.run(arguments))?.end == .exited(0)
  }

  /// The outputs of reports of every kind in one form.
  private static func outputs(_ form: String) throws -> [Subprogram] {
    var runs: [Subprogram] = []
    for trace in traces {
      runs.append(try Subprogram.epimetheus("report", "--format", form, trace))
      for set in ["our-kernel", "kerla"] {
        runs.append(
          try Subprogram.epimetheus("report", "--support", set, "--format", form, trace, trace))
      }
    }
    runs.append(try Subprogram.epimetheus("diff", "--format", form, traces[0], traces[1]))
    for run in runs {
      #expect([.exited(0), .exited(1)].contains(run.end), "\(run.errorText)")
      #expect(!run.output.isEmpty || form == "github")
    }
    return runs
  }

  /// Validates with no member beyond those that the schema names, so that none goes undocumented.
  private static let validator = """
    import json, sys, jsonschema
    def close(s):
        if isinstance(s, dict):
            if 'properties' in s: s['additionalProperties'] = False
            for v in s.values(): close(v)
        elif isinstance(s, list):
            for v in s: close(v)
    count = 0
    for line in sys.stdin:
        value = json.loads(line)
        name = value.get('schema') or value.get('format') or sys.argv[2]
        name = name if name.endswith('-1') else name + '-1'
        schema = json.load(open(sys.argv[1] + '/' + name + '.json'))
        close(schema)
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator(schema).validate(value)
        count += 1
    print(count)
    """

  @Test(.enabled(if: hasSchemaValidator, "python3-jsonschema is not installed"))
  func `JSON and JSON Lines are as the published schemas say`() throws {
    var lines: [Data] = try Self.outputs("jsonl").map(\.output)
    for output in try Self.outputs("json").map(\.output) {
      let value = try JSONSerialization.jsonObject(with: output)
      lines.append(try JSONSerialization.data(withJSONObject: value))
    }
    let input = lines.reduce(into: Data()) { data, line in
      data += line
      if line.last != 0x0a { data.append(0x0a) }
    }
    #expect(try Self.validate(input, as: "epimetheus-findings") > 30)
  }

  /// Holds lines of JSON against the schemas that they name, or against one; how many lines.
  private static func validate(_ lines: Data, as schema: String) throws -> Int {
    let schemas = root.appending(path: "docs/schema").path(percentEncoded: false)
    let run = try Subprogram.run(
      ["/usr/bin/python3", "-c", validator, schemas, schema], input: lines)
    #expect(run.end == .exited(0), "\(run.errorText.suffix(2000))")
    return Int(run.text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
  }

  /// What the other commands print with --json, and the events of a trace.
  @Test(.enabled(if: hasSchemaValidator, "python3-jsonschema is not installed"))
  func `all other JSON is as the published schemas say`() throws {
    try Scratch.with { scratch in
      let database = scratch.url.appending(path: "db")
      let folder = database.appending(path: "app/suite/run/data")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data("0,Y,N,N,N\n1,Y,Y,N,N\n".utf8).write(to: folder.appending(path: "dyn.csv"))
      let text = Data("getpid() = 1\nnonsense(1) = 2\n".utf8)
      let imported = scratch.path("i.epi")
      let (recorded, probed) = (scratch.path("r.epi"), scratch.path("p.json"))
      let commands: [[String]] = [
        ["import", "--json", "strace", "-", "-o", imported],
        ["info", "--json", imported], ["slice", "--json", imported],
        ["plan", "--json", "--on", "kerla", database.path(percentEncoded: false)],
        ["plan", "--json", Self.traces[0], Self.traces[2]],
        ["doctor", "--json"], ["twin", "--json", "--ops", "50"],
        ["probe", "--json", "-o", probed, "--", "/bin/busybox", "true"],
        ["record", "--on", "linux", "-o", recorded, "--", "/bin/busybox", "true"],
        ["calibrate", "--json", recorded, probed],
        ["probe", "--json", "--flags", "--test", "exit 0", "--", "/bin/busybox", "sleep", "9"],
      ]
      var lines = Data()
      for command in commands
        + Self.traces.flatMap({
          [["info", "--json", $0], ["slice", "--json", $0]]
        })
      {
        let run = try Subprogram.run([Subprogram.epimetheus] + command, input: text)
        #expect([.exited(0), .exited(1)].contains(run.end), "\(command): \(run.errorText)")
        if !command.contains("--json") { continue }
        let value = try JSONSerialization.jsonObject(with: run.output)
        lines += try JSONSerialization.data(withJSONObject: value) + [0x0a]
      }
      let count = commands.count { $0.contains("--json") } + 2 * Self.traces.count
      #expect(try Self.validate(lines, as: "-") == count)
      for trace in [imported] + Self.traces {
        let run = try Subprogram.epimetheus("export", "jsonl", trace)
        #expect(try Self.validate(run.output, as: "epimetheus-events") > 1)
      }
    }
  }

  /// Beside the schema: what refers to something else in the log refers to what is there.
  private static let sarifValidator = """
    import json, sys, jsonschema
    schema = json.load(open(sys.argv[1]))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    results = places = 0
    for line in sys.stdin:
        log = json.loads(line)
        validator.validate(log)
        for run in log['runs']:
            rules = run['tool']['driver']['rules']
            assert len({rule['id'] for rule in rules}) == len(rules), 'a rule is there twice'
            seen = set()
            for result in run['results']:
                results += 1
                assert result['ruleIndex'] < len(rules), 'no such rule'
                assert rules[result['ruleIndex']]['id'] == result['ruleId'], 'another rule'
                key = tuple(result['partialFingerprints'].items())
                assert key not in seen, 'two results are the same one'
                seen.add(key)
                ids = [l['id'] for l in result.get('relatedLocations', [])]
                assert len(set(ids)) == len(ids), 'two locations have one id'
                places += len(ids)
    print(results, places)
    """

  @Test(.enabled(if: hasSchemaValidator, "python3-jsonschema is not installed"))
  func `SARIF keeps to its rules`() throws {
    var input = Data()
    // A trace with the places of its calls, which those of the corpus are too old for.
    let placed = try Scratch.with { scratch in
      let trace = scratch.path("t.epi")
      let record = try Subprogram.epimetheus(
        "record", "--on", "linux", "-o", trace, "--", "/bin/busybox", "ls", "/")
      try #require(record.end == .exited(0), "\(record.errorText)")
      return try Subprogram.epimetheus(
        "report", "--support", "kerla", "--format", "sarif", trace)
    }
    for output in try Self.outputs("sarif").map(\.output) + [placed.output] {
      let value = try JSONSerialization.jsonObject(with: output)
      input += try JSONSerialization.data(withJSONObject: value) + [0x0a]
    }
    let schema = Self.root.appending(path: "Tests/Schemas/sarif-2.1.0.json")
    func validate(_ input: Data) throws -> Subprogram {
      try Subprogram.run(
        [
          "/usr/bin/python3", "-c", Self.sarifValidator, schema.path(percentEncoded: false),
        ], input: input)
    }
    let run = try validate(input)
    #expect(run.end == .exited(0), "\(run.errorText.suffix(2000))")
    let counts = run.text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    #expect(counts.count == 2 && counts.allSatisfy { $0 > 5 }, "\(run.text)")
    // What the rules are against is refused.
    let text = String(decoding: input, as: UTF8.self)
    for (member, other) in [
      ("\"ruleIndex\":0", "\"ruleIndex\":99"), ("\"level\":\"error\"", "\"level\":\"fatal\""),
      ("\"startLine\":1", "\"startLine\":0"),
      ("\"baselineState\":\"new\"", "\"baselineState\":\"old\""),
      ("\"version\":\"2.1.0\"", "\"version\":\"2.0.0\""),
      ("\"occurrenceCount\":", "\"occurrences\":"),
    ] {
      #expect(text.contains(member), "\(member)")
      let broken = try validate(Data(text.replacing(member, with: other).utf8))
      #expect(broken.end == .exited(1), "\(other)")
    }
  }

  @Test(.enabled(if: hasXMLValidator, "xmllint is not installed"))
  func `JUnit is XML`() throws {
    for output in try Self.outputs("junit").map(\.output) {
      let run = try Subprogram.run(["/usr/bin/xmllint", "--noout", "-"], input: output)
      #expect(run.end == .exited(0), "\(run.errorText)")
    }
  }

  @Test func `every finding stands in every form with its fingerprint`() throws {
    let json = try Subprogram.epimetheus("report", "--format", "jsonl", Self.traces[0])
    let fingerprints = try json.text.split(separator: "\n").dropFirst().map { line in
      let value = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return try #require(value?["fingerprint"] as? String)
    }
    #expect(fingerprints.count >= 2)
    for form in ["text", "json", "junit", "sarif", "markdown", "github", "gitlab", "html"] {
      let run = try Subprogram.epimetheus("report", "--format", form, Self.traces[0])
      #expect(run.end == .exited(1))
      for fingerprint in fingerprints { #expect(run.text.contains(fingerprint), "\(form)") }
      let again = try Subprogram.epimetheus("report", "--format", form, Self.traces[0])
      #expect(again.output == run.output, "\(form)")
    }
  }

  @Test func `a baseline and suppressions take findings away from the exit code`() throws {
    try Scratch.with { scratch in
      let report = try Subprogram.epimetheus("report", "--json", Self.traces[0])
      let file = scratch.path("report.json")
      try report.output.write(to: URL(filePath: file))
      let known = try Subprogram.epimetheus("report", "--baseline", file, Self.traces[0])
      #expect(known.end == .exited(0), "\(known.errorText)")
      #expect(known.text.contains("Known before, and suppressed"))
      let list = try Subprogram.epimetheus("report", "--format", "jsonl", Self.traces[0])
      let rows = list.text.split(separator: "\n").dropFirst().compactMap {
        $0.split(separator: "\"").dropFirst(3).first
      }
      let rules = scratch.path("known.txt")
      try rows.map { "\($0) 2031-01-31 nobody calls it\n" }.joined().write(
        toFile: rules, atomically: true, encoding: .utf8)
      for (second, code) in [("1927580400", Int32(0)), ("1927670400", 1)] {
        let run = try Subprogram.run(
          [Subprogram.epimetheus, "report", "--suppressions", rules, "--json", Self.traces[0]],
          environment: ["SOURCE_DATE_EPOCH": second])
        #expect(run.end == .exited(code), "\(second): \(run.errorText)")
        #expect(run.errorText.contains("its day 2031-01-31 is over") == (code == 1))
        #expect(run.text.contains("nobody calls it") == (code == 0))
      }
      let explained = try Subprogram.epimetheus("explain", String(rows[0].prefix(12)), file)
      let replayed = try Subprogram.epimetheus("explain", String(rows[0]), Self.traces[0])
      #expect(explained.end == .exited(0), "\(explained.errorText)")
      #expect(explained.output == replayed.output)
      let none = try Subprogram.epimetheus("explain", "ffff0000ffff0000", file)
      #expect(none.end == .exited(42))
      #expect(none.errorText.contains(String(rows[0])))
      let damaged = scratch.path("damaged")
      try "{\n\"schema\": 3\n".write(toFile: damaged, atomically: true, encoding: .utf8)
      for option in ["--baseline", "--suppressions"] {
        let run = try Subprogram.epimetheus("report", option, damaged, Self.traces[0])
        #expect(run.end == .exited(42), "\(option)")
        #expect(run.errorText.contains("damaged: line"), "\(run.errorText)")
      }
    }
  }
}
