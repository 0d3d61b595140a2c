// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI
internal import Trace

/// A call that the program makes on one side and never on the other, by whatever name.
public struct OneSidedCall: Sendable {
  /// Its number.
  public var number: SystemCallNumber
  /// Its name, or `syscall_N`.
  public var name: String
  /// Whether it is the left that makes it.
  public var isLeft: Bool
  /// How often.
  public var count: UInt64 = 0
  /// The number of the first in its trace.
  public var firstEvent: UInt64
  /// The first of them as text.
  public var firstRequest: String
  /// What the kernel of that side made of them.
  public var native = NativeRecord()
}

/// Which calls each side makes.
struct CallSides {
  private var left = Names()
  private var right = Names()
  private var alone: [Key: OneSidedCall] = [:]

  /// Which calls a side has made, by their own number and by that of their common form.
  private struct Names {
    var own: Set<UInt32> = []
    var common: Set<UInt32> = []
  }

  private struct Key: Hashable {
    var common: UInt32
    var call: UInt32
    var isLeft: Bool
  }

  /// Notes a call of a side; `isPaired`: the other side makes it here, too.
  mutating func note(_ step: Step, isLeft: Bool, isPaired: Bool) {
    guard let event = step.principal, event.kind == .systemCall else { return }
    let call = CallRow(event)
    let common = CallRow(step.commonForm(of: event)).key
    if isLeft {
      left.own.insert(call.key)
      left.common.insert(common)
    } else {
      right.own.insert(call.key)
      right.common.insert(common)
    }
    if isPaired { return }
    let key = Key(common: common, call: call.key, isLeft: isLeft)
    var entry =
      alone[key]
      ?? OneSidedCall(
        number: call.number, name: CallRow.name(ofKey: call.key), isLeft: isLeft,
        firstEvent: step.number, firstRequest: step.requestText)
    entry.count += 1
    entry.native.note(step, event)
    alone[key] = entry
  }

  /// The calls that one side never makes: first those of the left, each in order of appearance.
  var oneSided: [OneSidedCall] {
    let found = alone.filter { key, _ in
      let other = key.isLeft ? right : left
      return !other.own.contains(key.call) && !other.common.contains(key.common)
    }
    return found.map(\.value).sorted {
      ($0.isLeft ? 0 : 1, $0.firstEvent) < ($1.isLeft ? 0 : 1, $1.firstEvent)
    }
  }
}

extension DiffSession {
  /// Notes which calls each side makes, of runs recorded apart.
  mutating func noteSides(_ pair: StepPair) {
    if normaliser.isReplay { return }
    let isPaired = pair.left != nil && pair.right != nil
    for (step, isLeft) in [(pair.left, true), (pair.right, false)] {
      guard let step, let event = step.principal else { continue }
      if isPaired || !isUnseen(event) { sides.note(step, isLeft: isLeft, isPaired: isPaired) }
    }
  }
}
