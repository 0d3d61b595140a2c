// SPDX-License-Identifier: BSD-3-Clause

internal import Kernel
internal import LinuxABI

/// What a comparison of the twins is to be.
public struct TwinOptions: Sendable {
  /// The first seed.
  public var seed: UInt64 = 1
  /// How many seeds, one after the other.
  public var seedCount: UInt64 = 1
  /// Operations of each seed.
  public var operationCount: UInt64 = 5000
  /// Whether files are mapped too.
  public var usesFiles = true
  /// Whether the seeds after a difference are run too.
  public var goesOn = false
  /// What a test changes about our side, to see a difference.
  var adjust: @Sendable (inout Personality) -> Void = { _ in }

  /// The usual.
  public init() {}
}

/// What Linux and our kernel do not agree about.
public struct TwinDifference: Sendable {
  /// The seed whose sequence met it first.
  public var seed: UInt64
  /// Which operation of that sequence, from 0 on.
  public var index: UInt64
  /// The shortest sequence found that ends in a difference.
  public var operations: [TwinOperation]
  /// What Linux made of each.
  public var expected: [TwinOutcome]
  /// What our kernel made of the last.
  public var actual: TwinOutcome
  /// What Linux began with.
  let start: TwinStart
}

/// What came of a comparison.
public struct TwinResult: Sendable {
  /// Operations that both took and agreed about.
  public var operationCount: UInt64 = 0
  /// Seeds that were run.
  public var seedCount: UInt64 = 0
  /// Differences, at most one of each seed.
  public var differences: [TwinDifference] = []
}

/// Runs the same random operations on Linux and on our kernel and compares what comes of each.
public struct TwinSession {
  /// What is to be done.
  public let options: TwinOptions

  /// A session with these options.
  public init(_ options: TwinOptions) { self.options = options }

  /// Runs it. `progress` is told the seeds done and what came of them. Throws where this machine
  /// permits no twin.
  public func run(progress: (TwinResult) -> Void) throws(RecordError) -> TwinResult {
    var result = TwinResult()
    for seed in options.seed..<options.seed &+ options.seedCount {
      let (done, failed) = try run(seed: seed)
      result.operationCount += done
      result.seedCount += 1
      if let failed {
        let difference = try TwinShrinker.shrink(failed, seed: seed, options)
        result.differences.append(difference)
        if !options.goesOn { break }
      }
      progress(result)
    }
    return result
  }

  /// Why this machine permits no twin; nil where it does.
  public static func unavailability() -> String? {
    do throws(RecordError) {
      _ = try TwinProcess()
      return nil
    } catch {
      return error.description
    }
  }

  /// Runs a seed; the operations up to a difference if there is one.
  private func run(
    seed: UInt64
  ) throws(RecordError) -> (done: UInt64, failed: [TwinOperation]?) {
    let linux = try TwinProcess()
    var kernel = try TwinKernel.make(linux.start, options)
    var generator = TwinGenerator(
      seed: seed, usesFiles: options.usesFiles, start: linux.start)
    var objects = TwinObjects()
    var done: [TwinOperation] = []
    var layout: [TwinVMA] = []
    while UInt64(done.count) < options.operationCount {
      var operations: [TwinOperation] = []
      var ours: [TwinOutcome] = []
      let count = min(options.operationCount - UInt64(done.count), UInt64(TwinArea.limit))
      for index in 0..<Int(count) {
        let operation = generator.next(index, layout: layout)
        operations.append(operation)
        let outcome = kernel.run(operation)
        layout = outcome.layout
        ours.append(outcome)
      }
      let theirs = try linux.run(operations)
      for index in operations.indices {
        done.append(operations[index])
        if !TwinComparison.agree(operations[index], ours[index], theirs[index], &objects) {
          return (UInt64(done.count - 1), done)
        }
      }
    }
    return (UInt64(done.count), nil)
  }
}

/// When two outcomes are one.
enum TwinComparison {
  static func agree(
    _ operation: TwinOperation, _ ours: TwinOutcome, _ theirs: TwinOutcome,
    _ objects: inout TwinObjects
  ) -> Bool {
    guard ours.result == theirs.result, ours.signal == theirs.signal, ours.code == theirs.code,
      ours.layout.count == theirs.layout.count
    else { return false }
    for index in ours.layout.indices
    where !ours.layout[index].isLike(theirs.layout[index]) { return false }
    if !objects.match(ours.layout, theirs.layout) { return false }
    return ours.answer.isEmpty || agree(operation, ours.answer, theirs.answer, ours.layout)
  }

  /// Whether they tell of the same pages in memory. Of a file Linux tells what its cache holds,
  /// which is no matter of the address space.
  private static func agree(
    _ operation: TwinOperation, _ ours: [UInt8], _ theirs: [UInt8], _ layout: [TwinVMA]
  ) -> Bool {
    let pageCount = (operation.arguments[1] &+ 4095) / 4096
    for page in 0..<Int(min(pageCount, UInt64(min(ours.count, theirs.count)))) {
      let address = operation.arguments[0] + UInt64(page) * 4096
      guard let vma = layout.last(where: { $0.start <= address }) else { continue }
      if vma.bits & TwinVMA.hasObject != 0 { continue }
      if ours[page] & 1 != theirs[page] & 1 { return false }
    }
    return true
  }

  /// What Linux made of a sequence, and what our kernel made of its last operation; nil where they
  /// agree about all.
  static func firstDifference(
    _ operations: [TwinOperation], _ options: TwinOptions
  ) throws(RecordError) -> (count: Int, expected: [TwinOutcome], actual: TwinOutcome)? {
    let linux = try TwinProcess()
    var kernel = try TwinKernel.make(linux.start, options)
    var objects = TwinObjects()
    var expected: [TwinOutcome] = []
    while expected.count < operations.count {
      let end = min(operations.count, expected.count + TwinArea.limit)
      for theirs in try linux.run(Array(operations[expected.count..<end])) {
        let operation = operations[expected.count]
        let ours = kernel.run(operation)
        expected.append(theirs)
        if !agree(operation, ours, theirs, &objects) { return (expected.count, expected, ours) }
      }
    }
    return nil
  }
}

/// Makes a sequence that ends in a difference as short as it gets.
enum TwinShrinker {
  static func shrink(
    _ operations: [TwinOperation], seed: UInt64, _ options: TwinOptions
  ) throws(RecordError) -> TwinDifference {
    let linux = try TwinProcess()
    guard var found = try TwinComparison.firstDifference(operations, options) else {
      throw RecordError(
        "the twins differ over seed \(seed) once and not again", remedy: "run it again",
        isTemporary: true)
    }
    var best = Array(operations.prefix(found.count))
    var size = best.count / 2
    while size > 0 {
      var start = 0
      while start < best.count {
        let end = min(start + size, best.count)
        let fewer = Array(best[..<start] + best[end...])
        if !fewer.isEmpty, let shorter = try TwinComparison.firstDifference(fewer, options) {
          best = Array(fewer.prefix(shorter.count))
          found = shorter
        } else {
          start = end
        }
      }
      size /= 2
    }
    return TwinDifference(
      seed: seed, index: UInt64(operations.count - 1), operations: best,
      expected: found.expected, actual: found.actual, start: linux.start)
  }
}
