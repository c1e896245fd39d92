// What the theorems about demand paging start from: all pages of a machine, in any consistent state.
//
// Consistent is what spec/process_invariant.hpp says of whole states, said of the places, frames and slots that a law looks at: a count is
// at least the references that are known, names lead to frames and back, a writable private page has one owner. That all of it stays so
// is what the laws of spec/fault_pages_laws.hpp prove, an operation at a time.
#pragma once

#include <refmm/spec/fault.hpp>
#include <refmm/spec/fault_pages.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/map.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/spec/word.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace refmm::fault {

template <class World>
using WordOf = typename std::remove_cvref_t<World>::word_type;

// ---- Places -------------------------------------------------------------------------------------------------------

/// Where an entry stands: a page table and a slot of it. An address of a process is one such place, and no place is two addresses.
template <Word W>
struct Place {
  W table, slot;
};

template <class World>
constexpr auto any_place(World& world, std::string_view name) {
  const std::string of(name);
  return Place<WordOf<World>>{world.word(of + ".table", 1, 0xfffff), world.word(of + ".slot", 0, 1023)};
}

template <Word W>
constexpr auto differ(const Place<W>& one, const Place<W>& other) {
  return either(one.table != other.table, one.slot != other.slot);
}

/// What the address of a place means: the page of which object it shows, if any, and whether it shares it with others.
template <Word W>
struct Meaning {
  W object, index, shared;
};

/// The meanings of all places.
template <class Tables>
struct Meanings {
  Tables object, index, shared;
};

template <class World>
constexpr auto any_meanings(World& world) {
  const auto object = world.maps("object_at");
  return Meanings<std::remove_const_t<decltype(object)>>{object, world.maps("index_at"), world.maps("shared_at")};
}

template <class Tables, Word W>
constexpr Meaning<W> meaning_of(const Meanings<Tables>& meanings, const Place<W>& place) {
  return {lookup(meanings.object, place.table, place.slot), lookup(meanings.index, place.table, place.slot),
          lookup(meanings.shared, place.table, place.slot)};
}

// ---- All pages ----------------------------------------------------------------------------------------------------

template <class World>
constexpr auto any_pages(World& world) {
  using W = WordOf<World>;
  const W offset = world.word("offset", 0, 4095);
  const auto one_byte = [offset](const W& byte) { return PageByte<W>{offset, byte}; };
  const auto mem_map = zipped(
      [](const W& count, const W& flags, const W& mapping, const W& index, const W& buffers) {
        return Frame<W>{count, flags, mapping, index, buffers};
      },
      world.map("count"), world.map("flags"), world.map("mapping"), world.map("index"), world.map("buffers"));
  const auto slots = world.maps("slots");
  const auto disk = with_each(world.maps("disk"), [one_byte](const auto& of) { return with_each(of, one_byte); });
  const auto objects = zipped(
      [](const W& shared_memory, const W& i_size, const auto& of_slots, const auto& of_disk) {
        return AnyObject<W, std::remove_cvref_t<decltype(of_slots)>, std::remove_cvref_t<decltype(of_disk)>>{
            shared_memory, i_size, of_slots, of_disk};
      },
      world.map("shared_memory"), world.map("i_size"), slots, disk);
  const auto words = world.map("swap_map");
  const auto bytes = with_each(world.map("contents"), one_byte);
  const auto tables = world.maps("tables");
  using Words = std::remove_const_t<decltype(words)>;
  using Bytes = std::remove_const_t<decltype(bytes)>;
  using All = AllPages<W, Words, std::remove_const_t<decltype(tables)>, std::remove_const_t<decltype(mem_map)>,
                       Bytes, std::remove_const_t<decltype(objects)>>;
  return All{.offset = offset,
             .mem_map = mem_map,
             .contents = bytes,
             .pgds = world.maps("pgds"),
             .tables = tables,
             .rss = world.map("rss"),
             .page_cache = world.maps("page_cache"),
             .objects = objects,
             .swap = AnySwapArea<W, Words, Bytes>{words, with_each(world.map("swap_contents"), one_byte),
                                                  world.word("free_slot", 0, 0xffffff)},
             .free_frames = {world.word("free_frame", 1, 0xfffff), world.word("next_free_frame", 1, 0xfffff)},
             .faults = Faults<W>{world.word("fail_alloc"), false, world.word("fail_read"),
                                 world.word("fail_swap_read"), world.word("fail_swap_write")}};
}

