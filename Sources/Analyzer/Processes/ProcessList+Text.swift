// SPDX-License-Identifier: BSD-3-Clause

extension ProcessList {
  /// The processes as a table of plain text.
  public var text: String {
    var table = TextTable([
      ("process", .right), ("made by", .right), ("calls", .right), ("faults", .right),
      ("ending", .left), ("program", .left),
    ])
    for process in processes {
      table.add([
        "\(process.number)", process.maker.map { "\($0.process)" } ?? "-",
        "\(process.callCount)", "\(process.faultCount)", process.ending ?? "-",
        process.program.isEmpty
          ? process.hasExecuted ? "not told" : "that of its maker" : printable(process.program),
      ])
    }
    guard unfollowedTaskCount > 0 else { return table.text }
    return table.text + "  and \(unfollowedTaskCount) tasks more\n"
  }

  /// The processes as JSON: `epimetheus-processes`, version 1.
  public var json: String {
    let values = processes.map { process in
      JSONValue.object([
        ("process", .integer(UInt64(process.number))),
        ("madeBy", .optional(process.maker.map { UInt64($0.process) })),
        ("calls", .integer(process.callCount)),
        ("faults", .integer(process.faultCount)),
        ("ending", .optional(process.ending)),
        ("program", process.program.isEmpty ? .null : .text(process.program)),
      ])
    }
    return JSONValue.object([
      ("schema", .string("epimetheus-processes")), ("schemaVersion", .integer(1)),
      ("processes", .array(values)), ("unfollowedTasks", .integer(UInt64(unfollowedTaskCount))),
    ]).text() + "\n"
  }
}
