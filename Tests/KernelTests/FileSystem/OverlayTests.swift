// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// The in-memory tree over the outside's files, through the calls that a program makes.
struct OverlayTests {
  private func guest() throws -> Guest {
    try Guest([
      "/": .directory(["work", "etc"]), "/data": .directory(["in.txt", "link"]),
      "/data/in.txt": .file(Array("outside".utf8)), "/data/link": .link("/data/in.txt"),
      "/etc": .directory(["passwd"]), "/etc/passwd": .file(Array("root".utf8)),
      "/data/empty": .directory([]),
    ])
  }

  private func names(_ guest: inout Guest, _ path: String) -> [String] {
    let descriptor = guest.open(path, 0o200000)
    #expect(descriptor >= 0)
    let buffer = guest.room(4096)
    let count = guest.call(.getdents64, UInt64(descriptor), buffer, 4096)
    guard count >= 0 else { return [] }
    let bytes = guest.read(buffer, Int(count))
    var names: [String] = []
    var offset = 0
    while offset < bytes.count {
      let name = bytes[(offset + 19)...].prefix { $0 != 0 }
      names.append(String(decoding: name, as: UTF8.self))
      offset += Int(bytes.u16(at: offset + 16))
    }
    guest.call(.close, UInt64(descriptor))
    return names
  }

  @Test func `a file of the outside is read and never changed`() throws {
    var guest = try guest()
    #expect(guest.contents("in.txt") == "outside")
    let descriptor = guest.open("in.txt", 2)
    #expect(guest.write("IN", to: descriptor) == 2)
    #expect(guest.contents("in.txt") == "INtside")
    #expect(guest.contents("/data/in.txt") == "INtside")
    guard case .file(let bytes, _) = guest.machine.outside["/data/in.txt"] else { return }
    #expect(bytes == Array("outside".utf8))
  }

  @Test func `a write through a link of the outside meets the file behind it`() throws {
    var guest = try guest()
    let descriptor = guest.open("link", 1)
    #expect(guest.write("LI", to: descriptor) == 2)
    #expect(guest.contents("in.txt") == "LItside")
    let buffer = guest.room(64)
    let name = guest.string("link")
    #expect(guest.call(.readlink, name, buffer, 64) == 12)
  }

  @Test func `opening with O_TRUNC empties the copy without reading it`() throws {
    var guest = try guest()
    let descriptor = guest.open("in.txt", 0o1001)
    #expect(descriptor == 3)
    #expect(guest.machine.readCount == 0)
    #expect(guest.contents("in.txt") == "")
  }

  @Test func `a created file exists, is listed, and goes away`() throws {
    var guest = try guest()
    let descriptor = guest.open("new", 0o102)
    #expect(descriptor == 3)
    guest.write("hello", to: descriptor)
    #expect(guest.contents("new") == "hello")
    #expect(names(&guest, ".") == [".", "..", "in.txt", "link", "new"])
    let name = guest.string("new")
    #expect(guest.call(.unlink, name) == 0)
    #expect(guest.open("new") == -2)
    #expect(names(&guest, ".") == [".", "..", "in.txt", "link"])
    // The descriptor still reaches it.
    #expect(guest.write(" again", to: descriptor) == 6)
  }

  @Test func `an unlinked file of the outside is gone until it is made anew`() throws {
    var guest = try guest()
    let name = guest.string("/etc/passwd")
    #expect(guest.call(.unlink, name) == 0)
    #expect(guest.open("/etc/passwd") == -2)
    #expect(names(&guest, "/etc") == [".", ".."])
    #expect(guest.errno(.unlink, name) == .noSuchFile)
    #expect(guest.open("/etc/passwd", 0o101) == 3)
    #expect(guest.contents("/etc/passwd") == "")
    #expect(names(&guest, "/etc") == [".", "..", "passwd"])
  }

  @Test func `open says what Linux says`() throws {
    var guest = try guest()
    #expect(guest.open("missing") == -2)
    #expect(guest.open("missing/x", 0o101) == -2)
    #expect(guest.open("in.txt/x", 0o101) == -20)
    #expect(guest.open("in.txt", 0o300) == -17)
    #expect(guest.open("in.txt", 0o200000) == -20)
    #expect(guest.open("/etc", 1) == -21)
    #expect(guest.open("/etc", 0o100) == -21)
    #expect(guest.open("in.txt/") == -20)
    #expect(guest.open("link", 0o400000) == -40)
    #expect(guest.open("") == -2)
    #expect(guest.open("x", 0o20200001) == -95)
    #expect(guest.call(.openat, 77, guest.string("x"), 0, 0) == -9)
    #expect(guest.call(.openat, 1, guest.string("x"), 0, 0) == -20)
    #expect(guest.call(.openat, 77, guest.string("/data/in.txt"), 0, 0) == 3)
    #expect(guest.call(.openat, Guest.atCurrent, Guest.unmapped, 0, 0) == -14)
  }

