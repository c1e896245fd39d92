// The laws of memory areas that hold for every input: run in all three worlds.
//
// `subject` supplies the functions under test under the names of the model: pieces_outside (munmap), parts_at (mprotect,
// mlock), copied (fork), flags_of_area, is_permitted, page_protection. Each call treats the areas of a list one by one with
// one of these; what a law says of one arbitrary area and of one arbitrary pair of neighbours it says, by induction, of lists
// of any length. The checks of ranges and the search for room are in spec/vma_range_laws.hpp.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_law_inputs.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <variant>
#include <vector>

namespace refmm::vma {

// ---- What munmap leaves of an area --------------------------------------------------------------------------------

inline constexpr Law unmapping_takes_exactly_the_range{
    "vma.munmap.exactly", "an_address_of_an_area_is_left_where_it_was_unless_it_is_in_the_range_that_is_unmapped",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto area = any_area(world);
      const auto range = any_range(world, "start_page", "end_page");
      const W addr = world.word("addr");
      const auto left = held<W>(subject.pieces_outside(machine, area, range.start, range.end), addr);
      const auto stays = both(has_address(area, addr), negation(has_address(range, addr)));
      return both(left.times == select(stays, W(1u), W(0u)), implies(stays, left.page == page_shown(area, addr)));
    }};

inline constexpr Law pieces_are_lawful_areas{
    "vma.areas.aligned", "what_unmapping_leaves_of_an_area_is_whole_pages_inside_it",
    [](auto& world, auto subject) {
      const auto area = any_area(world);
      const auto range = any_range(world, "start_page", "end_page");
      auto lawful = is_lawful(area);
      for (const auto& piece : subject.pieces_outside(machine, area, range.start, range.end))
        lawful = all(lawful, is_lawful(piece), area.vm_start <= piece.vm_start, piece.vm_end <= area.vm_end);
      return lawful;
    }};

inline constexpr Law pieces_keep_the_list_disjoint{
    "vma.areas.disjoint", "what_unmapping_leaves_of_two_neighbours_is_in_order_and_disjoint",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto area = any_area(world);
      const auto next = any_area_behind(world, area);
      const auto range = any_range(world, "start_page", "end_page");
      auto left = subject.pieces_outside(machine, area, range.start, range.end);
      for (const auto& piece : subject.pieces_outside(machine, next, range.start, range.end))
        left.push_back(piece);
      auto in_order = area.vm_end <= next.vm_start;
      W end = 0u;
      for (const auto& piece : left) {
        in_order = both(in_order, end <= piece.vm_start);
        end = piece.vm_end;
      }
      return in_order;
    }};

inline constexpr Law pieces_and_range_are_the_area{
    "vma.account.total_vm", "the_pages_that_unmapping_takes_and_leaves_of_an_area_are_those_of_the_area",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto area = any_area(world);
      const auto range = any_range(world, "start_page", "end_page");
      const W from = select(range.start < area.vm_start, area.vm_start, range.start);
      const W to = select(range.end > area.vm_end, area.vm_end, range.end);
      W bytes = select(from < to, to - from, W(0u));
      for (const auto& piece : subject.pieces_outside(machine, area, range.start, range.end))
        bytes = bytes + (piece.vm_end - piece.vm_start);
      return bytes == area.vm_end - area.vm_start;
    }};

inline constexpr Law a_covered_area_goes{
    "vma.munmap.whole", "nothing_is_left_of_an_area_exactly_if_the_range_covers_it",
    [](auto& world, auto subject) {
      const auto area = any_area(world);
      const auto range = any_range(world, "start_page", "end_page");
      const auto left = subject.pieces_outside(machine, area, range.start, range.end);
      const auto covered = both(range.start <= area.vm_start, area.vm_end <= range.end);
      return left.empty() ? covered : negation(covered);
    }};

inline constexpr Law an_area_that_loses_its_head_begins_later{
    "vma.munmap.head", "an_area_that_loses_its_head_begins_behind_the_range_and_later_in_its_file",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto area = any_area(world);
      const auto range = any_range(world, "start_page", "end_page");
      world.assume(all(range.start <= area.vm_start, area.vm_start < range.end, range.end < area.vm_end));
      const auto left = subject.pieces_outside(machine, area, range.start, range.end);
      if (left.size() != 1) return never<W>();
      return all(left[0].vm_start == range.end, left[0].vm_end == area.vm_end,
                 left[0].vm_pgoff == area.vm_pgoff + ((range.end - area.vm_start) >> W(shift_of_page)));
    }};

