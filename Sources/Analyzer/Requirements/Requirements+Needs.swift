// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
public import Support

extension Requirements {
  /// What the programs need, predicted from what the kernel of the traces answered: for a plan.
  /// Only what was answered with ENOSYS or always failed may fail; only what gave nothing but 0, or
  /// what programs mostly go without, may be faked.
  public func needs(named name: String) -> ApplicationNeeds {
    var needs = ApplicationNeeds(name: name)
    var verdicts: [SystemCallNumber: CallVerdict] = [:]
    var parts: [CallPart: CallVerdict] = [:]
    for call in calls {
      verdicts[call.number] = verdicts[call.number].joined(call.native.weight.verdict)
      for shape in call.shapes where shape.isWholeKnown {
        for item in RequestItem.items(of: call.number, operands: shape.operands) {
          let part = CallPart(item, of: call.number)
          parts[part] = parts[part].joined(shape.native.weight.verdict)
        }
      }
    }
    needs.join(verdicts, parts: parts)
    needs.isPredicted = true
    needs.isIncomplete = traces.contains { $0.lostCount > 0 || !$0.problems.isEmpty }
    return needs
  }
}

extension CallVerdict? {
  fileprivate func joined(_ other: CallVerdict) -> CallVerdict { self?.joined(other) ?? other }
}

extension NativeRecord.Weight {
  /// What is predicted of a program whose calls are of this weight.
  fileprivate var verdict: CallVerdict {
    switch self {
    case .harmless, .likelyHarmless: CallVerdict(stubWorks: true, fakeWorks: false)
    case .stubMayDo, .likelyDispensable: CallVerdict(stubWorks: false, fakeWorks: true)
    case .matters, .unknown: .required
    }
  }
}
