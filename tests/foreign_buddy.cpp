#include <refmm/model/buddy.hpp>
#include <refmm/tests/foreign_buddy.hpp>
#include <refmm/tests/foreign_families.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

namespace refmm::foreign {

namespace {

using W = std::uint32_t;

/// Which frames are on a list, by position.
std::vector<bool> free_frames(const BuddyFamily::State& state) {
  std::vector<bool> frames(state.zone_pages);
  for (std::uint32_t order = 0; order < state.free_area.size(); ++order) {
    for (const W pfn : state.free_area[order].free_list) {
      const W first = pfn - state.zone_start;
      for (W frame = first; frame < std::min(first + (1u << order), state.zone_pages); ++frame)
        frames[frame] = true;
    }
  }
  return frames;
}

}  // namespace

void ForeignBuddy::leave() {
  void* const zone = std::exchange(zone_, nullptr);
  if (zone != nullptr && !complaint()) table_.destroy(zone);
}

void ForeignBuddy::reset(const BuddyFamily::Boot& boot) {
  leave();
  forget_complaint();
  boot_ = boot;
  state_ = BuddyFamily::boot(boot);
  end_.reset();
  is_free_.assign(boot.zone_pages, false);
  places_.resize(boot.zone_pages);
  for (W frame = 0; frame < boot.zone_pages; ++frame) places_[frame] = boot.zone_start + frame;
  zone_ = table_.create(boot.zone_start, boot.zone_pages, boot.kernel.machine.orders);
  if (zone_ == nullptr) {
    complain(
        {"the_zone_boots", find_clause("buddy.init.nothing_free"), {"what create returns", "a zone", "NULL"}});
    return;
  }
  // Frame by frame, as boot does it: those of its bit map last.
  const auto map = model::bootmap_of<W>(boot);
  const std::vector<bool> frames = free_frames(state_);
  for (const bool of_map : {false, true}) {
    for (W frame = 0; frame < boot.zone_pages; ++frame) {
      const W pfn = boot.zone_start + frame;
      if (frames[frame] && (pfn - map.first < map.frames) == of_map) free(pfn, 0);
    }
  }
}

BuddySubject::Answer ForeignBuddy::apply(const BuddyFamily::Command& command) {
  if (end_ || complaint()) return {end_.value_or(buddy::Nothing{}), {}};
  const std::uint32_t free_before = state_.free_pages;
  auto outcome = BuddyFamily::step(boot_, std::move(state_), command);
  state_ = std::move(outcome.state);
  Answer answer{outcome.result, std::move(outcome.effects)};
  // Wrong use, and marks that make a use wrong, are no business of an allocator that only has frames.
  if (BuddyFamily::ends_everything(outcome.result)) {
    end_ = outcome.result;
    return answer;
  }
  if (const auto* call = std::get_if<buddy::AllocPages>(&command))
    answer.result = alloc(call->order, outcome.result);
  // A counted release may leave references: then nothing was freed.
  if (state_.free_pages == free_before) return answer;
  if (const auto* call = std::get_if<buddy::FreePages<W>>(&command)) free(call->pfn, call->order);
  if (const auto* call = std::get_if<buddy::FreePagesOk<W>>(&command)) free(call->pfn, call->order);
  if (const auto* call = std::get_if<buddy::BootFree<W>>(&command)) {
    for (W pfn = call->frames.first; pfn - 1 != call->frames.last; ++pfn) free(pfn, 0);
  }
  return answer;
}

void ForeignBuddy::observe(BuddyFamily::State& seen) const {
  seen = state_;
  if (!shows_lists() || zone_ == nullptr || end_) return;
  for (std::uint32_t order = 0; order < seen.free_area.size(); ++order) {
    std::vector<W>& list = seen.free_area[order].free_list;
    list.clear();
    struct Collected {
      std::vector<W>* list;
      std::size_t most;  // a list with more blocks than there are frames does not end
    } collected{&list, std::size_t{seen.zone_pages} + 1};
    table_.free_list(
        zone_, order,
        [](void* to, std::uint32_t pfn) {
          auto* const into = static_cast<Collected*>(to);
          if (into->list->size() < into->most) into->list->push_back(pfn);
        },
        &collected);
  }
}

// ---- Blocks ---------------------------------------------------------------------------------------------------------

BuddyFamily::Result ForeignBuddy::alloc(std::uint32_t order, const Result& model) {
  const auto* const expected = std::get_if<buddy::Frame<W>>(&model);
  const W pfn = table_.alloc_pages(zone_, order);
  if (pfn == nowhere) {
    if (expected == nullptr) return model;
    if (shows_lists()) return buddy::Refused{buddy::Refusal::no_block};
    if (const auto there = free_block_there_could_be(order))
      complain({"what_is_free_can_be_had",
                find_clause("buddy.blocks.no_two_partners"),
                {fmt::format("a block of order {}", order), "one that can be had: all its frames are free",
                 "none, though frames of the zone from position " + std::to_string(*there) + " on are free"}});
    return model;
  }
  const std::string name = fmt::format("the block of order {}", order);
  if (!is_well_placed(pfn, order, name)) return buddy::Frame<W>{pfn};
  if (expected == nullptr) {
    if (shows_lists()) return buddy::Frame<W>{pfn};
    table_.free_pages(zone_, pfn, order);  // the model has its frames elsewhere
    return model;
  }
  take_into_use(pfn, order, expected->pfn);
  return shows_lists() ? Result{buddy::Frame<W>{pfn}} : model;
}

bool ForeignBuddy::is_well_placed(W pfn, std::uint32_t order, const std::string& name) {
  const auto wrong = [&](std::string_view rule, const char* clause, std::string expected, std::string found) {
    complain({rule, find_clause(clause), {name, std::move(expected), fmt::format("{}: pfn {}", found, pfn)}});
    return false;
  };
  const std::uint64_t first = std::uint64_t{pfn} - boot_.zone_start;
  if (order >= boot_.kernel.machine.orders)
    return wrong("there_are_only_the_orders_of_the_zone", "buddy.alloc.order_too_large", "none", "one");
  if (pfn < boot_.zone_start || first + (1u << order) > boot_.zone_pages)
    return wrong("blocks_lie_inside_the_zone", "buddy.blocks.inside_zone", "inside the zone", "not inside");
  if (first % (1u << order) != 0)
    return wrong("blocks_are_aligned_to_their_size", "buddy.blocks.aligned",
                 fmt::format("at a multiple of {} from the start of the zone", 1u << order), "elsewhere");
  for (W frame = position(pfn); frame < position(pfn) + (1u << order); ++frame) {
    if (!is_free_[frame])
      return wrong("blocks_that_are_given_out_were_free", "buddy.blocks.disjoint", "of free frames",
                   fmt::format("with frame {}, which is in use", boot_.zone_start + frame));
  }
  return true;
}

void ForeignBuddy::take_into_use(W pfn, std::uint32_t order, W in_model) {
  for (W i = 0; i < 1u << order; ++i) {
    is_free_[position(pfn) + i] = false;
    places_[position(in_model) + i] = pfn + i;
  }
}

/// Frees what the model calls by this number. Frames that are one block in the model may come from several here.
void ForeignBuddy::free(W in_model, std::uint32_t order) {
  const W first = position(in_model), frames = 1u << order;
  if (first + frames > places_.size()) return;
  const W pfn = places_[first];
  bool is_block = pfn != nowhere && position(pfn) % frames == 0;
  for (W i = 0; is_block && i < frames; ++i) is_block = places_[first + i] == pfn + i;
  if (!is_block) {
    if (order == 0) return;  // it could not be had
    free(in_model, order - 1);
    free(in_model + frames / 2, order - 1);
    return;
  }
  for (W i = 0; i < frames; ++i) {
    places_[first + i] = nowhere;
    is_free_[position(pfn) + i] = true;
  }
  table_.free_pages(zone_, pfn, order);
}

/// The position of a block of this order whose frames are all free.
std::optional<W> ForeignBuddy::free_block_there_could_be(std::uint32_t order) const {
  const W frames = 1u << order;
  for (W first = 0; first + frames <= is_free_.size(); first += frames) {
    bool all = true;
    for (W i = 0; all && i < frames; ++i) all = is_free_[first + i];
    if (all) return first;
  }
  return std::nullopt;
}

template <>
const TableRules& rules<BuddyFamily>() {
  using T = struct refmm_buddy_subject;
#define MEMBER(name) \
  TableMember { #name, offsetof(T, name) }
  static const TableRules rules{
      .function = "refmm_buddy_subject",
      .size = sizeof(T),
      .required = {MEMBER(create), MEMBER(destroy), MEMBER(alloc_pages), MEMBER(free_pages)}};
#undef MEMBER
  return rules;
}

template <>
std::unique_ptr<BuddySubject> make_subject<BuddyFamily>(const ForeignLibrary& library) {
  return std::make_unique<ForeignBuddy>(library.table<struct refmm_buddy_subject>(rules<BuddyFamily>()));
}

}  // namespace refmm::foreign
