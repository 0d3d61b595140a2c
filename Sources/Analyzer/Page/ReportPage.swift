// SPDX-License-Identifier: BSD-3-Clause

/// A report as one HTML page that needs nothing else: no network, no other file.
///
/// The page is `report.html`, compiled into the command; three marks in it are filled in. A script
/// in the page draws; without one, the text of the report is there.
public struct ReportPage: Sendable {
  private let text: String
  private let report: JSONValue

  /// The page of a comparison.
  public init(_ report: Report) {
    text = report.text()
    self.report = report.jsonValue
  }

  /// The page of what a kernel lacks.
  public init(_ report: SupportReport) {
    text = report.text()
    self.report = report.jsonValue
  }

  /// The page. `timelines`: those of the traces, the left one first; none where there is nothing
  /// to draw.
  public func html(timelines: [Timeline]) -> String {
    let marks = [
      ("{{text}}", Self.escaped(text)),
      ("{{report}}", Self.script(report)),
      ("{{timelines}}", Self.script(.array(timelines.map(\.jsonValue)))),
    ]
    var rest = String(decoding: PackageResources.report_html, as: UTF8.self)[...]
    var page = ""
    for (mark, value) in marks {
      guard let range = rest.firstRange(of: mark) else { continue }
      page += rest[..<range.lowerBound] + value
      rest = rest[range.upperBound...]
    }
    return page + rest
  }

  /// JSON inside a script element: nothing in it can end the element.
  private static func script(_ value: JSONValue) -> String {
    value.line().replacing("<", with: "\\u003c")
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
