// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// The calls that take a path.
  static func pathHandler<M: Machine & ~Copyable>(
    _ number: SystemCallNumber
  ) -> SystemCallHandler<M>? {
    switch number {
    case .open: { (k, r, m) throws(Errno) in try k.open(r, on: &m) }
    case .openat: { (k, r, m) throws(Errno) in try k.openat(r, on: &m) }
    case .creat: { (k, r, m) throws(Errno) in try k.creat(r, on: &m) }
    case .stat: { (k, r, m) throws(Errno) in try k.stat(r, followingLink: true, on: &m) }
    case .lstat: { (k, r, m) throws(Errno) in try k.stat(r, followingLink: false, on: &m) }
    case .newfstatat: { (k, r, m) throws(Errno) in try k.newfstatat(r, on: &m) }
    case .statx: { (k, r, m) throws(Errno) in try k.statx(r, on: &m) }
    case .access: { (k, r, m) throws(Errno) in try k.access(r, on: &m) }
    case .faccessat: { (k, r, m) throws(Errno) in try k.faccessat(r, flags: 0, on: &m) }
    case .faccessat2: { (k, r, m) throws(Errno) in try k.faccessat(r, flags: r.word(3), on: &m) }
    case .readlink: { (k, r, m) throws(Errno) in try k.readlink(r, on: &m) }
    case .readlinkat: { (k, r, m) throws(Errno) in try k.readlinkat(r, on: &m) }
    case .getcwd: { (k, r, m) throws(Errno) in try k.getcwd(r, on: &m) }
    case .chdir: { (k, r, m) throws(Errno) in try k.chdir(r, on: &m) }
    case .mkdir: { (k, r, m) throws(Errno) in try k.mkdir(r, on: &m) }
    case .mkdirat: { (k, r, m) throws(Errno) in try k.mkdirat(r, on: &m) }
    case .rmdir: { (k, r, m) throws(Errno) in try k.rmdir(r, on: &m) }
    case .unlink: { (k, r, m) throws(Errno) in try k.unlink(r, on: &m) }
    case .unlinkat: { (k, r, m) throws(Errno) in try k.unlinkat(r, on: &m) }
    case .rename: { (k, r, m) throws(Errno) in try k.rename(r, on: &m) }
    case .renameat: { (k, r, m) throws(Errno) in try k.renameat(r, flags: 0, on: &m) }
    case .renameat2: { (k, r, m) throws(Errno) in try k.renameat(r, flags: r.word(4), on: &m) }
    case .link: { (k, r, m) throws(Errno) in try k.link(r, on: &m) }
    case .symlink: { (k, r, m) throws(Errno) in try k.symlink(r, on: &m) }
    case .truncate: { (k, r, m) throws(Errno) in try k.truncate(r, on: &m) }
    case .chmod: { (k, r, m) throws(Errno) in try k.chmod(r, on: &m) }
    case .fchmodat: { (k, r, m) throws(Errno) in try k.fchmodat(r, on: &m) }
    case .chown: { (k, r, m) throws(Errno) in try k.chown(r, followingLink: true, on: &m) }
    case .lchown: { (k, r, m) throws(Errno) in try k.chown(r, followingLink: false, on: &m) }
    case .utimensat: { (k, r, m) throws(Errno) in try k.utimensat(r, on: &m) }
    case .statfs: { (k, r, m) throws(Errno) in try k.statfs(r, on: &m) }
    case .umask: { (k, r, m) throws(Errno) in k.umask(r) }
    case .getxattr: { (k, r, m) throws(Errno) in try k.getxattr(r, followingLink: true, on: &m) }
    case .lgetxattr: { (k, r, m) throws(Errno) in try k.getxattr(r, followingLink: false, on: &m) }
    case .sync: { (k, r, m) throws(Errno) in 0 }
    default: nil
    }
  }
}
