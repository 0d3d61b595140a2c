// SPDX-License-Identifier: BSD-3-Clause

internal import CObserver
internal import Glibc
internal import LinuxABI
internal import Symbols
internal import Trace

extension ObserveSession {
  /// Completes the header from the program that stands at its first instruction.
  mutating func describe(_ path: [UInt8], _ map: MemoryMap) throws(RecordError) {
    let executable = Array("/proc/\(root)/exe".utf8)
    guard let image = ProgramImage(path: executable), image.isNative else {
      throw RecordError(
        "\(shown(path)) is not an x86-64 program",
        remedy: "record a 64-bit build of it; `file \(shown(path))` says what it is")
    }
    header.origin = .linux
    header.kernel = Self.kernelName()
    header.personality = .linux
    header.unseen = [.inputs]
    header.seen = [.callSites, .mappedFiles]
    if let descriptors = ProcFile.descriptors(root) {
      header.seen.insert(.descriptors)
      header.descriptors = descriptors
    }
    header.describeProcessor()
    if probe == nil { header.unseen.insert(.faults) }
    if !options.recordsTimes { header.unseen.insert(.times) }
    if options.payloadLimit == 0 { header.unseen.insert(.payload) }
    header.payloadLimit =
      probe == nil ? options.payloadLimit : min(options.payloadLimit, RecordLayout.pieceLimit)
    header.program = path
    header.arguments = options.arguments
    header.environment = options.environment
    header.workingDirectory = options.workingDirectory ?? Self.currentDirectory()
    header.auxiliaryVector = ProcFile.auxiliaryVector(root)
    header.mmapBase = map.topDownBase
    header.breakStart = VirtualAddress(ProcFile.breakStart(root))
    try describeFiles(path, executable, image)
    files = MappedFiles(header.files)
  }

  /// The program, the interpreter of a script's first line if there is one, the dynamic linker.
  private mutating func describeFiles(
    _ path: [UInt8], _ executable: [UInt8], _ image: ProgramImage
  ) throws(RecordError) {
    let program = path.first == 0x2f ? path : header.workingDirectory + [0x2f] + path
    if let real = ProcFile.executable(root), !Self.isSameFile(program, executable) {
      try describeFile(path, at: program)
      try describeFile(real, at: executable)
    } else {
      try describeFile(path, at: executable)
    }
    if !image.interpreter.isEmpty {
      try describeFile(image.interpreter, at: image.interpreter)
    }
  }

  private mutating func describeFile(_ name: [UInt8], at path: [UInt8]) throws(RecordError) {
    let digest = try FileDigest(path: path)
    header.files.append(
      TraceHeader.File(
        path: name, byteCount: digest.byteCount, digest: digest.sha256,
        buildID: ELFFile(path: path)?.buildID ?? []))
  }

  private static func isSameFile(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    var first = stat()
    var second = stat()
    guard stat(one.map { CChar(bitPattern: $0) } + [0], &first) == 0,
      stat(other.map { CChar(bitPattern: $0) } + [0], &second) == 0
    else { return true }
    return first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }

  private static func currentDirectory() -> [UInt8] {
    guard let directory = getcwd(nil, 0) else { return [] }
    defer { free(directory) }
    return Array(String(cString: directory).utf8)
  }

  private static func kernelName() -> [UInt8] {
    var name = utsname()
    guard uname(&name) == 0 else { return Array("Linux".utf8) }
    func bytes<Field>(_ field: Field) -> [UInt8] {
      withUnsafeBytes(of: field) { Array($0.prefix { $0 != 0 }) }
    }
    return bytes(name.sysname) + [0x20] + bytes(name.release) + [0x20] + bytes(name.machine)
  }
}

/// A path or a name as text.
func shown(_ path: [UInt8]) -> String { String(decoding: path, as: UTF8.self) }

extension ObserveSession {
  /// Why a program that runs shows nothing of its memory: Linux hides that of a program which its
  /// user may execute and not read.
  func unreadableError(_ path: [UInt8]) -> RecordError {
    if access("/proc/self/maps", R_OK) != 0 {
      return RecordError("/proc is not there", remedy: "`mount -t proc proc /proc`")
    }
    return RecordError(
      "\(shown(path)) may be executed but not read, so it cannot be observed",
      remedy: "`chmod a+r \(shown(path))`, or record as its owner or as root")
  }

  /// Why a program did not start, and what helps.
  func startError(_ path: [UInt8], errno number: Int32, step: Int32) -> RecordError {
    let name = shown(path)
    let reason = String(cString: strerror(number))
    switch (UInt32(step), number) {
    case (observer_step_exec.rawValue, ENOENT) where access(name, F_OK) != 0:
      return RecordError("there is no program \(name)", remedy: "check the path")
    case (observer_step_exec.rawValue, ENOENT):
      return RecordError(
        "the interpreter that \(name) asks for is missing",
        remedy: "`file \(name)` or its first line says which it is")
    case (observer_step_exec.rawValue, EACCES):
      return RecordError(
        "\(name) may not be executed", remedy: "`chmod +x \(name)` if it is a program")
    case (observer_step_exec.rawValue, ENOEXEC):
      return RecordError(
        "\(name) is not a program that this machine runs",
        remedy: "`file \(name)` says what it is")
    case (observer_step_seize.rawValue, _):
      return RecordError(
        "this machine does not permit ptrace(2): \(reason)",
        remedy: "`epimetheus doctor` says what is missing")
    case (observer_step_directory.rawValue, _):
      let directory = shown(options.workingDirectory ?? [])
      return RecordError("cannot start in \(directory): \(reason)", remedy: "check the directory")
    case (observer_step_personality.rawValue, _):
      return RecordError(
        "this machine does not permit to switch ASLR off: \(reason)",
        remedy: "record with ASLR left on")
    case (observer_step_streams.rawValue, _):
      return RecordError("cannot pass stdin, stdout and stderr on to \(name): \(reason)")
    case (observer_step_fork.rawValue, _):
      return RecordError("no process can be started: \(reason)", isTemporary: number == EAGAIN)
    default:
      return RecordError("cannot start \(name): \(reason)")
    }
  }
}
