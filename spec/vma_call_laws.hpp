// Laws about whole calls on small address spaces: every area, address, length and offset, but no more areas than the name says.
//
// `subject` supplies `kernel()`, the kernel at hand, and `step`. What these say of one or two areas, the laws of the pieces and of
// the list say of any number (spec/vma_list_laws.hpp); here the call itself runs, with its checks in their order.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_call_inputs.hpp>

#include <tuple>

namespace refmm::vma {

// ---- munmap ---------------------------------------------------------------------------------------------------------

constexpr auto unmaps_exactly(auto& world, auto subject, std::uint32_t areas) {
  using W = WordOf<decltype(world)>;
  const auto before = any_space(world, areas);
  const auto range = any_range(world, "start_page", "end_page");
  const W byte = world.word("byte");
  const auto out = subject.step(before, Munmap<W>{range.start, range.end - range.start});
  world.reached(out.because);
  if (was_refused(out)) return never<W>();
  const auto inside = has_address(range, byte);
  return all(implies(inside, negation(is_mapped(out.state, byte))),
             implies(negation(inside), means_the_same(before, out.state, byte)), has_lawful_areas(out.state));
}

inline constexpr Law munmap_removes_exactly_the_range_of_one_area{
    "vma.munmap.exactly", "munmap_removes_exactly_the_range_from_one_area",
    [](auto& world, auto subject) { return unmaps_exactly(world, subject, 1); }};

inline constexpr Law munmap_removes_exactly_the_range_of_two_areas{
    "vma.munmap.exactly", "munmap_removes_exactly_the_range_from_two_areas",
    [](auto& world, auto subject) { return unmaps_exactly(world, subject, 2); }};

inline constexpr Law munmap_that_fails_changes_nothing{
    "vma.munmap.no_structure", "munmap_that_fails_on_one_area_changes_nothing", [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_limits(world, any_space(world, 1));
      const auto range = any_range(world, "start_page", "end_page");
      const W byte = world.word("byte");
      const auto out = subject.step(before, Munmap<W>{range.start, range.end - range.start});
      world.reached(out.because);
      const auto within_limit = out.state.mm.map_count <= out.state.knobs.max_map_count;
      if (!was_refused(out)) return all(within_limit, is_accounted_for(out.state));
      return all(within_limit, is_accounted_for(out.state), means_the_same(before, out.state, byte));
    }};

// ---- mmap -----------------------------------------------------------------------------------------------------------

/// A private mapping without a file at a fixed place.
template <Word W>
constexpr Mmap2<W> fixed_mapping(const Range<W>& range, W pgoff) {
  return {range.start,
          range.end - range.start,
          W(PROT_READ | PROT_WRITE),
          W(MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS),
          -1,
          pgoff};
}

inline constexpr Law mmap_maps_exactly_the_range{
    "vma.mmap.fixed", "mmap_maps_exactly_the_range_over_one_area", [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_space(world, 1);
      const auto range = any_range(world, "start_page", "end_page");
      const W byte = world.word("byte"), pgoff = world.word("pgoff", 0, pages_of_task);
      const auto out = subject.step(before, fixed_mapping<W>(range, pgoff));
      world.reached(out.because);
      if (was_refused(out)) return never<W>();
      const auto inside = has_address(range, byte);
      const auto [mapped, page] = meaning(out.state, byte);
      return all(implies(inside, both(mapped, page == pgoff - (range.start >> W(shift_of_page)))),
                 implies(negation(inside), means_the_same(before, out.state, byte)), has_lawful_areas(out.state));
    }};

inline constexpr Law mmap_heeds_the_limit{
    "vma.mmap.too_many_areas", "mmap_over_one_area_never_passes_the_limit_on_their_number",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_limits(world, any_space(world, 1));
      const auto range = any_range(world, "start_page", "end_page");
      const auto out = subject.step(before, fixed_mapping<W>(range, W(0u)));
      world.reached(out.because);
      return both(out.state.mm.map_count <= out.state.knobs.max_map_count, is_accounted_for(out.state));
    }};

inline constexpr Law mmap_finds_what_is_free{
    "vma.mmap.anywhere", "mmap_with_a_hint_beside_one_area_maps_a_range_that_was_free",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_space(world, 1);
      const W hint = any_page_address(world, "hint_page"), len = any_page_address(world, "pages");
      const W byte = world.word("byte");
      world.assume(len != W(0u));
      const auto out =
          subject.step(before, Mmap2<W>{hint, len, W(PROT_READ), W(MAP_PRIVATE | MAP_ANONYMOUS), -1, W(0u)});
      world.reached(out.because);
      if (was_refused(out)) return means_the_same(before, out.state, byte);
      const W start = address_of<W>(out);
      const auto inside = has_address(Range<W>{start, start + len}, byte);
      return all(implies(inside, both(negation(is_mapped(before, byte)), is_mapped(out.state, byte))),
                 implies(negation(inside), means_the_same(before, out.state, byte)), has_lawful_areas(out.state));
    }};

// ---- brk ------------------------------------------------------------------------------------------------------------

inline constexpr Law brk_moves_the_break_or_leaves_all{
    "vma.brk.grows", "brk_beside_one_area_moves_the_break_and_maps_up_to_it_or_changes_nothing",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      auto before = any_space(world, 1);
      before.mm.brk = any_page_address(world, "old_brk_page");
      const W brk = any_page_address(world, "brk_page"), byte = world.word("byte");
      const auto out = subject.step(before, Brk<W>{brk});
      world.reached(out.because);
      const W old = before.mm.brk, now = address_of<W>(out);
      const auto grown = has_address(Range<W>{old, now}, byte), cut = has_address(Range<W>{now, old}, byte);
      return all(now == out.state.mm.brk, either(now == brk, now == old), has_lawful_areas(out.state),
                 implies(grown, is_mapped(out.state, byte)), implies(cut, negation(is_mapped(out.state, byte))),
                 implies(negation(either(grown, cut)), means_the_same(before, out.state, byte)));
    }};