// ---- Entries ------------------------------------------------------------------------------------------------------

template <Word W>
constexpr auto has_flag(const W& flags, std::uint32_t flag) {
  return (flags & W(flag)) != W(0u);
}
template <Word W>
constexpr auto leads_to_page(const W& entry) {
  return has_flag(entry, PAGE_PRESENT | PAGE_PROTNONE);
}
template <Word W>
constexpr auto leads_to_slot(const W& entry) {
  return both(entry != W(0u), negation(leads_to_page(entry)));
}
template <Word W>
constexpr W frame_behind(const W& entry) {
  return entry >> W(12u);
}
template <Word W>
constexpr W slot_behind(const W& entry) {
  return entry >> W(8u);
}
template <class All, Word W>
constexpr W entry_at(const All& all, const Place<W>& place) {
  return lookup(all.tables, place.table, place.slot);
}

// ---- What is seen -------------------------------------------------------------------------------------------------

/// The byte in a slot, from the swap cache if it is there.
template <class All, Word W>
constexpr W byte_of_slot(const All& all, const W& slot) {
  const W cached = lookup(all.page_cache, W(swapper_space), slot);
  const auto is_read = both(cached != W(none), has_flag(lookup(all.mem_map, cached).flags, PG_uptodate));
  return select(is_read, lookup(all.contents, cached).byte, lookup(all.swap.contents, slot).byte);
}

/// The byte of a page of an object: of its cache, of its slot, or of the disk.
template <class All, Word W>
constexpr W byte_of_object(const All& all, const W& object, const W& index) {
  const W cached = lookup(all.page_cache, object, index);
  const auto of = lookup(all.objects, object);
  const W slot = lookup(of.slots, index);
  const W below = select(slot != W(none), byte_of_slot(all, slot), lookup(of.disk, index).byte);
  const auto is_read = both(cached != W(none), has_flag(lookup(all.mem_map, cached).flags, PG_uptodate));
  return select(is_read, lookup(all.contents, cached).byte, below);
}

/// The byte that a process sees at a place.
template <class All, Word W>
constexpr W byte_seen(const All& all, const Meaning<W>& meaning, const Place<W>& place) {
  const W entry = entry_at(all, place);
  const W of_object = byte_of_object(all, meaning.object, meaning.index);
  const W untouched = select(meaning.object != W(none), of_object, W(0u));
  const W not_there = select(entry != W(0u), byte_of_slot(all, slot_behind(entry)), untouched);
  return select(leads_to_page(entry), lookup(all.contents, frame_behind(entry)).byte, not_there);
}

// ---- Consistent states --------------------------------------------------------------------------------------------

/// What an entry has room for.
inline constexpr std::uint32_t last_frame = 0xfffff, last_slot = 0xffffff;

/// Counts stay far below what a word can count.
inline constexpr std::uint32_t many = 0x40000000;

template <Word W>
constexpr W one_if(const auto& condition) {
  return select(condition, W(1u), W(0u));
}

/// References to a frame of its cache and its buffer.
template <Word W>
constexpr W references_of_cache(const Frame<W>& frame) {
  return one_if<W>(frame.mapping != W(none)) + frame.buffers;
}

template <class All, Word W>
constexpr auto lawful_frame(const All& all, const W& pfn) {
  const Frame<W> frame = lookup(all.mem_map, pfn);
  const auto is_reserved = pfn == W(ZERO_PAGE), in_swap_cache = frame.mapping == W(swapper_space);
  const auto named = implies(frame.mapping != W(none), lookup(all.page_cache, frame.mapping, frame.index) == pfn);
  const auto of_slot = implies(in_swap_cache, refmm::all(both(frame.index != W(none), frame.index <= W(last_slot)),
                                                         lookup(all.swap.swap_map, frame.index) >= W(1u)));
  const auto reserved =
      implies(is_reserved, refmm::all(frame.count == W(0u), frame.mapping == W(none), frame.buffers == W(0u),
                                      lookup(all.contents, pfn).byte == W(0u)));
  const auto free = implies(both(frame.count == W(0u), negation(is_reserved)),
                            both(frame.mapping == W(none), frame.flags == W(0u)));
  return refmm::all(named, of_slot, reserved, free,
                    equivalent(has_flag(frame.flags, PG_swap_cache), in_swap_cache),
                    equivalent(has_flag(frame.flags, PG_reserved), is_reserved),
                    implies(has_flag(frame.flags, PG_dirty), has_flag(frame.flags, PG_uptodate)),
                    frame.buffers <= W(1u), implies(frame.buffers == W(1u), in_swap_cache), frame.count < W(many),
                    frame.count >= references_of_cache(frame));
}

