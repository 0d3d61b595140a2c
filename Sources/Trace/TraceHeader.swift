// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// Where the events of a trace come from.
public enum TraceOrigin: UInt8, Sendable, CaseIterable {
  /// Recorded while our kernel served the program on the CPU.
  case hosted = 0
  /// Watched on the host's own Linux kernel.
  case linux = 1
  /// Written by a replay.
  case replay = 2
  /// Written by hand or by another tool.
  case imported = 3
}

/// How an address space places, merges and guards: see `Personality` of the kernel.
public enum PersonalityName: UInt8, Sendable, CaseIterable {
  /// As Unikraft.
  case unikraft = 0
  /// As Linux.
  case linux = 1
}

/// All that a replay needs to know before the first event, and what the trace cannot tell.
public struct TraceHeader: Sendable {
  /// A file that the run stands on.
  public struct File: Sendable {
    /// Its path as the guest names it.
    public var path: [UInt8]
    /// Its length in bytes.
    public var byteCount: UInt64
    /// SHA-256 of its contents; empty if not taken.
    public var digest: [UInt8]
    /// The linker's mark of an ELF file, at most 64 bytes; empty if it has none or none was taken.
    public var buildID: [UInt8]
    /// A file of its parts.
    public init(path: [UInt8], byteCount: UInt64, digest: [UInt8], buildID: [UInt8] = []) {
      self.path = path
      self.byteCount = byteCount
      self.digest = digest
      self.buildID = buildID
    }
  }

  /// What the recorder could not or was told not to see.
  public struct Unseen: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt32
    /// Any bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// Page faults.
    public static var faults: Unseen { Unseen(rawValue: 1) }
    /// Bytes that calls read and wrote.
    public static var payload: Unseen { Unseen(rawValue: 2) }
    /// VMA changes.
    public static var vmas: Unseen { Unseen(rawValue: 4) }
    /// Answers from outside as inputs: they are known only as outcomes of calls.
    public static var inputs: Unseen { Unseen(rawValue: 8) }
    /// Times.
    public static var times: Unseen { Unseen(rawValue: 16) }
    /// Operands and results of single events, which are marked: `Event.unknown`. Also bytes of
    /// single calls. An event that has such a mark needs this bit in the header.
    public static var operands: Unseen { Unseen(rawValue: 32) }
    /// Signals that were delivered.
    public static var signals: Unseen { Unseen(rawValue: 64) }
    /// How tasks and the run ended, and calls that do not return.
    public static var ends: Unseen { Unseen(rawValue: 128) }
  }

  /// What the recorder tells beyond what every trace has. A trace with events of such a kind, or
  /// with descriptors in its header, needs its bit.
  public struct Seen: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt32
    /// Any bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// Where calls were made first: `Event.Kind.callSite`.
    public static var callSites: Seen { Seen(rawValue: 1) }
    /// Which files were mapped: `Event.Kind.mappedFile`.
    public static var mappedFiles: Seen { Seen(rawValue: 2) }
    /// Which descriptors the program began with: `descriptors`.
    public static var descriptors: Seen { Seen(rawValue: 4) }
    /// All bits that mean something.
    public static var all: Seen { [.callSites, .mappedFiles, .descriptors] }
  }

  /// Where the events come from.
  public var origin: TraceOrigin = .hosted
  /// What served the calls: `epimetheus 0.1.0`, or uname's `Linux 6.18.0 x86_64`.
  public var kernel: [UInt8] = []
  /// How the address space is kept.
  public var personality: PersonalityName = .linux
  /// What the trace cannot tell.
  public var unseen: Unseen = []
  /// What the trace tells beyond what every trace has.
  public var seen: Seen = []
  /// The guest's physical memory in bytes; 0 where the run was not on our kernel.
  public var memoryByteCount: UInt64 = 0
  /// Pages mapped on a demand fault, binary logarithm of bytes: 12 for one base page.
  public var faultAroundShift: UInt8 = 12
  /// The seed of the random bytes that the machine gave; meaningless where `origin` is not hosted.
  public var seed: UInt64 = 0
  /// The first time of the realtime clock that the machine gave, in nanoseconds since 1970.
  public var clockStart: UInt64 = 0
  /// How many bytes of each guest read or write are kept.
  public var payloadLimit: UInt32 = 4096
  /// The program's path as the guest names it.
  public var program: [UInt8] = []
  /// Arguments, the first is the program's name.
  public var arguments: [[UInt8]] = []
  /// Environment, each `NAME=value`.
  public var environment: [[UInt8]] = []
  /// The working directory.
  public var workingDirectory: [UInt8] = []
  /// The auxiliary vector as type and value, where the run was on Linux.
  public var auxiliaryVector: [(type: UInt64, value: UInt64)] = []
  /// Where top-down placement begins: the end of the highest free address; 0 if not known.
  public var mmapBase: VirtualAddress = VirtualAddress(0)
  /// Where the heap begins: the first break; 0 if not known.
  public var breakStart: VirtualAddress = VirtualAddress(0)
  /// The end of what may be mapped; 0 for the personality's own.
  public var addressEnd: VirtualAddress = VirtualAddress(0)
  /// The program and its interpreter.
  public var files: [File] = []
  /// The CPU's own name for itself; empty if not known.
  public var processor: [UInt8] = []
  /// What the CPU can, in the words of Linux's `/proc/cpuinfo`, with a space between two.
  public var processorFeatures: [UInt8] = []

  /// The descriptors that the program began with, in ascending order; all of them where `seen` says
  /// so, else none.
  public var descriptors: [DescriptorDescription] = []

  /// A header with nothing said.
  public init() {}
}
