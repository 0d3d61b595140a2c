// SPDX-License-Identifier: BSD-3-Clause

/// One event of a trace: a fixed-size value, with its bytes, if it has any, beside it.
///
/// The one vocabulary: recorders emit it, replay reads and emits it, the diff compares it, the text
/// form prints it. What belongs to a call or a fault *precedes* it (inputs, guest bytes read, guest
/// bytes written), because it is emitted when it ends; the VMA changes that it caused follow it.
/// The initial VMAs stand before the first call or fault.
public struct Event: Sendable {
  /// What happened.
  public enum Kind: UInt8, Sendable, CaseIterable {
    /// A system call that ended. `code`: its number; `operands`: its arguments, as many as the
    /// call table says (6 for an unknown number), the rest 0; `result`: RAX, or 0 with
    /// `.didNotReturn`.
    case systemCall = 0
    /// A page fault that the kernel handled. `code`: the hardware's error code (`FaultCode`);
    /// operand 0: the address; operand 1: the instruction pointer; `result`: 0 when resolved, else
    /// minus the signal number (-11 SIGSEGV, -7 SIGBUS). Without `FaultCode.user` the kernel itself
    /// touched memory for the call that follows: operand 1 is the instruction of that call, 0
    /// outside of calls, and `result`, where it is not 0, minus EFAULT. Mark 2: `code` tells no
    /// more than whether it has `user`.
    case pageFault = 1
    /// Another exception of the CPU. `code`: the vector; operand 0: the error code; operand 1: the
    /// instruction pointer; `result`: minus the signal number.
    case exception = 2
    /// Guest memory that the kernel read for the call that follows. Operand 0: the address;
    /// operand 1: bytes read. Payload: the first bytes of it, as many as were kept.
    case guestRead = 3
    /// Guest memory that the kernel wrote for the call that follows. `code`: 0 where the kernel
    /// made the bytes and a diff compares them, 1 where they are data from outside. Operand 0: the
    /// address; operand 1: bytes written. Payload: the first bytes, as many as were kept.
    case guestWrite = 4
    /// An answer from outside. `code`: `InputKind`; operands and payload: as listed there;
    /// `result`: as listed there, or minus the errno.
    case input = 5
    /// From here on the range of operand 0 to operand 1 holds no VMA.
    case vmaUnmapped = 6
    /// From here on the range of operand 0 to operand 1 holds this VMA, in place of what was there.
    /// `code`: `BackingKind`; operand 2: protection, bit 3: shared; operand 3: offset. Payload:
    /// name.
    case vmaMapped = 7
    /// A task began. Operand 0: the number of the task that made it. `code`: 0 a thread of the same
    /// process; 1 a process with a copy of its maker's memory (fork); 2 a process in its maker's
    /// memory until its execve (vfork); 3 an import's source does not say. The first task has no
    /// such event.
    case taskStarted = 8
    /// A task ended. `code`: 0 exited, `result`: status; 1: killed, `result`: the signal number.
    case taskEnded = 9
    /// A signal was delivered to the program. `code`: its number; operand 0: si_code; operand 1:
    /// the faulting address, if it has one.
    case signal = 10
    /// The run ended. `code`: `EndKind`; `result`: exit status or signal number.
    case end = 11
    /// Something is missing here. Operand 0: how many events, 0 if that is not known.
    case gap = 12
    /// What an imported trace's source says of the call or signal that follows, where values cannot
    /// say it all. `code`: `WordingKind`; payload: the text.
    case wording = 13
    /// Where in the program the call that follows was made. Operand 0: the address of its
    /// instruction. Only the first call of each number in a process has one; where the call table
    /// names sub-commands, the first of each. An execve(2) begins anew. A trace that has such
    /// events says so in its header.
    case callSite = 14
    /// A file that was mapped for the first time, behind the VMA changes of the step that did so.
    /// Operand 0: its length. Payload: its path, a NUL, its SHA-256, a NUL, its build id, both as
    /// hexadecimal digits, none where not known. The files of the header have none. A trace that
    /// has such events says so in its header.
    case mappedFile = 15
  }

  /// Particulars of an event.
  public struct Flags: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt8
    /// Any bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// The call did not return: exit, or the run ended inside it.
    public static var didNotReturn: Flags { Flags(rawValue: 1) }
    /// The outcome was not decided by the kernel but adopted from the trace that was replayed.
    public static var adopted: Flags { Flags(rawValue: 2) }
    /// The kernel has no such call (ENOSYS comes from the dispatcher, not from a handler).
    public static var missing: Flags { Flags(rawValue: 4) }
    /// The kernel had nothing to do for the fault: its page table allowed the access already.
    public static var spurious: Flags { Flags(rawValue: 8) }
  }

  /// Fields of an event that are not known, because the source of an imported trace does not tell
  /// them: whatever stands there is equal to anything. Bit *i*: operand *i*; bit 6: the result.
  ///
  /// The address of bytes that were read or written is often not known where the bytes are. Then
  /// the operand of the call and that of the `guestRead` or `guestWrite` before it hold the same
  /// number, not known in both, or one that lies as far above as the bytes do.
  public struct Unknown: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt8
    /// Any bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// The result.
    public static var result: Unknown { Unknown(rawValue: 64) }
    /// All bits that mean something.
    public static var all: Unknown { Unknown(rawValue: 127) }
    /// Operand `index`, 0 to 5.
    public static func operand(_ index: Int) -> Unknown { Unknown(rawValue: 1 << UInt8(index & 7)) }
  }

  /// What happened.
  public var kind: Kind
  /// Particulars.
  public var flags: Flags = []
  /// Which operands, and whether the result, are not known.
  public var unknown: Unknown = []
  /// Which task (thread) it happened to, from 1 on in order of appearance.
  public var task: UInt32 = 1
  /// See `Kind`.
  public var code: UInt32 = 0
  /// See `Kind`.
  public var operands: InlineArray<6, UInt64> = InlineArray(repeating: 0)
  /// See `Kind`.
  public var result: Int64 = 0
  /// When it began, in nanoseconds since the run began; 0 in a trace without times.
  public var time: UInt64 = 0
  /// How long it took, in nanoseconds; 0 in a trace without times.
  public var duration: UInt64 = 0

  /// An event with every field 0.
  public init(_ kind: Kind, task: UInt32 = 1, code: UInt32 = 0, result: Int64 = 0) {
    self.kind = kind
    self.task = task
    self.code = code
    self.result = result
  }
}

extension Event {
  /// Whether every field is that of `other`.
  func isSame(as other: Event) -> Bool {
    // Spelled out, since an index that is not constant makes the compiler copy all six.
    kind == other.kind && flags == other.flags && unknown == other.unknown && task == other.task
      && code == other.code && result == other.result && time == other.time
      && duration == other.duration && operands[0] == other.operands[0]
      && operands[1] == other.operands[1] && operands[2] == other.operands[2]
      && operands[3] == other.operands[3] && operands[4] == other.operands[4]
      && operands[5] == other.operands[5]
  }
}

/// What an input event brings from outside.
public enum InputKind: UInt8, Sendable, CaseIterable {
  /// A clock. Operand 0: the clock id of clock_gettime(2); `result`: nanoseconds.
  case clock = 0
  /// Random bytes. Operand 0: how many; payload: the bytes.
  case entropy = 1
  /// Metadata of a path. Operand 0: 1 if a last symbolic link is followed; payload: the path, a
  /// NUL, and on success the metadata as struct stat; `result`: 0 or minus the errno.
  case metadata = 2
  /// A file was opened. Payload as for `metadata`; `result`: its number in this trace, from 0 on,
  /// or minus the errno.
  case open = 3
  /// The target of a symbolic link. Payload: the path, a NUL, the target; `result`: 0 or minus the
  /// errno.
  case link = 4
  /// The entries of a directory. Operand 0: file number; payload: per entry u64 inode, u8 type
  /// (DT_*), name, NUL; `result`: count or minus the errno.
  case entries = 5
  /// Bytes of a file. Operand 0: file number; operand 1: offset; operand 2: bytes asked for;
  /// `result`: bytes got or minus the errno. Payload: the bytes, where the kernel itself looks at
  /// them; else none.
  case fileRead = 6
  /// Bytes of a standard stream. Operand 0: the stream; operand 1: bytes asked for; `result`: bytes
  /// got or minus the errno.
  case streamRead = 7
  /// Bytes taken by a standard stream. Operand 0: the stream; operand 1: bytes offered; `result`:
  /// bytes taken or minus the errno.
  case streamWrite = 8
  /// The length of the regular file that the call behind it maps, where another kernel opened that.
  /// Operand 0: the descriptor; operand 1, if not 0: whether its file system has mappings of 2 MiB
  /// and more aligned to 2 MiB, 1, or not, 2; `result`: bytes.
  case length = 9
}

/// Which text of the source a wording event brings.
public enum WordingKind: UInt8, Sendable, CaseIterable {
  /// What stands between the parentheses; of a signal, what stands behind its name.
  case arguments = 0
  /// What stands behind the `=`.
  case result = 1
  /// The line of the execve(2) that began the run, which is no event, without its result.
  case start = 2
}

/// How a run ended.
public enum EndKind: UInt8, Sendable, CaseIterable {
  /// The program exited; `result`: the status.
  case exited = 0
  /// A signal killed the program; `result`: its number.
  case killed = 1
  /// The recorder ended it after the time that it was given.
  case timedOut = 2
  /// The process that ran the program died of something that was not the program's own end;
  /// `result`: the signal number or, negative, the host's exit status.
  case machineFailed = 3
  /// The recording was ended from outside before the program ended.
  case interrupted = 4
}
