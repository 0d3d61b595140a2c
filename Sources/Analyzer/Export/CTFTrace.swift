// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
public import Trace

/// A trace in the Common Trace Format 1.8: a binary stream, and the metadata that describe it. An
/// event of the trace is an event there, and has its end as its time, because those ascend.
///
/// Source: The Common Trace Format, version 1.8.3. Streaming.
public struct CTFTrace {
  /// The numbers of the event classes: calls have their own number, up to 4,095.
  private enum Class {
    static let otherCall: UInt32 = 4096
    static let firstKind: UInt32 = 4097
  }

  private var calls: Set<UInt32> = []
  private var lastTime: UInt64 = 0
  private var number: UInt64 = 0
  private let hasTimes: Bool
  private let header: TraceHeader

  /// An export of a trace with this header.
  public init(header: TraceHeader) {
    self.header = header
    hasTimes = !header.unseen.contains(.times)
  }

  /// The bytes at the start of the stream.
  public var streamStart: [UInt8] {
    var bytes: [UInt8] = []
    Self.put(UInt32(0xc1fc_1fc1), to: &bytes)
    Self.put(UInt32(0), to: &bytes)
    return bytes
  }

  /// Appends the next event to the stream.
  public mutating func append(_ event: Event, to bytes: inout [UInt8]) {
    let (end, overflow) = event.time.addingReportingOverflow(event.duration)
    // Without times a nanosecond stands for an event.
    lastTime = max(lastTime, hasTimes ? (overflow ? lastTime : end) : number)
    number += 1
    let id = Self.eventClass(event)
    if event.kind == .systemCall, id < Class.otherCall { calls.insert(id) }
    Self.put(id, to: &bytes)
    Self.put(lastTime, to: &bytes)
    Self.put(event.task, to: &bytes)
    Self.put(event.code, to: &bytes)
    Self.put(UInt32(event.flags.rawValue), to: &bytes)
    Self.put(UInt32(event.unknown.rawValue), to: &bytes)
    Self.put(event.duration, to: &bytes)
    Self.put(UInt64(bitPattern: event.result), to: &bytes)
    for index in 0..<Self.operandCount(event) { Self.put(event.operands[index], to: &bytes) }
  }

  private static func eventClass(_ event: Event) -> UInt32 {
    if event.kind != .systemCall { return Class.firstKind + UInt32(event.kind.rawValue) }
    let number = SystemCallNumber(rawValue: event.code)
    return SystemCallTable.name(of: number) == nil ? Class.otherCall : event.code
  }

  private static func operandCount(_ event: Event) -> Int {
    event.kind == .systemCall
      ? SystemCallTable.argumentCount(of: SystemCallNumber(rawValue: event.code)) : 4
  }

  private static func put(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// The metadata, once every event has been appended: TSDL as text.
  public var metadata: String {
    var text = """
      /* CTF 1.8 */
      typealias integer { size = 32; align = 8; signed = false; } := u32;
      typealias integer { size = 64; align = 8; signed = false; } := u64;
      typealias integer { size = 64; align = 8; signed = true; } := s64;
      typealias integer { size = 64; align = 8; signed = false; base = 16; } := x64;
      trace {
        major = 1; minor = 8; byte_order = le;
        packet.header := struct { u32 magic; u32 stream_id; };
      };
      env {
        program = "\(Self.escaped(header.program))"; kernel = "\(Self.escaped(header.kernel))";
      };
      clock { name = monotonic; freq = 1000000000; };
      typealias integer {
        size = 64; align = 8; signed = false; map = clock.monotonic.value;
      } := time_t;
      stream {
        id = 0;
        event.header := struct { u32 id; time_t timestamp; };
        event.context := struct {
          u32 task; u32 code; u32 flags; u32 unknown; u64 duration; s64 result;
        };
      };

      """
    for call in calls.sorted() {
      let number = SystemCallNumber(rawValue: call)
      guard let row = SystemCallTable.description(of: number) else { continue }
      text += Self.eventText(call, "\(row.name)", Self.argumentNames(row))
    }
    text += Self.eventText(Class.otherCall, "syscall", (0..<6).map { "arg\($0)" })
    for kind in Event.Kind.allCases where kind != .systemCall {
      text += Self.eventText(
        Class.firstKind + UInt32(kind.rawValue), kind.key, (0..<4).map { "operand\($0)" })
    }
    return text
  }

  private static func argumentNames(_ row: SystemCallDescription) -> [String] {
    (0..<row.argumentCount).map { index in
      var name: [UInt8] = []
      row.appendArgumentName(index, to: &name)
      return name.isEmpty ? "arg\(index)" : String(decoding: name, as: UTF8.self)
    }
  }

  private static func eventText(_ id: UInt32, _ name: String, _ fields: [String]) -> String {
    // A leading underscore keeps names apart from the words of the language; readers drop it.
    let list = fields.map { "x64 _\($0);" }.joined(separator: " ")
    return
      "event { name = \"\(name)\"; id = \(id); stream_id = 0; fields := struct { \(list) }; };\n"
  }

  private static func escaped(_ bytes: [UInt8]) -> String {
    printable(bytes).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
  }
}
