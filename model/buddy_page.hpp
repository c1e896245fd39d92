// What the users of a frame do with it: references and marks.
//
// Follows get_page and the macros of include/linux/mm.h.
#pragma once

#include <refmm/model/buddy_step.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// One reference more. [buddy.get_page.counts] 2.4.0: get_page.
template <Word W>
constexpr BuddyStep<W> get_page(BuddyStep<W> so_far, const buddy::GetPage<W>& call) {
  const auto count = static_cast<std::uint32_t>(page_of(so_far, call.pfn).count);
  page_of(so_far, call.pfn).count = static_cast<std::int32_t>(count + 1);
  so_far.because.push_back("buddy.get_page.counts");
  return so_far;
}

/// Sets or clears a mark of a frame, or a pointer that says who uses it. [buddy.mark.sets]
template <Word W>
constexpr BuddyStep<W> mark(BuddyStep<W> so_far, W pfn, const buddy::Mark& mark, bool is_set) {
  buddy::Page& page = page_of(so_far, pfn);
  page.flags = is_set ? page.flags | mark.flags : page.flags & ~mark.flags;
  if (mark.buffers) page.buffers = is_set;
  if (mark.mapping) page.mapping = is_set;
  so_far.because.push_back("buddy.mark.sets");
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD
