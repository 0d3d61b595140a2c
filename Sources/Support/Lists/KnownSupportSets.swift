// SPDX-License-Identifier: BSD-3-Clause

/// The support sets that come with the project: see `Sets/ATTRIBUTION.md`.
public enum KnownSupportSets {
  private static let files: [(name: String, bytes: [UInt8])] = [
    ("browsix", PackageResources.Browsix_syscalls),
    ("freebsd", PackageResources.Freebsd_syscalls),
    ("fuchsia", PackageResources.Fuchsia_syscalls),
    ("graphene", PackageResources.Graphene_syscalls),
    ("gvisor", PackageResources.Gvisor_syscalls),
    ("hermitux", PackageResources.Hermitux_syscalls),
    ("kerla", PackageResources.Kerla_syscalls),
    ("linux-nolibc", PackageResources.LinuxNoLibc_syscalls),
    ("osv", PackageResources.Osv_syscalls),
    ("unikraft", PackageResources.Unikraft_syscalls),
    ("unikraft-0.12.0", PackageResources.unikraft_0_12_0_syscalls),
    ("unikraft-0.16.3", PackageResources.unikraft_0_16_3_syscalls),
    ("unikraft-0.17.0", PackageResources.unikraft_0_17_0_syscalls),
    ("zephyr", PackageResources.Zephyr_syscalls),
  ]

  /// Their names, sorted.
  public static var names: [String] { files.map(\.name) }

  /// The set of that name; nil if there is none.
  public static func set(named name: String) throws(SupportFileError) -> SupportSet? {
    guard let file = files.first(where: { $0.name == name }) else { return nil }
    let text = String(decoding: file.bytes, as: UTF8.self)
    return try SystemCallList(parsing: text, path: name).supportSet(named: name)
  }
}
