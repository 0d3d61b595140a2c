// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
public import Trace

/// What the programs of some traces ask of a kernel. Memory: a bounded number of shapes for each
/// kind of call, and the VMAs that are alive.
public struct Requirements: Sendable {
  /// A trace that was read.
  public struct TracedRun: Sendable {
    /// What the reader calls it.
    public var name: String
    /// Its header.
    public var header: TraceHeader
    /// Events in it.
    public var eventCount: UInt64 = 0
    /// Events that the trace says are lost; a gap of unknown size counts as 1.
    public var lostCount: UInt64 = 0
    /// Which builds of files were mapped, by path.
    public var files: [[UInt8]: TraceHeader.File] = [:]
    /// What is wrong with the file: damaged or lost blocks, a cut.
    public var problems: [String] = []
  }

  /// The traces, in the order in which they were read.
  public var traces: [TracedRun] = []
  private var byKey: [UInt32: CallRequirement] = [:]
  private var byPath: [String: PseudoFile] = [:]
  /// Calls that named a pseudo-file when there were too many to keep.
  public private(set) var unkeptPathCount: UInt64 = 0
  private static var pathLimit: Int { 1024 }

  /// Nothing is asked yet.
  public init() {}

  /// The calls that were made, by number.
  public var calls: [CallRequirement] {
    byKey.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The pseudo-files that were named, by path.
  public var pseudoFiles: [PseudoFile] {
    byPath.values.sorted { $0.path < $1.path }
  }

  /// Reads a trace to its end. Throws what the source throws.
  public mutating func read(
    _ source: inout some EventSource & ~Copyable, header: TraceHeader, named name: String
  ) throws(TraceError) {
    var run = TracedRun(name: name, header: header)
    var grouper = StepGrouper()
    var locator = CallLocator(trace: traces.count)
    var follower = PathFollower(directory: header.workingDirectory)
    while let step = try grouper.next(from: &source) {
      locator.follow(step)
      if step.principal?.kind == .gap { run.lostCount &+= max(1, step.principal!.operands[0]) }
      if let event = step.principal { follower.follow(event) }
      if step.isCall { note(step, locator, &follower) }
      locator.leave(step)
    }
    run.eventCount = grouper.eventCount
    for file in header.files + grouper.files { run.files[file.path] = run.files[file.path] ?? file }
    traces.append(run)
  }

  /// Names the functions of the first call sites: `function` is given which build of a file it is,
  /// and the offset in it.
  public mutating func resolvePlaces(_ function: (TraceHeader.File, UInt64) -> CodeFunction?) {
    let traces = traces
    func resolve(_ site: inout CallSite) { site.place?.resolve(traces[site.trace].files, function) }
    for key in byKey.keys { byKey[key]!.resolveSites(resolve) }
    for path in byPath.keys { resolve(&byPath[path]!.first) }
  }

  private mutating func note(
    _ step: Step, _ locator: CallLocator, _ follower: inout PathFollower
  ) {
    guard let event = step.principal else { return }
    let call = CallRow(event)
    if byKey[call.key] == nil {
      byKey[call.key] = CallRequirement(call, first: locator.site(of: step))
    }
    byKey[call.key]!.note(call, step) { locator.site(of: step) }
    defer { follower.follow(call, step) }
    for path in PseudoFile.paths(call, step, follower) {
      if byPath[path] == nil {
        if byPath.count >= Self.pathLimit {
          unkeptPathCount += 1
          continue
        }
        byPath[path] = PseudoFile(path: path, first: locator.site(of: step))
      }
      byPath[path]!.note(call.name, step)
    }
  }
}

/// Where calls of one trace are made, as far as it tells: by a call site, else by a fault that the
/// kernel itself had for the call; the VMAs say which file that is.
private struct CallLocator {
  let trace: Int
  private var layout = VMALayout()
  private var firstProcess = FirstProcess()
  private var instructions: [UInt32: UInt64] = [:]
  private static var taskLimit: Int { 65536 }
  /// Bytes of `syscall`, behind which a fault of the kernel sees the program stand.
  private static var callByteCount: UInt64 { 2 }

  init(trace: Int) { self.trace = trace }

  /// Takes what stands before a call.
  mutating func follow(_ step: Step) {
    guard let event = step.principal else { return }
    firstProcess.follow(event)
    if event.kind == .pageFault, !FaultCode(rawValue: event.code).contains(.user),
      event.operands[1] != 0, instructions.count < Self.taskLimit
    {
      instructions[event.task] = event.operands[1]
    }
  }

  /// Takes what stands behind it.
  mutating func leave(_ step: Step) {
    if step.isCall { instructions[step.task] = nil }
    if firstProcess.isForeign(step.task) { return }
    for change in step.changes { _ = layout.apply(change) }
  }

  func site(of step: Step) -> CallSite {
    var site = CallSite(trace: trace, event: step.number, task: step.task)
    let behind = instructions[step.task].map { $0 &- Self.callByteCount }
    guard let instruction = step.callSite ?? behind else { return site }
    let known = firstProcess.isForeign(step.task) ? VMALayout() : layout
    site.place = CodePlace(instruction, in: known)
    return site
  }
}
