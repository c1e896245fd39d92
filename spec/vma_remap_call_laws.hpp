// Laws about mremap on small address spaces, where 2.4.0 has most of its defects: see spec/vma_call_laws.hpp.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_call_inputs.hpp>

#include <tuple>

namespace refmm::vma {

// ---- Calls ----------------------------------------------------------------------------------------------------------

/// Any mremap of whole pages, of the given flags.
template <class World>
constexpr auto any_remap(World& world, std::uint32_t flags, Pages pages = whole_task) {
  using W = WordOf<World>;
  const bool fixed = (flags & MREMAP_FIXED) != 0;
  return Mremap<W>{.addr = any_page_address(world, "addr_page", pages),
                   .old_len = any_page_address(world, "old_pages", {0, pages.count}),
                   .new_len = any_page_address(world, "new_pages", {0, pages.count}),
                   .flags = W(flags),
                   .new_addr = fixed ? any_page_address(world, "new_addr_page", pages) : W(0u)};
}

inline constexpr std::uint32_t in_place = 0, anywhere = MREMAP_MAYMOVE, to_address = MREMAP_MAYMOVE | MREMAP_FIXED;

/// One area in sixteen pages: where areas move, the two ranges, the area and the probe are too many to be anywhere.
constexpr auto one_area_in_sixteen_pages(auto& world) {
  return any_space(world, 1, all_permissions, sixteen_pages);
}

/// The old range, as it was before, and the new one where the call has put it.
template <Word W>
constexpr Range<W> old_range(const Mremap<W>& call) {
  return {call.addr, call.addr + call.old_len};
}

/// True if the old range lies in the first area.
template <Word W>
constexpr auto lies_in_first_area(const State<W>& state, const Mremap<W>& call) {
  const Area<W>& area = state.mm.areas.front();
  return all(area.vm_start <= call.addr, call.addr < area.vm_end, call.old_len <= area.vm_end - call.addr);
}

/// The page that an address of the old range showed must be the one that the address at the same place of the new range shows.
template <Word W>
constexpr auto shows_the_old_range(const State<W>& before, const State<W>& after, const Mremap<W>& call, W to,
                                   W page) {
  const W shift = W(shift_of_page);
  const auto [was_mapped, old_page] = meaning(before, call.addr + page);
  const auto [is_mapped, new_page] = meaning(after, to + page);
  return all(was_mapped, is_mapped, old_page + (call.addr >> shift) == new_page + (to >> shift));
}

// ---- What any mremap leaves -------------------------------------------------------------------------------------------

/// One mremap on one area, whatever the limits.
constexpr auto remap_leaves_lawful_areas(auto& world, auto subject, std::uint32_t flags, Pages pages) {
  using W = WordOf<decltype(world)>;
  const auto before = any_limits(world, any_space(world, 1, all_permissions, pages));
  const Mremap<W> call = any_remap(world, flags, pages);
  const auto out = subject.step(before, call);
  world.reached(out.because);
  return both(has_lawful_areas(out.state), is_accounted_for(out.state));
}

inline constexpr Law mremap_in_place_leaves_lawful_areas{
    "vma.areas.disjoint", "mremap_of_one_area_in_place_leaves_areas_in_order_disjoint_and_not_empty",
    [](auto& world, auto subject) { return remap_leaves_lawful_areas(world, subject, in_place, whole_task); }};

inline constexpr Law mremap_anywhere_leaves_lawful_areas{
    "vma.areas.disjoint",
    "mremap_of_one_area_anywhere_leaves_areas_in_order_disjoint_and_not_empty_in_sixteen_pages",
    [](auto& world, auto subject) { return remap_leaves_lawful_areas(world, subject, anywhere, sixteen_pages); }};

inline constexpr Law mremap_to_an_address_leaves_lawful_areas{
    "vma.areas.disjoint",
    "mremap_of_one_area_to_an_address_leaves_areas_in_order_disjoint_and_not_empty_in_sixteen_pages",
    [](auto& world, auto subject) {
      return remap_leaves_lawful_areas(world, subject, to_address, sixteen_pages);
    }};

inline constexpr Law mremap_of_nothing_is_refused{
    "vma.mremap.length_zero", "mremap_of_one_area_to_no_page_makes_no_area", [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_space(world, 1);
      Mremap<W> call = any_remap(world, to_address);
      call.new_len = 0u;
      const auto out = subject.step(before, call);
      world.reached(out.because);
      return has_lawful_areas(out.state);
    }};

// ---- Limits -----------------------------------------------------------------------------------------------------------

inline constexpr Law mremap_heeds_the_limit{
    "vma.mremap.too_many_areas",
    "mremap_of_one_area_anywhere_never_passes_the_limit_on_their_number_in_sixteen_pages",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_limits(world, one_area_in_sixteen_pages(world));
      const Mremap<W> call = any_remap(world, anywhere, sixteen_pages);
      world.assume(call.old_len < call.new_len);
      const auto out = subject.step(before, call);
      world.reached(out.because);
      return out.state.mm.map_count <= out.state.knobs.max_map_count;
    }};

