// SPDX-License-Identifier: BSD-3-Clause

import FoundationEssentials

/// A database of Loupe in a folder: `APP/WORKLOAD/RUN/data/*.csv` and `KERNEL.syscalls`.
public struct LoupeDatabase: Sendable {
  /// A measurement of one run.
  public struct Measurement: Sendable {
    /// The application.
    public var application: String
    /// The workload, such as `suite` or `benchmark-wrk`.
    public var workload: String
    /// The run.
    public var run: String
    /// What was measured.
    public var table: LoupeTable
  }

  /// The names of all folders of applications, sorted, with or without data.
  public private(set) var applications: [String] = []
  /// The dynamic measurements, sorted by application, workload and run.
  public private(set) var measurements: [Measurement] = []

  /// Reads the dynamic measurements below a folder.
  ///
  /// - Throws: `SupportFileError` for what cannot be read.
  public init(folder: String) throws(SupportFileError) {
    applications = try Self.folders(in: folder)
    for application in applications {
      for workload in try Self.folders(in: folder + "/" + application) {
        let base = folder + "/" + application + "/" + workload
        for run in try Self.folders(in: base) {
          let path = base + "/" + run + "/data/dyn.csv"
          guard SupportFiles.exists(path) else { continue }
          let text = try SupportFiles.text(of: path)
          measurements.append(
            Measurement(
              application: application, workload: workload, run: run,
              table: try LoupeTable(parsing: text, kind: .dynamic, path: path)))
        }
      }
    }
    if applications.isEmpty {
      throw SupportFileError(
        path: folder, line: 0, message: "no application is there: expected APP/WORKLOAD/RUN/data")
    }
  }

  /// What each application needs, by name; only workloads whose name begins with `workload` count.
  ///
  /// Every application of the database is there: one without data has a doubt, and is not taken for
  /// one that needs nothing.
  public func needs(workload: String = "") -> [ApplicationNeeds] {
    applications.map { name in
      var needs = ApplicationNeeds(name: name)
      for measurement in measurements
      where measurement.application == name && measurement.workload.hasPrefix(workload) {
        needs.join(measurement.table.verdicts)
      }
      return needs
    }
  }

  private static func folders(in path: String) throws(SupportFileError) -> [String] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw SupportFileError(path: path, line: 0, message: "is not a folder that can be read")
    }
    return names.filter { name in
      !name.hasPrefix(".") && SupportFiles.isFolder(path + "/" + name)
    }.sorted()
  }
}
