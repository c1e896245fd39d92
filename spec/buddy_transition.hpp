// One call on the page allocator that was carried out, and questions about it: what the step laws speak of.
#pragma once

#include <refmm/spec/buddy.hpp>
#include <refmm/spec/buddy_flags.hpp>
#include <refmm/spec/buddy_kernel.hpp>
#include <refmm/spec/buddy_refusal.hpp>
#include <refmm/spec/buddy_state.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace refmm::buddy {

using LawState = State<std::uint32_t>;
using LawEffect = Effect<std::uint32_t>;

/// One call that was carried out.
struct Transition {
  const Kernel& kernel;
  const LawState& before;
  const Command<std::uint32_t>& command;
  const Result<std::uint32_t>& result;
  const std::vector<LawEffect>& effects;
  const LawState& after;
};

// ---- What was asked and answered ------------------------------------------------------------------------------------

template <class Call>
constexpr const Call* call(const Transition& t) {
  return std::get_if<Call>(&t.command);
}
template <template <class> class Call>
constexpr const Call<std::uint32_t>* call(const Transition& t) {
  return std::get_if<Call<std::uint32_t>>(&t.command);
}

constexpr std::optional<Refusal> refusal(const Transition& t) {
  const Refused* refused = std::get_if<Refused>(&t.result);
  return refused ? std::optional(refused->refusal) : std::nullopt;
}

/// True if the kernel ran into an assertion: no law speaks of what it left behind.
constexpr bool ended_everything(const Transition& t) {
  const auto why = refusal(t);
  return why && ends_everything(*why);
}

/// A reason is given exactly where there is one: without it the call is not refused for it, with it the call is refused, for it
/// or for what is looked at before it.
constexpr bool refuses_exactly_if(const Transition& t, Refusal reason, bool condition) {
  return condition ? refusal(t).has_value() : refusal(t) != reason;
}

constexpr bool nothing_changed(const Transition& t) { return t.before == t.after && t.effects.empty(); }

// ---- Blocks ---------------------------------------------------------------------------------------------------------

/// A block by its position.
struct Block {
  std::uint32_t position, order;
  constexpr bool has(std::uint32_t frame) const { return frame - position < frames_in_block(order); }
};

/// The block that was handed out.
constexpr std::optional<Block> handed_out(const Transition& t) {
  const auto* asked = call<AllocPages>(t);
  const auto* frame = std::get_if<Frame<std::uint32_t>>(&t.result);
  if (!asked || !frame) return std::nullopt;
  return Block{position_of(t.before, frame->pfn), asked->order};
}

/// The block on a list that the one asked for is part of, and what is to be handed out of it.
struct Source {
  Block taken, handed_out;
};

/// Nothing if no list has a block that is large enough.
constexpr std::optional<Source> source(const Transition& t) {
  const auto* asked = call<AllocPages>(t);
  if (!asked) return std::nullopt;
  for (std::uint32_t order = asked->order; order < orders; ++order) {
    const auto& list = t.before.free_area[order].free_list;
    if (list.empty()) continue;
    const std::uint32_t position = position_of(t.before, list.front());
    const std::uint32_t last = frames_in_block(order) - frames_in_block(asked->order);
    return Source{{position, order}, {position + last, asked->order}};
  }
  return std::nullopt;
}

/// The block that one call is to give back.
constexpr std::optional<Block> block_to_free(const Transition& t) {
  if (const auto* free = call<FreePages>(t)) return Block{position_of(t.before, free->pfn), free->order};
  if (const auto* free = call<FreePagesOk>(t)) return Block{position_of(t.before, free->pfn), free->order};
  return std::nullopt;
}

/// The first frame of the block that one call is to give back, as it was; nothing if it is none of the zone.
constexpr const Page* page_to_free(const Transition& t) {
  const auto block = block_to_free(t);
  return block && block->position < t.before.pages.size() ? &t.before.pages[block->position] : nullptr;
}

