// The model as the subject of the laws of spec/fault_pages_laws.hpp: operations at places, over pages of any number.
#pragma once

#include <refmm/model/fault_handle.hpp>
#include <refmm/model/fault_move.hpp>
#include <refmm/model/fault_part.hpp>
#include <refmm/model/fault_permission.hpp>
#include <refmm/model/fault_reclaim.hpp>
#include <refmm/model/fault_swapoff.hpp>
#include <refmm/spec/fault_pages_inputs.hpp>

#include <string>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

struct PagesSubject {
  /// The corrected kernel; each of its switches is a mutant, called as the defect that it mends.
  static constexpr fault::Kernel kernel() {
    fault::Kernel kernel{vma::corrected, fault::all_corrected};
    for_each_field(kernel.corrected, [](const char* name, bool& corrected) {
      if (mutant(std::string("defect.fault.") + name)) corrected = false;
    });
    return kernel;
  }

  /// An area that shows what a place means at an address.
  template <Word W>
  static constexpr Mapping<W> mapping(const fault::Meaning<W>& meaning, W vm_flags, W addr) {
    const vma::Area<W> area{.vm_start = addr,
                            .vm_end = addr + W(4096u),
                            .vm_pgoff = meaning.index,
                            .vm_flags = vm_flags,
                            .vm_file = 0,
                            .vm_ops = false,
                            .mapped_noreserve = false,
                            .id = 1};
    return {area, meaning.object};
  }

  template <fault::ManyPages M, Word W>
  static constexpr MemoryStep<M> fault_at(const M& all, const fault::Place<W>& place,
                                          const fault::Meaning<W>& meaning, W vm_flags, W pid, W addr,
                                          bool write) {
    return handle_pte_fault(kernel(), MemoryStep<M>{all, {}, {}}, Space<W>{pid, true},
                            mapping(meaning, vm_flags, addr), addr, at(place), write)
        .so_far;
  }
  template <fault::ManyPages M, Word W>
  static constexpr MemoryStep<M> unmapped_at(const M& all, const fault::Place<W>& place) {
    return zap_pte(kernel().machine(), MemoryStep<M>{all, {}, {}}, at(place)).so_far;
  }
  template <fault::ManyPages M, Word W>
  static constexpr MemoryStep<M> swapped_out_at(const M& all, const fault::Place<W>& place, W pid) {
    return try_to_swap_out(kernel().machine(), MemoryStep<M>{all, {}, {}}, pid, at(place)).so_far;
  }
  template <fault::ManyPages M, Word W>
  static constexpr MemoryStep<M> protected_at(const M& all, const fault::Place<W>& place, W vm_flags) {
    return pte_protected(kernel().machine(), MemoryStep<M>{all, {}, {}}, at(place),
                         W(page_protection<W>(vm_flags)));
  }
  template <fault::ManyPages M, Word W>
  static constexpr MemoryStep<M> copied_to(const M& all, const fault::Place<W>& from, const fault::Place<W>& to,
                                           W vm_flags) {
    return copy_pte(kernel(), MemoryStep<M>{all, {}, {}}, vm_flags, at(from), at(to));
  }
  template <fault::ManyPages M, Word W>
  static constexpr M moved_to(const M& all, const fault::Place<W>& from, const fault::Place<W>& to) {
    return entry_moved(MemoryStep<M>{all, {}, {}}, at(from), at(to)).memory;
  }
  template <fault::ManyPages M, Word W>
  static constexpr MemoryStep<M> reclaimed(const M& all, W pfn) {
    return page_reclaimed(kernel(), MemoryStep<M>{all, {}, {}}, pfn).so_far;
  }
  template <fault::ManyPages M, Word W>
  static constexpr MemoryStep<M> read_in(const M& all, const W& file, const W& index) {
    return page_cache_read(MemoryStep<M>{all, {}, {}}, file, index).so_far;
  }
  template <fault::ManyPages M, Word W>
  static constexpr MemoryStep<M> synced_at(const M& all, const fault::Place<W>& place, W pid, W addr) {
    return filemap_sync_pte(kernel().corrected.msync_without_file, kernel().machine(), MemoryStep<M>{all, {}, {}},
                            Space<W>{pid, true}, addr, at(place))
        .so_far;
  }
  template <fault::ManyPages M, Word W>
  static constexpr MemoryStep<M> written_back(const M& all, const W& pfn) {
    return write_page(kernel().machine(), clear_page_dirty(MemoryStep<M>{all, {}, {}}, pfn), pfn);
  }
  /// A byte written through the entry of a place.
  template <fault::ManyPages M, Word W>
  static constexpr M stored(const M& all, const fault::Place<W>& place, W offset, W byte) {
    const W pfn = pfn_of<W>(kernel().machine(), pte_at(all, at(place)));
    return byte_written(all, pfn, offset, byte);
  }
  /// A page of the swap cache leaves it, and the entry of a place that holds its slot, or leads to it, is seen to.
  template <fault::ManyPages M, Word W>
  static constexpr M unused_at(const M& all, const fault::Place<W>& place, const fault::Meaning<W>& meaning,
                               W vm_flags, W slot, W pfn) {
    auto so_far = delete_from_swap_cache(MemoryStep<M>{all, {}, {}}, pfn);
    return unuse_pte(kernel().machine(), std::move(so_far), W(1u), mapping(meaning, vm_flags, W(0u)), at(place),
                     slot, pfn)
        .memory;
  }
  /// What a request for bytes of a file has in the first page of it.
  template <Word W>
  static constexpr PagePart<W> part_of(W offset, W len) {
    return model::part_of<W>(kernel().machine(), offset, len);
  }
  template <Word W>
  static constexpr Decision<bool> permits(W vm_flags, bool protection, bool write) {
    return is_permitted_access(kernel().corrected, vm_flags, protection, write);
  }

 private:
  template <Word W>
  static constexpr PtePlace<W> at(const fault::Place<W>& place) {
    return {place.table, place.slot};
  }
};

}  // namespace refmm::model::inline REFMM_BUILD
