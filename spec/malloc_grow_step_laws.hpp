// Laws about the heap that grows: what spec/malloc_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/malloc_invariant.hpp>
#include <refmm/spec/malloc_request_step_laws.hpp>
#include <refmm/spec/malloc_transition.hpp>

#include <algorithm>
#include <cstdint>

namespace refmm::malloc::holds {

constexpr bool the_heap_grows_only_where_nothing_fits(const Transition& t) {
  const auto bytes = bytes_sought(t);
  if (!bytes || effects_of<Brk>(t) == 0) return true;
  return !smallest_fit(t.before, *bytes) && !has_room_in_top(t.before, *bytes);
}

/// By what is needed, the smallest chunk and the pad, up to a page.
constexpr bool the_break_is_moved_as_far_as_is_needed_for_the_request_and_the_pad(const Transition& t) {
  const auto bytes = lawful_bytes_sought(t);
  if (!bytes || !has_to_grow(t, *bytes)) return true;
  const std::uint64_t needed = break_needed(t, *bytes);
  if (is_behind_all_addresses(needed)) return true;
  const auto* brk = first_move_of_break(t);
  if (!brk || brk->brk != needed || effects_of<Brk>(t) != 1) return false;
  return !brk->moved || (t.after.top_end == needed && t.after.space.mm.brk == needed);
}

constexpr bool the_heap_ends_at_a_page(const Transition& t) {
  return t.after.top == 0 || t.after.top_end % t.allocator.kernel.machine.page_size == 0;
}

constexpr bool a_heap_that_cannot_go_on_begins_anew_behind_the_break(const Transition& t) {
  if (t.after.regions.size() == t.before.regions.size()) return true;
  const bool goes_on = t.before.top != 0 && t.before.space.mm.brk == t.before.top_end;
  return !goes_on && t.after.regions.size() == t.before.regions.size() + 1 &&
         t.after.regions.back() >= t.before.space.mm.brk;
}

/// True if a call seeks a new block and gives none back to the heap: of what it does there nothing is left if the heap cannot grow.
constexpr bool seeks_only(const Transition& t) {
  const auto* resized = call<Realloc>(t);
  if (!resized) return bytes_asked_for(t).has_value();
  const LawBlock* before = block_before(t, resized->block);
  return resized->block == 0 || (before && own_mapping_of(t.before, before->addr)) || (before && refusal(t));
}

constexpr bool where_the_break_is_not_moved_the_heap_stays_as_it_is(const Transition& t) {
  const auto* brk = seeks_only(t) && !ended_everything(t) ? first_move_of_break(t) : nullptr;
  return !brk || brk->moved || heap_stays(t);
}

constexpr bool the_heap_does_not_grow_around_the_end_of_the_address_space(const Transition& t) {
  const auto bytes = lawful_bytes_sought(t);
  if (!bytes || !has_to_grow(t, *bytes)) return true;
  const auto* brk = first_move_of_break(t);
  if (is_behind_all_addresses(break_needed(t, *bytes))) return !brk && heap_stays(t);
  return !brk || brk->brk > begin_of_new_top(t.before);
}

}  // namespace refmm::malloc::holds
