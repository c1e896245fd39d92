// EraAddressSpace: what it can be asked, and what it holds. since.hpp has all of it, and says how to use it.
#pragma once

#include <refmm/impl/since_paging.hpp>
#include <refmm/impl/since_returned.hpp>
#include <refmm/impl/vma.hpp>
#include <refmm/spec/since.hpp>
#include <refmm/spec/since_boot.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::impl::inline REFMM_BUILD {

/// The address space of a process under a kernel of an era: 2.4.0's, and the changes that the era has. A change is written as a
/// difference: what is refused before, chosen in another way, or joined afterwards; the code of 2.4.0 does the rest.
///
/// Addresses, lengths and offsets are in bytes unless a comment says otherwise. Behind each call mm_populate must be called.
class EraAddressSpace : protected AddressSpace<EraPaging> {
 public:
  using Base = AddressSpace<EraPaging>;
  using Word = EraWord;
  using Base::Area;
  using Base::File;
  using Kernel = since::BasicKernel<Word>;
  using Caches = AreaCaches<Word>;

  /// Empty, with a heap that begins at `start_brk`. All that it is given must outlive it.
  EraAddressSpace(const Kernel& kernel, Caches& caches, Files<EraPaging>& files, EraPaging& layer, Word start_brk)
      : Base(kernel.base.machine, caches, files, layer), kernel_(kernel), era_(kernel.era), start_brk_(start_brk) {
    start_data = brk = start_brk;
    end_code = start_brk - since::code_below_heap;
  }

  // ---- Calls (the parts of since.hpp say what each may be refused for) ----

  /// Maps a range of a file, or with MAP_ANONYMOUS of none, for which `file` is nullptr. `pgoff` is in pages. Returns its address.
  EraReturned<Word> mmap2(File* file, Word addr, Word len, Word prot, Word flags, Word pgoff);
  EraReturned<Done> munmap(Word addr, Word len) { return Base::do_munmap(addr, len); }
  /// Moves the break. Returns the break afterwards, whatever happened.
  Word sys_brk(Word new_brk);
  EraReturned<Done> mprotect(Word addr, Word len, Word prot);
  /// `new_addr` counts with MREMAP_FIXED and MREMAP_DONTUNMAP.
  EraReturned<Word> mremap(Word addr, Word old_len, Word new_len, Word flags, Word new_addr);
  EraReturned<Done> mlock(Word addr, Word len);
  EraReturned<Done> mlock2(Word addr, Word len, Word flags);
  EraReturned<Done> munlock(Word addr, Word len);
  EraReturned<Done> mlockall(Word flags);
  EraReturned<Done> munlockall();
  EraReturned<Done> madvise(Word addr, Word len, std::uint32_t advice);

  /// The area in which a load or a store finds its page, a stack after it has grown; nullptr for SIGSEGV.
  Area* touch(Word addr, bool writes);

  /// True if the page of an address, in an area, is behind the end of the file: SIGBUS.
  bool is_behind_end(const Area& area, Word addr) const;

  /// Pages that a call was to make present are there when it is over. Follows mm_populate in mm/gup.c.
  void mm_populate();

  /// Copies the areas into `child`, an empty address space over the same files.
  void dup_mmap(EraAddressSpace& child);

  // ---- What an observer sees ----

  using Base::areas;
  using Base::brk;
  using Base::def_flags;
  using Base::end_code;
  using Base::find_vma;
  using Base::limits;
  using Base::locked_vm;
  using Base::map_count;
  using Base::start_data;
  using Base::total_vm;
  Word start_brk() const { return start_brk_; }
  bool is_copy() const { return is_copy_; }

  /// What a byte of an area is in its file, in bytes.
  Word offset_in_file(const Area& area, Word addr) const { return addr - area.vm_start + bytes_in(area.vm_pgoff); }

 private:
  using Base::has;
  static constexpr std::uint32_t lock_bits = vma::VM_LOCKED | since::VM_LOCKONFAULT;

  Word page_of(Word addr) const { return addr & ~(machine_.page_size - 1); }
  Word whole_pages(Word addr, Word len) const { return page_align(len + (addr - page_of(addr))); }

  /// The first area that ends above `addr`, if it begins at or below it.
  Area* area_at(Word addr) {
    Area* const area = areas_.find(addr);
    return area != nullptr && area->vm_start <= addr ? area : nullptr;
  }

  /// What `operation` returns without the limits that the era looks at in its own way.
  template <class Operation>
  auto with_limits_lifted(Operation operation) {
    const Limits<Word> before = limits;
    if (era_.mmap_locked) limits.memlock = Limits<Word>::infinity;
    if (era_.brk_lowest) limits.data = Limits<Word>::infinity;
    if (era_.mlock_unprivileged) limits.cap_ipc_lock = true;
    const auto result = operation();
    limits = before;
    return result;
  }

  // ---- since_limits.hpp ----

