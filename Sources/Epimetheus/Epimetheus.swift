// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser

@main
struct Epimetheus: ParsableCommand {
  mutating func run() {}
}
