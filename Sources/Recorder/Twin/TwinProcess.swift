// SPDX-License-Identifier: BSD-3-Clause

internal import CTwin
internal import Glibc
internal import Kernel
internal import LinuxABI

/// Where the process keeps its page of code and the area through which it is told what to do.
enum TwinArea {
  static let start = UInt64(TWIN_AREA)
  static let end = UInt64(TWIN_AREA + TWIN_AREA_SIZE)
  static let stub = UInt64(TWIN_STUB)
  static let text = UInt64(TWIN_TEXT)
  /// How many bytes a call may answer.
  static let answerByteCount = 512
  /// Where the answers lie: at the end, where no text comes.
  static let answers = UInt64(TWIN_AREA_SIZE) - UInt64(answerByteCount * limit)
  /// Most operations of a batch.
  static let limit = 64
  /// Nothing may be changed from `start` on up to here.
  static let protectedEnd = stub + 4096

  /// Where an operation of a batch answers.
  static func answer(_ index: Int) -> UInt64 {
    start + answers + UInt64(index % limit * answerByteCount)
  }
}

/// What the process begins with, for our side to begin with too.
struct TwinStart {
  struct Area {
    var vma: TwinVMA
    var description: VMADescription {
      let isArea = vma.bits & TwinVMA.shared != 0
      return VMADescription(
        range: VirtualAddress(vma.start)..<VirtualAddress(vma.end),
        protection: Protection(rawValue: UInt8(vma.bits & 7)),
        isShared: isArea,
        backing: isArea ? .anonymous : .file, name: isArea ? [] : Array("/twin-stub".utf8))
    }
  }

  var vmas: [Area]
  var breakStart: VirtualAddress
  var mmapBase: VirtualAddress
  var lowest: VirtualAddress
  var lowestPlaced: VirtualAddress
  var vmaLimit: Int
  var commitByteLimit: UInt64

  /// Linux's, with what this machine sets.
  var personality: Personality {
    var personality = Personality.linux(mmapBase: mmapBase, breakStart: breakStart)
    personality.lowestAddress = lowest
    personality.lowestPlacedAddress = lowestPlaced
    personality.vmaLimit = vmaLimit
    personality.commitByteLimit = commitByteLimit
    return personality
  }
}

/// Linux's side of the twins: a real process.
struct TwinProcess: ~Copyable {
  private var process = twin_process()
  /// What it begins with.
  private(set) var start = TwinStart(
    vmas: [], breakStart: VirtualAddress(0), mmapBase: VirtualAddress(0),
    lowest: VirtualAddress(0), lowestPlaced: VirtualAddress(0), vmaLimit: 0, commitByteLimit: 0)

  /// Starts it. Throws where this machine does not permit one.
  init() throws(RecordError) {
    var file: Int32 = -1
    var readOnly: Int32 = -1
    guard twin_make_file(&file, &readOnly) == 0 else {
      throw RecordError("no file in memory for the twins: memfd_create(2)", isTemporary: true)
    }
    defer {
      close(file)
      close(readOnly)
    }
    let contents = (0..<TwinMachine.fileByteCount).map { TwinMachine.byte(at: $0) }
    guard pwrite(file, contents, contents.count, 0) == contents.count else {
      throw RecordError("no room for the twins' file", isTemporary: true)
    }
    var step: Int32 = 0
    let result = twin_start(file, readOnly, &process, &step)
    guard result == 0 else { throw Self.error(-result, step) }
    start = try describe()
  }

  deinit {
    var last = process
    twin_stop(&last)
  }

  private static func error(_ number: Int32, _ step: Int32) -> RecordError {
    let reason = String(cString: strerror(number))
    let isTemporary = number == EAGAIN || number == ENOMEM || number == ETIMEDOUT
    switch UInt32(step) {
    case twin_step_layout.rawValue:
      return RecordError("Linux's twin needs personality(2), which is refused: \(reason)")
    case twin_step_exec.rawValue:
      return RecordError(
        "Linux's twin needs execveat(2) of a file in memory, which is refused: \(reason)",
        remedy: "`sysctl vm.memfd_noexec` must be 0 or 1", isTemporary: isTemporary)
    case twin_step_run.rawValue:
      return RecordError("Linux's twin does not answer: \(reason)", isTemporary: isTemporary)
    default: return RecordError("Linux's twin cannot start: \(reason)", isTemporary: isTemporary)
    }
  }

