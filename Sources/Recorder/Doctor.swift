// SPDX-License-Identifier: BSD-3-Clause

internal import CObserver
internal import Glibc

/// Finds out what this machine can record, by trying each thing in a way that changes nothing.
public enum Doctor {
  /// Everything that was looked at, what is required first.
  public static func examine() -> [DoctorFinding] {
    let all = [kernel] + hosted + observed
    return all.filter(\.isRequired) + all.filter { !$0.isRequired }
  }

  /// Whether nothing that is required for a purpose is missing.
  public static func permits(
    _ purpose: DoctorFinding.Purpose, in findings: [DoctorFinding]
  ) -> Bool {
    findings.allSatisfy { $0.purpose != purpose || !$0.isRequired || $0.isAvailable }
  }

  private static var kernel: DoctorFinding {
    var name = utsname()
    guard uname(&name) == 0 else {
      return DoctorFinding(
        name: "Linux on x86-64", purpose: .hosted, isRequired: true, isAvailable: false,
        detail: "uname(2) fails", remedy: "")
    }
    let release = text(name.release)
    let machine = text(name.machine)
    let numbers = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
    let isRecent = numbers.count == 2 && (numbers[0], numbers[1]) >= (5, 11)
    return DoctorFinding(
      name: "Linux 5.11 or later on x86-64", purpose: .hosted, isRequired: true,
      isAvailable: isRecent && machine == "x86_64", detail: "Linux \(release) \(machine)",
      remedy: "use a newer kernel: Debian 12 has 6.1")
  }

  private static var hosted: [DoctorFinding] {
    [
      finding(
        "Syscall User Dispatch", .hosted, isRequired: true, observer_probe_user_dispatch(),
        remedy: "boot a kernel with CONFIG_GENERIC_ENTRY, 5.11 or later"),
      finding(
        "FSGSBASE", .hosted, isRequired: false, observer_probe_fsgsbase(),
        remedy: "boot a kernel from 5.9 on without `nofsgsbase`; a virtual machine must show "
          + "the feature to its guest; calls cost more without it"),
      finding(
        "memfd_create(2)", .hosted, isRequired: true, observer_probe_memfd(),
        remedy: "allow memfd_create in the container's seccomp profile"),
      finding(
        "seccomp filters", .hosted, isRequired: true, observer_probe_seccomp(),
        remedy: "boot a kernel with CONFIG_SECCOMP_FILTER; a container must allow seccomp(2)"),
      finding(
        "Landlock", .hosted, isRequired: false, observer_probe_landlock(),
        detail: { "ABI version \($0)" },
        remedy: "boot with `lsm=landlock,...`; not used yet"),
      finding(
        "userfaultfd(2) with minor faults", .hosted, isRequired: false,
        observer_probe_userfaultfd(),
        detail: { $0 == 1 ? "faults of user code only" : "all faults" },
        remedy: "`sysctl vm.unprivileged_userfaultfd=1`; not used yet"),
      mapLimit,
    ]
  }

  private static var mapLimit: DoctorFinding {
    let limit = setting("/proc/sys/vm/max_map_count").flatMap { Int($0) } ?? 0
    return DoctorFinding(
      name: "vm.max_map_count of 65530 or more", purpose: .hosted, isRequired: false,
      isAvailable: limit >= 65530, detail: "\(limit)", remedy: "`sysctl vm.max_map_count=65530`")
  }

  private static var observed: [DoctorFinding] {
    let scope = setting("/proc/sys/kernel/yama/ptrace_scope").map { "yama scope \($0)" }
    let paranoia = setting("/proc/sys/kernel/perf_event_paranoid") ?? "unknown"
    return [
      finding(
        "ptrace(2) of one's own children", .linux, isRequired: true, observer_probe_ptrace(),
        detail: { _ in scope ?? "no yama" },
        remedy: "`sysctl kernel.yama.ptrace_scope=1`; in a container add SYS_PTRACE"),
      finding(
        "/proc", .linux, isRequired: true, access("/proc/self/maps", R_OK) == 0 ? 0 : -errno,
        remedy: "`mount -t proc proc /proc`"),
      probe,
      finding(
        "perf_event_open(2)", .linux, isRequired: false, observer_probe_perf(),
        detail: { _ in "kernel.perf_event_paranoid \(paranoia)" },
        remedy: "`sysctl kernel.perf_event_paranoid=1`; not used yet"),
    ]
  }

  private static var probe: DoctorFinding {
    let refusal = ObserveSession.refusalOfProbe
    return DoctorFinding(
      name: "eBPF on tracepoints: page faults, speed", purpose: .linux, isRequired: false,
      isAvailable: refusal == nil, detail: refusal?.message ?? "", remedy: refusal?.remedy ?? "")
  }

  private static func finding(
    _ name: String, _ purpose: DoctorFinding.Purpose, isRequired: Bool, _ result: Int32,
    detail: (Int32) -> String = { _ in "" }, remedy: String
  ) -> DoctorFinding {
    DoctorFinding(
      name: name, purpose: purpose, isRequired: isRequired, isAvailable: result >= 0,
      detail: result >= 0 ? detail(result) : String(cString: strerror(-result)), remedy: remedy)
  }

  private static func setting(_ path: String) -> String? {
    guard let bytes = ProcFile.contents(Array(path.utf8), limit: 64) else { return nil }
    return String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self)
  }

  private static func text<Field>(_ field: Field) -> String {
    withUnsafeBytes(of: field) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
