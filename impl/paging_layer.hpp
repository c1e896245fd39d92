// What an address space needs of the layers around it: memory, page tables, and somebody to tell.
#pragma once

#include <refmm/impl/vma_area.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/vma_refusal.hpp>

#include <concepts>
#include <cstdint>
#include <optional>

namespace refmm::impl::inline REFMM_BUILD {

/// The layer that an AddressSpace stands on: SimulatedPaging for comparison with the oracle, NoPaging for a program that wants
/// nothing but the areas. Addresses and lengths in bytes.
///
/// `Word` is the type of addresses.
///
/// Questions:
/// - `vm_enough_memory(pages)`: whether so many pages could be had.
/// - `physpages()`, `max_map_count()`: page frames of the machine; areas that a process may have.
/// - `gives_area()`, `gives_shared_memory()`: whether a request for one may be answered. They make failures; `true` is fine.
/// - `move_page_tables(from, to, len)`: false if there are no page tables for the destination; then nothing has moved.
///   `return_page_tables(from, to, len)` takes a move back: those of its source are still there.
///
/// - `page_tables()`: those of the address space, or nullptr; every area of it leads there.
/// - `copy_page_range(parent, area)`: false if there are no page tables for the pages that an area just copied has in the
///   address space of the layer `parent`.
///
/// Work on the pages of a range: `zap_page_range`, `clear_page_tables` (entries of the page directory),
/// `change_protection`, `make_pages_present`.
///
/// The rest are notices, for layers that keep a record. All of them are called when the thing has happened.
template <class L>
concept PagingLayer =
    std::unsigned_integral<typename L::Word> &&
    requires(L& layer, const Inode<typename L::Word>& inode, const VmArea<typename L::Word>& area,
             typename L::Word word, bool done, std::uint32_t protection, std::optional<vma::Refusal> refusal) {
      { layer.vm_enough_memory(word) } -> std::same_as<bool>;
      { layer.physpages() } -> std::same_as<typename L::Word>;
      { layer.max_map_count() } -> std::same_as<typename L::Word>;
      { layer.gives_area() } -> std::same_as<bool>;
      { layer.gives_shared_memory() } -> std::same_as<bool>;
      { layer.move_page_tables(word, word, word) } -> std::same_as<bool>;
      layer.return_page_tables(word, word, word);
      { layer.page_tables() } -> std::same_as<PageTables*>;
      { layer.copy_page_range(layer, area) } -> std::same_as<bool>;
      layer.zap_page_range(word, word);
      layer.clear_page_tables(word, word);
      layer.change_protection(word, word, protection);
      layer.make_pages_present(word, word);
      layer.vma_alloc(done);
      layer.vma_free();
      layer.get_file(inode);
      layer.fput(inode);
      layer.release(inode);
      layer.deny_write_access(inode, done);
      layer.write_count(inode);
      layer.file_mmap(inode, area, refusal);
      layer.shmem_zero_setup(area, done);
      layer.vm_open(area);
      layer.vm_close(area);
    };

/// No pages, no page tables, all the memory there is: an address space over it keeps the books of areas, and the rest costs
/// nothing.
template <std::unsigned_integral AddressWord>
struct NoPaging {
  using Word = AddressWord;

  Word max_areas;
  Word frames;

  explicit NoPaging(const BasicMachine<Word>& machine)
      : max_areas(machine.max_map_count), frames(machine.ram_pages) {}

  bool vm_enough_memory(Word) { return true; }
  Word physpages() const { return frames; }
  Word max_map_count() const { return max_areas; }
  bool gives_area() { return true; }
  bool gives_shared_memory() { return true; }
  bool move_page_tables(Word, Word, Word) { return true; }
  void return_page_tables(Word, Word, Word) {}
  PageTables* page_tables() { return nullptr; }
  bool copy_page_range(NoPaging&, const VmArea<Word>&) { return true; }
  void zap_page_range(Word, Word) {}
  void clear_page_tables(Word, Word) {}
  void change_protection(Word, Word, std::uint32_t) {}
  void make_pages_present(Word, Word) {}
  void vma_alloc(bool) {}
  void vma_free() {}
  void get_file(const Inode<Word>&) {}
  void fput(const Inode<Word>&) {}
  void release(const Inode<Word>&) {}
  void deny_write_access(const Inode<Word>&, bool) {}
  void write_count(const Inode<Word>&) {}
  void file_mmap(const Inode<Word>&, const VmArea<Word>&, std::optional<vma::Refusal>) {}
  void shmem_zero_setup(const VmArea<Word>&, bool) {}
  void vm_open(const VmArea<Word>&) {}
  void vm_close(const VmArea<Word>&) {}
};

static_assert(PagingLayer<NoPaging<std::uint32_t>>);
static_assert(PagingLayer<NoPaging<std::uint64_t>>);

}  // namespace refmm::impl::inline REFMM_BUILD