  private func describe() throws(RecordError) -> TwinStart {
    let page: UInt64 = 4096
    let outcomes = try run([
      TwinOperation(.brk, 0), TwinOperation(.mmap, 0, page, 0, 0x22, UInt64.max, 0),
      TwinOperation(.mmap, page, page, 0, 0x22, UInt64.max, 0),
    ])
    let lowest = outcomes[2].result
    let after = try run([
      TwinOperation(.munmap, UInt64(bitPattern: outcomes[1].result), page),
      TwinOperation(.munmap, UInt64(bitPattern: lowest), page),
    ])
    guard outcomes.allSatisfy({ $0.result > 0 }) else {
      throw RecordError("Linux's twin cannot map a page")
    }
    return TwinStart(
      vmas: after[1].layout.map { TwinStart.Area(vma: $0) },
      breakStart: VirtualAddress(UInt64(outcomes[0].result)),
      mmapBase: VirtualAddress(UInt64(outcomes[1].result) + page),
      lowest: VirtualAddress(UInt64(Self.setting("/proc/sys/vm/mmap_min_addr") ?? 65536)),
      lowestPlaced: VirtualAddress(UInt64(lowest)),
      vmaLimit: Self.setting("/proc/sys/vm/max_map_count") ?? 65_530,
      commitByteLimit: Self.commitByteLimit)
  }

  /// The first number behind `key` in a file of /proc; without a key, the first of the file.
  private static func setting(_ path: String, _ key: String = "") -> Int? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    while fgets(&line, 128, file) != nil {
      let text = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      guard text.starts(with: key.utf8) else { continue }
      let digits = text.dropFirst(key.utf8.count).drop { $0 == 0x20 }.prefix { $0 >= 0x30 }
      return Int(String(decoding: digits, as: UTF8.self))
    }
    return nil
  }

  /// What one request may promise: all memory, unless the machine promises more than it has.
  private static var commitByteLimit: UInt64 {
    guard setting("/proc/sys/vm/overcommit_memory") == 0,
      let memory = setting("/proc/meminfo", "MemTotal:"),
      let swap = setting("/proc/meminfo", "SwapTotal:")
    else { return .max }
    return UInt64(memory + swap) * 1024
  }

  /// Takes steps, at most `TwinArea.limit`.
  func run(_ operations: [TwinOperation]) throws(RecordError) -> [TwinOutcome] {
    let commands = (process.area + Int(TWIN_COMMANDS)).assumingMemoryBound(to: twin_command.self)
    for (index, operation) in operations.enumerated() {
      var command = twin_command()
      command.kind = operation.kind.rawValue
      command.wants_map = 1
      command.number =
        operation.kind == .call ? UInt64(operation.number.rawValue) : operation.address
      withUnsafeMutableBytes(of: &command.arguments) { words in
        for word in 0..<6 {
          words.storeBytes(of: operation.arguments[word], toByteOffset: word * 8, as: UInt64.self)
        }
      }
      commands[index] = command
    }
    var outcomes: [TwinOutcome] = []
    outcomes.reserveCapacity(operations.count)
    while outcomes.count < operations.count {
      var running = process
      let done = twin_run(
        &running, UInt64(outcomes.count), UInt64(operations.count - outcomes.count))
      guard done > 0 else {
        throw RecordError(
          "Linux's twin is gone: \(String(cString: strerror(-done)))", isTemporary: true)
      }
      for _ in 0..<Int(done) {
        outcomes.append(outcome(of: commands[outcomes.count], operations[outcomes.count]))
      }
    }
    return outcomes
  }

  private func outcome(of command: twin_command, _ operation: TwinOperation) -> TwinOutcome {
    var outcome = TwinOutcome()
    outcome.result = command.result
    outcome.signal = command.signal
    outcome.code = command.code
    if operation.answerByteCount > 0, command.result == 0,
      operation.arguments[2] >= TwinArea.start, operation.arguments[2] < TwinArea.end
    {
      let place = process.area + Int(operation.arguments[2] - TwinArea.start)
      outcome.answer = Array(
        UnsafeRawBufferPointer(start: place, count: operation.answerByteCount))
    }
    outcome.layout = TwinVMA.parse(
      UnsafeRawBufferPointer(
        start: process.area + Int(command.text), count: Int(command.text_count)))
    return outcome
  }
}
