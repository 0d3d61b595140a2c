// SPDX-License-Identifier: BSD-3-Clause

public import Trace

extension TraceText {
  /// Prints the header and all events of a trace from the first on, and gives the text to `write`
  /// in pieces of about 64 KiB. What could not be read is named in the reader's `problems`.
  public static func dump(
    _ reader: TraceReader, to write: ([UInt8]) throws -> Void
  ) throws {
    var text: [UInt8] = []
    append(reader.header, to: &text)
    reader.rewind()
    while let event = try reader.next() {
      append(event, payload: reader.payload, to: &text)
      if text.count >= 1 << 16 {
        try write(text)
        text.removeAll(keepingCapacity: true)
      }
    }
    try write(text)
  }

  /// The text form of a whole trace.
  public static func dump(_ reader: TraceReader) throws -> [UInt8] {
    var text: [UInt8] = []
    try dump(reader) { text += $0 }
    return text
  }

  /// Reads a text and writes it as a trace to the file at `path`. An error of the text has the line
  /// as its position; the file is written from its start, so that it may be left incomplete.
  public static func assemble(
    _ text: [UInt8], path: String, options: TraceWriter.Options = .init()
  ) throws {
    var source = try TraceTextSource(text)
    let writer = try TraceWriter(path: path, header: source.header, options: options)
    try copy(&source, to: writer)
  }

  /// Reads a text and gives the bytes of the trace.
  public static func assemble(
    _ text: [UInt8], options: TraceWriter.Options = .init()
  ) throws -> [UInt8] {
    var source = try TraceTextSource(text)
    let writer = try TraceWriter(header: source.header, options: options)
    try copy(&source, to: writer)
    return writer.bytes
  }

  private static func copy(_ source: inout TraceTextSource, to writer: TraceWriter) throws {
    while let event = try source.next() { writer.append(event, payload: source.payload) }
    try writer.finish()
  }
}
