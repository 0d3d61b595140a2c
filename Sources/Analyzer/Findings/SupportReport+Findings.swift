// SPDX-License-Identifier: BSD-3-Clause

internal import Support

extension SupportReport {
  /// What is missing, stubbed or not known; those fail that the threshold names.
  public func findings(failing threshold: Threshold?) -> FindingList {
    FindingList(
      title: requirements.traces.map(\.name).joined(separator: ", ") + " on " + set.name,
      findings: rows.flatMap { findings(of: $0, threshold) }
        + lackingFiles.map { finding($0, threshold) },
      passed: rows.filter { $0.state == .supported }.map(\.requirement.name))
  }

  private func findings(of row: Row, _ threshold: Threshold?) -> [Finding] {
    switch row.state {
    case .supported: return []
    case .missing, .stub, nil:
      return [finding(row, row.state, fingerprint: row.fingerprint, threshold)]
    case .partial:
      // Requests that lack the same are one finding.
      var groups: [(fingerprint: UInt64, requests: [Request])] = []
      for request in row.requests where request.judgement.state == .missing {
        let fingerprint = row.fingerprint(of: request)
        if let index = groups.firstIndex(where: { $0.fingerprint == fingerprint }) {
          groups[index].requests.append(request)
        } else {
          groups.append((fingerprint, [request]))
        }
      }
      return groups.map {
        finding(row, .missing, fingerprint: $0.fingerprint, threshold, $0.requests)
      }
    }
  }

  private func finding(
    _ row: Row, _ state: SupportState?, fingerprint: UInt64, _ threshold: Threshold?,
    _ requests: [Request] = []
  ) -> Finding {
    let native =
      requests.isEmpty
      ? row.native : requests.reduce(into: NativeRecord()) { $0.add($1.shape.native) }
    let lacking = requests.first?.judgement.unsupported.map(\.name) ?? []
    let name = row.requirement.name
    let count =
      requests.isEmpty ? row.requirement.count : requests.reduce(0) { $0 + $1.shape.count }
    var title = "\(name) is \(state.word) on \(set.name)"
    if !lacking.isEmpty { title = "\(name) without \(lacking.joined(separator: ", "))" }
    let level: Finding.Level =
      switch (state, native.weight) {
      case (.missing, .matters), (.missing, .stubMayDo), (.missing, .unknown): .error
      case (.missing, .likelyDispensable), (.missing, .likelyHarmless), (.stub, _): .warning
      default: .note
      }
    let first = requests.first?.shape.first ?? row.requirement.first
    var details = ["first: " + first.text(requirements.traces)]
    let shown = (requests.isEmpty ? row.requests : requests).prefix(3)
    details += shown.map { "\($0.shape.count) x " + $0.shape.request }
    details.append(native.hint)
    return Finding(
      fingerprint: sixteenDigits(fingerprint), wholeFingerprint: sixteenDigits(row.fingerprint),
      rule: state == .missing ? .supportMissing : state == .stub ? .supportStub : .supportUnknown,
      level: level, subject: name, title: title + ", asked for \(timesText(count))",
      details: details,
      trace: requirements.traces[first.trace].name, event: first.event, place: first.place,
      count: count,
      fails: native.weight != .harmless && Self.fails(state, threshold))
  }

  private func finding(_ file: PseudoFile, _ threshold: Threshold?) -> Finding {
    let state = state(of: file)
    let isRequired = isRequired(file)
    return Finding(
      fingerprint: sixteenDigits(file.fingerprint), wholeFingerprint: nil,
      rule: state == .missing ? .supportMissing : state == .stub ? .supportStub : .supportUnknown,
      level: !isRequired || state == nil ? .note : state == .missing ? .error : .warning,
      subject: file.path,
      title: "\(file.path) is \(state.word) on \(set.name), named \(timesText(file.count))",
      details: [
        "first: " + file.first.text(requirements.traces), "natively: " + file.native.text,
      ],
      trace: requirements.traces[file.first.trace].name, event: file.first.event,
      place: file.first.place, count: file.count,
      fails: isRequired && Self.fails(state, threshold))
  }
}