  template <class Counts>
  Word pages_inside(Word start, Word end, Counts counts);
  bool passes_data_limit(Word vm_flags, Word pages);
  bool passes_locked_limit(Word pages) const;
  bool may_lock() const { return limits.cap_ipc_lock || limits.memlock != 0; }
  std::optional<EraRefusal> check_limits(Word vm_flags, Word addr, Word replaced, Word len);

  // ---- since_merge.hpp ----

  bool are_alike(const Area& lower, const Area& upper) const;
  bool may_stay_apart(const Area& lower, const Area& upper) const;
  void join(Area* lower);
  void merge_at(Word address);
  void merge_around(Word start, Word end);
  void split_at(Word address);
  template <class Change>
  EraReturned<Done> part_by_part(Word start, Word end, EraRefusal hole, Change change);

  // ---- since_unmapped.hpp ----

  /// What is wanted of a place.
  struct PlaceRequest {
    Word hint, len;        // the length is rounded
    bool large_alignment;  // no file, and nothing shared
    bool raises_hint;      // to the lowest address that hints may have
  };
  Word guarded_start(const Area& area) const;
  bool is_unguarded(Word start, Word end);
  bool is_free_range(Word addr, Word len);
  std::optional<Word> first_place(Word len);
  std::optional<Word> huge_place(Word len);
  Word rounded_hint(Word hint) const;
  EraReturned<Word> find_place(const PlaceRequest& request);

  // ---- since_mmap.hpp ----

  /// A mapping that is asked for.
  struct EraMapRequest {
    File* file;      // or nullptr
    Word addr, len;  // as they were given
    Word prot, flags;
    Word pgoff;      // pages
    Word pages_len;  // the length in whole pages, in bytes

    bool has(Word flag) const { return (flags & flag) != 0; }
    Word type() const { return flags & vma::MAP_TYPE; }
  };
  bool is_droppable(const EraMapRequest& request) const;
  bool is_no_replace(const EraMapRequest& request) const;
  std::optional<EraRefusal> check_length(const EraMapRequest& request) const;
  std::optional<EraRefusal> check_fixed(const EraMapRequest& request) const;
  std::optional<EraRefusal> choose_place(const EraMapRequest& request, std::optional<Word>& place);
  std::optional<EraRefusal> check_locking(const EraMapRequest& request) const;
  std::optional<EraRefusal> check_type_without_file(const EraMapRequest& request) const;
  std::optional<EraRefusal> check_file(const EraMapRequest& request) const;
  std::optional<EraRefusal> check_mmap(const EraMapRequest& request, std::optional<Word>& place);
  Word with_old_type(const EraMapRequest& request) const;
  std::uint32_t flags_of_later(const EraMapRequest& request) const;
  Returned<Word> mapped_by_2_4_0(const EraMapRequest& request, std::optional<Word> place);

  // ---- since_brk.hpp ----

  bool may_grow_heap_to(Word from, Word to);
  Word map_heap(Word new_brk, Word from, Word to);

  // ---- since_mprotect.hpp ----

  EraReturned<Word> start_of_growing(Word addr, Word end, Word growing);
  std::uint32_t protected_flags(const Area& area, Word prot) const;
  EraReturned<Done> protect_one(Area* area, Word start, Word end, Word prot);

  // ---- since_mremap.hpp ----

  /// What mremap is asked for, and whether the old range stays: MREMAP_DONTUNMAP.
  struct EraRemap {
    RemapRequest r;
    bool leaves_old;

    /// True if `new_addr` counts: as the destination, or as a hint.
    bool names_destination() const { return r.fixed || leaves_old; }
  };
  EraReturned<Word> mremap_as_2_4_0(Word addr, Word old_len, Word new_len, Word flags, Word new_addr);
  std::optional<EraRefusal> check_arguments(Word flags, const EraRemap& request) const;
  std::optional<EraRefusal> check_source(const EraRemap& request);
  EraReturned<Word> remap_at(const EraRemap& request);
  EraReturned<Word> remap_to(EraRemap request);
  EraReturned<Word> remap_several(const EraRemap& request);
  EraReturned<Word> move_to(const EraRemap& request, Word to);
  Returned<Word> copy_to(const Area& area, const RemapRequest& r, Word to);
  void leave_old_range(const RemapRequest& r);

  // ---- since_mlock.hpp ----

  EraReturned<Done> lock_one(Area* area, Word start, Word end, std::uint32_t bits);
  EraReturned<Done> lock_range(Word addr, Word len, std::uint32_t bits);
  EraReturned<Done> lock_with(Word addr, Word len, std::uint32_t bits);
  Word end_of_presence(const Area& area) const;
  Word end_of_presence(Word start, Word end);
  void lock_all(std::uint32_t bits);

  // ---- since_madvise.hpp ----

  EraReturned<Done> advise_one(Area* area, Word start, Word end, std::uint32_t advice);

  // ---- since_touch.hpp ----

  bool enters_guard_gap(const Area& area, Word addr) const;
  bool grow_down(Area* area, Word addr);

  const Kernel kernel_;
  const since::Era era_;
  Word start_brk_;        // the heap begins here
  bool is_copy_ = false;  // it began as the copy of another
};

}  // namespace refmm::impl::inline REFMM_BUILD
