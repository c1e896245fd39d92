// The invariant of memory areas: what holds of every state between two calls, one conjunct a line.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_law_inputs.hpp>
#include <refmm/spec/vma_state.hpp>
#include <refmm/spec/vma_tree_shape.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace refmm::vma {

using LawState = State<std::uint32_t>;
using LawArea = Area<std::uint32_t>;

constexpr bool for_all_areas(const LawState& state, auto predicate) {
  return std::ranges::all_of(state.mm.areas, predicate);
}

constexpr bool for_all_neighbours(const LawState& state, auto predicate) {
  const auto& areas = state.mm.areas;
  for (std::size_t later = 1; later < areas.size(); ++later) {
    if (!predicate(areas[later - 1], areas[later])) return false;
  }
  return true;
}

namespace holds {

// ---- The list -------------------------------------------------------------------------------------------------------

constexpr bool areas_stand_in_the_order_of_their_addresses(const LawState& state) {
  return for_all_neighbours(state, [](const LawArea& earlier, const LawArea& later) {
    return earlier.vm_start <= later.vm_start && earlier.vm_end <= later.vm_end;
  });
}

constexpr bool no_address_is_in_two_areas(const LawState& state) {
  return for_all_neighbours(
      state, [](const LawArea& earlier, const LawArea& later) { return earlier.vm_end <= later.vm_start; });
}

constexpr bool areas_are_whole_pages(const LawState& state) {
  return for_all_areas(state, [](const LawArea& area) {
    return area.vm_start % machine.page_size == 0 && area.vm_end % machine.page_size == 0;
  });
}

constexpr bool areas_have_a_page(const LawState& state) {
  return for_all_areas(state, [](const LawArea& area) { return area.vm_start < area.vm_end; });
}

constexpr bool areas_end_inside_the_task(const LawState& state) {
  return for_all_areas(state, [](const LawArea& area) { return area.vm_end <= machine.task_size; });
}

constexpr bool areas_permit_only_what_they_may(const LawState& state) {
  return for_all_areas(state, [](const LawArea& area) {
    const std::uint32_t may = area.vm_flags >> may_shift;
    return (area.vm_flags & ~may & (VM_ACCESS | VM_SHARED)) == 0;
  });
}

// ---- Accounts -------------------------------------------------------------------------------------------------------

/// Pages of the areas that have all of `flags`.
constexpr std::uint32_t pages_of_areas(const LawState& state, std::uint32_t flags) {
  std::uint32_t pages = 0;
  for (const LawArea& area : state.mm.areas) {
    if ((area.vm_flags & flags) == flags) pages += pages_of(area, machine.page_size);
  }
  return pages;
}

constexpr bool total_vm_is_the_pages_of_the_areas(const LawState& state) {
  return state.mm.total_vm == pages_of_areas(state, 0);
}

constexpr bool locked_vm_is_the_pages_of_the_locked_areas(const LawState& state) {
  return state.mm.locked_vm == pages_of_areas(state, VM_LOCKED);
}

constexpr bool map_count_is_the_number_of_areas(const LawState& state) {
  return state.mm.map_count == state.mm.areas.size();
}

// ---- Files ----------------------------------------------------------------------------------------------------------

constexpr bool areas_map_files_that_are_there(const LawState& state) {
  return for_all_areas(
      state, [&](const LawArea& area) { return area.vm_file == 0 || file_numbered(state, area.vm_file); });
}

constexpr bool references_are_descriptor_and_areas(const LawState& state) {
  return std::ranges::all_of(state.files, [&](const File& file) {
    const auto areas = std::ranges::count(state.mm.areas, file.number, &LawArea::vm_file);
    return file.f_count != 0 && file.f_count == static_cast<std::uint32_t>(areas) + (file.fd ? 1 : 0);
  });
}

/// True if the area maps the file.
constexpr bool maps(const LawState& state, const LawArea& area, const Inode& inode) {
  const File* file = area.vm_file == 0 ? nullptr : file_numbered(state, area.vm_file);
  return file && file->inode == inode.name;
}

constexpr bool write_counts_are_writers_less_denywrite_areas(const LawState& state) {
  return std::ranges::all_of(state.inodes, [&](const Inode& inode) {
    std::int32_t count = 0;
    for (const File& file : state.files) {
      if (!inode.shared_memory && file.inode == inode.name && (file.f_mode & FMODE_WRITE)) ++count;
    }
    for (const LawArea& area : state.mm.areas) {
      if ((area.vm_flags & VM_DENYWRITE) && maps(state, area, inode)) --count;
    }
    return inode.i_writecount == count;
  });
}

/// True if `list` has exactly the ids of the areas of the file that are shared, or those that are not.
constexpr bool has_exactly(const std::vector<std::uint32_t>& list, const LawState& state, const Inode& inode,
                           bool shared) {
  std::size_t areas = 0;
  for (const LawArea& area : state.mm.areas) {
    if (!maps(state, area, inode) || ((area.vm_flags & VM_SHARED) != 0) != shared) continue;
    if (std::ranges::count(list, area.id) != 1) return false;
    ++areas;
  }
  return list.size() == areas;
}

constexpr bool i_mmap_has_the_private_areas_of_the_file(const LawState& state) {
  return std::ranges::all_of(state.inodes,
                             [&](const Inode& inode) { return has_exactly(inode.i_mmap, state, inode, false); });
}

constexpr bool i_mmap_shared_has_the_shared_areas_of_the_file(const LawState& state) {
  return std::ranges::all_of(
      state.inodes, [&](const Inode& inode) { return has_exactly(inode.i_mmap_shared, state, inode, true); });
}

// ---- Lookups --------------------------------------------------------------------------------------------------------

constexpr bool what_was_found_last_is_an_area(const LawState& state) {
  return !state.lookup.mmap_cache || position_of(state.mm, *state.lookup.mmap_cache) < state.mm.areas.size();
}

/// With so many areas the tree comes into use. 2.4.0: AVL_MIN_MAP_COUNT.
inline constexpr std::size_t areas_for_a_tree = 32;

constexpr bool many_areas_have_a_tree(const LawState& state) {
  return !shows_lookups(state) || state.mm.areas.size() < areas_for_a_tree || state.lookup.mmap_avl;
}

constexpr bool the_tree_holds_the_areas_in_the_order_of_the_list(const LawState& state) {
  if (!state.lookup.mmap_avl) return state.lookup.nodes.empty();
  const auto in_tree = ids_in_order(state.lookup);
  return in_tree && std::ranges::equal(*in_tree, state.mm.areas, {}, {}, &LawArea::id) &&
         state.lookup.nodes.size() == state.mm.areas.size();
}

constexpr bool the_tree_is_balanced_and_its_heights_are_right(const LawState& state) {
  return std::ranges::all_of(state.lookup.nodes, [&](const TreeNode& node) {
    const std::uint32_t left = height_at(state.lookup, node.left), right = height_at(state.lookup, node.right);
    return node.height == std::max(left, right) + 1 && left <= right + 1 && right <= left + 1;
  });
}

}  // namespace holds

