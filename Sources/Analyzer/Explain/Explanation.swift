// SPDX-License-Identifier: BSD-3-Clause

/// A finding of a report in words: what differs, by which rule of which page of the manual, and how
/// to see more of it.
public struct Explanation {
  private let file: ReportFile

  /// Of a report.
  public init(_ report: Report) throws(ReportFileError) { file = try ReportFile(report.jsonValue) }

  /// Of a report that was written as JSON.
  public init(parsing text: String) throws(ReportFileError) { file = try ReportFile(parsing: text) }

  /// The fingerprints that can be explained, with what they are about.
  public var fingerprints: [(fingerprint: String, subject: String)] {
    file.entries.map { ($0.fingerprint, $0.subject) }
  }

  /// The words for a fingerprint, or for one that begins so; nil if none or several do.
  public func text(_ prefix: String) -> String? {
    let prefix = prefix.lowercased()
    let matches = file.entries.filter { $0.fingerprint.hasPrefix(prefix) }
    guard let entry = matches.first,
      matches.allSatisfy({ $0.fingerprint == entry.fingerprint })
    else { return nil }
    var text = "\(entry.fingerprint)  \(entry.subject)\n\n"
    if let name = entry.value["class"]?.string, let kind = DivergenceClass(rawValue: name) {
      text += divergence(entry, kind)
    } else if file.schema == "epimetheus-report" {
      text += missing(entry)
    } else {
      text += support(entry)
    }
    return text
  }

  private func divergence(_ entry: ReportFile.Entry, _ kind: DivergenceClass) -> String {
    let value = entry.value
    var text = Report.line("class", kind.rawValue)
    text += Report.line("means", kind.meaning)
    text += Report.line("request", value["request"]?.string ?? "-")
    text += place(value["site"])
    text += Report.line("expected", sentence(value["expected"], file.root["left"]))
    text += Report.line("actual", sentence(value["actual"], file.root["right"]))
    if let field = value["field"]?.string { text += Report.line("in", field) }
    if let range = value["range"], let lower = range["lower"]?.string,
      let upper = range["upper"]?.string
    {
      text += Report.line("range", lower + " to " + upper)
    }
    let errnos = [value["expected"]?["errno"]?.string, value["actual"]?["errno"]?.string]
    var rules = errnos.compactMap { $0 }.compactMap {
      ManualRule.rule(for: entry.subject, errno: $0)
    }
    if rules.isEmpty, let page = ManualRule.page(for: kind, subject: entry.subject) {
      rules.append(page)
    }
    for rule in rules { text += Report.line("manual", rule.place + ": " + rule.rule) }
    if let parent = entry.parent {
      text += Report.line(
        "follows", "from \(parent["fingerprint"]?.string ?? "-"), \(parent["class"]?.string ?? "-")"
      )
    }
    if let count = value["consequenceCount"]?.integer, count > 0 {
      text += Report.line("causes", "\(count) more that stand under it in the report")
    }
    if value["isFinding"]?.boolean == false {
      text += Report.line("finding", "no: it is explained, and does not count")
    }
    return text + places(value)
  }

  private func missing(_ entry: ReportFile.Entry) -> String {
    let value = entry.value
    var text = Report.line("class", "missingCall")
    text += Report.line("means", DivergenceClass.missingCall.meaning)
    text += Report.line("request", value["firstRequest"]?.string ?? "-")
    text += place(value["firstSite"])
    text += Report.line("matters?", value["hint"]?.string ?? "-")
    text += confidence(value)
    text += Report.line("called", timesText(value["count"]?.integer ?? 0))
    if let rule = ManualRule.page(for: .missingCall, subject: entry.subject) {
      text += Report.line("manual", "\(entry.subject)(2); \(rule.place): \(rule.rule)")
    }
    return text
  }

  private func support(_ entry: ReportFile.Entry) -> String {
    let value = entry.value
    let kernel = file.root["kernel"]?.string ?? "-"
    var text = Report.line("state", "\(value["state"]?.string ?? "-") on \(kernel)")
    if let request = value["request"]?.string { text += Report.line("request", request) }
    let lacking = value["unsupported"]?.elements.compactMap(\.string) ?? []
    if !lacking.isEmpty { text += Report.line("lacks", lacking.joined(separator: ", ")) }
    if let hint = (value["hint"] ?? entry.parent?["hint"])?.string {
      text += Report.line("matters?", hint) + confidence(entry.parent ?? value)
    }
    text += Report.line("asked", timesText(value["count"]?.integer ?? 0))
    if let first = value["first"] {
      text += Report.line(
        "first", "event \(first["event"]?.integer ?? 0) of \(first["trace"]?.string ?? "-")")
      text += place(first)
    }
    if let path = value["path"]?.string {
      let page =
        path.hasPrefix("/proc") ? "proc(5)" : path.hasPrefix("/sys") ? "sysfs(5)" : "section 4"
      return text + Report.line("manual", page)
    }
    return text + Report.line("manual", "\(entry.subject)(2)")
  }

  /// How much may be built on what is predicted of a call.
  private func confidence(_ value: JSONValue) -> String {
    value["confidence"]?.string.map { Report.line("sure?", "\($0); `probe` measures") } ?? ""
  }

  /// Where in the program it was asked first.
  private func place(_ value: JSONValue?) -> String {
    CodePlace.text(value).map { Report.line("at", $0) } ?? ""
  }

  private func sentence(_ outcome: JSONValue?, _ side: JSONValue?) -> String {
    let kernel = side?["kernel"]?.string ?? ""
    let text = outcome?["text"]?.string ?? "-"
    return kernel.isEmpty ? text : "\(text) (\(kernel))"
  }

  private func places(_ value: JSONValue) -> String {
    var text = ""
    for (side, member) in [("left", "leftEvent"), ("right", "rightEvent")] {
      guard let event = value[member]?.integer else { continue }
      let name = file.root[side]?["name"]?.string ?? side
      text += Report.line("", "event \(event) of \(name)")
    }
    return text
  }
}
