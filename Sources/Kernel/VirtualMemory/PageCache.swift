// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// The pages that mappings share: those of files and of shared anonymous memory. Linux: `struct
/// address_space`.
///
/// An object is a file or a piece of shared memory. The cache holds a frame for each page of it
/// that is mapped from the cache, and counts the leaves of the page table that map it. A page of a
/// file goes with its last leaf; one that stores may have reached stays until `takeDeparted` has
/// shown it to the file. A page of shared memory goes with the last mapping of its object.
///
/// A reference type, so that the file system sees its pages while the address space is changing.
final class PageCache {
  /// A page of an object.
  struct Page {
    var object: UInt32
    /// The number of the page in its object.
    var index: UInt64
    var frame: PhysicalAddress
    /// How many leaves map it.
    var leafCount: UInt32
    /// A shared mapping could have stored to it.
    var isDirty: Bool
  }

  struct Object {
    var pages = PageTree()
    /// A file that its pages come from; nil for shared memory.
    var file: FileIdentity?
    /// Files that stand for it.
    var fileCount: UInt32 = 0
    /// Bytes that all mappings of it span.
    var mappedByteCount: UInt64 = 0
    /// How much of shared memory there is, in bytes.
    var byteCount: UInt64
    /// Not in use.
    var isFree = false
  }

  private struct File {
    var object: UInt32
    var mappedByteCount: UInt64
    /// Large mappings of it stand wherever there is room.
    var isPlacedAnywhere = false
    /// Stands in `idleFiles`.
    var isIdle = false
  }

  private var pages: [Page] = []
  private var freePages: [UInt32] = []
  private(set) var objects: [Object] = []
  private var freeObjects: [UInt32] = []
  private var files: [File?] = []
  private var departed: [UInt32] = []
  private var idleFiles: [FileIdentity] = []

  /// Whether no pages of files, no files and, as their file system says, no shortened files wait to
  /// be taken. Asked after each trap, so one value says it.
  var isSettled = true

  /// Frames that it holds.
  private(set) var frameCount: UInt64 = 0

  /// Leaves that map its pages. Looks at all of them.
  var leafCount: UInt64 { pages.reduce(0) { $0 + UInt64($1.leafCount) } }

  /// Files above this number have no pages here: they would only make the list of files long.
  static var fileLimit: UInt32 { 1 << 22 }

  // MARK: Objects

  /// A new object: shared memory of `byteCount` bytes, or a file.
  func makeObject(byteCount: UInt64 = .max, file: FileIdentity? = nil) -> UInt32 {
    let object = Object(file: file, byteCount: byteCount)
    if let number = freeObjects.popLast() {
      objects[Int(number)] = object
      return number
    }
    objects.append(object)
    return UInt32(objects.count - 1)
  }

  /// Makes the file stand for the object, or for a new one. Nil for a number above the limit.
  @discardableResult
  func add(_ file: FileIdentity, object: UInt32? = nil) -> UInt32? {
    guard file.rawValue < Self.fileLimit else { return nil }
    let place = Int(file.rawValue)
    while files.count <= place { files.append(nil) }
    if let known = files[place] { return known.object }
    let number = object ?? makeObject(file: file)
    files[place] = File(object: number, mappedByteCount: 0)
    objects[Int(number)].fileCount += 1
    return number
  }

  /// Forgets a file that is not mapped, and its object with the last file; whether that was so.
  func remove(_ file: FileIdentity) -> Bool {
    guard let known = record(of: file) else { return false }
    precondition(known.mappedByteCount == 0 && !known.isIdle, "a file that is in use")
    files[Int(file.rawValue)] = nil
    let number = Int(known.object)
    objects[number].fileCount -= 1
    if objects[number].fileCount > 0 {
      if objects[number].file == file {
        objects[number].file = anyFile(of: known.object)
      }
      return false
    }
    precondition(objects[number].pages.first(atOrAfter: 0) == nil, "a file's page left behind")
    discard(known.object)
    return true
  }

  private func anyFile(of object: UInt32) -> FileIdentity? {
    for (index, file) in files.enumerated() where file?.object == object {
      return FileIdentity(rawValue: UInt32(index))
    }
    return nil
  }

  /// Forgets shared memory that was never mapped.
  func discardUnmapped(_ object: UInt32) {
    if objects[Int(object)].mappedByteCount == 0 { discard(object) }
  }

  private func discard(_ object: UInt32) {
    objects[Int(object)] = Object(byteCount: 0, isFree: true)
    freeObjects.append(object)
  }

  private func record(of file: FileIdentity) -> File? {
    file.rawValue < UInt32(files.count) ? files[Int(file.rawValue)] : nil
  }

  /// Whether the file system of a file does not mind where large mappings stand.
  func isPlacedAnywhere(_ file: FileIdentity) -> Bool {
    record(of: file)?.isPlacedAnywhere ?? false
  }

  /// Says so of a file that has been added.
  func setPlacedAnywhere(_ value: Bool, _ file: FileIdentity) {
    guard record(of: file) != nil else { return }
    files[Int(file.rawValue)]?.isPlacedAnywhere = value
  }

  /// The object of a file; nil where it has none.
  func object(of file: FileIdentity) -> UInt32? { record(of: file)?.object }

  /// Whether that is an object in use.
  func isObject(_ number: UInt32) -> Bool {
    number < UInt32(objects.count) && !objects[Int(number)].isFree
  }

  /// Whether a VMA maps the file.
  func isMapped(_ file: FileIdentity) -> Bool { (record(of: file)?.mappedByteCount ?? 0) > 0 }

