// The model as the subject of the laws of spec/paging_laws.hpp.
#pragma once

#include <refmm/model/kernel_sharing.hpp>
#include <refmm/model/paging.hpp>
#include <refmm/model/paging_tlb.hpp>

#include <cstdint>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

struct PagingSubject {
  // Addresses and entries.
  template <Word W>
  static constexpr W pgd_index(const MachineOf<W>& machine, W addr) {
    return model::pgd_index<W>(machine, addr);
  }
  template <Word W>
  static constexpr W pte_index(const MachineOf<W>& machine, W addr) {
    return model::pte_index<W>(machine, addr);
  }
  template <Word W>
  static constexpr W offset_in_page(const MachineOf<W>& machine, W addr) {
    return model::offset_in_page<W>(machine, addr);
  }
  template <Word W>
  static constexpr W mk_pte(const MachineOf<W>& machine, W pfn, W flags) {
    return model::mk_pte<W>(machine, pfn, flags);
  }
  template <Word W>
  static constexpr W mk_pde(const MachineOf<W>& machine, W pfn, std::uint32_t flags) {
    return model::mk_pde<W>(machine, pfn, flags);
  }
  template <Word W>
  static constexpr W pfn_of(const MachineOf<W>& machine, W entry) {
    return model::pfn_of<W>(machine, entry);
  }

  // The walk.
  template <Word W>
  static constexpr auto walk(const MachineOf<W>& machine, const auto& directory, const auto& table_in, W addr,
                             const paging::Access& access) {
    return model::walk<W>(machine, directory, table_in, addr, access);
  }
  template <Word W>
  static constexpr W marked(W entry, bool maps_the_page, const paging::Access& access) {
    return model::marked<W>(entry, maps_the_page, access);
  }

  // Directories.
  template <Word W, class Directory>
  static constexpr Directory kernel_half_copied(const MachineOf<W>& machine, const Directory& swapper) {
    return model::kernel_half_copied<W>(machine, swapper);
  }
  template <class Directory>
  static constexpr Directory recycled(const Directory& pgd) {
    return model::recycled<std::remove_cvref_t<decltype(lookup(pgd, 0u))>>(pgd);
  }

  // The TLB.
  template <Word W>
  static constexpr auto lost(W page, W entry) {
    return model::lost<W>({}, page, entry);
  }
  template <class Stale>
  static constexpr Stale flushed(Stale stale, bool global) {
    using W = std::remove_cvref_t<decltype(stale.front().entry)>;
    return model::flushed<W>(std::move(stale), global);
  }
};

}  // namespace refmm::model::inline REFMM_BUILD
