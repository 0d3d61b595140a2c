// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Symbols
import TestSupport
import Testing

/// Symbols are those that nm(1) tells, build ids those of readelf(1), and no file ends the process.
struct ELFFileTests {
  private static let source = """
    #include <unistd.h>
    static int hidden(int x) { return x * 3 + getppid(); }
    __attribute__((noinline)) int visible(int x) { return hidden(x) + 1; }
    __attribute__((weak, alias("visible"))) int other_name(int x);
    __asm__(".text\\n.globl label\\nlabel: nop\\n nop\\n ret\\n");
    int main(int argc, char **argv) { return visible(argc) > 5; }
    """

  private func compile(_ scratch: Scratch, _ flags: [String] = []) throws -> String {
    try scratch.compile(Self.source, as: "p", ["-O0", "-Wl,--build-id"] + flags)
  }

  /// Functions with their address and length, by nm.
  private func functions(
    _ program: String, dynamic: Bool = false
  ) throws -> [(name: String, value: UInt64, size: UInt64)] {
    let listing = try Subprogram.run(
      ["/usr/bin/nm", "-S", "--defined-only"] + (dynamic ? ["-D"] : []) + [program])
    return listing.text.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: " ")
      guard parts.count == 4, ["t", "T", "W", "i"].contains(parts[2]) else { return nil }
      let name = parts[3].prefix { $0 != "@" }
      return (String(name), UInt64(parts[0], radix: 16)!, UInt64(parts[1], radix: 16)!)
    }
  }

  /// How far addresses lie above offsets in the executable segment, by readelf.
  private func shift(_ program: String) throws -> UInt64 {
    let listing = try Subprogram.run(["/usr/bin/readelf", "-lW", program])
    for line in listing.text.split(separator: "\n") where line.contains(" R E ") {
      let parts = line.split(separator: " ")
      return UInt64(parts[2].dropFirst(2), radix: 16)! - UInt64(parts[1].dropFirst(2), radix: 16)!
    }
    return 0
  }

  @Test func `the interpreter is the one that readelf tells`() throws {
    try Scratch.with { scratch in
      let program = try compile(scratch)
      let listing = try Subprogram.run(["/usr/bin/readelf", "-lW", program])
      let lines = listing.text.split(separator: "\n")
      let line = try #require(lines.first { $0.contains("[Requesting") })
      let told = try #require(line.split(separator: ":").last).dropLast().drop { $0 == " " }
      let file = try #require(ELFFile(path: Array(program.utf8)))
      #expect(file.interpreter == Array(told.utf8))
      let fixed = try scratch.compile(Self.source, as: "s", ["-static"])
      #expect(try #require(ELFFile(path: Array(fixed.utf8))).interpreter == nil)
    }
  }

  private func expectFunctions(_ path: String, dynamic: Bool = false) throws -> Int {
    let file = try #require(ELFFile(path: Array(path.utf8)))
    let functions = try functions(path, dynamic: dynamic).filter { $0.size > 0 }
    let shift = try shift(path)
    for function in functions {
      for offset in Set([0, function.size / 2, function.size - 1]) {
        let found = try #require(
          file.function(atOffset: function.value - shift + offset), "\(function.name)+\(offset)")
        let name = String(decoding: found.name, as: UTF8.self)
        let address = function.value + offset
        // Of names of one place, or of functions within functions, any that nm has there will do.
        #expect(
          functions.contains {
            $0.name == name && $0.value + found.offset == address && found.offset < $0.size
          }, "\(function.name)+\(offset): \(name)+\(found.offset)")
      }
    }
    return functions.count
  }

  @Test(arguments: [[], ["-static"], ["-no-pie"]])
  func `functions are where nm has them`(flags: [String]) throws {
    try Scratch.with { scratch in
      let program = try compile(scratch, flags)
      #expect(try expectFunctions(program) > 4)
      let file = try #require(ELFFile(path: Array(program.utf8)))
      let visible = try #require(try functions(program).first { $0.name == "visible" })
      let offset = visible.value - (try shift(program))
      let place = FunctionPlace(name: Array("visible".utf8), offset: 3)
      #expect(file.function(atOffset: offset + 3) == place, "the name with fewer letters")
      #expect(file.function(atOffset: 0) == nil)
      #expect(file.function(atOffset: .max) == nil)
    }
  }

  @Test func `a label of assembly goes to the next function`() throws {
    try Scratch.with { scratch in
      let program = try compile(scratch)
      let listing = try Subprogram.run(["/usr/bin/nm", program]).text.split(separator: "\n")
      let line = try #require(listing.first { $0.hasSuffix(" label") })
      let offset = UInt64(line.prefix(16), radix: 16)! - (try shift(program))
      let file = try #require(ELFFile(path: Array(program.utf8)))
      #expect(
        file.function(atOffset: offset + 2)
          == FunctionPlace(name: Array("label".utf8), offset: 2))
    }
  }

  @Test func `what was stripped is found in the file of debugging symbols`() throws {
    try Scratch.with { scratch in
      let program = try compile(scratch)
      let debug = scratch.path("p.debug")
      let hidden = try #require(try functions(program).first { $0.name == "hidden" })
      let offset = hidden.value - (try shift(program))
      _ = try Subprogram.run(["/usr/bin/objcopy", "--only-keep-debug", program, debug])
      _ = try Subprogram.run(["/usr/bin/strip", program])
      let file = try #require(ELFFile(path: Array(program.utf8)))
      let symbols = try #require(ELFFile(path: Array(debug.utf8)))
      #expect(file.function(atOffset: offset) == nil)
      #expect(symbols.buildID == file.buildID)
      let address = try #require(file.address(ofOffset: offset + 2))
      #expect(
        symbols.function(atAddress: address)
          == FunctionPlace(name: Array("hidden".utf8), offset: 2))
    }
  }

  @Test func `the C library has its functions by its dynamic symbols`() throws {
    let path = "/lib/x86_64-linux-gnu/libc.so.6"
    guard FileManager.default.fileExists(atPath: path) else { return }
    #expect(try expectFunctions(path, dynamic: true) > 1000)
  }

  @Test func `the build id is that of readelf`() throws {
    try Scratch.with { scratch in
      let program = try compile(scratch)
      let listing = try Subprogram.run(["/usr/bin/readelf", "-nW", program]).text
      let line = try #require(listing.split(separator: "\n").first { $0.contains("Build ID: ") })
      let digits = line.split(separator: " ").last.map(String.init)
      let own = try #require(ELFFile(path: Array(program.utf8))).buildID
      #expect(
        own.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() == digits)
      let none = try scratch.compile(Self.source, as: "none", ["-Wl,--build-id=none"])
      #expect(try #require(ELFFile(path: Array(none.utf8))).buildID.isEmpty)
    }
  }

  @Test func `what is no ELF file is none, whatever it is`() throws {
    try Scratch.with { scratch in
      try Data("#!/bin/sh\n".utf8).write(to: scratch.url.appending(path: "script"))
      try Data().write(to: scratch.url.appending(path: "empty"))
      mkfifo(scratch.path("pipe"), 0o600)
      for path in ["script", "empty", "pipe", "nothing", "."].map(scratch.path) + ["/dev/zero"] {
        #expect(ELFFile(path: Array(path.utf8)) == nil, "\(path)")
      }
    }
  }

  /// Asks for all that there is to ask.
  private func ask(_ bytes: Data, _ path: String) throws {
    try bytes.write(to: URL(filePath: path))
    guard let file = ELFFile(path: Array(path.utf8)) else { return }
    #expect(file.buildID.count <= 64)
    #expect((file.interpreter?.count ?? 0) <= 4096)
    for offset in stride(from: 0 as UInt64, to: UInt64(bytes.count) + 4096, by: 1024) {
      if let place = file.function(atOffset: offset) { #expect(place.name.count <= 4096) }
    }
  }

  @Test func `cut and changed files end no process`() throws {
    try Scratch.with { scratch in
      let whole = try Data(contentsOf: URL(filePath: try compile(scratch)))
      let path = scratch.path("changed")
      for length in stride(from: 0, to: whole.count, by: 251) {
        try ask(whole.prefix(length), path)
      }
      var random = SplitMix64(seed: 4)
      let table = whole[40..<48].enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
      for round in 0..<1500 {
        var bytes = whole
        for _ in 0..<(1 + random.next() % 4) {
          // Most changes go where the structure is: the header, the segments, the sections.
          let at: Int
          switch random.next() % 4 {
          case 0: at = Int(random.next() % 64)
          case 1: at = 64 + Int(random.next() % 728)
          case 2: at = min(table + Int(random.next() % 2048), bytes.count - 1)
          default: at = Int(random.next() % UInt64(bytes.count))
          }
          let values: [UInt8] = [0, 1, 0x7f, 0x80, 0xff, UInt8(truncatingIfNeeded: random.next())]
          bytes[at] = values[Int(random.next() % 6)]
        }
        try ask(bytes, path)
        #expect(Bool(true), "round \(round)")
      }
    }
  }
}