  /// A mapping of so many bytes came.
  func noteMapped(_ backing: Backing, byteCount: UInt64) {
    switch backing {
    case .file(let file, _):
      guard let object = add(file) else { return }
      files[Int(file.rawValue)]!.mappedByteCount += byteCount
      objects[Int(object)].mappedByteCount += byteCount
    case .sharedAnonymous(let object, _): objects[Int(object)].mappedByteCount += byteCount
    case .anonymous, .stack, .reserved, .direct, .special: break
    }
  }

  /// A mapping of so many bytes went, its leaves before. The frames that nobody has any more.
  func noteUnmapped(_ backing: Backing, byteCount: UInt64) -> [PhysicalAddress] {
    switch backing {
    case .file(let file, _):
      guard let object = record(of: file)?.object else { return [] }
      files[Int(file.rawValue)]!.mappedByteCount -= byteCount
      objects[Int(object)].mappedByteCount -= byteCount
      noteIdle(file)
      return []
    case .sharedAnonymous(let object, _):
      objects[Int(object)].mappedByteCount -= byteCount
      if objects[Int(object)].mappedByteCount > 0 { return [] }
      let frames = removePages(of: object, from: 0)
      discard(object)
      return frames
    case .anonymous, .stack, .reserved, .direct, .special: return []
    }
  }

  /// The file may not be needed any more, if nothing maps it.
  func noteIdle(_ file: FileIdentity) {
    guard let known = record(of: file), known.mappedByteCount == 0, !known.isIdle else { return }
    files[Int(file.rawValue)]!.isIdle = true
    idleFiles.append(file)
    isSettled = false
  }

  /// The files of which `noteIdle` was told, or whose last mapping went, and that nothing maps.
  func takeIdleFiles() -> [FileIdentity] {
    let taken = idleFiles
    idleFiles.removeAll(keepingCapacity: true)
    for file in taken { files[Int(file.rawValue)]!.isIdle = false }
    return taken.filter { !isMapped($0) }
  }

  // MARK: Pages

  /// The page of an object; nil where it is not held.
  func page(_ index: UInt64, of object: UInt32) -> Page? {
    objects[Int(object)].pages[index].map { pages[Int($0)] }
  }

  /// The first page held at or above this one.
  func firstPage(atOrAfter index: UInt64, of object: UInt32) -> Page? {
    objects[Int(object)].pages.first(atOrAfter: index).map { pages[Int($0.number)] }
  }

  /// Takes a frame as the page, which one leaf maps.
  func insert(_ frame: PhysicalAddress, at index: UInt64, of object: UInt32) {
    let page = Page(object: object, index: index, frame: frame, leafCount: 1, isDirty: false)
    let number: UInt32
    if let free = freePages.popLast() {
      pages[Int(free)] = page
      number = free
    } else {
      pages.append(page)
      number = UInt32(pages.count - 1)
    }
    objects[Int(object)].pages.insert(number, at: index)
    frameCount += 1
  }

  /// One leaf more maps the page.
  func retain(_ index: UInt64, of object: UInt32) {
    pages[Int(objects[Int(object)].pages[index]!)].leafCount += 1
  }

  /// Stores may reach the page from now on.
  func markDirty(_ index: UInt64, of object: UInt32) {
    pages[Int(objects[Int(object)].pages[index]!)].isDirty = true
  }

  /// One leaf less maps the page; its frame where nobody has it any more.
  func release(_ index: UInt64, of object: UInt32) -> PhysicalAddress? {
    let number = objects[Int(object)].pages[index]!
    precondition(pages[Int(number)].leafCount > 0, "release of a page that no leaf maps")
    pages[Int(number)].leafCount -= 1
    guard pages[Int(number)].leafCount == 0, objects[Int(object)].file != nil else { return nil }
    if pages[Int(number)].isDirty {
      departed.append(number)
      isSettled = false
      return nil
    }
    return remove(number)
  }

  /// Gives the frame of a page away that one leaf maps and no store reached; nil for another page.
  func takeOver(_ index: UInt64, of object: UInt32) -> PhysicalAddress? {
    let number = objects[Int(object)].pages[index]!
    let page = pages[Int(number)]
    return page.leafCount == 1 && !page.isDirty ? remove(number) : nil
  }

  /// Takes the pages out that stores may have reached and that no leaf maps any more.
  func takeDeparted() -> [Page] {
    var taken: [Page] = []
    for number in departed {
      // It may have been mapped again, or be another page by now.
      let page = pages[Int(number)]
      guard page.leafCount == 0, page.isDirty, objects[Int(page.object)].file != nil else {
        continue
      }
      taken.append(page)
      _ = remove(number)
    }
    departed.removeAll(keepingCapacity: true)
    return taken
  }

  /// Forgets the pages from `index` on, which no leaf maps; their frames.
  func removePages(of object: UInt32, from index: UInt64) -> [PhysicalAddress] {
    var frames: [PhysicalAddress] = []
    while let found = objects[Int(object)].pages.first(atOrAfter: index) {
      precondition(pages[Int(found.number)].leafCount == 0, "a page that a leaf still maps")
      frames.append(remove(found.number))
    }
    return frames
  }

  private func remove(_ number: UInt32) -> PhysicalAddress {
    let page = pages[Int(number)]
    objects[Int(page.object)].pages.remove(page.index)
    pages[Int(number)].leafCount = 0
    pages[Int(number)].isDirty = false
    freePages.append(number)
    frameCount -= 1
    return page.frame
  }
}
