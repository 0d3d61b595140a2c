// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// Which argument of a call a name of the kernel means: the call table has the manual's names.
enum PerfArgumentNames {
  /// The places of arguments that stand in order, some of all; nil for one that may be in more than
  /// one place.
  static func places(of names: [ByteText], in row: SystemCallDescription?) -> [Int?] {
    guard let row else { return names.map { _ in nil } }
    let own = "\(row.argumentNames)".split(separator: " ").map(String.init)
    var places: [Int?] = []
    var next = 0
    for name in names {
      let text = name.string
      let place = (next..<max(next, own.count)).first { index in
        own[index] == text || aliases[text]?.contains(own[index]) == true
      }
      places.append(place)
      if let place { next = place + 1 }
    }
    fillGaps(&places, own.count)
    return places
  }

  /// Names between two places that have as many others between them are those.
  private static func fillGaps(_ places: inout [Int?], _ count: Int) {
    var index = 0
    while index < places.count {
      guard places[index] == nil else {
        index += 1
        continue
      }
      var end = index
      while end < places.count, places[end] == nil { end += 1 }
      let first = index == 0 ? 0 : (places[index - 1] ?? -1) + 1
      let last = end == places.count ? count : places[end] ?? 0
      if last - first == end - index {
        for offset in 0..<(end - index) { places[index + offset] = first + offset }
      }
      index = end
    }
  }

  /// Arguments that perf leaves out where the call does not look at them, whatever they are.
  /// Source: perf's own tables of arguments, `tools/perf/trace/beauty`.
  static func hidden(of number: SystemCallNumber) -> [Int] {
    switch number {
    case .open, .fcntl: [2]
    case .openat: [3]
    case .mmap: [4, 5]
    case .mremap: [4]
    case .clone: [2, 3, 4]
    case .futex: [2, 3, 4, 5]
    case .kcmp: [3, 4]
    case .prctl: [1, 2, 3, 4]
    default: []
    }
  }

  /// By the kernel's name, those of the manual.
  private static let aliases: [String: [String]] = {
    var aliases: [String: [String]] = [:]
    for pair in pairs.split(separator: ",") {
      let words = pair.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init)
      aliases[words[0], default: []] += words.dropFirst()
    }
    return aliases
  }()

  // Source: the formats of the tracepoints of Linux 6.18, where they differ from the call table.
  private static let pairs = """
    addr dest_addr src_addr old_address, addr_len addrlen, arg2 addr, behavior advice, brk addr,
    buf bufp, buff buf, buffer statxbuf, child_tidptr child_tid, clone_flags flags,
    cmd request operation op, count initval, dfd dirfd, dirent dirp, error_code status,
    exp exceptfds, family domain, fd sockfd dirfd, fildes oldfd pipefd, filename pathname path,
    flag flags, gidsetsize size, grouplist list, inp readfds, len length buflen cpusetsize,
    len_in length, lvec local_iov, mmsg msgvec, n nfds, name buf pathname, new_addr new_address,
    new_len new_size, new_rlim new_limit, newdfd newdirfd, newname newpath linkpath, newsp stack,
    nset set, oact oldact, off offset, old_len old_size, old_rlim old_limit, olddfd olddirfd,
    oldname oldpath target, op futex_op operation, option code operation, oset oldset,
    otmr old_value curr_value, outp writefds, ovalue old_value, parent_tidptr parent_tid,
    path pathname, pathname path, pid tid tgid, pos offset, pos_l offset, rgidp rgid,
    rmtp remain rem, rqtp request req, ru rusage usage, ruidp ruid, rvec remote_iov, egidp egid,
    euidp euid, sgidp sgid, suidp suid, sig signum sigmask, size len, start addr, stat_addr wstatus,
    tbuf buf, timeout_msecs timeout, tp res, tsp timeout tmo_p, tvp timeout, uargs cl_args args,
    ubuf buf, ufd fd, ufds fds, uinfo info, umyaddr addr, uname name, unewset mask,
    unshare_flags flags, uoss old_ss, upeer_addrlen addrlen, upeer_sockaddr addr, upid pid id,
    user owner, user_mask mask, user_mask_ptr mask, uservaddr addr, uset set, usize size,
    usockvec sv, uss ss, uthese set, utime timeout, utimes times, utmr new_value, uts timeout,
    value new_value curr_value, vec iov, vlen iovcnt, which idtype, which_clock clockid
    """
}
