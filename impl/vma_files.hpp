// Files as far as areas need them: descriptors, references, write counts, shared memory objects.
//
// A file counts its writers; an area that denies writing counts against them, so the two exclude each other. Source:
// get_write_access and deny_write_access in fs/namei.c, fput in fs/file_table.c, shmem_file_setup in mm/shmem.c of 2.4.0.
#pragma once

#include <refmm/impl/paging_layer.hpp>
#include <refmm/impl/vma_returned.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <new>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace refmm::impl::inline REFMM_BUILD {

/// The files of a machine, and the descriptors of its one process.
template <PagingLayer Layer, PageSource Pages = HostPages>
class Files {
 public:
  using Word = typename Layer::Word;
  using Inode = impl::Inode<Word>;
  using File = impl::File<Word>;
  using Area = VmArea<Word>;

  /// The first descriptor that is given: 0, 1 and 2 are taken.
  static constexpr std::int32_t first_descriptor = 3;

  /// `slabs` and `layer` must outlive it.
  Files(SlabAllocator<Pages>& slabs, Layer& layer)
      : layer_(layer), inode_cache_(slabs, "inode_cache"), filp_(slabs, "filp") {}
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  /// No area may be left.
  ~Files() {
    files_.clear_and_dispose([this](File* file) { filp_.destroy(file); });
    inodes_.clear_and_dispose([this](Inode* inode) { inode_cache_.destroy(inode); });
  }

  // ---- What a process does ----

  /// The file called `name`, which comes into being when it is first named. Throws std::bad_alloc if there is no memory.
  Inode& named(const Name& name) {
    if (const auto found = by_name_.find(name); found != by_name_.end()) return *found->second;
    Inode* const inode = new_inode(name, false);
    if (inode == nullptr) throw std::bad_alloc();
    by_name_.emplace(name, inode);
    return *inode;
  }

  /// [vma.open.*]: a new file object on the file `name`, for FMODE_* of `mode`. Returns its descriptor. Throws std::bad_alloc
  /// if there is no memory.
  Returned<std::uint32_t> open(const Name& name, std::uint32_t mode) {
    Inode& inode = named(name);
    const bool writes = (mode & vma::FMODE_WRITE) != 0;
    if (writes && inode.i_writecount < 0 && !mutant("vma.impl.open.writes_busy_text"))
      return vma::Refusal::text_busy;
    const std::int32_t fd = lowest_free_descriptor();
    File* const file = new_file(inode, mode);
    if (file == nullptr) throw std::bad_alloc();
    if (writes) change_write_count(inode, +1);
    file->fd = fd;
    descriptors_[static_cast<std::size_t>(fd)] = file;
    return static_cast<std::uint32_t>(fd);
  }

  /// [vma.close.*]: the descriptor's reference is dropped.
  Returned<void> close(std::int32_t fd) {
    File* const file = fget(fd);
    if (file == nullptr) return vma::Refusal::descriptor_not_open;
    descriptors_[static_cast<std::size_t>(fd)] = nullptr;
    if (fd < next_descriptor_) next_descriptor_ = fd;
    file->fd = File::no_descriptor;
    fput(*file);
    return {};
  }

  /// The file object that a descriptor stands for, or nullptr.
  File* fget(std::int32_t fd) const {
    if (fd < 0 || static_cast<std::size_t>(fd) >= descriptors_.size()) return nullptr;
    return descriptors_[static_cast<std::size_t>(fd)];
  }

  // ---- What an address space does ----

  void get_file(File& file) {
    ++file.f_count;
    layer_.get_file(*file.inode);
  }

  /// [vma.file.released]: with the last reference the file object goes, and a shared memory object with it.
  void fput(File& file) {
    Inode& inode = *file.inode;
    layer_.fput(inode);
    if (--file.f_count != 0) return;
    const bool writes = (file.f_mode & vma::FMODE_WRITE) != 0;
    files_.erase(files_.iterator_to(file));
    filp_.destroy(&file);
    layer_.release(inode);
    if (inode.shared_memory) {
      inodes_.erase(inodes_.iterator_to(inode));
      inode_cache_.destroy(&inode);
    } else if (writes) {
      change_write_count(inode, -1);
    }
  }

  void change_write_count(Inode& inode, std::int32_t by) {
    inode.i_writecount += by;
    layer_.write_count(inode);
  }

  /// Takes one from the write count, unless somebody writes: [vma.mmap.text_busy].
  bool deny_write_access(Inode& inode) {
    const bool denied = inode.i_writecount <= 0 || mutant("vma.impl.mmap.denies_writers_late");
    layer_.deny_write_access(inode, denied);
    if (denied) change_write_count(inode, -1);
    return denied;
  }

  /// A file object, without a descriptor, on a new object for memory shared without a file; its one reference is the
  /// caller's. nullptr if there is no memory.
  File* shmem_file_setup() {
    char name[Name::capacity] = "dev/zero:";
    const auto end = std::to_chars(name + std::string_view(name).size(), std::end(name), shm_made_).ptr;
    Inode* const inode = new_inode(std::string_view(name, end), true);
    if (inode == nullptr) return nullptr;
    File* const file = new_file(*inode, vma::FMODE_READ | vma::FMODE_WRITE);
    if (file == nullptr) {
      inodes_.erase(inodes_.iterator_to(*inode));
      inode_cache_.destroy(inode);
      return nullptr;
    }
    ++shm_made_;
    return file;
  }

  // ---- What observers ask for ----

  /// In the order in which they came into being.
  const Chain<Inode>& inodes() const { return inodes_; }
  const Chain<File>& files() const { return files_; }

  /// Shared memory objects so far.
  std::uint32_t shm_made() const { return shm_made_; }

 private:
  struct HashName {
    std::size_t operator()(const Name& name) const { return std::hash<std::string_view>{}(name.view()); }
  };

  Inode* new_inode(const Name& name, bool shared_memory) {
    Inode* const inode = inode_cache_.make();
    if (inode == nullptr) return nullptr;
    inode->name = name;
    inode->shared_memory = shared_memory;
    inodes_.push_back(*inode);
    return inode;
  }

  /// With one reference, and without a descriptor.
  File* new_file(Inode& inode, std::uint32_t mode) {
    File* const file = filp_.make();
    if (file == nullptr) return nullptr;
    file->inode = &inode;
    file->f_mode = mode;
    file->f_count = 1;
    files_.push_back(*file);
    return file;
  }

  /// [vma.open.lowest_descriptor]: no descriptor below `next_descriptor_` is free.
  std::int32_t lowest_free_descriptor() {
    while (fget(next_descriptor_) != nullptr) ++next_descriptor_;
    const std::size_t needed = static_cast<std::size_t>(next_descriptor_) + 1;
    if (descriptors_.size() < needed) descriptors_.resize(needed);
    return next_descriptor_;
  }

  Layer& layer_;
  ObjectCache<Inode, Pages> inode_cache_;
  ObjectCache<File, Pages> filp_;
  Chain<Inode> inodes_;
  Chain<File> files_;
  std::unordered_map<Name, Inode*, HashName> by_name_;
  std::vector<File*> descriptors_;
  std::int32_t next_descriptor_ = first_descriptor;
  std::uint32_t shm_made_ = 0;
};

}  // namespace refmm::impl::inline REFMM_BUILD
