// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// A call on its way through the dispatcher: what handles it.
///
/// A handler takes the kernel, the arguments and the machine, and returns what RAX is to hold.
typealias SystemCallHandler<M: Machine & ~Copyable> =
  (inout Unikernel, Registers, inout M) throws(Errno) -> Int64

extension Unikernel {
  /// Whether the dispatcher has a handler for the call.
  public static func supports(_ number: SystemCallNumber) -> Bool {
    handler(for: number, NoMachine.self) != nil
  }

  /// Whether the handler only answers: there is nothing behind the call.
  public static func isStub(_ number: SystemCallNumber) -> Bool {
    let handler: SystemCallHandler<NoMachine>? = stubHandler(number)
    return handler != nil
  }

  /// The handler of a call; nil for a call that the kernel does not have. The families' switches
  /// are the only list of what it has.
  static func handler<M: Machine & ~Copyable>(
    for number: SystemCallNumber, _ machine: M.Type
  ) -> SystemCallHandler<M>? {
    if let handler: SystemCallHandler<M> = descriptorHandler(number) { return handler }
    if let handler: SystemCallHandler<M> = memoryHandler(number) { return handler }
    if let handler: SystemCallHandler<M> = pathHandler(number) { return handler }
    if let handler: SystemCallHandler<M> = processHandler(number) { return handler }
    if let handler: SystemCallHandler<M> = timeHandler(number) { return handler }
    return stubHandler(number)
  }

  /// Answers a system call.
  mutating func answer<M: Machine & ~Copyable>(
    _ request: SystemCallRequest, on machine: inout M
  ) -> Completion {
    guard let handler = Self.handler(for: request.number, M.self) else {
      return .result(-Int64(Errno.noSystemCall.rawValue), isMissing: true)
    }
    let completion: Completion
    do throws(Errno) {
      completion = .result(
        try handler(&self, Registers(request), &machine), isMissing: false)
    } catch .outsideDecides {
      completion = .undecided
    } catch {
      completion = .result(-Int64(error.rawValue), isMissing: false)
    }
    // A signal can end the program whether or not the call failed.
    guard let status = ending else { return completion }
    ending = nil
    return .ended(status)
  }
}

/// A machine that cannot exist: it stands where the dispatcher is asked about and not used.
enum NoMachine: Machine {
  var memory: PhysicalMemory { switch self {} }
  mutating func start(at entry: VirtualAddress, stack: VirtualAddress) {}
  mutating func run() -> Trap? { switch self {} }
  mutating func setFSBase(_ address: VirtualAddress, task: UInt32) {}
  mutating func setGSBase(_ address: VirtualAddress, task: UInt32) {}
  mutating func apply(_ change: TranslationChange) {}
  mutating func willRead(_ segment: PhysicalSegment, at address: VirtualAddress) {}
  mutating func time(of clock: UInt32) throws(Errno) -> UInt64 { switch self {} }
  mutating func entropy(byteCount: Int) throws(Errno) -> [UInt8] { switch self {} }
  mutating func metadata(
    of path: [UInt8], followingLink: Bool
  ) throws(Errno) -> FileMetadata { switch self {} }
  mutating func open(
    _ path: [UInt8], followingLink: Bool
  ) throws(Errno) -> OutsideFile { switch self {} }
  mutating func link(at path: [UInt8]) throws(Errno) -> [UInt8] { switch self {} }
  mutating func entries(
    of file: OutsideFile.Number
  ) throws(Errno) -> DirectoryEntries { switch self {} }
  mutating func read(
    _ file: OutsideFile.Number, at offset: UInt64, into segments: [PhysicalSegment],
    isExamined: Bool
  ) throws(Errno) -> UInt64 { switch self {} }
  mutating func close(_ file: OutsideFile.Number) {}
  mutating func receive(
    stream: UInt32, into segments: [PhysicalSegment]
  ) throws(Errno) -> UInt64 { switch self {} }
  mutating func send(
    stream: UInt32, from segments: [PhysicalSegment]
  ) throws(Errno) -> UInt64 { switch self {} }
  mutating func didRead(
    _ byteCount: UInt64, at address: VirtualAddress, bytes: UnsafeRawBufferPointer
  ) {}
  mutating func didWrite(
    _ byteCount: UInt64, at address: VirtualAddress, bytes: UnsafeRawBufferPointer, isData: Bool
  ) {}
  mutating func complete(_ trap: Trap, _ completion: Completion) {}
  mutating func didUnmap(_ range: AddressRange) {}
  mutating func didMap(_ vma: VMADescription) {}
  mutating func adoption() -> Adoption? { switch self {} }
}
