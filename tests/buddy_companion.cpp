#include <refmm/spec/buddy_state.hpp>
#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/buddy_companion.hpp>

#include <variant>

namespace refmm {

namespace {

/// The lists, and the maps but for that of the largest order, which only taking changes.
bool same_lists_and_maps(const BuddyFamily::State& one, const BuddyFamily::State& other) {
  for (std::uint32_t order = 0; order < one.free_area.size(); ++order) {
    if (one.free_area[order].free_list != other.free_area[order].free_list) return false;
    if (order + 1 < one.free_area.size() && one.free_area[order].map != other.free_area[order].map) return false;
  }
  return one.free_pages == other.free_pages;
}

}  // namespace

std::optional<BrokenLaw> BuddyCompanion::step(const Carried<BuddyFamily>& carried) {
  gave_back_ = false;
  if (const auto broken = as_built_.step(carried)) return broken;
  const auto* const asked = std::get_if<buddy::AllocPages>(&carried.command);
  const auto* const frame = std::get_if<buddy::Frame<std::uint32_t>>(&carried.result);
  if (!asked || !frame) return std::nullopt;

  const buddy::FreePagesOk<std::uint32_t> release{frame->pfn, asked->order};
  const auto given_back = BuddyFamily::step(carried.boot, carried.after, release);
  // A block with a mark that stands against its release stays.
  if (std::holds_alternative<buddy::Refused>(given_back.result)) return std::nullopt;
  gave_back_ = true;
  if (same_lists_and_maps(carried.before, given_back.state)) return std::nullopt;
  return BrokenLaw{&*ClauseRef("buddy.free.restores"),
                   "a_block_that_is_taken_and_given_back_leaves_lists_and_maps_as_they_were"};
}

}  // namespace refmm
