// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

/// Which file a path means that is relative or has `..` or symbolic links in it, as far as the
/// trace tells: by the working directory, by what descriptors were opened as, and by what
/// readlink(2) gave.
struct PathFollower {
  /// What a process resolves paths with.
  private struct Process {
    /// nil where it is not known.
    var directory: [UInt8]?
    /// The paths that descriptors were opened as.
    var files: [UInt64: [UInt8]] = [:]
  }

  private var processes: [Process]
  /// Of tasks other than those of the first process.
  private var places: [UInt32: Int] = [:]
  /// Symbolic links, by their paths.
  private var links: [[UInt8]: [UInt8]] = [:]

  private static var processLimit: Int { 65536 }
  private static var entryLimit: Int { 4096 }
  /// Links in one path. Linux: MAXSYMLINKS.
  private static var linkLimit: Int { 40 }
  private static var byteLimit: Int { 4096 }

  /// A run that begins in a directory; empty where it is not known.
  init(directory: [UInt8]) {
    processes = [Process(directory: directory.first == 0x2f ? directory : nil)]
  }

  // MARK: Asking

  /// The absolute path, without `.`, `..` and known links, of a path argument of a call; nil where
  /// the trace does not tell it.
  func path(_ index: Int, of call: CallRow, _ step: Step) -> [UInt8]? {
    guard let read = step.read(at: call.operands[index]), read.event.operands[1] > 0 else {
      return nil
    }
    let bytes = [UInt8](read.bytes.prefix { $0 != 0 })
    // As much as the trace has of a path that it cut.
    if bytes.first == 0x2f { return resolved(bytes, isFollowed: Self.follows(call)) }
    guard !bytes.isEmpty, let directory = directory(index, of: call, step) else { return nil }
    return resolved(directory + [0x2f] + bytes, isFollowed: Self.follows(call))
  }

  /// The directory that a relative path begins in.
  private func directory(_ index: Int, of call: CallRow, _ step: Step) -> [UInt8]? {
    let process = processes[places[step.task] ?? 0]
    guard index > 0, call.kind(index - 1) == .directoryDescriptor else { return process.directory }
    if call.unknown.contains(.operand(index - 1)) { return nil }
    let descriptor = call.operands[index - 1] & 0xffff_ffff
    if descriptor == 0xffff_ff9c { return process.directory }  // AT_FDCWD
    return process.files[descriptor]
  }

  /// Whether a call goes on to what a link at the end of its path means.
  private static func follows(_ call: CallRow) -> Bool {
    switch call.number {
    case .readlink, .readlinkat, .lstat, .unlink, .unlinkat, .rename, .renameat, .renameat2: false
    case .newfstatat: call.operands[3] & 0x100 == 0  // AT_SYMLINK_NOFOLLOW
    case .statx: call.operands[2] & 0x100 == 0
    case .open: call.operands[1] & 0x20000 == 0  // O_NOFOLLOW
    case .openat: call.operands[2] & 0x20000 == 0
    default: true
    }
  }

  private func resolved(_ path: [UInt8], isFollowed: Bool) -> [UInt8] {
    var rest = Self.parts(path)
    var done: [[UInt8]] = []
    var followed = 0
    while let part = rest.popLast() {
      if part == [0x2e] { continue }
      if part == [0x2e, 0x2e] {
        _ = done.popLast()
        continue
      }
      done.append(part)
      guard isFollowed || !rest.isEmpty, followed < Self.linkLimit,
        let target = links[Self.joined(done)]
      else { continue }
      followed += 1
      if target.first == 0x2f { done = [] } else { done.removeLast() }
      rest += Self.parts(target)
      if rest.count > Self.byteLimit { break }
    }
    return Self.joined(done)
  }

  /// The parts between slashes, the last first.
  private static func parts(_ path: [UInt8]) -> [[UInt8]] {
    path.split(separator: 0x2f).reversed().map { [UInt8]($0) }
  }

  private static func joined(_ parts: [[UInt8]]) -> [UInt8] {
    parts.isEmpty ? [0x2f] : parts.flatMap { [0x2f] + $0 }
  }

  // MARK: Being told

  /// Takes a task that began: a thread has what its maker has, a process a copy.
  mutating func follow(_ event: Event) {
    guard event.kind == .taskStarted else { return }
    let maker = places[UInt32(clamping: event.operands[0])] ?? 0
    if event.code == 0 {
      if maker != 0, places.count < Self.processLimit { places[event.task] = maker }
    } else if processes.count < Self.processLimit {
      places[event.task] = processes.count
      processes.append(processes[maker])
    }
  }

  /// Takes what a call changed.
  mutating func follow(_ call: CallRow, _ step: Step) {
    guard let event = step.principal, event.result >= 0, !event.unknown.contains(.result),
      !event.flags.contains(.didNotReturn)
    else { return }
    let place = places[step.task] ?? 0
    switch call.number {
    case .chdir: processes[place].directory = path(0, of: call, step)
    case .fchdir: processes[place].directory = processes[place].files[call.operands[0] & .word]
    case .getcwd:
      let bytes = written(at: call.operands[0], step)?.prefix { $0 != 0 }
      if let bytes, bytes.first == 0x2f { processes[place].directory = [UInt8](bytes) }
    case .readlink, .readlinkat: noteLink(call, step, event.result)
    case .close: processes[place].files[call.operands[0] & .word] = nil
    case .dup, .dup2, .dup3:
      processes[place].files[UInt64(event.result)] =
        processes[place].files[call.operands[0] & .word]
    default: noteFile(call, step, event.result, place)
    }
  }

  private mutating func noteFile(_ call: CallRow, _ step: Step, _ result: Int64, _ place: Int) {
    let opened: [UInt8]?
    switch call.number {
    case .open, .creat: opened = path(0, of: call, step)
    case .openat, .openat2: opened = path(1, of: call, step)
    case .fcntl where call.operands[1] == 0 || call.operands[1] == 1030:  // F_DUPFD, _CLOEXEC
      opened = processes[place].files[call.operands[0] & .word]
    default:
      guard SystemCallTable.description(of: call.number)?.result == .descriptor else { return }
      opened = nil
    }
    if opened == nil || processes[place].files.count < Self.entryLimit {
      processes[place].files[UInt64(result)] = opened
    }
  }

  /// A link below /proc says what a process has open; whoever names it asks for the link.
  private mutating func noteLink(_ call: CallRow, _ step: Step, _ result: Int64) {
    let index = call.number == .readlink ? 0 : 1
    guard let path = path(index, of: call, step), !path.starts(with: Array("/proc/".utf8)),
      let bytes = written(at: call.operands[index + 1], step)?.prefix(Int(clamping: result)),
      !bytes.isEmpty, links.count < Self.entryLimit
    else { return }
    links[path] = [UInt8](bytes)
  }

  private func written(at address: UInt64, _ step: Step) -> [UInt8]? {
    step.attachments.first {
      $0.event.kind == .guestWrite && $0.event.operands[0] == address
    }?.bytes
  }
}

extension UInt64 {
  /// The bits of a descriptor.
  fileprivate static var word: UInt64 { 0xffff_ffff }
}
