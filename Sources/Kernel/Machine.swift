// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// Whatever runs guest code until it traps, and the only door to what is not deterministic.
///
/// A machine walks the kernel's page table (or is told of its changes), holds the physical memory,
/// answers for the outside world, and is told what the kernel did, so that a recorder can keep it.
/// Every answer of the outside is an input of the trace.
public protocol Machine: ~Copyable {
  /// The guest's physical memory.
  var memory: PhysicalMemory { get }

  // MARK: Running

  /// Sets the first instruction and stack of the program, all other registers 0.
  mutating func start(at entry: VirtualAddress, stack: VirtualAddress)
  /// Runs the guest until it traps; nil when there is nothing more to run.
  mutating func run() -> Trap?
  /// The FS base of the task, which holds its thread pointer. Linux: ARCH_SET_FS.
  mutating func setFSBase(_ address: VirtualAddress, task: UInt32)
  /// The GS base of the task. Linux: ARCH_SET_GS.
  mutating func setGSBase(_ address: VirtualAddress, task: UInt32)
  /// A PTE changed: what the CPU may have cached is not true any more. Called before the guest runs
  /// again, in the order of the changes.
  mutating func apply(_ change: TranslationChange)
  /// The kernel is about to read guest memory: `segment` holds the guest's bytes from `address` on.
  /// Hardware needs nothing; a trace puts the recorded bytes there.
  mutating func willRead(_ segment: PhysicalSegment, at address: VirtualAddress)

  // MARK: The outside

  // Each throws the errno of the outside, or `.outsideDecides` where the answer is not known.

  /// Nanoseconds of the clock with this id of clock_gettime(2).
  mutating func time(of clock: UInt32) throws(Errno) -> UInt64
  /// Random bytes.
  mutating func entropy(byteCount: Int) throws(Errno) -> [UInt8]
  /// stat(2) or lstat(2) of an absolute path without NUL; the outside resolves symbolic links.
  mutating func metadata(of path: [UInt8], followingLink: Bool) throws(Errno) -> FileMetadata
  /// Opens a file or directory for reading. `path` as for `metadata`.
  mutating func open(_ path: [UInt8], followingLink: Bool) throws(Errno) -> OutsideFile
  /// The target of the symbolic link at `path`.
  mutating func link(at path: [UInt8]) throws(Errno) -> [UInt8]
  /// The entries of an open directory, `.` and `..` included, sorted by name.
  mutating func entries(of file: OutsideFile.Number) throws(Errno) -> DirectoryEntries
  /// Reads from an open file straight into physical memory, as a device would; returns bytes read,
  /// 0 at the end. `isExamined`: the kernel itself is going to look at the bytes, a trace must keep
  /// them.
  mutating func read(
    _ file: OutsideFile.Number, at offset: UInt64, into segments: [PhysicalSegment],
    isExamined: Bool
  ) throws(Errno) -> UInt64
  /// The length of the regular file behind a descriptor that only the outside knows.
  mutating func length(of descriptor: Int32) throws(Errno) -> OutsideLength
  /// The kernel has no use for the file any more.
  mutating func close(_ file: OutsideFile.Number)
  /// Reads from standard stream 0 straight into physical memory; returns bytes read, 0 at the end.
  mutating func receive(stream: UInt32, into segments: [PhysicalSegment]) throws(Errno) -> UInt64
  /// Writes to standard stream 1 or 2; returns bytes taken.
  mutating func send(stream: UInt32, from segments: [PhysicalSegment]) throws(Errno) -> UInt64

  /// Files that other processes have made shorter or longer by their absolute paths since this was
  /// last asked, in order.
  mutating func takeOutsideLengths() -> [(path: [UInt8], byteCount: UInt64)]

  // MARK: Being told

