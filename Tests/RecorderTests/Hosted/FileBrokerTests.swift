// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import Kernel
import LinuxABI
import TestSupport
import Testing

@testable import Recorder

/// A broker over a folder that `prepare` fills.
private func withBroker(
  _ prepare: (URL) throws -> Void, _ body: (inout FileBroker, URL) throws -> Void
) throws {
  try Scratch.with { scratch in
    try prepare(scratch.url)
    var broker = try FileBroker(root: scratch.url.path(percentEncoded: false))
    try body(&broker, scratch.url)
  }
}

private func bytes(_ text: String) -> [UInt8] { [UInt8](text.utf8) }

private func errno(_ body: () throws(Errno) -> Void) -> Errno? {
  do throws(Errno) {
    try body()
    return nil
  } catch {
    return error
  }
}

@Suite struct FileBrokerTests {
  @Test func `a regular file is opened for reading only`() throws {
    try withBroker { folder in
      try Data("content".utf8).write(to: folder.appending(path: "file"))
    } _: { broker, _ in
      let file = try broker.open(bytes("/file"), followingLink: true, as: 0)
      defer { close(file.descriptor) }
      #expect(file.metadata.byteCount == 7)
      #expect(fcntl(file.descriptor, F_GETFL) & O_ACCMODE == O_RDONLY)
      #expect(write(file.descriptor, "x", 1) == -1)
    }
  }

  @Test func `nothing leads out of the root`() throws {
    try withBroker { folder in
      let manager = FileManager.default
      try Data("inside".utf8).write(to: folder.appending(path: "passwd"))
      try manager.createDirectory(
        at: folder.appending(path: "etc"), withIntermediateDirectories: false)
      for (name, target) in [
        ("up", "../../../../../../passwd"), ("absolute", "/passwd"), ("outside", "/etc/passwd"),
      ] {
        try manager.createSymbolicLink(
          atPath: folder.appending(path: name).path(percentEncoded: false),
          withDestinationPath: target)
      }
    } _: { broker, _ in
      for path in ["/../../passwd", "/up", "/absolute", "/etc/../../passwd"] {
        let metadata = try broker.metadata(of: bytes(path), followingLink: true)
        #expect(metadata.byteCount == 6, "\(path)")
      }
      let failure = errno { () throws(Errno) in
        _ = try broker.metadata(of: bytes("/outside"), followingLink: true)
      }
      #expect(failure == .noSuchFile)
      let target = try broker.link(at: bytes("/up"))
      #expect(target == bytes("../../../../../../passwd"))
    }
  }

  @Test func `pipes, sockets and links themselves are not opened`() throws {
    try withBroker { folder in
      mkfifo(folder.appending(path: "pipe").path(percentEncoded: false), 0o600)
      try FileManager.default.createSymbolicLink(
        atPath: folder.appending(path: "link").path(percentEncoded: false),
        withDestinationPath: "pipe")
    } _: { broker, _ in
      for (path, follows, expected): (String, Bool, Errno) in [
        ("/pipe", true, .permissionDenied), ("/link", true, .permissionDenied),
        ("/link", false, .tooManySymbolicLinks), ("/none", true, .noSuchFile),
      ] {
        let failure = errno { () throws(Errno) in
          _ = try broker.open(bytes(path), followingLink: follows, as: 0)
        }
        #expect(failure == expected, "\(path)")
      }
      let pipe = try broker.metadata(of: bytes("/pipe"), followingLink: true)
      #expect(pipe.type == .fifo)
      let link = try broker.metadata(of: bytes("/link"), followingLink: false)
      #expect(link.type == .symbolicLink)
    }
  }

  @Test func `devices and the kernel's own files are not opened`() throws {
    var broker = try FileBroker(root: "/")
    for path in ["/dev/null", "/proc/self/mem", "/proc/self/environ", "/proc", "/sys/kernel"] {
      let failure = errno { () throws(Errno) in
        _ = try broker.open(bytes(path), followingLink: true, as: 0)
      }
      #expect(failure == .permissionDenied, "\(path)")
    }
    let linkFailure = errno { () throws(Errno) in _ = try broker.link(at: bytes("/proc/self")) }
    #expect(linkFailure == .permissionDenied)
    let magicFailure = errno { () throws(Errno) in
      _ = try broker.metadata(of: bytes("/proc/self/exe"), followingLink: true)
    }
    #expect(magicFailure == .tooManySymbolicLinks)
  }

  @Test func `a directory is listed sorted, in parts`() throws {
    let names = (0..<300).map { "entry-\($0 * 7919 % 300)" }
    try withBroker { folder in
      for name in names { try Data().write(to: folder.appending(path: name)) }
    } _: { broker, _ in
      let directory = try broker.open(bytes("/"), followingLink: true, as: 4)
      #expect(directory.descriptor == -1)
      var listing: [UInt8] = []
      var hasMore = true
      while hasMore {
        let part = try broker.entries(of: 4, from: UInt64(listing.count), limit: 500)
        listing += part.bytes
        hasMore = part.hasMore
      }
      let entries = listing.withUnsafeBytes { DirectoryEntries(listed: $0) }
      #expect(
        (0..<entries.count).map { String(decoding: entries[$0].name, as: UTF8.self) }
          == ([".", ".."] + names).sorted { bytes($0).lexicographicallyPrecedes(bytes($1)) })
      #expect(entries[entries.count - 1].type == 8)
      broker.forget(4)
      let failure = errno { () throws(Errno) in
        _ = try broker.entries(of: 4, from: 0, limit: 1)
      }
      #expect(failure == .badFileDescriptor)
    }
  }

  @Test func `any packet has an answer`() throws {
    let seed: UInt64 = 3
    var random = SplitMix64(seed: seed)
    try withBroker { _ in
    } _: { broker, _ in
      for _ in 0..<500 {
        var packet: [UInt8] = [UInt8.random(in: 0...7, using: &random), 0, 0, 0]
        for _ in 0..<Int.random(in: 12...60, using: &random) {
          packet.append(UInt8.random(in: 0...255, using: &random))
        }
        let answer = broker.answer(packet[...])
        #expect((answer == nil) == [4, 5].contains(packet[0]), "seed \(seed)")
        if let descriptor = answer?.descriptor, descriptor >= 0 { close(descriptor) }
      }
    }
  }
}
