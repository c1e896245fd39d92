// AddressSpace: what it can be asked, what it holds, and what is short enough to be inlined. vma.hpp has all of it, and says how to use it.
#pragma once

#include <refmm/impl/area_tree.hpp>
#include <refmm/impl/paging_layer.hpp>
#include <refmm/impl/vma_area.hpp>
#include <refmm/impl/vma_files.hpp>
#include <refmm/impl/vma_returned.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/spec/vma_refusal.hpp>

#include <bit>
#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::impl::inline REFMM_BUILD {

/// What a process may have, in bytes. 2.4.0: rlim of task_struct, and a capability.
template <std::unsigned_integral Word>
struct Limits {
  static constexpr Word infinity = ~Word{0};

  Word address_space = infinity;
  Word data = infinity;
  Word stack = Word{8} << 20;
  Word memlock = infinity;
  bool cap_ipc_lock = true;  // it may lock memory
};

/// Addresses, lengths and offsets in bytes unless a comment says otherwise.
template <PagingLayer Layer, PageSource Pages = HostPages>
class AddressSpace {
 public:
  using Word = typename Layer::Word;
  using Area = VmArea<Word>;
  using File = impl::File<Word>;
  using Inode = impl::Inode<Word>;

  /// Empty. All that it is given must outlive it; address spaces may share the areas, the files and the layer.
  AddressSpace(const BasicMachine<Word>& machine, AreaCaches<Word, Pages>& caches, Files<Layer, Pages>& files,
               Layer& layer)
      : machine_(machine),
        page_shift_(static_cast<unsigned>(std::countr_zero(machine.page_size))),
        pgdir_shift_(
            static_cast<unsigned>(std::countr_zero(machine.page_size / machine.word_size * machine.page_size))),
        caches_(caches),
        files_(files),
        layer_(layer),
        areas_(caches.nodes()) {}
  AddressSpace(const AddressSpace&) = delete;
  AddressSpace& operator=(const AddressSpace&) = delete;
  ~AddressSpace() {
    if (!areas_.empty()) exit_mmap();
  }

  // ---- Calls (the parts below say what each may be refused for) ----

  /// Maps a range, PROT_* and MAP_*, of the file behind `fd`, or of none with MAP_ANONYMOUS. Returns its address.
  Returned<Word> mmap(Word addr, Word len, Word prot, Word flags, std::int32_t fd, Word offset);
  /// The same, its offset in pages.
  Returned<Word> mmap2(Word addr, Word len, Word prot, Word flags, std::int32_t fd, Word pgoff);
  /// The same for program loaders: all flags pass, and a descriptor that is not open means no file.
  Returned<Word> do_mmap(Word addr, Word len, Word prot, Word flags, std::int32_t fd, Word offset);
  /// What they all come to; `file` may be nullptr, `pgoff` is in pages.
  Returned<Word> do_mmap_pgoff(File* file, Word addr, Word len, Word prot, Word flags, Word pgoff);

  Returned<void> munmap(Word addr, Word len) { return do_munmap(addr, len); }
  Returned<void> do_munmap(Word addr, Word len);

  /// Moves the break. Returns the break afterwards, whatever happened.
  Word sys_brk(Word brk);
  /// Memory without a file in place of whatever is there. Returns its address.
  Returned<Word> do_brk(Word addr, Word len);

  Returned<void> mprotect(Word addr, Word len, Word prot);

  /// Resizes or moves old_len bytes; `new_addr` counts only with MREMAP_FIXED. Returns their address.
  Returned<Word> mremap(Word addr, Word old_len, Word new_len, Word flags, Word new_addr);

  Returned<void> mlock(Word addr, Word len);
  Returned<void> munlock(Word addr, Word len);
  Returned<void> mlockall(Word flags);
  Returned<void> munlockall() { return do_mlockall(0); }

  /// The area that holds an address, a stack after it has grown down to it; never nullptr if not refused.
  Returned<Area*> find_extend_vma(Word addr);

  /// An area that lies above `addr`, a multiple of the page size, grows down to it; its new pages are not faulted in.
  Returned<void> expand_stack(Area* area, Word addr);

  /// Gives start..end, a part of an area, other flags; refused with `no_structure` before anything has changed.
  Returned<void> set_flags(Area* area, Word start, Word end, std::uint32_t vm_flags, vma::Refusal no_structure);

  /// Tears the address space down. The break, the limits and the default for locking survive.
  void exit_mmap();

  /// Copies the areas into `child`, an empty address space over the same files: nothing of them is locked. If it is refused
  /// for want of an area or of page tables, `child` has those that were copied before, and must be torn down.
  Returned<void> dup_mmap(AddressSpace& child);

  // ---- Lookups; nullptr if there is no such area ----

  /// [vma.find.first_above]: the first area that ends above `addr`.
  Area* find_vma(Word addr) { return areas_.find(addr); }

  struct WithPrevious {
    Area* area;
    Area* previous;
  };
  /// [vma.find_prev.one_before]: the same and the one before it.
  WithPrevious find_vma_prev(Word addr) {
    Area* const area = areas_.find(addr);
    return {area, areas_.in_front_of(area)};
  }

  /// [vma.find_intersection]: the first area that ends above `start`, if it begins below `end`.
  Area* find_vma_intersection(Word start, Word end) {
    Area* const area = areas_.find(start);
    return area != nullptr && area->vm_start < end ? area : nullptr;
  }

  /// [vma.unmapped.*]: where `len` bytes are free, at or above the hint; without one (0) from TASK_UNMAPPED_BASE on.
  Returned<Word> get_unmapped_area(Word hint, Word len);

