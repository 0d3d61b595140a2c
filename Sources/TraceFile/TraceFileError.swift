// SPDX-License-Identifier: BSD-3-Clause

import Glibc
public import Trace

/// Why a trace file could not be written or opened.
public enum TraceFileError: Error, Sendable {
  /// The system refused; `call` is what was asked of it, such as `write`.
  case system(call: StaticString, path: String, errno: Int32)
  /// The bytes are not what they should be.
  case format(TraceError, path: String)

  /// The errno, where the system refused.
  public var errorNumber: Int32? {
    if case .system(_, _, let number) = self { return number }
    return nil
  }
}

extension TraceFileError: CustomStringConvertible {
  /// One line: the file, what happened and where.
  public var description: String {
    switch self {
    case .system(let call, let path, let number):
      "\(path): \(call): \(String(cString: strerror(number)))"
    case .format(let error, let path):
      "\(path): \(error.message) (byte \(error.position))"
    }
  }
}