inline constexpr std::array invariant{
    Conjunct<LawState>{"vma.areas.sorted", "areas_stand_in_the_order_of_their_addresses",
                       holds::areas_stand_in_the_order_of_their_addresses},
    Conjunct<LawState>{"vma.areas.disjoint", "no_address_is_in_two_areas", holds::no_address_is_in_two_areas},
    Conjunct<LawState>{"vma.areas.aligned", "areas_are_whole_pages", holds::areas_are_whole_pages},
    Conjunct<LawState>{"vma.areas.aligned", "areas_have_a_page", holds::areas_have_a_page},
    Conjunct<LawState>{"vma.areas.inside_task", "areas_end_inside_the_task", holds::areas_end_inside_the_task},
    Conjunct<LawState>{"vma.areas.may_what_they_do", "areas_permit_only_what_they_may",
                       holds::areas_permit_only_what_they_may},
    Conjunct<LawState>{"vma.account.total_vm", "total_vm_is_the_pages_of_the_areas",
                       holds::total_vm_is_the_pages_of_the_areas},
    Conjunct<LawState>{"vma.account.locked_vm", "locked_vm_is_the_pages_of_the_locked_areas",
                       holds::locked_vm_is_the_pages_of_the_locked_areas},
    Conjunct<LawState>{"vma.account.map_count", "map_count_is_the_number_of_areas",
                       holds::map_count_is_the_number_of_areas},
    Conjunct<LawState>{"vma.account.references", "areas_map_files_that_are_there",
                       holds::areas_map_files_that_are_there},
    Conjunct<LawState>{"vma.account.references", "references_are_descriptor_and_areas",
                       holds::references_are_descriptor_and_areas},
    Conjunct<LawState>{"vma.account.write_count", "write_counts_are_writers_less_denywrite_areas",
                       holds::write_counts_are_writers_less_denywrite_areas},
    Conjunct<LawState>{"vma.account.share_lists", "i_mmap_has_the_private_areas_of_the_file",
                       holds::i_mmap_has_the_private_areas_of_the_file},
    Conjunct<LawState>{"vma.account.share_lists", "i_mmap_shared_has_the_shared_areas_of_the_file",
                       holds::i_mmap_shared_has_the_shared_areas_of_the_file},
    Conjunct<LawState>{"vma.lookup.cache", "what_was_found_last_is_an_area",
                       holds::what_was_found_last_is_an_area},
    Conjunct<LawState>{"vma.tree.threshold", "many_areas_have_a_tree", holds::many_areas_have_a_tree},
    Conjunct<LawState>{"vma.tree.order", "the_tree_holds_the_areas_in_the_order_of_the_list",
                       holds::the_tree_holds_the_areas_in_the_order_of_the_list},
    Conjunct<LawState>{"vma.tree.balance", "the_tree_is_balanced_and_its_heights_are_right",
                       holds::the_tree_is_balanced_and_its_heights_are_right},
};

/// The first conjunct that does not hold of `state`; nothing if it is lawful.
constexpr std::optional<Conjunct<LawState>> broken_conjunct(const LawState& state) {
  for (const auto& conjunct : invariant) {
    if (!conjunct.holds(state)) return conjunct;
  }
  return std::nullopt;
}

}  // namespace refmm::vma