  /// A first area without a file, before anything else is mapped: a stack ([vma.boot]). False if there is no structure.
  bool setup_stack(Word start, Word end);

  // ---- What an observer sees ----

  /// The areas in their order.
  auto areas() const { return areas_.all(); }
  Word total_vm() const { return total_vm_; }             // pages
  Word locked_vm() const { return locked_vm_; }           // pages
  Word map_count() const { return map_count_; }           // areas
  std::uint32_t def_flags() const { return def_flags_; }  // 0 or VM_LOCKED

  // ---- What a program loader sets ----

  Limits<Word> limits;
  Word end_code = 0;
  Word start_data = 0;
  Word brk = 0;

 protected:  // what address spaces of later eras go on from (since_address_space.hpp)
  // ---- Flags, and arithmetic of pages ----

  static bool has(Word flags, std::uint32_t flag) { return (flags & flag) != 0; }
  Word page_align(Word bytes) const {
    const Word up = machine_.page_size - 1;
    return (bytes + up) & ~up;
  }
  bool is_page_aligned(Word bytes) const { return (bytes & (machine_.page_size - 1)) == 0; }
  Word pages_in(Word bytes) const { return bytes >> page_shift_; }
  Word bytes_in(Word pages) const { return static_cast<Word>(pages << page_shift_); }
  bool lies_in_task(Word addr, Word len) const {
    return len <= machine_.task_size && addr <= machine_.task_size - len;
  }

  // ---- vma_list.hpp ----

  Area* vma_alloc();
  void vma_free(Area* area);
  void free_unused(Area* area);
  void link(Area* area);
  void share(Area* area);
  void unshare(Area* area);
  void open_new(Area* area);
  void set_bounds(Area* area, Word start, Word end);
  Word areas_without(Word start, Word end);
  void account(const Area& area, Word pages);

  // ---- vma_mmap.hpp ----

  struct MapRequest {
    File* file;      // or nullptr
    Word addr, len;  // rounded
    Word prot, flags;
    Word pgoff;  // pages
  };
  std::optional<vma::Refusal> check_request(const MapRequest& request);
  std::optional<vma::Refusal> check_permissions(const MapRequest& request) const;
  std::optional<vma::Refusal> check_memory(const MapRequest& request, const Area& area);
  std::optional<vma::Refusal> choose_address(MapRequest& request);
  std::optional<vma::Refusal> map_object(const MapRequest& request, Area& area);
  std::optional<vma::Refusal> map_file(Area& area, File& file);
  std::optional<vma::Refusal> file_mmap(Area& area, Inode& inode);
  std::optional<vma::Refusal> shmem_zero_setup(Area& area);
  std::uint32_t flags_of_area(const MapRequest& request) const;

  // ---- vma_munmap.hpp ----

  void unmap_range(Area* first, Word addr, Word end, Area* spare);
  void unmap_whole(Area* area);
  void unmap_part(Area* area, Word start, Word end, Area* spare);
  void free_pgtables(Word start, Word end);

  // ---- vma_brk.hpp ----

  bool may_grow_heap(Word new_brk, Word from, Word to);
  Area* area_to_lengthen(Word addr);

  // ---- vma_split.hpp, vma_mprotect.hpp, vma_mlock.hpp ----

  struct Structures {
    Area* first;
    Area* second;  // or nullptr
  };
  template <class Change>
  Returned<void> area_by_area(Word addr, Word end, vma::Refusal not_mapped, Change change);
  Returned<void> protect_part(Area* area, Word start, Word end, std::uint32_t prot);
  bool structures_for_split(unsigned wanted, Structures& structures);
  void split(Area* area, Word start, Word end, std::uint32_t vm_flags, const Structures& structures);
  Area* part_of(const Area& area, Word start, Word end, Area* into) const;
  Returned<void> lock_part(Area* area, Word start, Word end, bool locks);
  Returned<void> do_mlock(Word addr, Word len, bool locks);
  Returned<void> do_mlockall(Word flags);

  // ---- vma_mremap.hpp ----

  struct RemapRequest {
    Word addr, old_len, new_len;  // lengths are rounded
    bool may_move, fixed;
    Word new_addr;  // only if fixed
  };
  std::optional<vma::Refusal> bad_destination(const RemapRequest& r) const;
  std::optional<vma::Refusal> bad_source(const Area* area, const RemapRequest& r) const;
  Returned<void> clear_destination(const RemapRequest& r);
  Returned<void> cut_tail(const RemapRequest& r);
  std::optional<vma::Refusal> check_growth(const Area& area, const RemapRequest& r);
  bool offset_would_wrap(const Area& area, const RemapRequest& r) const;
  bool can_grow_in_place(Area* area, const RemapRequest& r);
  void grow_in_place(Area* area, const RemapRequest& r);
  Returned<Word> grow_or_move(const RemapRequest& r);
  bool has_room_for_move(const Area& area, const RemapRequest& r);
  Returned<Word> move_vma(const Area& area, const RemapRequest& r, Word to);
  void undo_move(Area* moved, const RemapRequest& r);

  const BasicMachine<Word> machine_;
  const unsigned page_shift_;   // PAGE_SHIFT
  const unsigned pgdir_shift_;  // PGDIR_SHIFT: what one page table maps
  AreaCaches<Word, Pages>& caches_;
  Files<Layer, Pages>& files_;
  Layer& layer_;
  AreaTree<Area, typename AreaCaches<Word, Pages>::Nodes> areas_;
  std::size_t reserved_ = 0;  // areas that were given and not put in place yet
  Word total_vm_ = 0;
  Word locked_vm_ = 0;
  Word map_count_ = 0;
  std::uint32_t def_flags_ = 0;
};

}  // namespace refmm::impl::inline REFMM_BUILD
