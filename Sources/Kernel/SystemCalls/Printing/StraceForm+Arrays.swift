// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// Arrays of structures.
extension StraceForm {
  // MARK: Vectors of buffers

  mutating func put(vectors address: UInt64, count: UInt64, _ argument: SystemCallArgument) {
    let isOutput = argument.memory.direction == .write
    guard call.offset(of: address, .read, byteCount: 16) != nil else {
      return put(address: address)
    }
    var left = isOutput ? UInt64(clamping: max(0, call.call.result)) : .max
    out.append("[")
    for index in 0..<count {
      if index > 0 { out.append(", ") }
      if index == Self.elementLimit {
        out.append("...")
        break
      }
      let place = address &+ 16 &* index
      guard let offset = call.offset(of: place, .read, byteCount: 16) else {
        out.append("... /* ")
        out.append(hex: place)
        out.append(" */")
        break
      }
      let base = call.number(at: offset, 8)
      let length = call.number(at: offset + 8, 8)
      let part = min(left, length)
      left -= isOutput ? part : 0
      out.append("{iov_base=")
      put(data: base, byteCount: part, isOutput ? .write : .read)
      out.append(", iov_len=")
      out.append(decimal: length)
      out.append("}")
    }
    out.append("]")
  }

  mutating func put(message address: UInt64, _ argument: SystemCallArgument) {
    guard let offset = call.offset(of: address, .read, byteCount: 56) else {
      return put(address: address)
    }
    out.append("{msg_name=")
    let name = call.number(at: offset, 8)
    put(address: name)
    out.append(", msg_namelen=")
    out.append(signed: Int64(Int32(truncatingIfNeeded: call.number(at: offset + 8, 4))))
    out.append(", msg_iov=")
    put(vectors: call.number(at: offset + 16, 8), count: call.number(at: offset + 24, 8), argument)
    out.append(", msg_iovlen=")
    out.append(decimal: call.number(at: offset + 24, 8))
    let control = call.number(at: offset + 32, 8)
    let controlLength = call.number(at: offset + 40, 8)
    if controlLength != 0 {
      out.append(", msg_control=")
      put(address: control)
    }
    out.append(", msg_controllen=")
    out.append(decimal: controlLength)
    out.append(", msg_flags=")
    put(names: call.number(at: offset + 48, 4), as: .messageFlags)
    out.append("}")
  }

  // MARK: Directories

  /// How many entries there are, counted as far as they were kept.
  mutating func put(entries address: UInt64) {
    put(address: address)
    guard let memory = call.seen(.write, at: address) else {
      if call.call.result == 0 { out.append(" /* 0 entries */") }
      return
    }
    var at = memory.kept.lowerBound
    var count: UInt64 = 0
    while at + 18 <= memory.kept.upperBound {
      let length = Int(call.number(at: at + 16, 2))
      if length < 19 { break }
      at += length
      count += 1
    }
    let isWhole = UInt64(memory.kept.count) >= memory.byteCount
    out.append(isWhole ? " /* " : " /* at least ")
    out.append(decimal: count)
    out.append(count == 1 ? " entry */" : " entries */")
  }

  // MARK: Waiting

  mutating func put(polled address: UInt64, count: UInt64) {
    guard call.offset(of: address, .read, byteCount: 8) != nil else { return put(address: address) }
    out.append("[")
    for index in 0..<count {
      if index > 0 { out.append(", ") }
      guard index < Self.elementLimit,
        let offset = call.offset(of: address &+ 8 &* index, .read, byteCount: 8)
      else {
        out.append("...")
        break
      }
      out.append("{fd=")
      let descriptor = Int64(Int32(truncatingIfNeeded: call.number(at: offset, 4)))
      out.append(signed: descriptor)
      if descriptor >= 0 {
        out.append(", events=")
        put(flags: call.number(at: offset + 4, 2), of: .pollEvents)
      }
      out.append("}")
    }
    out.append("]")
  }

  mutating func put(descriptors address: UInt64) {
    let byteCount = Int((min(call.operand(0), 65536) + 63) / 64 * 8)
    guard byteCount > 0, let offset = call.offset(of: address, .read, byteCount: byteCount) else {
      return put(address: address)
    }
    putBits(at: offset, byteCount: byteCount)
  }

  /// One event of epoll_ctl(2), or those that epoll_wait(2) gave.
  mutating func put(events index: Int, _ address: UInt64, _ direction: Journal.Direction) {
    if direction == .read {
      guard let offset = call.offset(of: address, .read, byteCount: 12) else {
        return put(address: address)
      }
      return put(eventAt: offset)
    }
    out.append("[")
    for number in 0..<UInt64(clamping: max(0, call.call.result)) {
      if number > 0 { out.append(", ") }
      guard number < Self.elementLimit,
        let offset = call.offset(of: address &+ 12 &* number, .write, byteCount: 12)
      else {
        out.append("...")
        break
      }
      put(eventAt: offset)
    }
    out.append("]")
  }

  private mutating func put(eventAt offset: Int) {
    out.append("{events=")
    put(flags: call.number(at: offset, 4), of: .epollEvents)
    out.append(", data={u32=")
    out.append(decimal: call.number(at: offset + 4, 4))
    out.append(", u64=")
    out.append(decimal: call.number(at: offset + 4, 8))
    out.append("}}")
  }
}
