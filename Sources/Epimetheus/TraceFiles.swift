// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import FoundationEssentials
import Trace
import TraceFile

/// Opening and closing traces, with errors that name the file.
enum TraceFiles {
  /// Opens a trace and says on stderr what is not whole about it.
  static func open(_ path: String, readsAhead: Bool = false) throws -> TraceReader {
    do {
      let reader = try TraceReader(path: path, readsAhead: readsAhead)
      if !reader.isComplete {
        Console.note(
          "epimetheus: \(path) is cut: \(reader.droppedByteCount) bytes at its end are dropped")
      }
      return reader
    } catch {
      throw CommandError.badInput(error.description)
    }
  }

  /// What the programs of traces ask of a kernel.
  static func requirements(of paths: [String]) throws -> Requirements {
    var requirements = Requirements()
    for path in paths {
      var reader = try open(path)
      do {
        try requirements.read(&reader, header: reader.header, named: path)
      } catch {
        throw CommandError.badTrace(path, error)
      }
      requirements.traces[requirements.traces.count - 1].problems = problems(of: reader)
    }
    return requirements
  }

  /// Makes a trace.
  static func create(
    _ path: String, header: TraceHeader, options: TraceWriter.Options = .init()
  ) throws -> TraceWriter {
    do {
      return try TraceWriter(path: path, header: header, options: options)
    } catch {
      throw CommandError.temporary(error.description)
    }
  }

  /// Ends a trace; throws what went wrong while it was written.
  static func finish(_ writer: TraceWriter) throws {
    do {
      try writer.finish()
    } catch {
      throw CommandError.temporary(error.description)
    }
  }

  /// Writes a trace with `body`; where that throws, nothing was recorded and no file is left.
  static func write<Result>(
    _ path: String, header: TraceHeader, _ body: (inout TraceWriter) throws -> Result
  ) throws -> Result {
    var writer = try create(path, header: header)
    do {
      let result = try body(&writer)
      try finish(writer)
      return result
    } catch {
      if isRegular(path) { try? FileManager.default.removeItem(atPath: path) }
      throw error
    }
  }

  /// Whether the path is a file of ours to remove, and not a device.
  private static func isRegular(_ path: String) -> Bool {
    let type = try? FileManager.default.attributesOfItem(atPath: path)[.type]
    return type as? FileAttributeType == .typeRegular
  }

  /// What is wrong with a trace that was read to its end, for a report.
  static func problems(of reader: TraceReader) -> [String] {
    var problems = reader.problems.map(\.description)
    if !reader.isComplete {
      problems.append("cut: \(reader.droppedByteCount) bytes at the end are dropped")
    }
    return problems
  }

  /// Says on stderr which blocks were damaged.
  static func tellProblems(of reader: TraceReader, _ path: String) {
    for problem in reader.problems {
      Console.note("epimetheus: \(path): \(problem.description)")
    }
    if reader.problemCount > reader.problems.count {
      Console.note(
        "epimetheus: \(path): and \(reader.problemCount - reader.problems.count) more problems")
    }
  }
}

/// A file for the time of a command, removed when it is done.
struct TemporaryFile: ~Copyable {
  /// Where it is.
  let path: String

  init(_ name: String) {
    let folder = FileManager.default.temporaryDirectory
    path = folder.appending(path: "epimetheus-\(UUID().uuidString)-\(name)")
      .path(percentEncoded: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