/// The page that a cache has under a name, if it has one.
template <class All, Word W>
constexpr auto lawful_name(const All& all, const W& mapping, const W& index) {
  const W cached = lookup(all.page_cache, mapping, index);
  const Frame<W> frame = lookup(all.mem_map, cached);
  return implies(cached != W(none),
                 refmm::all(frame.mapping == mapping, frame.index == index, cached <= W(last_frame),
                            cached != W(ZERO_PAGE), lawful_frame(all, cached)));
}

template <class All, Word W>
constexpr auto lawful_slot(const All& all, const W& slot) {
  const W cached = lookup(all.page_cache, W(swapper_space), slot);
  return refmm::all(lawful_name(all, W(swapper_space), slot), lookup(all.swap.swap_map, slot) < W(many),
                    slot <= W(last_slot), implies(slot == W(none), cached == W(none)));
}

/// A page of an object: in memory or in a slot, and the slot is nobody else's.
template <class All, Word W>
constexpr auto lawful_page(const All& all, const W& object, const W& index) {
  const auto of = lookup(all.objects, object);
  const W slot = lookup(of.slots, index), cached = lookup(all.page_cache, object, index);
  const W in_swap_cache = lookup(all.page_cache, W(swapper_space), slot);
  const auto is_memory = of.shared_memory != W(0u);
  const auto in_slot = implies(
      slot != W(none),
      refmm::all(is_memory, cached == W(none),
                 lookup(all.swap.swap_map, slot) == W(1u) + one_if<W>(in_swap_cache != W(none)),
                 implies(in_swap_cache != W(none), lookup(all.mem_map, in_swap_cache).count ==
                                                       references_of_cache(lookup(all.mem_map, in_swap_cache)))));
  const auto of_memory = implies(
      is_memory, both(lookup(of.disk, index).byte == W(0u),
                      implies(cached != W(none), has_flag(lookup(all.mem_map, cached).flags, PG_uptodate))));
  return implies(object != W(none), refmm::all(object != W(swapper_space), lawful_name(all, object, index),
                                               lawful_slot(all, slot), in_slot, of_memory));
}

/// Whose page a place can lead to: in shared memory that of its object; else one of its own, or for reading the one of its object, or the
/// zero page. A page without a name is dirty, or it could not be had back. A slot only in private memory, with nothing beside it.
template <class All, Word W>
constexpr auto leads_to_its_own(const All& all, const Meaning<W>& meaning, const Place<W>& place) {
  const W entry = entry_at(all, place), pfn = frame_behind(entry);
  const Frame<W> frame = lookup(all.mem_map, pfn);
  const auto writable = has_flag(entry, PAGE_RW), is_private = meaning.shared == W(0u);
  const auto of_object = refmm::all(meaning.object != W(none), frame.mapping == meaning.object,
                                    frame.index == meaning.index, has_flag(frame.flags, PG_uptodate));
  const auto nameless = both(frame.mapping == W(none), has_flag(entry, PAGE_DIRTY));
  const auto swapped = both(frame.mapping == W(swapper_space), has_flag(frame.flags, PG_uptodate));
  const auto own = both(pfn != W(ZERO_PAGE), either(nameless, swapped));
  const auto zeros = both(pfn == W(ZERO_PAGE), meaning.object == W(none));
  const auto page = both(implies(is_private, either(own, both(negation(writable), either(of_object, zeros)))),
                         implies(negation(is_private), of_object));
  const auto in_slot = both(is_private, entry == slot_behind(entry) << W(8u));
  return refmm::all(implies(leads_to_page(entry), page), implies(leads_to_slot(entry), in_slot),
                    implies(negation(is_private), meaning.object != W(none)));
}

