// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

/// Where this kernel keeps what the programs look at, from its own type information.
struct KernelLayout {
  /// The numbers of the tracepoints' types, in the order of `Tracepoint.allCases`.
  var tracepoints: [UInt32] = []
  /// Functions of the kernel: to go over VMAs and over numbers.
  var vmasNew: UInt32 = 0, vmasNext: UInt32 = 0, vmasEnd: UInt32 = 0
  var numbersNew: UInt32 = 0, numbersNext: UInt32 = 0, numbersEnd: UInt32 = 0
  /// `struct pt_regs`.
  var arguments: [Int] = []
  var instructionPointer = 0
  /// `struct task_struct`.
  var taskID = 0, taskFlags = 0, taskStatus = 0, taskExitCode = 0, taskMemory = 0
  /// `struct mm_struct`.
  var memoryBreakStart = 0, memoryBreak = 0, memoryStack = 0, memoryStackPages = 0
  /// `struct vm_area_struct`.
  var vmaStart = 0, vmaEnd = 0, vmaFlags = 0, vmaOffset = 0, vmaFile = 0, vmaOperations = 0
  var vmaPrivate = 0
  /// `struct vm_operations_struct`, `struct vm_special_mapping`.
  var operationsName = 0, specialName = 0
  /// `struct file`, `struct backing_file`.
  var fileInode = 0, filePath = 0, fileDentry = 0, fileMode = 0, backingPath = 0
  /// FMODE_BACKING, a macro that types do not show: bit 25, since Linux 6.14 bit 24.
  var backingMode: Int32 = 1 << 24
  /// `struct inode`.
  var inodeNumber = 0, inodeMode = 0, inodeSize = 0
  /// `struct dentry`.
  var dentryParent = 0, dentryName = 0, dentryHash = 0
  /// `struct mount`, `struct vfsmount`.
  var mountParent = 0, mountPoint = 0, mountInner = 0, mountRoot = 0

  /// Finds everything, or says what this kernel does not have.
  init(_ information: TypeInformation) throws(RecordError) {
    let names: [(TypeInformation.Kind, StaticString)] =
      Tracepoint.allCases.map { (.typeName, $0.typeName) } + [
        (.function, "bpf_iter_task_vma_new"), (.function, "bpf_iter_task_vma_next"),
        (.function, "bpf_iter_task_vma_destroy"), (.function, "bpf_iter_num_new"),
        (.function, "bpf_iter_num_next"), (.function, "bpf_iter_num_destroy"),
        (.structure, "pt_regs"), (.structure, "task_struct"), (.structure, "mm_struct"),
        (.structure, "vm_area_struct"), (.structure, "vm_operations_struct"),
        (.structure, "vm_special_mapping"), (.structure, "file"), (.structure, "backing_file"),
        (.structure, "inode"), (.structure, "dentry"), (.structure, "mount"),
        (.structure, "vfsmount"),
      ]
    let found = information.types(names)
    if let missing = found.firstIndex(of: 0) {
      throw RecordError(
        "this kernel has no \(names[missing].1)", remedy: "Linux 6.7 and later have all of it")
    }
    let count = Tracepoint.allCases.count
    tracepoints = Array(found[..<count])
    let functions = found[count...]
    (vmasNew, vmasNext, vmasEnd) = (functions[count], functions[count + 1], functions[count + 2])
    (numbersNew, numbersNext) = (functions[count + 3], functions[count + 4])
    numbersEnd = functions[count + 5]
    let structures = Array(found[(count + 6)...])
    var lacking: StaticString?
    func offset(_ structure: Int, _ path: StaticString...) -> Int {
      if let offset = information.offset(of: path, in: structures[structure]) { return offset }
      lacking = lacking ?? path[path.count - 1]
      return 0
    }
    arguments = [
      offset(0, "di"), offset(0, "si"), offset(0, "dx"), offset(0, "r10"), offset(0, "r8"),
      offset(0, "r9"),
    ]
    instructionPointer = offset(0, "ip")
    taskID = offset(1, "pid")
    taskFlags = offset(1, "flags")
    taskStatus = offset(1, "thread_info", "status")
    taskExitCode = offset(1, "exit_code")
    taskMemory = offset(1, "mm")
    memoryBreakStart = offset(2, "start_brk")
    memoryBreak = offset(2, "brk")
    memoryStack = offset(2, "start_stack")
    memoryStackPages = offset(2, "stack_vm")
    vmaStart = offset(3, "vm_start")
    vmaEnd = offset(3, "vm_end")
    vmaFlags = offset(3, "vm_flags")
    vmaOffset = offset(3, "vm_pgoff")
    vmaFile = offset(3, "vm_file")
    vmaOperations = offset(3, "vm_ops")
    vmaPrivate = offset(3, "vm_private_data")
    operationsName = offset(4, "name")
    specialName = offset(5, "name")
    fileInode = offset(6, "f_inode")
    filePath = offset(6, "f_path")
    fileDentry = offset(6, "f_path", "dentry")
    fileMode = offset(6, "f_mode")
    backingPath = offset(7, "user_path")
    inodeNumber = offset(8, "i_ino")
    inodeMode = offset(8, "i_mode")
    inodeSize = offset(8, "i_size")
    dentryParent = offset(9, "d_parent")
    dentryName = offset(9, "d_name", "name")
    dentryHash = offset(9, "d_hash", "pprev")
    mountParent = offset(10, "mnt_parent")
    mountPoint = offset(10, "mnt_mountpoint")
    mountInner = offset(10, "mnt")
    mountRoot = offset(11, "mnt_root")
    if Self.release < (6, 14) { backingMode = 1 << 25 }
    if let lacking { throw RecordError("this kernel's structures have no field \(lacking)") }
  }
}

extension KernelLayout {
  /// The first two numbers of uname's release.
  private static var release: (Int, Int) {
    var name = utsname()
    guard uname(&name) == 0 else { return (0, 0) }
    let text = withUnsafeBytes(of: name.release) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    let numbers = text.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
    return numbers.count == 2 ? (numbers[0], numbers[1]) : (0, 0)
  }
}

/// The tracepoints that are listened to.
enum Tracepoint: CaseIterable {
  case callEntry, callExit, userFault, kernelFault, newTask, taskExit, exec, signal

  /// The name of the type that the kernel gives the tracepoint's arguments.
  var typeName: StaticString {
    switch self {
    case .callEntry: "btf_trace_sys_enter"
    case .callExit: "btf_trace_sys_exit"
    case .userFault: "btf_trace_page_fault_user"
    case .kernelFault: "btf_trace_page_fault_kernel"
    case .newTask: "btf_trace_task_newtask"
    case .taskExit: "btf_trace_sched_process_exit"
    case .exec: "btf_trace_sched_process_exec"
    case .signal: "btf_trace_signal_deliver"
    }
  }
}
