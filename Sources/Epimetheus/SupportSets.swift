// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import Kernel
import LinuxABI
import Support

/// What our own kernel supports: asked of its dispatcher.
enum OurKernel {
  /// How it is named where a support set is.
  static let name = "our-kernel"

  /// The set.
  static var supportSet: SupportSet {
    var set = SupportSet(name: name)
    for number in SystemCallTable.all where Unikernel.supports(number) {
      set.set(number, to: Unikernel.isStub(number) ? .stub : .supported)
      if let constraint = subcommands(of: number) ?? flags(of: number) {
        set.add(CallRule([constraint]), to: number)
      }
    }
    for path in Unikernel.pseudoFiles { set.set(pseudoFile: "\(path)", to: .supported) }
    for folder in ["/dev/*", "/proc/*", "/sys/*"] { set.set(pseudoFile: folder, to: .missing) }
    return set
  }

  /// The sub-commands that the call's handler knows.
  private static func subcommands(of number: SystemCallNumber) -> CallRule.Constraint? {
    guard let subcommands = Unikernel.subcommands(of: number),
      let argument = SystemCallTable.subcommandArgument(of: number)
    else { return nil }
    return CallRule.Constraint(
      argument: argument, pattern: .codes(subcommands.values, mask: subcommands.mask))
  }

  /// All flags but those that the call's handler refuses.
  private static func flags(of number: SystemCallNumber) -> CallRule.Constraint? {
    guard let refused = Unikernel.refusedFlags(of: number),
      let kind = SystemCallTable.description(of: number)?.arguments[refused.argument].kind
    else { return nil }
    var names: Set<String> = []
    var index = 0
    while let flag = FlagName.at(index, of: kind) {
      if flag.value & refused.mask != 0 { names.insert("\(flag.name)") }
      index += 1
    }
    return CallRule.Constraint(argument: refused.argument, pattern: .allBut(names))
  }
}

/// Finding a support set by what a user types.
enum SupportSets {
  /// Our kernel, a set that comes with the command, a file or a folder of SCML files.
  static func find(_ name: String) throws -> SupportSet {
    if name == OurKernel.name { return OurKernel.supportSet }
    if let set = try KnownSupportSets.set(named: name) { return set }
    if SupportFiles.isFolder(name) {
      let files = try SupportFiles.files(below: name, ending: ".scml")
      if files.isEmpty { throw CommandError.badInput("\(name) holds no file NAME.scml") }
      var set = SupportSet(name: name)
      for file in files { set.join(try read(file)) }
      return set
    }
    if !SupportFiles.exists(name) {
      throw CommandError.usage(
        "\(name) is neither a support set nor a file; epimetheus plan --list names the sets")
    }
    return try read(name)
  }

  /// A file: SCML where its name says so, gVisor's table where it is JSON, else a list of names.
  private static func read(_ path: String) throws -> SupportSet {
    let text = try SupportFiles.text(of: path)
    if path.hasSuffix(".scml") {
      return try SCMLFile(parsing: text, path: path).supportSet(named: path)
    }
    if SupportFiles.begins(path, with: "{") {
      return try GVisorTable(parsing: text, path: path).supportSet(named: path)
    }
    return try SystemCallList(parsing: text, path: path).supportSet(named: path)
  }

  /// Says on stderr which names of a set count for nothing.
  static func tellUnknownNames(of set: SupportSet) {
    if set.unknownNames.isEmpty { return }
    Console.note(
      "epimetheus: \(set.name) names calls that Linux does not have: "
        + set.unknownNames.joined(separator: ", "))
  }
}