  /// The kernel read guest memory for the trap at hand. `bytes`: as many as a trace should keep.
  mutating func didRead(
    _ byteCount: UInt64, at address: VirtualAddress, bytes: UnsafeRawBufferPointer)
  /// The kernel wrote guest memory for the trap at hand. `isData`: the bytes came from outside, and
  /// are not given; else `bytes` holds as many as a trace should keep.
  mutating func didWrite(
    _ byteCount: UInt64, at address: VirtualAddress, bytes: UnsafeRawBufferPointer, isData: Bool)
  /// The trap is answered. Called before the VMA changes that it caused.
  mutating func complete(_ trap: Trap, _ completion: Completion)
  /// No VMA stands in the range any more.
  mutating func didUnmap(_ range: AddressRange)
  /// This VMA stands in its range now, in place of what was there.
  mutating func didMap(_ vma: VMADescription)

  // MARK: Being put right

  /// What really came of the trap at hand, asked for after its completion and VMA changes; nil
  /// where the kernel's own outcome stands, which is always so on hardware. A trace gives the
  /// recorded outcome where the two differ or where the kernel left the call undecided, and the
  /// kernel makes its state agree with it, so that one cause is met once.
  mutating func adoption() -> Adoption?
}

extension Machine where Self: ~Copyable {
  /// Not known: only in a trace of another kernel are there descriptors that ours did not make.
  public mutating func length(of descriptor: Int32) throws(Errno) -> OutsideLength {
    throw .outsideDecides
  }
}

extension Machine where Self: ~Copyable {
  /// None: only a trace tells of other processes.
  public mutating func takeOutsideLengths() -> [(path: [UInt8], byteCount: UInt64)] { [] }
}

/// The outcome of a trap that the kernel takes over as a fact.
public struct Adoption: Sendable {
  /// For a call what RAX held; for a fault or exception 0 where it was resolved, else minus the
  /// signal's number. After a fault an adoption always means that the guest went on.
  public var result: Int64
  /// How the VMAs changed, in order; empty where the kernel's own changes stand.
  public var vmaChanges: [VMAChange]
  /// The descriptors that the call stored in guest memory, as pipe(2) does; empty where it stored
  /// none or that is not known.
  public var descriptors: [Int32]
  /// The CLONE_* flags of clone3(2), which stand in guest memory; nil for another call, and where
  /// that is not known.
  public var cloneFlags: CloneFlags?

  /// An outcome of its parts.
  public init(
    result: Int64, vmaChanges: [VMAChange], descriptors: [Int32] = [],
    cloneFlags: CloneFlags? = nil
  ) {
    self.result = result
    self.vmaChanges = vmaChanges
    self.descriptors = descriptors
    self.cloneFlags = cloneFlags
  }
}

/// A change of the page table that the CPU must hear of.
public enum TranslationChange: Sendable {
  /// `byteCount` bytes from `virtual` on are present now and lie at `physical`, contiguous.
  case map(
    VirtualAddress, to: PhysicalAddress, byteCount: UInt64, protection: Protection)
  /// No page of the range is present any more.
  case unmap(VirtualAddress, byteCount: UInt64)
  /// The present pages of the range have this protection now.
  case protect(VirtualAddress, byteCount: UInt64, protection: Protection)
}

/// What the outside says of a regular file that is going to be mapped.
public struct OutsideLength: Sendable {
  /// Its length in bytes.
  public var byteCount: UInt64
  /// Whether its file system has mappings of 2 MiB and more aligned to 2 MiB; nil: nobody says.
  public var alignsLargeMappings: Bool?

  /// A length of its parts.
  public init(byteCount: UInt64, alignsLargeMappings: Bool?) {
    self.byteCount = byteCount
    self.alignsLargeMappings = alignsLargeMappings
  }
}

/// An open file of the outside.
public struct OutsideFile: Sendable {
  /// Its number in this run: 0, 1, 2... in order of opening; never used twice.
  public typealias Number = UInt32
  /// Its number.
  public var number: Number
  /// What it is.
  public var metadata: FileMetadata

  /// A file of its parts.
  public init(number: Number, metadata: FileMetadata) {
    self.number = number
    self.metadata = metadata
  }
}

/// A change of the VMAs as the machine is told of it: what `didMap` and `didUnmap` carry.
public enum VMAChange: Sendable {
  /// This VMA stands in its range now, in place of what was there.
  case mapped(VMADescription)
  /// No VMA stands in the range any more.
  case unmapped(AddressRange)
}
