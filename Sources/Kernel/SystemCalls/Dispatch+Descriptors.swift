// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// The calls that take a descriptor.
  static func descriptorHandler<M: Machine & ~Copyable>(
    _ number: SystemCallNumber
  ) -> SystemCallHandler<M>? {
    switch number {
    case .read: { (k, r, m) throws(Errno) in try k.read(r, on: &m) }
    case .write: { (k, r, m) throws(Errno) in try k.write(r, on: &m) }
    case .pread64: { (k, r, m) throws(Errno) in try k.pread64(r, on: &m) }
    case .pwrite64: { (k, r, m) throws(Errno) in try k.pwrite64(r, on: &m) }
    case .readv: { (k, r, m) throws(Errno) in try k.readv(r, on: &m) }
    case .writev: { (k, r, m) throws(Errno) in try k.writev(r, on: &m) }
    case .close: { (k, r, m) throws(Errno) in try k.close(r, on: &m) }
    case .lseek: { (k, r, m) throws(Errno) in try k.lseek(r, on: &m) }
    case .fstat: { (k, r, m) throws(Errno) in try k.fstat(r, on: &m) }
    case .poll: { (k, r, m) throws(Errno) in try k.poll(r, on: &m) }
    case .ppoll: { (k, r, m) throws(Errno) in try k.ppoll(r, on: &m) }
    case .ioctl: { (k, r, m) throws(Errno) in try k.ioctl(r, on: &m) }
    case .fcntl: { (k, r, m) throws(Errno) in try k.fcntl(r, on: &m) }
    case .dup: { (k, r, m) throws(Errno) in try k.dup(r) }
    case .dup2: { (k, r, m) throws(Errno) in try k.dup2(r, on: &m) }
    case .dup3: { (k, r, m) throws(Errno) in try k.dup3(r, on: &m) }
    case .pipe: { (k, r, m) throws(Errno) in try k.makePipe(r.address(0), flags: 0, on: &m) }
    case .pipe2:
      { (k, r, m) throws(Errno) in try k.makePipe(r.address(0), flags: r.word(1), on: &m) }
    case .getdents: { (k, r, m) throws(Errno) in try k.getdents(r, isOld: true, on: &m) }
    case .getdents64: { (k, r, m) throws(Errno) in try k.getdents(r, isOld: false, on: &m) }
    case .ftruncate: { (k, r, m) throws(Errno) in try k.ftruncate(r, on: &m) }
    case .fallocate: { (k, r, m) throws(Errno) in try k.fallocate(r, on: &m) }
    case .fsync: { (k, r, m) throws(Errno) in try k.fsync(r) }
    case .fdatasync: { (k, r, m) throws(Errno) in try k.fsync(r) }
    case .fadvise64: { (k, r, m) throws(Errno) in try k.fadvise64(r) }
    case .flock: { (k, r, m) throws(Errno) in try k.flock(r) }
    case .fchmod: { (k, r, m) throws(Errno) in try k.fchmod(r, on: &m) }
    case .fchown: { (k, r, m) throws(Errno) in try k.fchown(r, on: &m) }
    case .fchdir: { (k, r, m) throws(Errno) in try k.fchdir(r) }
    case .fstatfs: { (k, r, m) throws(Errno) in try k.fstatfs(r, on: &m) }
    case .fgetxattr: { (k, r, m) throws(Errno) in try k.fgetxattr(r, on: &m) }
    default: nil
    }
  }
}
