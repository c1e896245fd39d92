// What an address space of a later era stands on: pages that hold bytes, and no lack of anything. Part of impl/since.hpp.
#pragma once

#include <refmm/impl/paging_layer.hpp>
#include <refmm/impl/since_pages.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace refmm::impl::inline REFMM_BUILD {

/// The layer of one process (paging_layer.hpp). Memory is never refused; what limits processes are their own limits.
class EraPaging {
 public:
  using Word = EraWord;

  /// Whole pages, made present by locking them.
  struct Range {
    Word start, end;  // bytes
  };

  /// The areas that a process of a later era may have: vm.max_map_count.
  static constexpr Word areas_of_a_process = 65530;

  /// `objects` must outlive it; the processes of a machine share them.
  explicit EraPaging(EraObjects& objects) : objects_(objects) {}

  OwnPages& pages() { return pages_; }
  const OwnPages& pages() const { return pages_; }
  EraObjects& objects() { return objects_; }

  /// What was made present since the last call.
  std::vector<Range> take_present() { return std::exchange(present_, {}); }

  // ---- What an address space asks ----

  bool vm_enough_memory(Word) { return true; }
  Word physpages() const { return ~Word{0}; }
  Word max_map_count() const { return areas_of_a_process; }
  bool gives_area() { return true; }
  bool gives_shared_memory() { return true; }
  PageTables* page_tables() { return nullptr; }

  // ---- What it does to pages ----

  bool move_page_tables(Word from, Word to, Word len) {
    pages_.move(from, to, len);
    return true;
  }
  void return_page_tables(Word from, Word to, Word len) { pages_.move(from, to, len); }
  void zap_page_range(Word addr, Word size) { pages_.zap(addr, addr + size); }
  void make_pages_present(Word start, Word end) { present_.push_back({start, end}); }

  /// What may be dropped begins empty in a copy of the process: [since.mmap.droppable].
  bool copy_page_range(EraPaging& parent, const VmArea<Word>& area) {
    if (!area.has(since::VM_DROPPABLE)) pages_.share(parent.pages_, area.vm_start, area.vm_end);
    return true;
  }

  // ---- What it tells ----

  void shmem_zero_setup(const VmArea<Word>& area, bool made) {
    if (made) objects_.add(*area.vm_file->inode, area.vm_end - area.vm_start, false);
  }
  /// Memory that is shared without a file goes with the last reference to it; a file stays.
  void release(const Inode<Word>& inode) {
    if (inode.shared_memory) objects_.remove(inode);
  }

  void clear_page_tables(Word, Word) {}
  void change_protection(Word, Word, std::uint32_t) {}
  void vma_alloc(bool) {}
  void vma_free() {}
  void get_file(const Inode<Word>&) {}
  void fput(const Inode<Word>&) {}
  void deny_write_access(const Inode<Word>&, bool) {}
  void write_count(const Inode<Word>&) {}
  void file_mmap(const Inode<Word>&, const VmArea<Word>&, std::optional<vma::Refusal>) {}
  void vm_open(const VmArea<Word>&) {}
  void vm_close(const VmArea<Word>&) {}

 private:
  EraObjects& objects_;
  OwnPages pages_;
  std::vector<Range> present_;
};

static_assert(PagingLayer<EraPaging>);

}  // namespace refmm::impl::inline REFMM_BUILD