template <class All, Word W>
constexpr auto lawful_place(const All& all, const Meaning<W>& meaning, const Place<W>& place) {
  const W entry = entry_at(all, place), pfn = frame_behind(entry), slot = slot_behind(entry);
  const Frame<W> frame = lookup(all.mem_map, pfn);
  const W cached = lookup(all.page_cache, W(swapper_space), slot);
  const auto page =
      implies(leads_to_page(entry),
              refmm::all(pfn != W(none), lawful_frame(all, pfn),
                         either(pfn == W(ZERO_PAGE), frame.count >= W(1u) + references_of_cache(frame))));
  const auto in_slot = implies(
      leads_to_slot(entry), refmm::all(slot != W(none), lawful_slot(all, slot),
                                       lookup(all.swap.swap_map, slot) >= W(1u) + one_if<W>(cached != W(none))));
  // No descriptor leads to a shared memory object: all that maps it is shared.
  const auto of_memory =
      both(meaning.object != W(none), lookup(all.objects, meaning.object).shared_memory != W(0u));
  return refmm::all(leads_to_its_own(all, meaning, place), page, in_slot,
                    implies(of_memory, meaning.shared != W(0u)), lawful_page(all, meaning.object, meaning.index));
}

/// A writable private page at one place is nowhere else: in no other entry, and nobody else has its slot.
template <class All, Word W>
constexpr auto owned_alone(const All& all, const Meaning<W>& meaning, const Place<W>& place,
                           const Place<W>& other) {
  const W entry = entry_at(all, place), elsewhere = entry_at(all, other), pfn = frame_behind(entry);
  const Frame<W> frame = lookup(all.mem_map, pfn);
  const auto writable = refmm::all(leads_to_page(entry), has_flag(entry, PAGE_RW), meaning.shared == W(0u));
  const auto same_page = both(leads_to_page(elsewhere), frame_behind(elsewhere) == pfn);
  const auto same_slot = refmm::all(leads_to_slot(elsewhere), frame.mapping == W(swapper_space),
                                    frame.index == slot_behind(elsewhere));
  return implies(writable, negation(either(same_page, same_slot)));
}

/// Two places know of each other in the counts of what both lead to.
template <class All, Word W>
constexpr auto lawful_pair(const All& all, const Place<W>& one, const Place<W>& other) {
  const W here = entry_at(all, one), there = entry_at(all, other), pfn = frame_behind(here),
          slot = slot_behind(here);
  const Frame<W> frame = lookup(all.mem_map, pfn);
  const W cached = lookup(all.page_cache, W(swapper_space), slot);
  const auto same_page =
      refmm::all(leads_to_page(here), leads_to_page(there), pfn == frame_behind(there), pfn != W(ZERO_PAGE));
  const auto same_slot = refmm::all(leads_to_slot(here), leads_to_slot(there), slot == slot_behind(there));
  const auto page_of_slot = refmm::all(leads_to_page(here), leads_to_slot(there),
                                       frame.mapping == W(swapper_space), frame.index == slot_behind(there));
  return refmm::all(implies(same_page, frame.count >= W(2u) + references_of_cache(frame)),
                    implies(same_slot, lookup(all.swap.swap_map, slot) >= W(2u) + one_if<W>(cached != W(none))),
                    implies(page_of_slot, lookup(all.swap.swap_map, frame.index) >= W(2u)));
}

/// A slot is of entries, or of one page of one object.
template <class All, Word W>
constexpr auto slot_is_no_objects(const All& all, const Meaning<W>& meaning, const Place<W>& place) {
  const W entry = entry_at(all, place);
  const Frame<W> frame = lookup(all.mem_map, frame_behind(entry));
  const W held = lookup(lookup(all.objects, meaning.object).slots, meaning.index);
  const auto holds = refmm::all(meaning.object != W(none), held != W(none));
  return refmm::all(
      implies(both(holds, leads_to_slot(entry)), held != slot_behind(entry)),
      implies(refmm::all(holds, leads_to_page(entry), frame.mapping == W(swapper_space)), held != frame.index));
}

