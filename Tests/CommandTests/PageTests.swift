// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing

/// The report as a page, opened in a browser where there is one.
struct PageTests {
  private static let hasBrowser = FileManager.default.isExecutableFile(atPath: "/usr/bin/chromium")
  private static let trace = FormatCommandTests.traces[0]

  @Test func `the page needs no other file and no network`() throws {
    for arguments in [[Self.trace], ["--support", "kerla", Self.trace]] {
      let run = try Subprogram.run(
        [Subprogram.epimetheus, "report", "--format", "html"] + arguments)
      #expect(run.text.hasPrefix("<!DOCTYPE html>"))
      for word in ["http:", "https:", " src=", "@import", "url("] {
        #expect(!run.text.contains(word), "\(word)")
      }
      #expect(run.text.contains("default-src 'none'"))
      #expect(!run.text.contains("{{"))
    }
  }

  @Test(
    .enabled(if: hasBrowser, "chromium is not installed"),
    arguments: [[], ["--support", "kerla"]], ["light", "dark"])
  func `a browser draws the page`(options: [String], scheme: String) throws {
    try Scratch.with { scratch in
      let page = scratch.path("report.html")
      let report = try Subprogram.run(
        [Subprogram.epimetheus, "report", "--format", "html"] + options + [Self.trace])
      try report.output.write(to: URL(filePath: page))
      let browser = [
        "/usr/bin/chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
        "--user-data-dir=" + scratch.path("profile"), "--window-size=1280,2400",
        "--blink-settings=preferredColorScheme=" + (scheme == "dark" ? "0" : "1"),
      ]
      let content = try Subprogram.run(browser + ["--dump-dom", "file://" + page])
      #expect(content.end == .exited(0), "\(content.errorText.suffix(500))")
      let drawn = content.text.components(separatedBy: "<script").first ?? ""
      let words =
        options.isEmpty
        ? ["Missing calls", "rseq", "<canvas", "libc.so.6", "after call", "vmaBacking"]
        : ["What kerla lacks", "statx", "Pseudo-files", "/proc/filesystems"]
      for word in words { #expect(drawn.contains(word), "\(word)") }
      let picture = scratch.path("report.png")
      let shot = try Subprogram.run(browser + ["--screenshot=" + picture, "file://" + page])
      #expect(shot.end == .exited(0), "\(shot.errorText.suffix(500))")
      let bytes = try Data(contentsOf: URL(filePath: picture))
      #expect(bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]))
      #expect(bytes.count > 20_000)
    }
  }

  /// The picture in docs/export.md, of a trace that is named as a user would name it.
  @Test(
    .enabled(
      if: hasBrowser && ProcessInfo.processInfo.environment["SCREENSHOT"] == "update",
      "SCREENSHOT=update takes the picture for the docs"))
  func `the picture of the docs is taken anew`() throws {
    try Scratch.with { scratch in
      let (page, picture) = (scratch.path("report.html"), scratch.path("report.png"))
      let folder = URL(filePath: Self.trace).deletingLastPathComponent()
      let report = try Subprogram.run([
        "/bin/sh", "-c", "cd \"$0\" && exec \"$1\" report --format html linux-ls.epi",
        folder.path(percentEncoded: false), Subprogram.epimetheus,
      ])
      #expect(report.end == .exited(1), "\(report.errorText)")
      try report.output.write(to: URL(filePath: page))
      let shot = try Subprogram.run([
        "/usr/bin/chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
        "--hide-scrollbars", "--user-data-dir=" + scratch.path("profile"),
        "--window-size=1000,1800", "--screenshot=" + picture, "file://" + page,
      ])
      #expect(shot.end == .exited(0), "\(shot.errorText.suffix(500))")
      let images = FormatCommandTests.root.appending(path: "docs/images")
      try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
      try Data(contentsOf: URL(filePath: picture)).write(to: images.appending(path: "report.png"))
    }
  }
}