  @Test func `directories are made and removed`() throws {
    var guest = try guest()
    let made = guest.string("d")
    #expect(guest.call(.mkdir, made, 0o755) == 0)
    #expect(guest.errno(.mkdir, made, 0o755) == .exists)
    #expect(guest.errno(.mkdir, guest.string("/etc"), 0o755) == .exists)
    #expect(guest.open("d/f", 0o101) == 3)
    #expect(guest.errno(.rmdir, made) == .notEmpty)
    #expect(guest.errno(.unlink, made) == .isDirectory)
    #expect(guest.call(.unlink, guest.string("d/f")) == 0)
    #expect(guest.call(.rmdir, made) == 0)
    #expect(guest.errno(.rmdir, made) == .noSuchFile)
    #expect(guest.errno(.rmdir, guest.string("/etc")) == .notEmpty)
    #expect(guest.call(.rmdir, guest.string("empty")) == 0)
    #expect(guest.errno(.rmdir, guest.string("in.txt")) == .notDirectory)
    #expect(guest.errno(.rmdir, guest.string("/")) == .busy)
  }

  @Test func `a rename moves files of the outside and of the tree`() throws {
    var guest = try guest()
    #expect(guest.call(.rename, guest.string("in.txt"), guest.string("/etc/out")) == 0)
    #expect(guest.contents("/etc/out") == "outside")
    #expect(guest.open("in.txt") == -2)
    #expect(guest.call(.rename, guest.string("/etc/out"), guest.string("/etc/passwd")) == 0)
    #expect(guest.contents("/etc/passwd") == "outside")
    #expect(guest.errno(.rename, guest.string("/etc"), guest.string("/etc2")) == .crossDevice)
    #expect(guest.errno(.rename, guest.string("no"), guest.string("/x")) == .noSuchFile)
    #expect(guest.errno(.rename, guest.string("/etc/passwd"), guest.string("/etc")) == .isDirectory)
    #expect(guest.call(.mkdir, guest.string("d"), 0o755) == 0)
    #expect(guest.errno(.rename, guest.string("d"), guest.string("d/e")) == .invalidArgument)
    #expect(guest.call(.rename, guest.string("d"), guest.string("e")) == 0)
    #expect(guest.errno(.rename, guest.string("e"), guest.string("/etc/passwd")) == .notDirectory)
  }

  @Test func `links of the tree are followed up to a limit`() throws {
    var guest = try guest()
    #expect(guest.call(.symlink, guest.string("/etc"), guest.string("ln")) == 0)
    #expect(guest.contents("ln/passwd") == "root")
    #expect(guest.call(.symlink, guest.string("loop"), guest.string("loop")) == 0)
    #expect(guest.open("loop") == -40)
    #expect(guest.call(.link, guest.string("in.txt"), guest.string("hard")) == 0)
    let descriptor = guest.open("hard", 1)
    guest.write("X", to: descriptor)
    #expect(guest.contents("in.txt") == "Xutside")
  }

  @Test func `devices are the kernel's own`() throws {
    var guest = try guest()
    let null = guest.open("/dev/null", 2)
    #expect(guest.write("gone", to: null) == 4)
    let buffer = guest.room(16)
    #expect(guest.call(.read, UInt64(null), buffer, 16) == 0)
    let zero = guest.open("/dev/zero")
    #expect(guest.call(.read, UInt64(zero), buffer, 16) == 16)
    #expect(guest.read(buffer, 16) == [UInt8](repeating: 0, count: 16))
    let random = guest.open("/dev/urandom")
    #expect(guest.call(.read, UInt64(random), buffer, 4) == 4)
    #expect(guest.read(buffer, 4) == [1, 8, 15, 22])
    let full = guest.open("/dev/full", 1)
    #expect(guest.write("x", to: full) == -28)
  }

  @Test func `the program is found at proc self exe, and nothing else of the host there`() throws {
    var guest = try guest()
    let buffer = guest.room(64)
    #expect(guest.call(.readlink, guest.string("/proc/self/exe"), buffer, 64) == 9)
    #expect(guest.read(buffer, 9) == Array("/bin/prog".utf8))
    #expect(guest.open("/proc/self/maps") == -2)
    #expect(guest.open("/proc/1000/environ") == -2)
  }
}
