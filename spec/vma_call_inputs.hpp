// What the laws about whole calls start from: small address spaces with areas anywhere, and what an address means in them.
//
// Addresses and lengths are drawn as numbers of pages; what is rounded and what is refused before is in
// spec/vma_range_laws.hpp. The number of areas is a bound, and part of the name of each law.
#pragma once

#include <refmm/spec/logic.hpp>
#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_law_inputs.hpp>

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>

namespace refmm::vma {

/// Names of the inputs of an area.
struct AreaNames {
  std::string_view start, end, offset;
};
inline constexpr std::array area_names{AreaNames{"area.start_page", "area.end_page", "area.vm_pgoff"},
                                       AreaNames{"next.start_page", "next.end_page", "next.vm_pgoff"}};

inline constexpr std::uint32_t all_permissions = VM_ACCESS | VM_MAYACCESS;

/// Where a law draws its pages from: all of the task, or a few pages from some page on.
struct Pages {
  std::uint32_t first, count;
};
inline constexpr Pages whole_task{0, pages_of_task};
/// Sixteen pages from where the search for room begins.
inline constexpr Pages sixteen_pages{machine.task_unmapped_base / machine.page_size, 16};

template <class World>
constexpr auto any_page_address(World& world, std::string_view name, Pages pages) {
  using W = WordOf<World>;
  return (W(pages.first) + world.word(name, 0, pages.count)) << W(shift_of_page);
}

/// No limit is near, and no request fails.
template <Word W>
constexpr Knobs<W> plenty() {
  const W none = ~W(0u);
  return {.free_pages = W(1u << 30),
          .buffer_pages = 0u,
          .cache_pages = 0u,
          .swap_pages = 0u,
          .overcommit = false,
          .physpages = W(1u << 30),
          .rlimit_as = none,
          .rlimit_data = none,
          .rlimit_stack = none,
          .rlimit_memlock = none,
          .cap_ipc_lock = true,
          .max_map_count = W(machine.max_map_count),
          .fail_vma = 0,
          .fail_shmem = 0,
          .fail_move = 0};
}

/// Any lawful address space of so many areas, each anywhere, none with a file, all with the same flags.
template <class World>
constexpr auto any_space(World& world, std::uint32_t count, std::uint32_t vm_flags = all_permissions,
                         Pages pages = whole_task) {
  using W = WordOf<World>;
  Mm<W> mm{.areas = {},
           .total_vm = 0u,
           .locked_vm = 0u,
           .map_count = W(count),
           .brk = 0u,
           .start_data = 0u,
           .end_code = 0u,
           .def_flags = 0u};
  W behind = 0u;
  for (std::uint32_t i = 0; i < count; ++i) {
    const AreaNames& names = area_names[i];
    const Range<W> range{any_page_address(world, names.start, pages), any_page_address(world, names.end, pages)};
    world.assume(both(behind <= range.start, range.start < range.end));
    behind = range.end;
    mm.total_vm = mm.total_vm + ((range.end >> W(shift_of_page)) - (range.start >> W(shift_of_page)));
    mm.areas.push_back({.vm_start = range.start,
                        .vm_end = range.end,
                        .vm_pgoff = world.word(names.offset),
                        .vm_flags = W(vm_flags),
                        .vm_file = 0,
                        .vm_ops = false,
                        .mapped_noreserve = false,
                        .id = i + 1});
  }
  if ((vm_flags & VM_LOCKED) != 0) mm.locked_vm = mm.total_vm;
  return State<W>{.mm = std::move(mm),
                  .lookup = {},
                  .inodes = {},
                  .files = {},
                  .areas_made = count,
                  .files_made = 0,
                  .shm_made = 0,
                  .knobs = plenty<W>()};
}

/// The limit on the number of areas is any that they do not pass; a request for a structure may fail, the first or the second.
template <class World, Word W>
constexpr auto any_limits(World& world, State<W> state) {
  state.knobs.max_map_count = world.word("max_map_count", 0, 8);
  world.assume(state.mm.map_count <= state.knobs.max_map_count);
  state.knobs.fail_vma = world.choose("fail_vma", {0, 1, 2});
  return state;
}

/// What an address means: whether it is mapped, and to which page of a file or of memory. The page is said less the page of the
/// address, which is the same for all addresses of an area.
template <Word W>
constexpr auto meaning(const State<W>& state, W addr) {
  auto mapped = W(1u) == W(0u);
  W page = 0u;
  for (const Area<W>& area : state.mm.areas) {
    const auto here = both(area.vm_start <= addr, addr < area.vm_end);
    page = select(here, area.vm_pgoff - (area.vm_start >> W(shift_of_page)), page);
    mapped = either(mapped, here);
  }
  return std::pair(mapped, page);
}

/// True if an address means the same in both.
template <Word W>
constexpr auto means_the_same(const State<W>& before, const State<W>& after, W addr) {
  const auto [was_mapped, page_before] = meaning(before, addr);
  const auto [is_mapped, page_after] = meaning(after, addr);
  return both(equivalent(was_mapped, is_mapped), implies(was_mapped, page_before == page_after));
}

template <Word W>
constexpr auto is_mapped(const State<W>& state, W addr) {
  return meaning(state, addr).first;
}

/// [vma.areas.sorted], [vma.areas.disjoint] and [vma.areas.inside_task], and that each area has a page.
template <Word W>
constexpr auto has_lawful_areas(const State<W>& state) {
  auto lawful = W(0u) == W(0u);
  W behind = 0u;
  for (const Area<W>& area : state.mm.areas) {
    lawful = all(lawful, behind <= area.vm_start, area.vm_start < area.vm_end);
    behind = area.vm_end;
  }
  return both(lawful, behind <= W(machine.task_size));
}

/// [vma.account.total_vm] and [vma.account.map_count].
template <Word W>
constexpr auto is_accounted_for(const State<W>& state) {
  W pages = 0u;
  for (const Area<W>& area : state.mm.areas)
    pages = pages + ((area.vm_end >> W(shift_of_page)) - (area.vm_start >> W(shift_of_page)));
  return both(state.mm.total_vm == pages,
              state.mm.map_count == W(static_cast<std::uint32_t>(state.mm.areas.size())));
}

constexpr bool was_refused(const auto& outcome) { return std::holds_alternative<Refused>(outcome.result); }

/// True if it was refused for this reason.
constexpr bool was_refused_for(const auto& outcome, Refusal refusal) {
  const auto* refused = std::get_if<Refused>(&outcome.result);
  return refused && refused->refusal == refusal;
}

/// The address that a call returned; it must have.
template <Word W>
constexpr W address_of(const auto& outcome) {
  return std::get<Address<W>>(outcome.result).value;
}

}  // namespace refmm::vma
