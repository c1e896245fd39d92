// What page tables and kernel mappings stand on: frames, list elements, and somebody to tell.
#pragma once

#include <refmm/impl/paging_entries.hpp>
#include <refmm/impl/returned.hpp>
#include <refmm/spec/kernel_map.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace refmm::impl::inline REFMM_BUILD {

/// What a call on the kernel's mappings returns.
template <class T>
using KernelReturned = ReturnedOr<T, kernel_map::Refusal>;

/// The layer that PageDirectories and KernelMappings stand on: SimulatedKernelMemory for comparison with the oracle.
///
/// - `frame(pfn)`: the bytes of a frame of low memory: the direct mapping. Tables and directories are in such.
/// - `alloc_page(gfp)`: a frame to be mapped; `get_free_page()`: one for a table or a directory, which is low. Nothing if there is
///   none. `free_page(pfn)` gives one back; it is free when nobody else has it.
/// - `is_reserved(pfn)`: whether a frame of the machine is not to be given back.
/// - `kmalloc()`: a list element, by its number, or nothing; `kfree(obj)`.
///
/// The rest are notices, for layers that keep a record. `pgd` is the frame that a directory is in.
/// - `pgd_made(pgd)`, `pgd_gone(pgd)`: a process has got a directory, or lost it.
/// - `set_pde(pgd, slot, entry)`: an entry of a directory is another one now.
/// - `pte_cleared(page, entry)`: an entry has left the tables; until it is flushed, the processor may use it.
/// - `flush_tlb(global)`, `warn(message)`, `page_fault(addr, error_code)`, `signal()`.
template <class L>
concept KernelMapLayer =
    PhysicalMemory<L> && requires(L& layer, const L& seen, Pfn pfn, Address addr, Entry entry, bool global,
                                  kernel_map::Gfp gfp, kernel_map::Message message, std::uint32_t number) {
      { layer.alloc_page(gfp) } -> std::same_as<std::optional<Pfn>>;
      { layer.get_free_page() } -> std::same_as<std::optional<Pfn>>;
      layer.free_page(pfn);
      { seen.is_reserved(pfn) } -> std::same_as<bool>;
      { layer.kmalloc() } -> std::same_as<std::optional<std::uint32_t>>;
      layer.kfree(number);
      layer.pgd_made(pfn);
      layer.pgd_gone(pfn);
      layer.set_pde(pfn, number, entry);
      layer.pte_cleared(addr, entry);
      layer.flush_tlb(global);
      layer.warn(message);
      layer.page_fault(addr, number);
      layer.signal();
    };

}  // namespace refmm::impl::inline REFMM_BUILD
