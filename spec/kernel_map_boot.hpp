// What boot itself needs of a machine with mappings of the kernel.
#pragma once

#include <refmm/spec/kernel_map.hpp>
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/spec/word.hpp>

namespace refmm::kernel_map {

/// Frames, from 0 on, that the kernel's image and the tables of boot take: the first that may be free is behind them. 2.4.0:
/// pagetable_init, which takes a table for each 4 MB of a direct mapping in small pages, and one or two for fixed addresses.
template <Word W>
constexpr W frames_of_boot(const Boot<W>& boot) {
  const W entries = boot.kernel.machine.entries_per_table;
  const W direct = boot.pse ? W(0u) : (boot.ram_pages + entries - W(1u)) / entries;
  return W(first_boot_table<W>) + direct + W(boot.config == Config::highmem ? 2u : 1u);
}

/// True of a machine on which boot has room: no frame that it keeps passes for free.
template <Word W>
constexpr auto boot_has_room(const Boot<W>& boot) {
  return boot.first_free >= frames_of_boot(boot) && boot.first_free <= boot.ram_pages;
}

}  // namespace refmm::kernel_map
