// The model as the subject of the laws (spec/vma_laws.hpp and its neighbours).
#pragma once

#include <refmm/model/vma.hpp>
#include <refmm/model/vma_exit.hpp>
#include <refmm/model/vma_find.hpp>
#include <refmm/model/vma_mlock.hpp>
#include <refmm/model/vma_mmap.hpp>
#include <refmm/model/vma_mprotect.hpp>
#include <refmm/model/vma_mremap.hpp>
#include <refmm/model/vma_munmap.hpp>
#include <refmm/model/vma_page_tables.hpp>
#include <refmm/model/vma_pieces.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

struct VmaSubject {
  // Whole calls.
  /// The corrected kernel; each of its switches is a mutant, called as the defect that it mends.
  template <class W>
  static constexpr vma::KernelOf<W> kernel() {
    vma::KernelOf<W> kernel{vma::corrected.machine, vma::all_corrected};
    for_each_field(kernel.corrected, [](const char* name, bool& corrected) {
      if (mutant(std::string("defect.vma.") + name)) corrected = false;
    });
    return kernel;
  }
  template <template <class> class Call, Word W>
  static constexpr auto step(const vma::State<W>& before, const Call<W>& call) {
    return model::step<W>(kernel<W>(), before, call);
  }

  // What is left of an area, and its parts.
  template <template <class> class A, Word W>
  static constexpr auto pieces_outside(const MachineOf<W>& machine, const A<W>& area, W start, W end) {
    return model::pieces_outside<A<W>, W>(machine, area, start, end);
  }
  template <template <class> class A, Word W>
  static constexpr auto parts_at(const MachineOf<W>& machine, const A<W>& area, W start, W end) {
    return model::parts_at<A<W>, W>(machine, area, start, end);
  }
  template <Word W>
  static constexpr auto copied(const vma::Area<W>& area, std::uint32_t id) {
    return model::copied<W>(area, id);
  }
  template <Word W>
  static constexpr auto dup_mmap(const vma::State<W>& parent) {
    return model::dup_mmap<W>({parent, vma::Nothing{}, {}, {}});
  }

  // The list.
  template <Word W>
  static constexpr auto boot(const vma::Boot<W>& boot) {
    return model::boot<W>(boot);
  }
  static constexpr auto place_of(const auto& areas, const auto& area) { return model::place_of(areas, area); }
  static constexpr auto put_in_place(const auto& areas, const auto& area) {
    return model::put_in_place(areas, area);
  }
  static constexpr auto taken_out(const auto& areas, const auto& position) {
    return model::taken_out(areas, position);
  }
  static constexpr auto first_above(const auto& areas, const auto& addr) {
    return model::first_above(areas, addr);
  }
  static constexpr auto next_candidate(const auto& area) { return model::next_candidate(area); }

  /// The tree without an area, by the keys of all; nothing if it has lost it.
  template <class Key>
  static constexpr std::optional<vma::Lookup> tree_without(const vma::Lookup& tree, std::uint32_t area,
                                                           const Key& key) {
    auto without = avl_removed(tree, area, key, kernel<std::uint32_t>().corrected.tree_keys);
    return without ? std::optional(std::move(without->lookup)) : std::nullopt;
  }

  // Flags.
  template <Word W>
  static constexpr auto flags_of_area(W prot, W flags, W def_flags, std::optional<std::uint32_t> f_mode) {
    return model::flags_of_area<W>(prot, flags, def_flags, f_mode);
  }
  template <Word W>
  static constexpr auto is_permitted(W vm_flags) {
    return model::is_permitted<W>(vm_flags);
  }
  template <Word W>
  static constexpr auto page_protection(W vm_flags) {
    return model::page_protection<W>(vm_flags);
  }

  // Ranges.
  template <Word W>
  static constexpr auto page_align(const MachineOf<W>& machine, W bytes) {
    return model::page_align<W>(machine, bytes);
  }
  template <Word W>
  static constexpr bool may_unmap(const MachineOf<W>& machine, W addr, W len) {
    return !model::bad_range_to_unmap<W>(machine, addr, len);
  }
  template <Word W>
  static constexpr bool lies_in_task(const MachineOf<W>& machine, W addr, W len) {
    return model::lies_in_task<W>(machine, addr, len);
  }
  template <Word W>
  static constexpr auto offset_wraps(W pgoff, W pages) {
    return model::offset_wraps<W>(pgoff, pages);
  }
  template <Word W>
  static constexpr bool may_be_destination(const MachineOf<W>& machine, W addr, W old_len, W new_len, W new_addr) {
    return !model::bad_destination<W>(machine, {addr, old_len, new_len, true, true, new_addr});
  }
  template <Word W>
  static constexpr auto whole_pages(const MachineOf<W>& machine, W addr, W len) {
    return model::whole_pages<W>(machine, addr, len);
  }
  template <Word W>
  static constexpr auto page_of(const MachineOf<W>& machine, W addr) {
    return model::page_of<W>(machine, addr);
  }

  // The search for room, and page tables.
  template <Word W>
  static constexpr auto search_start(const MachineOf<W>& machine, W hint) {
    return model::search_start<W>(machine, hint);
  }
  template <template <class> class A, Word W>
  static constexpr auto fits_in_front_of(W candidate, W len, const A<W>& area) {
    return model::fits_in_front_of<W>(candidate, len, area);
  }
  template <Word W>
  static constexpr auto leaves_task(const MachineOf<W>& machine, W candidate, W len) {
    return model::leaves_task<W>(machine, candidate, len);
  }
  template <template <class> class A, Word W>
  static constexpr auto first_fit(const MachineOf<W>& machine, const std::vector<A<W>>& areas, std::size_t first,
                                  W start, W len) {
    return model::first_fit<W>(machine, areas, first, start, len);
  }
  template <Word W>
  static constexpr auto slots_to_clear(const MachineOf<W>& machine, W start, W end, std::optional<W> below,
                                       std::optional<W> above) {
    return model::slots_to_clear<W>(machine, start, end, below, above);
  }
};

}  // namespace refmm::model::inline REFMM_BUILD