inline constexpr Law an_area_that_loses_its_tail_ends_earlier{
    "vma.munmap.tail", "an_area_that_loses_its_tail_ends_at_the_range_and_keeps_its_offset",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto area = any_area(world);
      const auto range = any_range(world, "start_page", "end_page");
      world.assume(all(area.vm_start < range.start, range.start < area.vm_end, area.vm_end <= range.end));
      const auto left = subject.pieces_outside(machine, area, range.start, range.end);
      if (left.size() != 1) return never<W>();
      return all(left[0].vm_start == area.vm_start, left[0].vm_end == range.start,
                 left[0].vm_pgoff == area.vm_pgoff);
    }};

inline constexpr Law a_hole_makes_two_areas_of_one{
    "vma.munmap.hole", "two_pieces_are_left_exactly_of_an_area_that_has_pages_on_both_sides_of_the_range",
    [](auto& world, auto subject) {
      const auto area = any_area(world);
      const auto range = any_range(world, "start_page", "end_page");
      const auto left = subject.pieces_outside(machine, area, range.start, range.end);
      const auto hole = both(area.vm_start < range.start, range.end < area.vm_end);
      if (left.size() < 2) return negation(hole);
      return all(hole, left.front().vm_end == range.start, left.back().vm_start == range.end);
    }};

// ---- Parts of an area whose flags change ----------------------------------------------------------------------------

/// The parts of an area, in their order.
template <Word W>
constexpr std::vector<Extent<W>> in_order(const auto& parts) {
  std::vector<Extent<W>> list;
  if (parts.before) list.push_back(*parts.before);
  list.push_back(parts.inside);
  if (parts.behind) list.push_back(*parts.behind);
  return list;
}

inline constexpr Law splitting_moves_nothing{
    "vma.split.middle", "every_address_of_an_area_that_is_split_shows_what_it_showed",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto area = any_area(world);
      const auto range = any_range_within(world, area);
      const W addr = world.word("addr");
      const auto left = held<W>(in_order<W>(subject.parts_at(machine, area, range.start, range.end)), addr);
      const auto inside = has_address(area, addr);
      return both(left.times == select(inside, W(1u), W(0u)),
                  implies(inside, left.page == page_shown(area, addr)));
    }};

inline constexpr Law the_part_inside_is_the_range{
    "vma.mprotect.exactly", "the_part_of_an_area_that_gets_other_flags_is_the_range_and_no_page_more",
    [](auto& world, auto subject) {
      const auto area = any_area(world);
      const auto range = any_range_within(world, area);
      const auto parts = subject.parts_at(machine, area, range.start, range.end);
      return both(parts.inside.vm_start == range.start, parts.inside.vm_end == range.end);
    }};

inline constexpr Law a_whole_area_is_not_split{
    "vma.split.whole", "an_area_is_split_only_where_the_range_begins_or_ends_inside_it",
    [](auto& world, auto subject) {
      const auto area = any_area(world);
      const auto range = any_range_within(world, area);
      const auto parts = subject.parts_at(machine, area, range.start, range.end);
      const auto before = area.vm_start < range.start, behind = range.end < area.vm_end;
      return both(parts.before ? before : negation(before), parts.behind ? behind : negation(behind));
    }};

inline constexpr Law parts_are_lawful_areas{
    "vma.areas.sorted", "the_parts_of_an_area_that_is_split_are_whole_pages_in_order_inside_it",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto area = any_area(world);
      const auto range = any_range_within(world, area);
      auto lawful = is_lawful(area);
      W end = area.vm_start;
      for (const auto& part : in_order<W>(subject.parts_at(machine, area, range.start, range.end))) {
        lawful = all(lawful, is_lawful(part), part.vm_start == end);
        end = part.vm_end;
      }
      return both(lawful, end == area.vm_end);
    }};

// ---- Flags ----------------------------------------------------------------------------------------------------------

/// True if everything that the flags permit may be permitted.
template <Word W>
constexpr auto does_what_it_may(W vm_flags) {
  return (vm_flags & W(VM_ACCESS) & ~(vm_flags >> W(may_shift))) == W(0u);
}

template <Word W>
constexpr auto any_bit(W flags, std::uint32_t bits) {
  return (flags & W(bits)) != W(0u);
}

