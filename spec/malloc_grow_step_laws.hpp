// Laws about the heap that grows: what spec/malloc_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/malloc_invariant.hpp>
#include <refmm/spec/malloc_request_step_laws.hpp>
#include <refmm/spec/malloc_transition.hpp>

#include <algorithm>
#include <cstdint>

namespace refmm::malloc::holds {

constexpr bool the_heap_grows_only_where_nothing_fits(const Transition& t) {
  const auto* asked = call<Malloc>(t);
  if (!asked || effects_of<Brk>(t) == 0) return true;
  const std::uint32_t needed = asked->bytes + word_bytes<std::uint32_t>;
  return !smallest_fit(t.before, asked->bytes) &&
         size_of_top(t.before) < needed + 2 * smallest_chunk<std::uint32_t>;
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

}  // namespace refmm::malloc::holds
