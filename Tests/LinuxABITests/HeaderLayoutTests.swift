// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@Suite(.enabled(if: Headers.areAvailable, "needs a C compiler and Linux's headers"))
struct HeaderLayoutTests {
  @Test func `structures are as large as the compiler makes them`() throws {
    let own: [String: Int] = [
      "struct stat": StructStat.byteCount, "struct timespec": Timespec.byteCount,
      "struct iovec": IOVector.byteCount, "struct rlimit": ResourceLimit.byteCount,
      "struct utsname": StructUtsname.byteCount, "struct sysinfo": SystemInformation.byteCount,
      "stack_t": SignalStack.byteCount, "struct timeval": StructLayout.timeval,
      "struct itimerval": StructLayout.itimerval, "struct itimerspec": StructLayout.itimerspec,
      "struct timezone": StructLayout.timezone, "struct tms": StructLayout.tms,
      "struct rusage": StructLayout.rusage, "struct statfs": StructLayout.statfs,
      "struct statx": StructLayout.statx, "struct pollfd": StructLayout.pollfd,
      "struct epoll_event": StructLayout.epollEvent, "struct termios": StructLayout.termios,
      "struct termio": StructLayout.termio, "struct winsize": StructLayout.winsize,
      "struct flock": StructLayout.flock, "siginfo_t": StructLayout.siginfo,
      "struct sigevent": StructLayout.sigevent, "struct msghdr": StructLayout.msghdr,
      "struct mmsghdr": StructLayout.mmsghdr, "struct clone_args": StructLayout.cloneArgs,
      "struct open_how": StructLayout.openHow,
      "struct robust_list_head": StructLayout.robustListHead, "struct rseq": StructLayout.rseq,
      "struct __user_cap_header_struct": StructLayout.capabilityHeader,
      "struct __user_cap_data_struct[2]": StructLayout.capabilityData,
      "struct sched_param": StructLayout.schedParam, "struct timex": StructLayout.timex,
      "struct futex_waitv": StructLayout.futexWaitv, "struct io_event": StructLayout.ioEvent,
      "struct iocb": StructLayout.iocb, "struct io_uring_params": StructLayout.ioURingParams,
      "struct mq_attr": StructLayout.mqAttr, "struct sembuf": StructLayout.sembuf,
      "struct shmid_ds": StructLayout.shmidDS, "struct msqid_ds": StructLayout.msqidDS,
      "struct user_desc": StructLayout.userDesc, "struct ifreq": StructLayout.ifreq,
      "struct ifconf": StructLayout.ifconf,
      "struct utimbuf": StructLayout.utimbuf, "struct kexec_segment": StructLayout.kexecSegment,
    ]
    let sizes = try Headers.values(
      of: own.keys.map { "sizeof(\($0))" }, optional: [], including: Headers.structures)
    for (name, byteCount) in own {
      #expect(sizes["sizeof(\(name))"] == UInt64(byteCount), "\(name)")
    }
  }

  @Test func `every field of struct stat lies where the compiler puts it`() throws {
    let fields: [(String, (inout FileMetadata) -> Void)] = [
      ("st_dev", { $0.device = 0x11 }), ("st_ino", { $0.inode = 0x11 }),
      ("st_nlink", { $0.linkCount = 0x11 }), ("st_mode", { $0.mode = 0x11 }),
      ("st_uid", { $0.owner = 0x11 }), ("st_gid", { $0.group = 0x11 }),
      ("st_rdev", { $0.specialDevice = 0x11 }), ("st_size", { $0.byteCount = 0x11 }),
      ("st_blksize", { $0.blockByteCount = 0x11 }), ("st_blocks", { $0.blockCount = 0x11 }),
      ("st_atim.tv_sec", { $0.accessTime = 17_000_000_000 }),
      ("st_atim.tv_nsec", { $0.accessTime = 17 }),
      ("st_mtim.tv_sec", { $0.modificationTime = 17_000_000_000 }),
      ("st_mtim.tv_nsec", { $0.modificationTime = 17 }),
      ("st_ctim.tv_sec", { $0.changeTime = 17_000_000_000 }),
      ("st_ctim.tv_nsec", { $0.changeTime = 17 }),
    ]
    let offsets = try Headers.values(
      of: fields.map { "offsetof(struct stat, \($0.0))" }, optional: [],
      including: Headers.structures)
    for (name, set) in fields {
      var metadata = FileMetadata()
      metadata.linkCount = 0
      metadata.blockByteCount = 0
      set(&metadata)
      let bytes = StructStat.bytes(of: metadata)
      #expect(bytes.count == 144)
      let offset = try #require(bytes.firstIndex { $0 != 0 })
      #expect(UInt64(offset) == offsets["offsetof(struct stat, \(name))"], "\(name)")
      #expect(StructStat.metadata(from: bytes.span) == metadata)
    }
  }

