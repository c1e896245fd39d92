// Lists that misuse has damaged: a block that is on two lists, a list that is closed on itself, an entry taken out that was on
// no list.
//
// The kernel's lists are rings of entries that know their neighbours; a block's entry is that of its first frame. As long as each
// entry is on one list or on none the rings are the lists that the model shows, and nothing here is needed. As soon as an
// entry that is on a list is put on one, or one that is on none is taken out, the state gets the rings themselves, and
// list_add and list_del go on over them exactly as in include/linux/list.h. What a free area shows from then on is what a walk
// from its head meets. [buddy.damage.links]
#pragma once

#include <refmm/spec/buddy.hpp>
#include <refmm/spec/buddy_state.hpp>
#include <refmm/spec/mutant.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

/// True of a kernel that lets misuse pass which can damage its lists.
constexpr bool lets_lists_be_damaged(const buddy::Corrections& corrected) {
  return !(corrected.double_free && corrected.largest_double_free && corrected.larger_order);
}

template <Word W>
constexpr bool is_damaged(const buddy::State<W>& state) {
  return !state.damaged.empty();
}

// ---- Entries --------------------------------------------------------------------------------------------------------

/// The entry that is the head of a list.
template <Word W>
constexpr std::uint32_t head_of(const buddy::State<W>& state, std::uint32_t order) {
  return static_cast<std::uint32_t>(state.zone_pages) + order;
}

/// The entry of the block at `place` of a list that is whole; the head in front of its first block and behind its last.
template <Word W>
constexpr std::uint32_t entry_at(const buddy::State<W>& state, std::uint32_t order, std::size_t place) {
  const auto& list = state.free_area[order].free_list;
  if (place >= list.size()) return head_of(state, order);  // place - 1 of the first block wraps
  return static_cast<std::uint32_t>(buddy::position_of(state, list[place]));
}

/// The entries of frames that were never on a list: each is a ring of its own. 2.4.0: free_area_init_core.
constexpr std::vector<buddy::ListHead> entries_alone(std::uint32_t frames) {
  std::vector<buddy::ListHead> entries(frames);
  for (std::uint32_t entry = 0; entry < frames; ++entry) entries[entry] = {entry, entry};
  return entries;
}

/// The order of the whole list that the block is on, `order` if it is on that one; nothing if it is on none.
template <Word W>
constexpr std::optional<std::uint32_t> list_that_holds(const buddy::State<W>& state, W pfn, std::uint32_t order) {
  if (buddy::is_on_list(state, pfn, order)) return order;
  for (std::uint32_t other = 0; other < state.free_area.size(); ++other) {
    if (buddy::is_on_list(state, pfn, other)) return other;
  }
  return std::nullopt;
}

/// The block at `place` of a whole list is about to leave: its entry will go on naming its neighbours, because list_del changes
/// theirs only.
template <Word W>
constexpr buddy::State<W> leaving_behind(buddy::State<W> state, std::uint32_t order, std::size_t place) {
  if (state.left_behind.empty()) return state;
  state.left_behind[entry_at(state, order, place)] = {entry_at(state, order, place + 1),
                                                      entry_at(state, order, place - 1)};
  return state;
}

// ---- Damage ---------------------------------------------------------------------------------------------------------

/// True if a list is damaged, or will be when this block is put on one: it is on one already.
template <Word W>
constexpr bool is_damaged_by_link(const buddy::State<W>& state, W pfn) {
  if (is_damaged(state)) return true;
  return !state.left_behind.empty() && list_that_holds(state, pfn, 0).has_value();
}

constexpr void join(std::vector<buddy::ListHead>& links, std::uint32_t entry, std::uint32_t next) {
  links[entry].next = next;
  links[next].prev = entry;
}

/// The state with the rings of its lists, which were whole until now.
template <Word W>
constexpr buddy::State<W> with_links(buddy::State<W> state) {
  if (is_damaged(state)) return state;
  std::vector<buddy::ListHead> links = std::exchange(state.left_behind, {});
  links.resize(static_cast<std::size_t>(state.zone_pages) + state.free_area.size());
  for (std::uint32_t order = 0; order < state.free_area.size(); ++order) {
    std::uint32_t last = head_of(state, order);
    for (std::size_t place = 0; place != state.free_area[order].free_list.size(); ++place) {
      const std::uint32_t entry = entry_at(state, order, place);
      join(links, std::exchange(last, entry), entry);
    }
    join(links, last, head_of(state, order));
  }
  state.damaged = std::move(links);
  return state;
}

/// The blocks that a walk from the head of a list meets, up to its head, to that of another list, or to the first block that it
/// has met before.
template <Word W>
constexpr std::vector<W> walked(const buddy::State<W>& state, std::uint32_t order) {
  std::vector<W> blocks;
  std::vector<bool> met(static_cast<std::size_t>(state.zone_pages));
  for (std::uint32_t entry = state.damaged[head_of(state, order)].next; entry < met.size() && !met[entry];
       entry = state.damaged[entry].next) {
    met[entry] = true;
    blocks.push_back(buddy::pfn_of(state, static_cast<W>(entry)));
  }
  return blocks;
}

template <Word W>
constexpr buddy::State<W> with_walks(buddy::State<W> state) {
  for (std::uint32_t order = 0; order < state.free_area.size(); ++order)
    state.free_area[order].free_list = walked(state, order);
  return state;
}

/// Puts the entry of a block behind the head of a list. 2.4.0: list_add.
template <Word W>
constexpr buddy::State<W> list_add(buddy::State<W> state, std::uint32_t order, W position) {
  std::vector<buddy::ListHead>& links = state.damaged;
  const std::uint32_t head = head_of(state, order), entry = static_cast<std::uint32_t>(position);
  const std::uint32_t next = links[head].next;
  links[next].prev = entry;
  links[entry] = {next, head};
  links[head].next = entry;
  return with_walks(std::move(state));
}

/// Takes the entry of a block out from between the two that it names, whatever those name. 2.4.0: list_del.
template <Word W>
constexpr buddy::State<W> list_del(buddy::State<W> state, W position) {
  const buddy::ListHead entry = state.damaged[static_cast<std::size_t>(position)];
  join(state.damaged, entry.prev, entry.next);
  return with_walks(std::move(state));
}

/// True if what follows the head of a list is the head of another one, which the kernel takes for a frame far away.
/// [buddy.damage.bug.outside_zone]
template <Word W>
constexpr bool leads_out_of_zone(const buddy::State<W>& state, std::uint32_t order) {
  if (!is_damaged(state)) return false;
  const std::uint32_t head = head_of(state, order), next = state.damaged[head].next;
  return next != head && next >= state.zone_pages;
}

}  // namespace refmm::model::inline REFMM_BUILD
