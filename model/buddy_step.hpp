// What the operations of the page allocator share: the call under way, and the zone that it changes.
#pragma once

#include <refmm/model/buddy_zone.hpp>
#include <refmm/spec/buddy.hpp>
#include <refmm/spec/clause.hpp>
#include <refmm/spec/outcome.hpp>

#include <utility>
#include <variant>

namespace refmm::model::inline REFMM_BUILD {

/// The outcome of a call, and of every operation within it: an operation takes what has happened so far by value and returns
/// it with its own changes, effects and clauses added.
template <Word W>
using BuddyStep = Outcome<buddy::State<W>, buddy::Result<W>, buddy::Effect<W>>;

/// A call that ends with an assertion of the kernel lists no effects.
template <Word W>
constexpr BuddyStep<W> refused(BuddyStep<W> so_far, buddy::Refusal refusal, ClauseRef clause) {
  so_far.because.push_back(clause);
  so_far.result = buddy::Refused{refusal};
  so_far.effects.clear();
  return so_far;
}

template <Word W>
constexpr BuddyStep<W> because(BuddyStep<W> so_far, const Because& clauses) {
  so_far.because.insert(so_far.because.end(), clauses.begin(), clauses.end());
  return so_far;
}

template <Word W>
constexpr bool was_refused(const BuddyStep<W>& step) {
  return std::holds_alternative<buddy::Refused>(step.result);
}

/// The zone of a call, taken out of it to be changed, and the call with a changed zone put back.
template <Word W>
constexpr ZoneUnderWay<W> zone_of(BuddyStep<W>&& so_far) {
  return {std::move(so_far.state), std::move(so_far.effects)};
}
template <Word W>
constexpr BuddyStep<W> with_zone(BuddyStep<W> so_far, ZoneUnderWay<W> zone) {
  if (is_damaged(zone.state)) so_far.because.push_back("buddy.damage.links");
  so_far.state = std::move(zone.state);
  so_far.effects = std::move(zone.effects);
  return so_far;
}

/// What the kernel keeps of a frame of the zone.
template <Word W>
constexpr buddy::Page& page_of(BuddyStep<W>& so_far, W pfn) {
  return so_far.state.pages.at(buddy::position_of(so_far.state, pfn));
}

}  // namespace refmm::model::inline REFMM_BUILD