inline constexpr Law growth_keeps_to_page_offsets{
    "vma.mremap.page_offset", "mremap_never_lets_one_area_grow_over_the_last_page_offset_in_sixteen_pages",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = one_area_in_sixteen_pages(world);
      const W shift = W(shift_of_page);
      const auto wraps = [&](const Area<W>& area) {
        return area.vm_pgoff + ((area.vm_end >> shift) - (area.vm_start >> shift)) < area.vm_pgoff;
      };
      world.assume(negation(wraps(before.mm.areas.front())));
      const Mremap<W> call = any_remap(world, in_place, sixteen_pages);
      const auto out = subject.step(before, call);
      world.reached(out.because);
      auto claim = W(0u) == W(0u);
      for (const Area<W>& area : out.state.mm.areas) claim = both(claim, negation(wraps(area)));
      return claim;
    }};

inline constexpr Law unreserved_areas_are_not_charged{
    "vma.mremap.memory", "one_area_mapped_without_reserve_grows_however_little_memory_there_is",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      auto before = any_space(world, 1);
      before.mm.areas.front().mapped_noreserve = true;
      before.knobs.free_pages = world.word("free_pages", 0, pages_of_task);
      const Mremap<W> call = any_remap(world, in_place);
      const auto out = subject.step(before, call);
      world.reached(out.because);
      return !was_refused_for(out, Refusal::no_memory) ? W(0u) == W(0u) : never<W>();
    }};

// ---- What a success means ---------------------------------------------------------------------------------------------

inline constexpr Law what_is_moved_goes_from_where_it_was{
    "vma.mremap.moves",
    "a_range_of_one_area_that_mremap_has_moved_is_mapped_where_it_was_no_more_in_sixteen_pages",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_limits(world, one_area_in_sixteen_pages(world));
      const Mremap<W> call = any_remap(world, to_address, sixteen_pages);
      world.assume(both(call.old_len != W(0u), call.old_len <= call.new_len));
      const W byte = world.word("byte");
      const auto out = subject.step(before, call);
      world.reached(out.because);
      if (was_refused(out)) return W(0u) == W(0u);
      return implies(has_address(old_range(call), byte), negation(is_mapped(out.state, byte)));
    }};

inline constexpr Law what_is_cut_off_goes{
    "vma.mremap.tail_stays",
    "a_tail_of_one_area_that_mremap_to_an_address_has_cut_off_is_mapped_no_more_in_sixteen_pages",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_limits(world, one_area_in_sixteen_pages(world));
      const Mremap<W> call = any_remap(world, to_address, sixteen_pages);
      world.assume(both(W(0u) < call.new_len, call.new_len < call.old_len));
      const W byte = world.word("byte");
      const auto out = subject.step(before, call);
      world.reached(out.because);
      if (was_refused(out)) return W(0u) == W(0u);
      const Range<W> tail{call.addr + call.new_len, call.addr + call.old_len};
      return implies(has_address(tail, byte), negation(is_mapped(out.state, byte)));
    }};

