// The layers around the address space of a simulated machine, for comparison with the oracle.
//
// Memory is what the knobs say and never used up; requests fail as they say ([vma.knobs]). All that happens between the address
// space and this layer is recorded as vma::Effect.
#pragma once

#include <refmm/impl/paging_layer.hpp>
#include <refmm/spec/vma.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace refmm::impl::inline REFMM_BUILD {

template <std::unsigned_integral AddressWord>
class SimulatedPaging {
 public:
  using Word = AddressWord;

  vma::Knobs<Word>& knobs() { return knobs_; }
  const vma::Knobs<Word>& knobs() const { return knobs_; }

  /// What happened since the last call.
  std::vector<vma::Effect<Word>> take_effects() { return std::exchange(effects_, {}); }

  // ---- What an address space asks (impl/paging_layer.hpp) ----

  /// More must be free than is wanted, all sorts added up; the sum is signed. 2.4.0: vm_enough_memory.
  bool vm_enough_memory(Word pages) const {
    if (knobs_.overcommit) return true;
    const Word free = knobs_.free_pages + knobs_.buffer_pages + knobs_.cache_pages + knobs_.swap_pages;
    return free <= ~Word{0} >> 1 && free > pages;
  }
  Word physpages() const { return knobs_.physpages; }
  Word max_map_count() const { return knobs_.max_map_count; }
  bool gives_area() { return !fails(knobs_.fail_vma); }
  bool gives_shared_memory() { return !fails(knobs_.fail_shmem); }

  // ---- What it does to pages ----

  bool move_page_tables(Word from, Word to, Word len) {
    const bool moved = len == 0 || !fails(knobs_.fail_move);
    record(vma::MovePageTables<Word>{from, to, len, moved});
    return moved;
  }
  void return_page_tables(Word from, Word to, Word len) { record(vma::MovePageTables<Word>{from, to, len, true}); }
  PageTables* page_tables() { return nullptr; }
  bool copy_page_range(SimulatedPaging&, const VmArea<Word>&) { return true; }
  void zap_page_range(Word addr, Word size) { record(vma::ZapPageRange<Word>{addr, size}); }
  void clear_page_tables(Word first, Word nr) { record(vma::ClearPageTables<Word>{first, nr}); }
  void change_protection(Word start, Word end, std::uint32_t prot) {
    record(vma::ChangeProtection<Word>{start, end, prot});
  }
  void make_pages_present(Word start, Word end) { record(vma::MakePagesPresent<Word>{start, end}); }

  // ---- What it tells ----

  void vma_alloc(bool given) { record(vma::VmaAlloc{given}); }
  void vma_free() { record(vma::VmaFree{}); }
  void get_file(const Inode<Word>& inode) { record(vma::GetFile{inode.name}); }
  void fput(const Inode<Word>& inode) { record(vma::Fput{inode.name}); }
  void release(const Inode<Word>& inode) { record(vma::Release{inode.name}); }
  void deny_write_access(const Inode<Word>& inode, bool denied) {
    record(vma::DenyWriteAccess{inode.name, denied});
  }
  void write_count(const Inode<Word>& inode) { record(vma::WriteCount{inode.name, inode.i_writecount}); }
  void file_mmap(const Inode<Word>& inode, const VmArea<Word>& area, std::optional<vma::Refusal> refusal) {
    record(vma::FileMmap<Word>{inode.name, area.vm_start, area.vm_end, refusal});
  }
  void shmem_zero_setup(const VmArea<Word>& area, bool made) {
    record(vma::ShmemZeroSetup<Word>{area.vm_start, area.vm_end, made});
  }
  void vm_open(const VmArea<Word>& area) {
    record(vma::VmOpen<Word>{area.vm_file->inode->name, area.vm_start, area.vm_end});
  }
  void vm_close(const VmArea<Word>& area) {
    record(vma::VmClose<Word>{area.vm_file->inode->name, area.vm_start, area.vm_end});
  }

 private:
  /// Counts a request: true for the one that is to fail.
  static bool fails(std::uint32_t& countdown) { return countdown != 0 && --countdown == 0; }

  template <class Effect>
  void record(Effect&& effect) {
    effects_.emplace_back(std::forward<Effect>(effect));
  }

  vma::Knobs<Word> knobs_{};
  std::vector<vma::Effect<Word>> effects_;
};

static_assert(PagingLayer<SimulatedPaging<std::uint32_t>>);
static_assert(PagingLayer<SimulatedPaging<std::uint64_t>>);

}  // namespace refmm::impl::inline REFMM_BUILD