inline constexpr Law a_new_area_does_what_it_may{
    "vma.areas.may_what_they_do", "a_new_area_has_only_permissions_that_it_may_have",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W prot = world.word("prot"), flags = world.word("flags");
      const W def_flags = world.choose("def_flags", {0, VM_LOCKED});
      const bool has_file = world.choose("has_file", {0, 1}) != 0;
      if (!has_file) return does_what_it_may<W>(subject.flags_of_area(prot, flags, def_flags, std::nullopt));
      const std::uint32_t f_mode = world.choose("f_mode", {FMODE_READ, FMODE_READ | FMODE_WRITE});
      // What the checks of the file have let pass.
      if ((f_mode & FMODE_WRITE) == 0)
        world.assume(negation(both(any_bit(flags, MAP_SHARED), any_bit(prot, PROT_WRITE))));
      return does_what_it_may<W>(subject.flags_of_area(prot, flags, def_flags, std::optional(f_mode)));
    }};

inline constexpr Law demoted_mappings_never_become_writable{
    "vma.mmap.demoted", "shared_through_a_descriptor_that_cannot_be_written_is_private_inside_for_good",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W prot = world.word("prot"), flags = world.word("flags");
      world.assume(any_bit(flags, MAP_SHARED));
      const std::uint32_t f_mode = world.choose("f_mode", {0, FMODE_READ});
      const W all_flags = subject.flags_of_area(prot, flags, W(0u), std::optional(f_mode));
      return all(any_bit(all_flags, VM_MAYSHARE), negation(any_bit(all_flags, VM_SHARED)),
                 negation(any_bit(all_flags, VM_MAYWRITE)));
    }};

inline constexpr Law mprotect_grants_what_may_be_granted{
    "vma.mprotect.not_permitted", "flags_are_permitted_exactly_if_they_permit_only_what_may_be_permitted",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W vm_flags = world.word("vm_flags"), prot = world.word("prot", 0, VM_ACCESS);
      // Of a lawful area: what is shared was mapped shared.
      world.assume(implies(any_bit(vm_flags, VM_SHARED), any_bit(vm_flags, VM_MAYSHARE)));
      const W after = (vm_flags & ~W(VM_ACCESS)) | prot;
      return equivalent(subject.is_permitted(after), does_what_it_may<W>(after));
    }};

inline constexpr Law page_protection_follows_the_flags{
    "vma.mprotect.page_protection", "pages_may_be_written_at_once_only_where_they_are_writable_and_shared",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W vm_flags = world.word("vm_flags");
      const std::uint32_t protection = subject.page_protection(vm_flags);
      const auto accessible = any_bit(vm_flags, VM_ACCESS);
      const auto written = both(any_bit(vm_flags, VM_WRITE), any_bit(vm_flags, VM_SHARED));
      if (protection == PAGE_NONE) return negation(accessible);
      if (protection == PAGE_SHARED) return written;
      return all(accessible, negation(written), W(protection) == W(PAGE_READONLY));
    }};

// ---- fork -----------------------------------------------------------------------------------------------------------

/// Any area whatever: fork looks at nothing but its flags.
template <class World>
constexpr auto any_area_at_all(World& world) {
  using W = WordOf<World>;
  return Area<W>{.vm_start = world.word("vm_start"),
                 .vm_end = world.word("vm_end"),
                 .vm_pgoff = world.word("vm_pgoff"),
                 .vm_flags = world.word("vm_flags"),
                 .vm_file = world.choose("vm_file", {0, 3}),
                 .vm_ops = world.choose("vm_ops", {0, 1}) != 0,
                 .mapped_noreserve = world.choose("mapped_noreserve", {0, 1}) != 0,
                 .id = 1};
}

inline constexpr Law a_child_has_the_areas_of_its_parent{
    "vma.fork.areas", "the_copy_of_an_area_is_where_the_area_is_and_shows_what_it_shows",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto parent = any_area_at_all(world);
      const auto child = subject.copied(parent, 2);
      const bool same = child.vm_file == parent.vm_file && child.vm_ops == parent.vm_ops &&
                        child.mapped_noreserve == parent.mapped_noreserve && child.id == 2;
      if (!same) return never<W>();
      return all(child.vm_start == parent.vm_start, child.vm_end == parent.vm_end,
                 child.vm_pgoff == parent.vm_pgoff);
    }};

inline constexpr Law nothing_of_a_child_is_locked{
    "vma.fork.unlocked", "the_copy_of_an_area_has_its_flags_but_is_not_locked", [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto parent = any_area_at_all(world);
      const auto child = subject.copied(parent, 2);
      return child.vm_flags == (parent.vm_flags & ~W(VM_LOCKED));
    }};

