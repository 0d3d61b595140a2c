// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import Foundation
import Recorder

/// `epimetheus doctor`.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say what this machine can record, what is missing, and how to get it.")

  @Flag(help: "As JSON.")
  var json = false

  func run() throws {
  }
}
