// SPDX-License-Identifier: BSD-3-Clause

/// The alignment of two short sequences with the highest sum of matches, by dynamic programming.
struct AlignmentTable {
  /// One line of an alignment; one index is nil where only the other sequence has a member.
  struct Move {
    var left: Int?
    var right: Int?
  }

  private let rows: Int
  private let columns: Int
  /// What each pair counts, and the best sum from it to the end.
  private var matches: [UInt8]
  private var sums: [Int32]

  /// Fills the table; `match` is called once for each pair.
  init(_ rows: Int, _ columns: Int, _ match: (Int, Int) -> StepMatch) {
    self.rows = rows
    self.columns = columns
    matches = [UInt8](repeating: 0, count: rows * columns)
    sums = [Int32](repeating: 0, count: (rows + 1) * (columns + 1))
    for row in (0..<rows).reversed() {
      for column in (0..<columns).reversed() {
        let weight = UInt8(match(row, column).rawValue)
        matches[row * columns + column] = weight
        var best = max(sum(row + 1, column), sum(row, column + 1))
        if weight > 0 { best = max(best, sum(row + 1, column + 1) + Int32(weight)) }
        sums[row * (columns + 1) + column] = best
      }
    }
  }

  private func sum(_ row: Int, _ column: Int) -> Int32 { sums[row * (columns + 1) + column] }

  /// The alignment up to its last strong match; nil where it has fewer than two and a longer look
  /// ahead may do better. With `isLast` the whole, where it has fewer than two.
  func script(isLast: Bool) -> [Move]? {
    var moves: [Move] = []
    var strongCount = 0
    var end = 0
    var row = 0
    var column = 0
    while row < rows || column < columns {
      let weight = row < rows && column < columns ? matches[row * columns + column] : 0
      if weight > 0, sum(row, column) == sum(row + 1, column + 1) + Int32(weight) {
        moves.append(Move(left: row, right: column))
        row += 1
        column += 1
        if Int(weight) == StepMatch.strong.rawValue {
          strongCount += 1
          end = moves.count
        }
      } else if row < rows, column == columns || sum(row, column) == sum(row + 1, column) {
        moves.append(Move(left: row, right: nil))
        row += 1
      } else {
        moves.append(Move(left: nil, right: column))
        column += 1
      }
    }
    if strongCount >= 2 { return [Move](moves.prefix(end)) }
    return isLast ? moves : nil
  }
}
