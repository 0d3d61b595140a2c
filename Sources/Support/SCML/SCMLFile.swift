// SPDX-License-Identifier: BSD-3-Clause

/// Rules of a file in the System Call Matching Language: which requests of a call a kernel
/// supports. Names of flags that a file defines are resolved.
///
/// Source: The Asterinas Book, "System Call Matching Language".
public struct SCMLFile: Sendable {
  /// What a parameter of a call may be.
  public indirect enum Pattern: Sendable, Equatable {
    /// Any of these flags; `takesIntegers`: or a number, `<INTEGER>`.
    case flags(Set<String>, takesIntegers: Bool)
    /// A path, `<PATH>`.
    case path
    /// A structure, `{ field, field = pattern, .. }`; the fields that have a pattern.
    case structure([Parameter])
    /// An array, each of whose elements is one of these.
    case array([Pattern])
  }

  /// A parameter of a call, or a field of a structure.
  public struct Parameter: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// What it may be; nil for anything.
    public var pattern: Pattern?
  }

  /// A rule for a call.
  public struct Rule: Sendable, Equatable {
    /// The call's name.
    public var call: String
    /// Its parameters.
    public var parameters: [Parameter]
    /// The line where the rule begins.
    public var line: Int
  }

  /// The rules, in the order of the file.
  public internal(set) var rules: [Rule] = []
  let path: String

  /// Reads a file.
  ///
  /// - Throws: `SupportFileError` with the line.
  public init(parsing text: String, path: String) throws(SupportFileError) {
    self.path = path
    var parser = try SCMLParser(text, path: path)
    rules = try parser.parse()
  }
}

/// Reads the rules of a file, one token ahead.
struct SCMLParser {
  /// Rules that a file may have, definitions among them.
  private static var ruleLimit: Int { 16384 }
  /// Names that all flags of a file may come to once definitions are followed.
  private static var nameLimit: Int { 1 << 20 }
  /// How deep structures and arrays may be nested.
  private static var depthLimit: Int { 32 }

  private var scanner: SCMLScanner
  /// What `<NAME>` stands for, from its definition on.
  private var definitions: [String: SCMLFile.Pattern] = [:]
  private var nameCount = 0

  init(_ text: String, path: String) throws(SupportFileError) {
    scanner = try SCMLScanner(text, path: path)
  }

  mutating func parse() throws(SupportFileError) -> [SCMLFile.Rule] {
    var rules: [SCMLFile.Rule] = []
    var count = 0
    while scanner.token != .end {
      count += 1
      if count > Self.ruleLimit { throw scanner.error("more than \(Self.ruleLimit) rules") }
      let line = scanner.line
      let name = try scanner.word("the name of a call, of flags or of a structure")
      if name == "struct" {
        let structure = try scanner.word("the name of the structure")
        try scanner.expect("=", "behind the name of the structure")
        definitions[structure] = try structurePattern(depth: 0)
      } else if try scanner.take("=") {
        definitions[name] = try flags()
      } else {
        try scanner.expect("(", "or \"=\" behind \"\(name.prefix(40))\"")
        rules.append(SCMLFile.Rule(call: name, parameters: try parameters(), line: line))
      }
      try scanner.expect(";", "at the end of the rule")
    }
    return rules
  }

  /// The parameters of a call, to the closing parenthesis.
  private mutating func parameters() throws(SupportFileError) -> [SCMLFile.Parameter] {
    var parameters: [SCMLFile.Parameter] = []
    while true {
      if try scanner.take(")") { return parameters }
      if scanner.token == .rest {
        try scanner.advance()
        try scanner.expect(")", "behind \"..\"")
        return parameters
      }
      if parameters.count == 6 { throw scanner.error("a call has at most six parameters") }
      let name = try scanner.word("the name of a parameter")
      let pattern = try scanner.take("=") ? try pattern(depth: 0) : nil
      parameters.append(SCMLFile.Parameter(name: name, pattern: pattern))
      if try scanner.take(",") { continue }
      try scanner.expect(")", "or \",\" behind a parameter")
      return parameters
    }
  }

  private mutating func pattern(depth: Int) throws(SupportFileError) -> SCMLFile.Pattern {
    switch scanner.token {
    case .sign(0x7b): return try structurePattern(depth: depth)
    case .sign(0x5b): return try arrayPattern(depth: depth)
    default: return try flags()
    }
  }

  /// `{ field, field = pattern, .. }`.
  private mutating func structurePattern(
    depth: Int
  ) throws(SupportFileError) -> SCMLFile.Pattern {
    if depth > Self.depthLimit { throw scanner.error("structures are nested too deep") }
    try scanner.expect("{", "at the start of a structure")
    var fields: [SCMLFile.Parameter] = []
    while true {
      if try scanner.take("}") { return .structure(fields) }
      if scanner.token == .rest {
        try scanner.advance()
        try scanner.expect("}", "behind \"..\"")
        return .structure(fields)
      }
      let name = try scanner.word("the name of a field")
      if try scanner.take("=") {
        fields.append(SCMLFile.Parameter(name: name, pattern: try pattern(depth: depth + 1)))
      }
      if try scanner.take(",") { continue }
      try scanner.expect("}", "or \",\" behind a field")
      return .structure(fields)
    }
  }

  /// `[ element, element ]`.
  private mutating func arrayPattern(depth: Int) throws(SupportFileError) -> SCMLFile.Pattern {
    if depth > Self.depthLimit { throw scanner.error("arrays are nested too deep") }
    try scanner.expect("[", "at the start of an array")
    var elements: [SCMLFile.Pattern] = []
    while true {
      elements.append(try pattern(depth: depth + 1))
      if try scanner.take(",") { continue }
      try scanner.expect("]", "or \",\" behind an element")
      return .array(elements)
    }
  }

  /// `NAME | <NAME> | <INTEGER>`; a definition of a structure may stand alone.
  private mutating func flags() throws(SupportFileError) -> SCMLFile.Pattern {
    var names: Set<String> = []
    var takesIntegers = false
    var other: SCMLFile.Pattern?
    repeat {
      guard try scanner.take("<") else {
        names.insert(try scanner.word("a flag or \"<\""))
        continue
      }
      let error = scanner.error("<\(scanner.found)> is defined nowhere above")
      let name = try scanner.word("the name of a definition")
      try scanner.expect(">", "behind \"<\(name.prefix(40))\"")
      switch (name, definitions[name]) {
      case ("INTEGER", _): takesIntegers = true
      case ("PATH", _): other = .path
      case (_, .flags(let more, let integers)?):
        names.formUnion(more)
        takesIntegers = takesIntegers || integers
        nameCount += more.count
      case (_, let pattern?): other = pattern
      case (_, nil): throw error
      }
      if nameCount > Self.nameLimit {
        throw scanner.error("the flags come to more than \(Self.nameLimit) names")
      }
    } while try scanner.take("|")
    if let other {
      guard names.isEmpty, !takesIntegers else {
        throw scanner.error("flags and a path or structure exclude each other")
      }
      return other
    }
    return .flags(names, takesIntegers: takesIntegers)
  }
}
