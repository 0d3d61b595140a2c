// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// Every call that the kernel has, with a bad address in each argument that the call table says
/// points to memory: EFAULT, or what is listed here with its reason.
struct BadPointerTests {
  /// Guest memory that the calls are made from.
  private struct Scene: ~Copyable {
    var guest: Guest
    var path: UInt64 = 0
    var link: UInt64 = 0
    var vector: UInt64 = 0
    /// A page of zeros, page-aligned.
    let zeros = Guest.scratch + 0x8_0000
    var file: UInt64 = 0
    var directory: UInt64 = 0

    static let revoked: UInt64 = 0x3000_0000
    static let readOnly: UInt64 = 0x3100_0000
    /// A page without a NUL, and a hole behind it.
    static let edge: UInt64 = 0x3200_0000

    init() throws {
      guest = try Guest(
        ["/data": .directory(["f"]), "/data/f": .file([UInt8](repeating: 65, count: 100))],
        byteCount: 2 << 20)
      for (page, protection) in [(Self.revoked, 0), (Self.readOnly, 1), (Self.edge, 3)]
        as [(UInt64, UInt64)]
      {
        guest.call(.mmap, page, 4096, protection, 0x32, UInt64.max, 0)
      }
      guest.write([UInt8](repeating: 0x78, count: 4096), at: Self.edge)
      path = guest.string("/data/f")
      link = guest.string("/data/l")
      #expect(guest.call(.symlink, path, link) == 0)
      var bytes: [UInt8] = []
      bytes.put(zeros)
      bytes.put(UInt64(16))
      vector = guest.put(bytes)
      let name = guest.string("/data")
      file = UInt64(guest.call(.openat, Guest.atCurrent, path, 2, 0))
      directory = UInt64(guest.call(.openat, Guest.atCurrent, name, 0x10000, 0))
      check(file < 100 && directory < 100)
    }

    /// Arguments with which the call gets as far as its memory: what the kinds of the call table
    /// say, where they do.
    func arguments(of call: SystemCallNumber, _ row: SystemCallDescription) -> [UInt64] {
      let known = known(call, row)
      return known + [UInt64](repeating: 0, count: 6 - known.count)
    }

    private func known(_ call: SystemCallNumber, _ row: SystemCallDescription) -> [UInt64] {
      let cwd = Guest.atCurrent
      switch call {
      case .getdents, .getdents64: return [directory, zeros, 4096]
      case .ioctl: return [file, 0x541b, zeros]
      case .fcntl: return [file, 5, zeros]
      case .prctl: return [16, zeros]
      case .arch_prctl: return [0x1003, zeros]
      case .futex: return [zeros, 0, 1, zeros]
      case .rt_sigaction: return [10, zeros, zeros, 8]
      case .rt_sigprocmask: return [0, zeros, zeros, 8]
      case .sigaltstack: return [0, zeros]
      case .rt_sigpending: return [zeros, 8]
      case .readlink: return [link, zeros, 64]
      case .readlinkat: return [cwd, link, zeros, 64]
      case .mincore: return [zeros, 4096, zeros]
      case .ppoll: return [zeros, 1, zeros, zeros, 8]
      case .getgroups: return [1, zeros]
      default: break
      }
      return (0..<row.argumentCount).map { index in
        switch row.arguments[index].kind {
        case .descriptor: file
        case .directoryDescriptor: cwd
        case .path, .string: path
        case .ioVector: vector
        case .length: 64
        case .count: 1
        case .mode: 0o644
        default: row.arguments[index].kind.isAddress ? zeros : 0
        }
      }
    }
  }

  /// Arguments that a call does not look at, as on Linux unless it says otherwise.
  private static func isUnseen(_ call: SystemCallNumber, _ index: Int) -> Bool {
    switch call {
    // Only one that was woken early is told how much is left, and nobody is.
    case .nanosleep: index == 1
    case .clock_nanosleep: index == 3
    // There are no supplementary groups to write.
    case .getgroups: index == 1
    default: false
    }
  }