  @Test func `fields that say what is asked lie where the compiler puts them`() throws {
    // The kernel's struct sigaction has no header that others may include.
    let structures: [(ArgumentKind, String)] = [
      (.signalStack, "stack_t"), (.pollDescriptors, "struct pollfd"),
      (.epollEvent, "struct epoll_event"), (.cloneArguments, "struct clone_args"),
      (.fileLock, "struct flock"), (.openHow, "struct open_how"),
    ]
    var own: [String: (offset: Int, byteCount: Int)] = [:]
    for (kind, name) in structures {
      var index = 0
      while let field = StructureShape.asked(index, of: kind) {
        own["\(name), \(field.name)"] = (field.offset, field.byteCount)
        index += 1
      }
    }
    #expect(own.count == 9)
    let offsets = try Headers.values(
      of: own.keys.map { "offsetof(\($0))" }, optional: [], including: Headers.structures)
    // sizeof(((struct pollfd *)0)->events)
    func size(_ name: String) -> String {
      "sizeof(((" + name.replacing(", ", with: "*)0)->") + ")"
    }
    let sizes = try Headers.values(
      of: own.keys.map(size), optional: [], including: Headers.structures)
    for (name, place) in own {
      #expect(offsets["offsetof(\(name))"] == UInt64(place.offset), "\(name)")
      #expect(sizes[size(name)] == UInt64(place.byteCount), "\(name)")
    }
  }

  @Test func `every field of struct sysinfo lies where the compiler puts it`() throws {
    let fields: [(String, (inout SystemInformation) -> Void)] = [
      ("uptime", { $0.uptime = 1 }), ("loads[0]", { $0.load1 = 1 }),
      ("loads[1]", { $0.load5 = 1 }), ("loads[2]", { $0.load15 = 1 }),
      ("totalram", { $0.totalMemory = 1 }), ("freeram", { $0.freeMemory = 1 }),
      ("sharedram", { $0.sharedMemory = 1 }), ("bufferram", { $0.bufferMemory = 1 }),
      ("totalswap", { $0.totalSwap = 1 }), ("freeswap", { $0.freeSwap = 1 }),
      ("procs", { $0.taskCount = 1 }), ("totalhigh", { $0.totalHighMemory = 1 }),
      ("freehigh", { $0.freeHighMemory = 1 }), ("mem_unit", { $0.memoryUnitByteCount = 1 }),
    ]
    let offsets = try Headers.values(
      of: fields.map { "offsetof(struct sysinfo, \($0.0))" }, optional: [],
      including: Headers.structures)
    for (name, set) in fields {
      var information = SystemInformation()
      information.memoryUnitByteCount = 0
      set(&information)
      var bytes: [UInt8] = []
      information.append(to: &bytes)
      #expect(bytes.count == 112)
      #expect(
        bytes.firstIndex(of: 1).map { UInt64($0) } == offsets["offsetof(struct sysinfo, \(name))"],
        "\(name)")
    }
  }

  @Test func `names in struct utsname and struct dirent lie where the compiler puts them`() throws {
    let texts: [(StructUtsname.Field, String)] = [
      (.systemName, "sysname"), (.nodeName, "nodename"), (.release, "release"),
      (.version, "version"), (.machine, "machine"), (.domainName, "domainname"),
    ]
    let expressions =
      texts.map { "offsetof(struct utsname, \($0.1))" }
      + ["d_ino", "d_off", "d_reclen", "d_type", "d_name"].map { "offsetof(struct dirent, \($0))" }
    let offsets = try Headers.values(of: expressions, optional: [], including: Headers.structures)
    for (field, name) in texts {
      let offset = field.rawValue * StructUtsname.fieldByteCount
      #expect(offsets["offsetof(struct utsname, \(name))"] == UInt64(offset))
    }
    // The C library's struct dirent is the kernel's linux_dirent64.
    var bytes: [UInt8] = []
    DirectoryRecord(inode: 1, nextOffset: 2, type: 3, name: [0x61][...]).append(to: &bytes)
    #expect(offsets["offsetof(struct dirent, d_ino)"] == 0 && bytes[0] == 1)
    #expect(offsets["offsetof(struct dirent, d_off)"] == 8 && bytes[8] == 2)
    #expect(offsets["offsetof(struct dirent, d_reclen)"] == 16 && bytes[16] == 24)
    #expect(offsets["offsetof(struct dirent, d_type)"] == 18 && bytes[18] == 3)
    #expect(offsets["offsetof(struct dirent, d_name)"] == 19 && bytes[19] == 0x61)
  }
}