inline constexpr Law do_brk_makes_areas_inside_the_task{
    "vma.do_brk.new_area", "do_brk_beside_one_area_makes_only_areas_that_end_inside_the_task",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_space(world, 1);
      const W addr = world.word("addr"), len = world.word("len");
      const auto out = subject.step(before, DoBrk<W>{addr, len});
      world.reached(out.because);
      return has_lawful_areas(out.state);
    }};

// ---- mprotect, mlockall, stacks, lookups --------------------------------------------------------------------------------

inline constexpr Law splits_heed_the_limit{
    "vma.split.limit", "mprotect_of_one_area_never_passes_the_limit_on_their_number",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_limits(world, any_space(world, 1));
      const auto range = any_range(world, "start_page", "end_page");
      const auto out = subject.step(before, Mprotect<W>{range.start, range.end - range.start, W(PROT_READ)});
      world.reached(out.because);
      return all(out.state.mm.map_count <= out.state.knobs.max_map_count, is_accounted_for(out.state),
                 has_lawful_areas(out.state));
    }};

inline constexpr Law locking_the_future_unlocks_nothing{
    "vma.mlockall.future", "mlockall_of_the_future_leaves_one_locked_area_locked", [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_space(world, 1, all_permissions | VM_LOCKED);
      const W flags = world.word("flags");
      world.assume((flags & W(MCL_FUTURE)) != W(0u));
      const auto out = subject.step(before, Mlockall<W>{flags});
      world.reached(out.because);
      return both((out.state.mm.areas.front().vm_flags & W(VM_LOCKED)) != W(0u),
                  out.state.mm.locked_vm == before.mm.locked_vm);
    }};

inline constexpr Law stacks_keep_to_their_file{
    "vma.stack.offset_zero", "one_growing_area_of_a_file_never_shows_what_is_before_the_beginning_of_the_file",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      auto before = any_space(world, 1, all_permissions | VM_GROWSDOWN);
      before.mm.areas.front().vm_file = 1;
      const W addr = world.word("addr");
      const auto out = subject.step(before, FindExtendVma<W>{addr});
      world.reached(out.because);
      return both(out.state.mm.areas.front().vm_pgoff <= before.mm.areas.front().vm_pgoff,
                  has_lawful_areas(out.state));
    }};

inline constexpr Law a_tree_changes_no_lookup{
    "vma.find_prev.one_before", "find_vma_prev_with_a_tree_of_one_area_finds_what_it_finds_without",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_space(world, 1);
      auto with_tree = before;
      with_tree.lookup.mmap_avl = 1;
      with_tree.lookup.nodes = {TreeNode{.area = 1, .left = {}, .right = {}, .height = 1}};
      const FindVmaPrev<W> call{world.word("addr")};
      const auto listed = subject.step(before, call), found = subject.step(with_tree, call);
      world.reached(found.because);
      const auto& one = std::get<FoundPrev<W>>(listed.result);
      const auto& other = std::get<FoundPrev<W>>(found.result);
      if (!one.start != !other.start || !one.prev != !other.prev) return never<W>();
      return both(one.start.value_or(W(0u)) == other.start.value_or(W(0u)),
                  one.prev.value_or(W(0u)) == other.prev.value_or(W(0u)));
    }};

inline constexpr Law the_tree_takes_out_what_it_is_asked_to{
    "vma.tree.order", "a_tree_of_three_areas_takes_out_the_one_that_it_is_asked_to_whatever_their_keys",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const std::array<W, 3> ends{world.word("first.vm_end"), world.word("second.vm_end"),
                                  world.word("third.vm_end")};
      world.assume(both(ends[0] <= ends[1], ends[1] <= ends[2]));
      Lookup tree{};
      tree.mmap_avl = 2;
      tree.nodes = {TreeNode{.area = 1, .left = {}, .right = {}, .height = 1},
                    TreeNode{.area = 2, .left = 1, .right = 3, .height = 2},
                    TreeNode{.area = 3, .left = {}, .right = {}, .height = 1}};
      const std::uint32_t area = world.choose("area", {1, 2, 3});
      const auto left = subject.tree_without(tree, area, [ends](std::uint32_t id) { return ends[id - 1]; });
      if (!left || left->nodes.size() != 2) return never<W>();
      const bool stays = left->nodes[0].area == area || left->nodes[1].area == area;
      return stays ? never<W>() : W(0u) == W(0u);
    }};

/// The laws of this file.
inline constexpr std::tuple call_laws{munmap_removes_exactly_the_range_of_one_area,
                                      munmap_removes_exactly_the_range_of_two_areas,
                                      munmap_that_fails_changes_nothing,
                                      mmap_maps_exactly_the_range,
                                      mmap_heeds_the_limit,
                                      mmap_finds_what_is_free,
                                      brk_moves_the_break_or_leaves_all,
                                      do_brk_makes_areas_inside_the_task,
                                      splits_heed_the_limit,
                                      locking_the_future_unlocks_nothing,
                                      stacks_keep_to_their_file,
                                      a_tree_changes_no_lookup,
                                      the_tree_takes_out_what_it_is_asked_to};

}  // namespace refmm::vma
