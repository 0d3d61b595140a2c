// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import Testing
import Trace

/// The processes of a trace, and the slice of one.
struct ProcessSliceTests {
  private static let start = """
    epimetheus-trace 1
    origin linux
    unseen nothing
    program "/bin/sh"

    """

  /// A process of two threads makes two others, one of which executes a program and makes a third.
  private static let text =
    start
      + """
      1 getpid() = 100
      2 task-started thread 1
      2 getpid() = 100
      3 task-started fork 2
      1 getppid() = 1
      3 guest-read 0x5000 9 "/bin/prog\\0"
      2 clone(0x11, 0x0, 0x0, 0x0, 0x0) = 101
      3 execve(0x5000, 0x0, 0x0) = 0
      4 task-started vfork 3
      4 getuid() = 5
      4 task-ended killed = 9
      3 vfork() = 102
      5 task-started thread 3
      5 gettid() = 103
      3 task-ended exited = 7
      5 task-ended exited = 7
      2 task-ended exited = 0
      1 exit_group(0) = ?
      1 end exited = 0

      """.replacing("guest-read 0x5000 9", with: "guest-read 0x5000 10")

  private func source(_ text: String = text) throws -> TraceTextSource {
    try TraceTextSource([UInt8](text.utf8))
  }

  private func list(_ text: String = text) throws -> ProcessList {
    var source = try source(text)
    return try ProcessList(of: &source, header: source.header)
  }

  /// The events of a slice, one a line.
  private func slice(_ number: UInt32, _ text: String = text) throws -> [String] {
    var slice = try #require(ProcessSlice(of: number, in: try list(text)))
    var events = EventList()
    var source = try source(text)
    while let event = try source.next() {
      unsafe slice.take(event, payload: source.payload, into: &events)
    }
    var bytes: [UInt8] = []
    for index in 0..<events.count {
      unsafe TraceText.append(events[index], payload: events.payload(at: index), to: &bytes)
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test func `processes are listed with who made them and what became of them`() throws {
    let list = try list()
    #expect(list.processes.map(\.number) == [1, 3, 4])
    #expect(list.processes.map { $0.maker?.process } == [nil, 1, 3])
    #expect(list.processes.map(\.callCount) == [4 + 1, 3, 1])
    #expect(list.processes.map(\.ending) == ["exited 0", "exited 7", "killed by SIGKILL"])
    #expect(String(decoding: list.processes[1].program, as: UTF8.self) == "/bin/prog")
    #expect(list.processes[2].program.isEmpty)
    #expect(list.text.contains("/bin/prog"))
    #expect(list.json.contains("\"madeBy\": 3"))
  }

  @Test func `the first process is without the others`() throws {
    #expect(
      try slice(1) == [
        "1 getpid() = 100", "2 task-started thread 1", "2 getpid() = 100", "1 getppid() = 1",
        "2 clone(0x11, 0x0, 0x0, 0x0, 0x0) = 101", "2 task-ended exited = 0",
        "1 exit_group(0) = ?", "1 end exited = 0",
      ])
  }

  /// The thread that made it goes on in it under its own number, the other ends.
  @Test func `a process begins with what its maker did until then`() throws {
    #expect(
      try slice(3) == [
        "1 getpid() = 100", "2 task-started thread 1", "2 getpid() = 100",
        "1 task-ended exited = 0", "2 clone(0x11, 0x0, 0x0, 0x0, 0x0) = 0",
        "2 guest-read 0x5000 10 \"/bin/prog\\0\"", "2 execve(0x5000, 0x0, 0x0) = 0",
        "2 vfork() = 102", "5 task-started thread 2", "5 gettid() = 103",
        "2 task-ended exited = 7", "5 end exited = 7",
      ])
  }

  @Test func `and that with what its own maker did`() throws {
    let lines = try slice(4)
    #expect(lines.prefix(7) == (try slice(3)).prefix(7))
    #expect(Array(lines.dropFirst(7)) == ["2 vfork() = 0", "2 getuid() = 5", "2 end killed = 9"])
  }

  @Test func `a task that nobody is known to have made begins where it appears`() throws {
    let text =
      Self.start + """
        1 getpid() = 1
        2 task-started fork 0
        2 getuid() = 5
        1 end exited = 0

        """
    #expect(try list(text).processes[1].maker == nil)
    let lines = try slice(2, text)
    #expect(lines == ["2 getuid() = 5", "2 end interrupted = 0"], "\(lines)")
  }

  @Test func `a process that there is not has no slice`() throws {
    let list = try list()
    #expect(ProcessSlice(of: 2, in: list) == nil)
    #expect(ProcessSlice(of: 9, in: list) == nil)
  }
}