constexpr bool is_reserved(const Page& page) { return (page.flags & PG_reserved) != 0; }

/// True if the call is to put the block on the lists: a counted release does with the last reference.
constexpr bool reaches_the_lists(const Transition& t) {
  if (call<FreePagesOk>(t)) return true;
  const Page* page = page_to_free(t);
  return call<FreePages>(t) && page && !is_reserved(*page) && page->count == 1;
}

/// The block that came back to the lists.
constexpr std::optional<Block> given_back(const Transition& t) {
  return reaches_the_lists(t) && !refusal(t) ? block_to_free(t) : std::nullopt;
}

// ---- Frames ---------------------------------------------------------------------------------------------------------

/// By position, in how many free blocks each frame is. Frames behind the end of the zone are in none.
constexpr std::vector<std::uint32_t> free_blocks_of_frames(const LawState& state) {
  std::vector<std::uint32_t> blocks(state.zone_pages, 0);
  for (std::uint32_t order = 0; order < state.free_area.size(); ++order) {
    for (const std::uint32_t pfn : state.free_area[order].free_list) {
      const std::uint32_t first = position_of(state, pfn);
      for (std::uint32_t frame = 0; frame < frames_in_block(order); ++frame) {
        if (first + frame < state.zone_pages) ++blocks[first + frame];
      }
    }
  }
  return blocks;
}

/// True if exactly the frames of `block` became free, or `is_free` is false and they were taken; each was not what it became.
constexpr bool exactly_these_changed(const Transition& t, const Block& block, bool is_free) {
  const auto before = free_blocks_of_frames(t.before), after = free_blocks_of_frames(t.after);
  if (block.position >= t.before.zone_pages || frames_in_block(block.order) > t.before.zone_pages - block.position)
    return false;
  for (std::uint32_t frame = 0; frame < t.before.zone_pages; ++frame) {
    const bool was = before[frame] != 0, is = after[frame] != 0;
    if (block.has(frame) ? was == is_free || is != is_free : was != is) return false;
  }
  return true;
}

/// True if `allowed(before, after)` of the page at each position that `may_change`, and all other pages are as they were.
constexpr bool only_pages_changed(const Transition& t, auto may_change, auto allowed) {
  for (std::uint32_t frame = 0; frame < t.before.pages.size(); ++frame) {
    const Page &before = t.before.pages[frame], &after = t.after.pages[frame];
    if (may_change(frame) ? !allowed(before, after) : before != after) return false;
  }
  return t.before.pages.size() == t.after.pages.size();
}

// ---- Effects --------------------------------------------------------------------------------------------------------

template <template <class> class Kind>
constexpr const Kind<std::uint32_t>* effect_at(const Transition& t, std::size_t place) {
  return place < t.effects.size() ? std::get_if<Kind<std::uint32_t>>(&t.effects[place]) : nullptr;
}

/// The lists and maps of `before` after all effects; nothing if an effect is none that they could have had.
constexpr std::optional<std::vector<FreeArea<std::uint32_t>>> with_effects(const Transition& t) {
  auto areas = t.before.free_area;
  for (const LawEffect& effect : t.effects) {
    if (const auto* unlink = std::get_if<Unlink<std::uint32_t>>(&effect)) {
      auto& list = areas.at(unlink->order).free_list;
      const auto place = std::ranges::find(list, unlink->pfn);
      if (place == list.end()) return std::nullopt;
      list.erase(place);
    } else if (const auto* link = std::get_if<Link<std::uint32_t>>(&effect)) {
      auto& list = areas.at(link->order).free_list;
      list.insert(list.begin(), link->pfn);
    } else {
      const auto& flip = std::get<Flip<std::uint32_t>>(effect);
      auto& map = areas.at(flip.order).map;
      const auto place = std::ranges::lower_bound(map, flip.bit);
      if (place != map.end() && *place == flip.bit) {
        map.erase(place);
      } else {
        map.insert(place, flip.bit);
      }
    }
  }
  return areas;
}

}  // namespace refmm::buddy
