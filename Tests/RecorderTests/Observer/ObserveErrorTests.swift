// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Recorder
import TestSupport
import Testing
import Trace

extension ObserveTests {
  private func error(_ program: String, in directory: String? = nil) -> RecordError? {
    do {
      _ = try Observation.run([program], environment: ["PATH=/nowhere:/bin"]) {
        $0.workingDirectory = directory.map { Array($0.utf8) }
      }
      return nil
    } catch {
      return error as? RecordError
    }
  }

  @Test func `a program that is not there is named`() {
    #expect(error("/no/such/program")?.message == "there is no program /no/such/program")
    #expect(error("no-such-program")?.message.contains("PATH") == true)
    #expect(error("no-such-program")?.remedy.contains("./no-such-program") == true)
    #expect(error("")?.message == "no program is named")
  }

  @Test func `a program is looked for in PATH`() throws {
    let observed = try Observation.run(
      ["busybox", "echo", "found"], environment: ["PATH=/x::/bin"])
    #expect(observed.text == "found\n")
    #expect(observed.header.program == Array("/bin/busybox".utf8))
  }

  @Test func `what is not a program is named`() throws {
    try Scratch.with { scratch in
      let text = scratch.path("text")
      try "hello\n".write(toFile: text, atomically: true, encoding: .utf8)
      #expect(error(text)?.message == "\(text) may not be executed")
      #expect(error(text)?.remedy.contains("chmod +x") == true)
      chmod(text, 0o755)
      #expect(error(text)?.message == "\(text) is not a program that this machine runs")
      #expect(error("/usr")?.message == "/usr may not be executed")
      try "#!/no/such/interpreter\n".write(toFile: text, atomically: true, encoding: .utf8)
      chmod(text, 0o755)
      #expect(error(text)?.message == "the interpreter that \(text) asks for is missing")
    }
  }

  @Test func `a program for another machine is named`() throws {
    try Scratch.with { scratch in
      var image = Array(try Data(contentsOf: URL(filePath: "/bin/busybox")))
      image[18] = 183
      let other = scratch.path("other")
      try Data(image).write(to: URL(filePath: other))
      chmod(other, 0o755)
      #expect(error(other)?.message == "\(other) is not a program that this machine runs")
      try Data(Self.smallest32BitProgram).write(to: URL(filePath: other))
      chmod(other, 0o755)
      let message = error(other)?.message ?? ""
      #expect(
        message == "\(other) is not an x86-64 program"
          || message == "\(other) is not a program that this machine runs")
    }
  }

  /// i386: one page, `mov $1, %eax; xor %ebx, %ebx; int $0x80`.
  private static let smallest32BitProgram: [UInt8] =
    [0x7f, 0x45, 0x4c, 0x46, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 3, 0, 1, 0, 0, 0]
    + [0x54, 0x80, 4, 8, 52, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 52, 0, 32, 0, 1, 0, 0, 0]
    + [0, 0, 0, 0]
    + [1, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 4, 8, 0, 0x80, 4, 8, 93, 0, 0, 0, 93, 0, 0, 0]
    + [5, 0, 0, 0, 0, 16, 0, 0] + [0xb8, 1, 0, 0, 0, 0x31, 0xdb, 0xcd, 0x80]

  @Test func `a NUL in an argument is refused`() {
    #expect(throws: RecordError.self) { try Observation.run(["/bin/busybox", "a\0b"]) }
  }

  @Test func `a directory that is not there is named`() {
    #expect(error("/bin/busybox", in: "/no/where")?.message.contains("/no/where") == true)
  }

  @Test func `a script is recorded with its interpreter`() throws {
    try Scratch.with { scratch in
      let script = scratch.path("script")
      try "#!/bin/busybox sh\necho from $1\n".write(
        toFile: script, atomically: true, encoding: .utf8)
      chmod(script, 0o755)
      let observed = try Observation.run([script, "here"])
      #expect(observed.text == "from here\n")
      #expect(
        observed.header.files.map(\.path) == [Array(script.utf8), Array("/usr/bin/busybox".utf8)])
      #expect(observed.header.files[0].byteCount == 31)
    }
  }
}