/// Two pages of objects are not in one slot.
template <class All, Word W>
constexpr auto slots_differ(const All& all, const Meaning<W>& one, const Meaning<W>& other) {
  const W first = lookup(lookup(all.objects, one.object).slots, one.index);
  const W second = lookup(lookup(all.objects, other.object).slots, other.index);
  const auto same_page = both(one.object == other.object, one.index == other.index);
  const auto both_objects = both(one.object != W(none), other.object != W(none));
  return implies(both_objects, either(same_page, either(first != second, first == W(none))));
}

/// A frame that can be taken.
template <class All, Word W>
constexpr auto is_free(const All& all, const W& pfn) {
  const Frame<W> frame = lookup(all.mem_map, pfn);
  return refmm::all(frame.count == W(0u), frame.mapping == W(none), frame.flags == W(0u), frame.buffers == W(0u),
                    pfn != W(ZERO_PAGE));
}

/// What the world promises of the pages that a law about one place looks at.
template <class World, class All, Word W>
constexpr void assume_consistent(World& world, const All& all, const Meaning<W>& means_here,
                                 const Place<W>& here) {
  world.assume(lawful_frame(all, W(ZERO_PAGE)));
  world.assume(lawful_place(all, means_here, here));
  world.assume(slot_is_no_objects(all, means_here, here));
  const W first = all.free_frames[0], second = all.free_frames[1], slot = all.swap.free_slot;
  world.assume(refmm::all(first != second, is_free(all, first), is_free(all, second)));
  world.assume(both(lookup(all.swap.swap_map, slot) == W(0u), lawful_slot(all, slot)));
  world.assume(implies(slot != W(none), lookup(all.page_cache, W(swapper_space), slot) == W(none)));
}

/// And if it looks at another place beside it.
template <class World, class All, Word W>
constexpr void assume_consistent(World& world, const All& all, const Meaning<W>& means_here, const Place<W>& here,
                                 const Meaning<W>& means_there, const Place<W>& there) {
  world.assume(differ(here, there));
  assume_consistent(world, all, means_here, here);
  world.assume(lawful_place(all, means_there, there));
  world.assume(both(lawful_pair(all, here, there), lawful_pair(all, there, here)));
  world.assume(slots_differ(all, means_here, means_there));
  world.assume(both(owned_alone(all, means_here, here, there), owned_alone(all, means_there, there, here)));
  world.assume(refmm::all(slot_is_no_objects(all, means_there, here), slot_is_no_objects(all, means_here, there),
                          slot_is_no_objects(all, means_there, there)));
}

/// A page of a cache, of whose byte the disk has a place: it does not lie behind the end of its file.
template <class World, class All, Word W>
constexpr void assume_on_disk(World& world, const All& all, const W& pfn) {
  const Frame<W> frame = lookup(all.mem_map, pfn);
  const auto of = lookup(all.objects, frame.mapping);
  world.assume(both(lawful_frame(all, pfn), lawful_page(all, frame.mapping, frame.index)));
  const W start = frame.index << W(12u);
  const auto within = refmm::all(frame.index <= W(last_frame), start<of.i_size, of.i_size - start> all.offset);
  world.assume(either(either(frame.mapping == W(swapper_space), of.shared_memory != W(0u)), within));
}

/// A page that the kernel may want the frame of: what is behind it is its byte, if it is clean and in no entry ([fault.cache.clean]).
template <class World, class All, Word W>
constexpr void assume_reclaimable(World& world, const All& all, const W& pfn) {
  assume_on_disk(world, all, pfn);
  const Frame<W> frame = lookup(all.mem_map, pfn);
  const auto of = lookup(all.objects, frame.mapping);
  const auto in_swap_cache = frame.mapping == W(swapper_space), is_memory = of.shared_memory != W(0u);
  const W behind = select(in_swap_cache, lookup(all.swap.contents, frame.index).byte,
                          select(is_memory, W(0u), lookup(of.disk, frame.index).byte));
  const auto clean = negation(has_flag(frame.flags, PG_dirty));
  const auto unmapped = frame.count == references_of_cache(frame);
  world.assume(implies(refmm::all(clean, unmapped, frame.mapping != W(none), has_flag(frame.flags, PG_uptodate)),
                       lookup(all.contents, pfn).byte == behind));
}

}  // namespace refmm::fault
