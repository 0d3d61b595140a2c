// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI
public import Support

/// The table of system calls that gVisor's `runsc syscalls -format json` prints, as far as it is
/// about Linux on x86-64.
public struct GVisorTable: Sendable {
  /// A row.
  public struct Row: Sendable {
    /// The call's number.
    public var number: SystemCallNumber
    /// Its name, as gVisor has it.
    public var name: String
    /// How far it is supported; nil where gVisor does not say.
    public var state: SupportState?
  }

  /// Rows that a table may have.
  private static let rowLimit = 4096
  /// The rows, in the order of the file.
  public private(set) var rows: [Row] = []

  /// Reads a table.
  ///
  /// - Throws: `SupportFileError`, with the line where the text is no JSON.
  public init(parsing text: String, path: String) throws(SupportFileError) {
    let table: JSONValue
    do throws(JSONValue.ParseError) {
      table = try JSONValue(parsing: text)
    } catch {
      throw SupportFileError(path: path, line: error.line, message: "no JSON: " + error.message)
    }
    func refuse(_ message: String) -> SupportFileError {
      SupportFileError(path: path, line: 0, message: message)
    }
    guard case .object(let calls)? = table["linux"]?["amd64"]?["syscalls"] else {
      throw refuse("there is no object linux.amd64.syscalls, where gVisor has its table")
    }
    if calls.count > Self.rowLimit { throw refuse("there are more than \(Self.rowLimit) calls") }
    var seen: Set<UInt32> = []
    for (key, call) in calls {
      guard let number = UInt32(key), number <= 0xffff, key == "\(number)" else {
        throw refuse("\"\(key.prefix(40))\" is not the number of a system call")
      }
      guard seen.insert(number).inserted else { throw refuse("call \(number) is there twice") }
      guard let name = call["name"]?.string, !name.isEmpty, name.utf8.count <= 64 else {
        throw refuse("call \(number) has no name")
      }
      guard let support = call["support"]?.string else {
        throw refuse("call \(number) has no support")
      }
      let state: SupportState?
      switch support {
      case "Full Support": state = .supported
      case "Partial Support": state = .partial
      case "Unimplemented": state = .missing
      case "Undocumented": state = nil
      default:
        throw refuse("call \(number): \"\(support.prefix(40))\" is no support that gVisor has")
      }
      rows.append(Row(number: SystemCallNumber(rawValue: number), name: name, state: state))
    }
  }

  /// The kernel as the table tells it. Of a call that is partial or not documented nobody says
  /// which requests are supported, so they are not known.
  public func supportSet(named name: String) -> SupportSet {
    var set = SupportSet(name: name)
    for row in rows {
      let state = row.state ?? .partial
      if SystemCallTable.name(of: row.number) == nil {
        if state != .missing { set.set(named: row.name, to: state) }
      } else {
        set.set(row.number, to: state)
      }
    }
    return set
  }
}
