// SPDX-License-Identifier: BSD-3-Clause

/// A file that is no report of ours.
public struct ReportFileError: Error, Sendable {
  /// What is wrong, with the line where there is one.
  public var message: String
}

/// A report that was written as JSON, as far as others look at it again.
struct ReportFile {
  /// Something in it that has a fingerprint.
  struct Entry {
    var fingerprint: String
    /// The call or other thing that it is about.
    var subject: String
    /// What it is: an object of the report.
    var value: JSONValue
    /// Where that stands in: the call of an item, the root of a consequence.
    var parent: JSONValue?
  }

  /// The whole.
  let root: JSONValue
  /// `epimetheus-report` or `epimetheus-support`.
  let schema: String

  init(_ root: JSONValue) throws(ReportFileError) {
    self.root = root
    guard let schema = root["schema"]?.string, let version = root["schemaVersion"]?.integer,
      ["epimetheus-report", "epimetheus-support"].contains(schema), version == 1
    else {
      throw ReportFileError(
        message: "is no report as JSON: make one with epimetheus report --format json")
    }
    self.schema = schema
  }

  init(parsing text: String) throws(ReportFileError) {
    let root: JSONValue
    do {
      root = try JSONValue(parsing: text)
    } catch {
      throw ReportFileError(message: "line \(error.line): \(error.message)")
    }
    try self.init(root)
  }

  /// What has a fingerprint and is a finding, in the order of the report.
  var entries: [Entry] {
    schema == "epimetheus-report" ? divergences : lackingCalls
  }

  private var divergences: [Entry] {
    var entries: [Entry] = []
    for value in root["divergences"]?.elements ?? [] {
      add(value, subject: value["subject"]?.string, to: &entries)
      for consequence in value["consequences"]?.elements ?? [] {
        add(consequence, subject: consequence["subject"]?.string, of: value, to: &entries)
      }
    }
    for value in root["missingCalls"]?.elements ?? [] {
      add(value, subject: value["call"]?.string, to: &entries)
    }
    return entries
  }

  private var lackingCalls: [Entry] {
    var entries: [Entry] = []
    for call in root["calls"]?.elements ?? [] where call["state"]?.string != "supported" {
      if call["state"]?.string != "partial" {
        add(call, subject: call["call"]?.string, to: &entries)
      }
      for request in call["requests"]?.elements ?? [] where request["state"]?.string == "missing" {
        add(request, subject: call["call"]?.string, of: call, to: &entries)
      }
    }
    for file in root["pseudoFiles"]?.elements ?? []
    where ["missing", "stub", nil].contains(file["state"]?.string) {
      add(file, subject: file["path"]?.string, to: &entries)
    }
    return entries
  }

  private func add(
    _ value: JSONValue, subject: String?, of parent: JSONValue? = nil, to entries: inout [Entry]
  ) {
    guard let fingerprint = value["fingerprint"]?.string, let subject else { return }
    entries.append(
      Entry(fingerprint: fingerprint, subject: subject, value: value, parent: parent))
  }
}