inline constexpr Law moving_and_shrinking_works{
    "vma.mremap.moves", "mremap_moves_a_range_of_one_area_to_an_address_and_makes_it_shorter_in_sixteen_pages",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = one_area_in_sixteen_pages(world);
      const Mremap<W> call = any_remap(world, to_address, sixteen_pages);
      world.assume(both(W(0u) < call.new_len, call.new_len < call.old_len));
      world.assume(lies_in_first_area(before, call));
      const Range<W> destination{call.new_addr, call.new_addr + call.new_len};
      world.assume(both(call.new_addr <= W(machine.task_size) - call.new_len,
                        negation(overlap<W>(destination, old_range(call)))));
      const W byte = world.word("byte");
      world.assume(byte < call.new_len);
      const auto out = subject.step(before, call);
      world.reached(out.because);
      if (was_refused(out)) return never<W>();
      return both(address_of<W>(out) == call.new_addr,
                  shows_the_old_range<W>(before, out.state, call, call.new_addr, byte));
    }};

inline constexpr Law growing_shows_what_was_there{
    "vma.mremap.grows_in_place", "what_mremap_makes_longer_shows_what_one_area_showed_in_sixteen_pages",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = one_area_in_sixteen_pages(world);
      const Mremap<W> call = any_remap(world, anywhere, sixteen_pages);
      world.assume(both(W(0u) < call.old_len, call.old_len <= call.new_len));
      const W byte = world.word("byte");
      world.assume(byte < call.old_len);
      const auto out = subject.step(before, call);
      world.reached(out.because);
      if (was_refused(out)) return means_the_same(before, out.state, byte);
      return shows_the_old_range<W>(before, out.state, call, address_of<W>(out), byte);
    }};

// ---- What a refusal leaves --------------------------------------------------------------------------------------------

inline constexpr Law shrinking_looks_at_the_area{
    "vma.mremap.shrinks",
    "mremap_in_place_makes_shorter_only_what_lies_in_the_one_area_and_takes_exactly_its_tail",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_limits(world, any_space(world, 1));
      const Mremap<W> call = any_remap(world, in_place);
      world.assume(both(W(0u) < call.new_len, call.new_len < call.old_len));
      const W byte = world.word("byte");
      const auto out = subject.step(before, call);
      world.reached(out.because);
      if (was_refused(out)) return means_the_same(before, out.state, byte);
      const auto tail = has_address(Range<W>{call.addr + call.new_len, call.addr + call.old_len}, byte);
      return all(lies_in_first_area(before, call), implies(tail, negation(is_mapped(out.state, byte))),
                 implies(negation(tail), means_the_same(before, out.state, byte)));
    }};

inline constexpr Law a_bad_source_changes_nothing{
    "vma.mremap.not_mapped", "mremap_to_an_address_with_a_source_that_is_not_the_one_area_changes_nothing",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_space(world, 1);
      const Mremap<W> call = any_remap(world, to_address);
      world.assume(negation(lies_in_first_area(before, call)));
      const W byte = world.word("byte");
      const auto out = subject.step(before, call);
      world.reached(out.because);
      return was_refused(out) ? means_the_same(before, out.state, byte) : never<W>();
    }};

/// The laws of this file.
inline constexpr std::tuple remap_laws{mremap_in_place_leaves_lawful_areas,
                                       mremap_anywhere_leaves_lawful_areas,
                                       mremap_to_an_address_leaves_lawful_areas,
                                       mremap_of_nothing_is_refused,
                                       mremap_heeds_the_limit,
                                       growth_keeps_to_page_offsets,
                                       unreserved_areas_are_not_charged,
                                       what_is_moved_goes_from_where_it_was,
                                       what_is_cut_off_goes,
                                       moving_and_shrinking_works,
                                       growing_shows_what_was_there,
                                       shrinking_looks_at_the_area,
                                       a_bad_source_changes_nothing};

}  // namespace refmm::vma
