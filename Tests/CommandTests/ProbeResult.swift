// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing

/// What `epimetheus probe --json` prints, as far as tests look at it.
struct ProbeResult: Decodable, Equatable {
  struct Call: Decodable, Equatable {
    var target: String
    var count: Int
    var verdict: String
  }
  struct Rule: Decodable, Equatable {
    var target: String
    var answer: String
  }
  struct Run: Decodable, Equatable {
    var rules: [Rule]
    var difference: String?
  }
  var calls: [Call]
  var together: [Rule]
  var runs: [Run]

  /// Probes with these arguments.
  static func of(
    _ arguments: [String], environment: [String: String]? = nil, timeout: Double = 120
  ) throws -> ProbeResult {
    let run = try Subprogram.run(
      [Subprogram.epimetheus, "probe", "--json"] + arguments, environment: environment,
      timeout: timeout)
    try #require(run.end == .exited(0), "\(run.errorText)")
    return try JSONDecoder().decode(ProbeResult.self, from: Data(run.output))
  }
}