/// An address space of `areas` arbitrary areas of one file, whose list is held by areas of others, too.
template <class World>
constexpr auto any_parent(World& world, std::uint32_t areas) {
  using W = WordOf<World>;
  const bool shared = world.choose("shared", {0, 1}) != 0;
  const W nothing = 0u;
  State<W> state{.mm = {{}, nothing, nothing, nothing, nothing, nothing, nothing, nothing},
                 .lookup = {},
                 .inodes = {},
                 .files = {},
                 .areas_made = 8,
                 .files_made = 1,
                 .shm_made = 0,
                 .knobs = {nothing, nothing, nothing, nothing, true, nothing, nothing, nothing, nothing, nothing,
                           true, nothing, 0, 0, 0}};
  Inode file{};
  file.name = "a";
  auto& list = shared ? file.i_mmap_shared : file.i_mmap;
  list = {7};
  for (std::uint32_t id = 1; id <= areas; ++id) {
    auto area = any_area_at_all(world);
    area.vm_file = 1;
    area.vm_flags = (area.vm_flags & ~W(VM_SHARED | VM_DONTCOPY)) | W(shared ? VM_SHARED : 0);
    area.id = id;
    state.mm.areas.push_back(area);
    list.push_back(id);
  }
  list.push_back(8);
  state.inodes = {file};
  state.files = {File{.number = 1, .inode = "a", .f_mode = FMODE_READ, .f_count = areas + 3, .fd = 3}};
  return state;
}

inline constexpr Law a_child_shares_the_file_of_its_parent{
    "vma.fork.files",
    "the_copy_of_an_area_has_a_reference_of_its_own_and_stands_behind_the_area_in_the_list_of_the_file",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto parent = any_parent(world, 1);
      const auto forked = subject.dup_mmap(parent);
      world.reached(forked.so_far.because);
      const Inode& file = forked.so_far.state.inodes.front();
      const bool shared = !parent.inodes.front().i_mmap_shared.empty();
      const std::vector<std::uint32_t> with_child{7, 1, 9, 8};
      if ((shared ? file.i_mmap_shared : file.i_mmap) != with_child) return never<W>();
      if (!(shared ? file.i_mmap : file.i_mmap_shared).empty()) return never<W>();
      if (forked.so_far.state.files.front().f_count != 5) return never<W>();
      const auto denies = any_bit(parent.mm.areas.front().vm_flags, VM_DENYWRITE);
      return file.i_writecount == -1 ? denies
                                     : both(negation(denies), W(file.i_writecount == 0 ? 0u : 1u) == W(0u));
    }};

inline constexpr Law a_fork_without_a_structure_ends{
    "vma.fork.no_structure", "a_fork_of_an_area_for_which_there_is_no_structure_copies_nothing_more",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      auto parent = any_parent(world, 1);
      parent.mm.areas.push_back(parent.mm.areas.front());
      parent.mm.areas.back().id = 2;
      parent.inodes.front().i_mmap.push_back(2);
      parent.inodes.front().i_mmap_shared.push_back(2);
      const std::uint32_t fail = world.choose("fail_vma", {0, 1, 2});
      parent.knobs.fail_vma = fail;
      const auto forked = subject.dup_mmap(parent);
      world.reached(forked.so_far.because);
      const auto* refused = std::get_if<Refused>(&forked.so_far.result);
      const std::size_t copied = fail == 0 ? 2 : fail - 1;
      const bool ends = refused && refused->refusal == Refusal::no_area_structure;
      const bool right = ends == (fail != 0) && forked.child.areas.size() == copied;
      return right ? forked.child.map_count == W(static_cast<std::uint32_t>(copied)) : never<W>();
    }};

/// The laws of this file.
inline constexpr std::tuple piece_laws{unmapping_takes_exactly_the_range,
                                       pieces_are_lawful_areas,
                                       pieces_keep_the_list_disjoint,
                                       pieces_and_range_are_the_area,
                                       a_covered_area_goes,
                                       an_area_that_loses_its_head_begins_later,
                                       an_area_that_loses_its_tail_ends_earlier,
                                       a_hole_makes_two_areas_of_one};
inline constexpr std::tuple split_laws{splitting_moves_nothing, the_part_inside_is_the_range,
                                       a_whole_area_is_not_split, parts_are_lawful_areas};
inline constexpr std::tuple flag_laws{a_new_area_does_what_it_may, demoted_mappings_never_become_writable,
                                      mprotect_grants_what_may_be_granted, page_protection_follows_the_flags};
inline constexpr std::tuple fork_laws{a_child_has_the_areas_of_its_parent, nothing_of_a_child_is_locked,
                                      a_child_shares_the_file_of_its_parent, a_fork_without_a_structure_ends};

}  // namespace refmm::vma
