// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import LinuxABI
import Recorder
import Support
import Trace
import TraceFile

/// Reading what applications need, from whatever tells of it.
enum PlanSources {
  /// What the applications need: of databases of Loupe (folders), results of `probe` and traces.
  /// What several say of an application of one name is joined.
  static func needs(_ sources: [String], workload: String) throws -> [ApplicationNeeds] {
    var byName: [String: ApplicationNeeds] = [:]
    for source in sources {
      for needs in try needs(source, workload: workload) {
        if byName[needs.name] == nil {
          byName[needs.name] = needs
        } else {
          byName[needs.name]?.join(needs)
        }
      }
    }
    return byName.values.sorted { $0.name < $1.name }
  }

  private static func needs(_ source: String, workload: String) throws -> [ApplicationNeeds] {
    if SupportFiles.isFolder(source) {
      return try LoupeDatabase(folder: source).needs(workload: workload)
    }
    if SupportFiles.begins(source, with: "{") {
      return [try ProbeReport.needs(in: source, named: name(of: source, ending: ".json"))]
    }
    let requirements = try TraceFiles.requirements(of: [source])
    return [requirements.needs(named: name(of: source, ending: ".epi"))]
  }

  /// An application is called as its file.
  private static func name(of path: String, ending: String) -> String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    return file.hasSuffix(ending) ? String(file.dropLast(ending.count)) : file
  }
}

extension ProbeReport {
  /// The largest result that is read, in bytes.
  private static let largestFile = 64 << 20

  /// What the JSON of a probe says that the program needs.
  static func needs(in path: String, named name: String) throws -> ApplicationNeeds {
    let root: JSONValue
    do {
      root = try JSONValue(parsing: SupportFiles.text(of: path, limit: largestFile))
    } catch let error as JSONValue.ParseError {
      throw CommandError.badInput("\(path), line \(error.line): \(error.message)")
    }
    guard root["format"]?.string == "epimetheus-probe-1", let calls = root["calls"]?.elements else {
      throw CommandError.badInput("\(path) is JSON, but not of epimetheus probe")
    }
    var verdicts: [SystemCallNumber: CallVerdict] = [:]
    var parts: [CallPart: CallVerdict] = [:]
    for call in calls {
      guard let target = call["target"]?.string, let code = call["number"]?.integer,
        let number = UInt32(exactly: code).map(SystemCallNumber.init(rawValue:)),
        let stubWorks = call["stubWorks"]?.boolean, let fakeWorks = call["fakeWorks"]?.boolean
      else { throw CommandError.badInput("\(path): a call without target, number and verdict") }
      // The one execve(2) that starts the program itself: a kernel that runs it has done so.
      if number == .execve, call["count"]?.integer == 1 { continue }
      let verdict = CallVerdict(stubWorks: stubWorks, fakeWorks: fakeWorks)
      if let part = part(call, target, number) {
        parts[part] = verdict
      } else {
        verdicts[number] = verdict
      }
    }
    var needs = ApplicationNeeds(name: name)
    needs.join(verdicts, parts: parts)
    return needs
  }

  private static func part(
    _ call: JSONValue, _ target: String, _ number: SystemCallNumber
  ) -> CallPart? {
    let words = target.split(separator: "(").last?.dropLast().split(separator: " ").last
    let name = String(words ?? "")
    if let flag = call["flag"], let argument = flag["argument"]?.integer, argument < 6,
      let bits = flag["bits"]?.string?.dropFirst(2), let value = UInt64(bits, radix: 16)
    {
      let field = flag["offset"]?.integer.flatMap { offset in
        TrialFlag(argument: Int(argument), offset: Int(clamping: offset), value: value)
          .fieldName(in: number)
      }
      return CallPart(
        number: number, argument: Int(argument), name: field.map { "\($0)=\(name)" } ?? name,
        value: value)
    }
    guard let code = call["subcommand"]?.integer,
      let argument = SystemCallTable.subcommandArgument(of: number)
    else { return nil }
    return CallPart(number: number, argument: argument, name: name, value: code)
  }
}