  /// What a call says before it looks at the memory; nil: EFAULT.
  private static func earlier(_ call: SystemCallNumber, _ index: Int) -> Errno? {
    switch call {
    // No descriptor is a socket.
    case .connect, .getpeername, .getsockname: .notSocket
    // No file has extended attributes.
    case .getxattr, .lgetxattr, .fgetxattr: index == 2 ? .notSupported : nil
    default: nil
    }
  }

  private static func badAddresses(
    of argument: SystemCallArgument
  ) -> [(String, UInt64)] {
    let effect = argument.memory
    var bad: [(String, UInt64)] = [
      ("unmapped", Guest.unmapped), ("not canonical", 0x8000_0000_0000),
      ("the kernel's half", 0xffff_8000_0000_0000), ("the top", .max - 3),
      ("Unikraft's invalid", 0xbaad_baad_8000_0000), ("revoked", Scene.revoked),
    ]
    // Reading to vectors, and the time that is left, which nobody misses.
    let isExcused =
      argument.kind == .ioVector || argument.kind == .timespec && effect.direction == .update
    if effect.writes, !isExcused { bad.append(("read-only", Scene.readOnly)) }
    switch effect.extent {
    case .string: bad.append(("no NUL before a hole", Scene.edge + 4000))
    // The word of a futex is aligned, or the call is EINVAL.
    case .fixed(let count) where count > 1 && argument.kind != .futexWord:
      bad.append(("cut by a hole", Scene.edge + 4095))
    case .elements, .ioVector: bad.append(("cut by a hole", Scene.edge + 4095))
    default: break
    }
    return bad
  }

  @Test func `a bad address in any argument of any call is EFAULT`() throws {
    var calls = 0
    for number in SystemCallTable.all where Unikernel.supports(number) {
      guard let row = SystemCallTable.description(of: number) else { continue }
      var scene = try Scene()
      let operands = registers(scene.arguments(of: number, row))
      guard let refined = SystemCallTable.description(of: number, operands: operands) else {
        continue
      }
      for index in 0..<refined.argumentCount {
        let argument = refined.arguments[index]
        if argument.memory.direction == .none { continue }
        for (what, address) in Self.badAddresses(of: argument) {
          var arguments = scene.arguments(of: number, row)
          arguments[index] = address
          let result = scene.guest.attempt(number, arguments)
          calls += 1
          let note = "\(SystemCallTable.name(of: number)!) argument \(index): \(what)"
          if Self.isUnseen(number, index) {
            #expect(result != nil, "\(note)")
            scene = try Scene()
            continue
          }
          let expected = Self.earlier(number, index) ?? .badAddress
          #expect(result == -Int64(expected.rawValue), "\(note)")
          // The kernel goes on.
          #expect(scene.guest.call(.getpid) == 1000, "\(note)")
        }
      }
    }
    #expect(calls > 500)
  }

  @Test func `the same arguments with good addresses get past them`() throws {
    for number in SystemCallTable.all where Unikernel.supports(number) {
      guard let row = SystemCallTable.description(of: number), row.returns else { continue }
      var scene = try Scene()
      let arguments = scene.arguments(of: number, row)
      let result = scene.guest.attempt(number, arguments)
      #expect(
        result != -Int64(Errno.badAddress.rawValue), "\(SystemCallTable.name(of: number)!)")
    }
  }

  @Test func `a vector that points to bad memory moves what comes before it`() throws {
    for call in [.readv, .writev] as [SystemCallNumber] {
      var scene = try Scene()
      var bytes: [UInt8] = []
      for (start, count) in [(scene.zeros, 16), (Guest.unmapped, 16), (scene.zeros, 16)] {
        bytes.put(start)
        bytes.put(UInt64(count))
      }
      let vector = scene.guest.put(bytes)
      let result = scene.guest.attempt(call, [scene.file, vector, 3])
      #expect(result == 16)
      let bad = scene.guest.attempt(call, [scene.file, vector + 16, 2])
      #expect(bad == -Int64(Errno.badAddress.rawValue))
    }
  }

  private func registers(_ arguments: [UInt64]) -> InlineArray<6, UInt64> {
    var registers = InlineArray<6, UInt64>(repeating: 0)
    for (index, argument) in arguments.enumerated() { registers[index] = argument }
    return registers
  }
}
