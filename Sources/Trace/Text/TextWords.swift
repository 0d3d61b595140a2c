// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// A value that the text form writes as a word.
protocol TextWord: CaseIterable, RawRepresentable where RawValue == UInt8 {
  var word: StaticString { get }
}

extension TextWord {
  /// The word of a code; nil if this version does not know it.
  static func word(ofCode code: UInt32) -> StaticString? {
    code <= 0xff ? Self(rawValue: UInt8(code))?.word : nil
  }
}

extension TraceOrigin: TextWord {
  var word: StaticString {
    switch self {
    case .hosted: "hosted"
    case .linux: "linux"
    case .replay: "replay"
    case .imported: "imported"
    }
  }
}

extension PersonalityName: TextWord {
  var word: StaticString {
    switch self {
    case .unikraft: "unikraft"
    case .linux: "linux"
    }
  }
}

extension InputKind: TextWord {
  var word: StaticString {
    switch self {
    case .clock: "clock"
    case .entropy: "entropy"
    case .metadata: "metadata"
    case .open: "open"
    case .link: "link"
    case .entries: "entries"
    case .fileRead: "file-read"
    case .streamRead: "stream-read"
    case .streamWrite: "stream-write"
    case .length: "length"
    }
  }
}

extension EndKind: TextWord {
  var word: StaticString {
    switch self {
    case .exited: "exited"
    case .killed: "killed"
    case .timedOut: "timed-out"
    case .machineFailed: "machine-failed"
    case .interrupted: "interrupted"
    }
  }
}

extension BackingKind: TextWord {
  var word: StaticString {
    switch self {
    case .anonymous: "anonymous"
    case .file: "file"
    case .stack: "stack"
    case .heap: "heap"
    case .reserved: "reserved"
    case .direct: "direct"
    case .special: "special"
    }
  }
}

/// How a task ended, as the code of the event has it.
enum TaskEnd: UInt8, TextWord {
  case exited = 0
  case killed = 1

  var word: StaticString {
    switch self {
    case .exited: "exited"
    case .killed: "killed"
    }
  }
}

/// What kind of task began, as the code of the event has it.
enum TaskStart: UInt8, TextWord {
  case thread = 0
  case fork = 1
  case vfork = 2
  case unknown = 3

  var word: StaticString {
    switch self {
    case .thread: "thread"
    case .fork: "fork"
    case .vfork: "vfork"
    case .unknown: "unknown"
    }
  }
}

/// The kinds but system calls, which bear their own names.
extension Event.Kind: TextWord {
  var word: StaticString {
    switch self {
    case .systemCall: "call"
    case .pageFault: "fault"
    case .exception: "exception"
    case .guestRead: "guest-read"
    case .guestWrite: "guest-write"
    case .input: "input"
    case .vmaUnmapped: "unmapped"
    case .vmaMapped: "mapped"
    case .taskStarted: "task-started"
    case .taskEnded: "task-ended"
    case .signal: "signal"
    case .end: "end"
    case .gap: "gap"
    case .wording: "wording"
    case .callSite: "call-site"
    case .mappedFile: "mapped-file"
    }
  }
}

extension WordingKind: TextWord {
  var word: StaticString {
    switch self {
    case .arguments: "arguments"
    case .result: "result"
    case .start: "start"
    }
  }
}

/// Bits that the text form writes as words with something between them; others as one number.
enum TextBits {
  case unseen
  case seen
  case fault
  case flags

  /// The word of bit `index`; nil if it has none.
  func word(_ index: Int) -> StaticString? {
    switch (self, index) {
    case (.unseen, 0): "faults"
    case (.unseen, 1): "payload"
    case (.unseen, 2): "vmas"
    case (.unseen, 3): "inputs"
    case (.unseen, 4): "times"
    case (.unseen, 5): "operands"
    case (.unseen, 6): "signals"
    case (.unseen, 7): "ends"
    case (.seen, 0): "call-sites"
    case (.seen, 1): "mapped-files"
    case (.seen, 2): "descriptors"
    case (.fault, 0): "present"
    case (.fault, 1): "write"
    case (.fault, 2): "user"
    case (.fault, 3): "reserved"
    case (.fault, 4): "fetch"
    case (.fault, 5): "protection-key"
    case (.flags, 0): "no-return"
    case (.flags, 1): "adopted"
    case (.flags, 2): "missing"
    case (.flags, 3): "spurious"
    default: nil
    }
  }
}

/// How a number is written.
enum NumberStyle {
  case hex
  /// Decimal for what fits into 31 bits and for a few below 0.
  case small
  /// Decimal for what fits into 62 bits and for a few below 0.
  case amount

  /// How the argument of a system call is written.
  init(_ kind: ArgumentKind) {
    switch kind {
    case .length, .offset, .count, .milliseconds, .seconds, .unsigned, .longInteger:
      self = .amount
    case .integer, .descriptor, .directoryDescriptor, .processID, .userID, .signal, .signalHow,
      .clock, .whence, .resource, .intervalTimer, .socketDomain, .socketLevel, .socketOption,
      .socketProtocol, .shutdownHow, .epollOperation, .waitIDType, .schedulingPolicy,
      .priorityTarget, .resourceUsageTarget, .advice, .fileAdvice, .prctlCode:
      self = .small
    default: self = .hex
    }
  }

  /// How the result of a system call is written.
  init(_ kind: ResultKind) {
    switch kind {
    case .none, .hex, .address, .mode: self = .hex
    case .zeroOrError, .integer, .descriptor, .byteCount, .count, .offset, .processID, .userID,
      .time:
      self = .amount
    }
  }
}
