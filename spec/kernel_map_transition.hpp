// One call on the kernel's mappings that was carried out, and questions about it: what the step laws speak of.
#pragma once

#include <refmm/spec/kernel_map.hpp>
#include <refmm/spec/kernel_map_pages.hpp>
#include <refmm/spec/kernel_map_state.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace refmm::kernel_map {

/// One call that was carried out.
struct Transition {
  const LawBoot& boot;
  const LawState& before;
  const Command<Word32>& command;
  const Result<Word32>& result;
  const std::vector<Effect<Word32>>& effects;
  const LawState& after;
};

// ---- What was asked and answered ------------------------------------------------------------------------------------

template <class Call>
constexpr const Call* call(const Transition& t) {
  return std::get_if<Call>(&t.command);
}
template <template <class> class Call>
constexpr const Call<Word32>* call(const Transition& t) {
  return std::get_if<Call<Word32>>(&t.command);
}

constexpr std::optional<Refusal> refusal(const Transition& t) {
  const Refused* refused = std::get_if<Refused>(&t.result);
  return refused ? std::optional(refused->refusal) : std::nullopt;
}

/// The address that the call returned, if it returned one.
constexpr std::optional<Word32> address(const Transition& t) {
  const auto* address = std::get_if<Address<Word32>>(&t.result);
  return address ? std::optional(address->value) : std::nullopt;
}

constexpr bool returned_nothing(const Transition& t) { return std::holds_alternative<Nothing>(t.result); }

/// True if the call ran into an assertion of the kernel or never returned: no law speaks of what it left behind.
constexpr bool ended_everything(const Transition& t) {
  const auto why = refusal(t);
  return why && ends_everything(*why);
}

/// A reason is given exactly where there is one: without it the call is not refused for it, with it the call is refused, for it
/// or for what is looked at before it.
constexpr bool refuses_exactly_if(const Transition& t, Refusal reason, bool condition) {
  return condition ? refusal(t).has_value() : refusal(t) != reason;
}

// ---- Effects --------------------------------------------------------------------------------------------------------

/// The effects of one kind, in their order.
template <class Kind>
constexpr std::vector<Kind> effects_of(const Transition& t) {
  std::vector<Kind> found;
  for (const Effect<Word32>& effect : t.effects) {
    if (const auto* of_kind = std::get_if<Kind>(&effect)) found.push_back(*of_kind);
  }
  return found;
}
template <template <class> class Kind>
constexpr std::vector<Kind<Word32>> effects_of(const Transition& t) {
  return effects_of<Kind<Word32>>(t);
}

/// The position of the last effect of a kind, or of the first; the number of effects if there is none.
template <class Kind>
constexpr std::size_t first_effect(const Transition& t) {
  const auto found = std::ranges::find_if(
      t.effects, [](const Effect<Word32>& effect) { return std::holds_alternative<Kind>(effect); });
  return static_cast<std::size_t>(found - t.effects.begin());
}
template <class Kind>
constexpr std::size_t last_effect(const Transition& t) {
  std::size_t last = t.effects.size();
  for (std::size_t i = 0; i < t.effects.size(); ++i) {
    if (std::holds_alternative<Kind>(t.effects[i])) last = i;
  }
  return last;
}

/// The frames that were given back, in their order.
constexpr std::vector<Word32> frames_freed(const Transition& t) {
  std::vector<Word32> frames;
  for (const auto& freed : effects_of<FreePage>(t)) frames.push_back(freed.pfn);
  return frames;
}

/// The frames that were taken to be mapped, in their order.
constexpr std::vector<Word32> frames_allocated(const Transition& t) {
  std::vector<Word32> frames;
  for (const auto& request : effects_of<AllocPage>(t)) {
    if (request.pfn) frames.push_back(*request.pfn);
  }
  return frames;
}

/// True if a request for a frame to be mapped, or for one for a table or directory, was refused.
constexpr bool lacked_a_frame(const Transition& t) {
  return std::ranges::any_of(effects_of<AllocPage>(t), [](const auto& request) { return !request.pfn; });
}
constexpr bool lacked_a_table(const Transition& t) {
  return std::ranges::any_of(effects_of<GetFreePage>(t), [](const auto& request) { return !request.pfn; });
}

/// A call is refused for want of a table of the kernel exactly if there is none and no frame for one. (Where all tables are there
/// from boot, a slot for which boot had no frame is never asked for one again.)
constexpr bool is_refused_exactly_without_a_table(const Transition& t) {
  if (t.boot.kernel.sharing == Sharing::preallocated && !lacked_a_table(t)) return true;
  return refuses_exactly_if(t, Refusal::no_table, lacked_a_table(t));
}

// ---- What changed ---------------------------------------------------------------------------------------------------

/// Nothing happened that anybody can see, but for requests that were counted.
constexpr bool nothing_changed(const Transition& t) {
  LawState expected = t.before;
  expected.knobs = t.after.knobs;
  expected.objs_made = t.after.objs_made;
  return expected == t.after;
}

/// Directories of processes and the quick list of them are as they were.
constexpr bool directories_are_as_before(const Transition& t) {
  return t.before.pgds == t.after.pgds && t.before.pgd_quicklist == t.after.pgd_quicklist &&
         t.before.pgds_made == t.after.pgds_made;
}

/// The pages of all areas but one are mapped as they were; `obj` is that one's.
constexpr bool other_areas_are_as_before(const Transition& t, std::uint32_t obj) {
  const auto others = [obj](std::vector<LawArea> areas) {
    std::erase_if(areas, [obj](const LawArea& area) { return area.obj == obj; });
    return areas;
  };
  const auto areas = others(t.before.vmlist);
  return areas == others(t.after.vmlist) && std::ranges::all_of(areas, [&](const LawArea& area) {
           return pages_of(t.before, area) == pages_of(t.after, area);
         });
}

/// All areas are as they were, and their pages mapped as they were.
constexpr bool areas_are_as_before(const Transition& t) {
  return t.before.vmlist == t.after.vmlist && std::ranges::all_of(t.before.vmlist, [&](const LawArea& area) {
           return pages_of(t.before, area) == pages_of(t.after, area);
         });
}

// ---- Areas that were asked for --------------------------------------------------------------------------------------

/// A range of physical memory that ioremap is asked for: neither empty nor wrapping.
struct PhysicalRange {
  Word32 first, last;  // bytes, both included
};

constexpr std::optional<PhysicalRange> physical_range(const Transition& t) {
  const auto* ioremap = call<Ioremap>(t);
  if (!ioremap || ioremap->size == 0) return std::nullopt;
  const std::uint64_t last = std::uint64_t{ioremap->phys} + ioremap->size - 1;
  if (last > 0xffffffff) return std::nullopt;
  return PhysicalRange{ioremap->phys, static_cast<Word32>(last)};
}

/// True if the direct mapping has the range as the window of old devices.
constexpr bool is_isa(const PhysicalRange& range) {
  return range.first >= law_machine.isa_start && range.last < law_machine.isa_end;
}

/// Whether a range begins in RAM, and a frame of it is in use, or it reaches behind the RAM.
constexpr bool begins_in_ram(const Transition& t, const PhysicalRange& range) {
  return is_ram(t.boot, pfn_in(range.first));
}
constexpr bool is_ram_in_use(const Transition& t, const PhysicalRange& range) {
  if (!begins_in_ram(t, range)) return false;
  for (Word32 pfn = pfn_in(range.first); pfn <= pfn_in(range.last) && is_ram(t.boot, pfn); ++pfn) {
    if (!frame_at(t.boot, t.before, pfn).reserved) return true;
  }
  return false;
}
constexpr bool leaves_ram(const Transition& t, const PhysicalRange& range) {
  return begins_in_ram(t, range) && !is_ram(t.boot, pfn_in(range.last));
}

/// The physical range that an area is to be made for.
constexpr std::optional<PhysicalRange> range_to_map(const Transition& t) {
  const auto range = physical_range(t);
  if (!range || is_isa(*range) || is_ram_in_use(t, *range) || leaves_ram(t, *range)) return std::nullopt;
  return range;
}

/// True if vmalloc cannot be asked for so much.
constexpr bool is_bad_size(const LawBoot& boot, Word32 size) {
  const std::uint64_t bytes = page_aligned(size);
  return bytes == 0 || bytes > 0xffffffff || bytes / page_bytes > num_physpages(boot);
}

/// The bytes of the area that vmalloc or ioremap want, with its guard page, if they get as far as that.
constexpr std::optional<std::uint64_t> bytes_wanted(const Transition& t) {
  if (const auto* vmalloc = call<Vmalloc>(t))
    return is_bad_size(t.boot, vmalloc->size) ? std::nullopt
                                              : std::optional(page_aligned(vmalloc->size) + page_bytes);
  const auto range = range_to_map(t);
  if (!range) return std::nullopt;
  return page_aligned(std::uint64_t{range->last} + 1) - page_address(range->first) + page_bytes;
}

/// The area that the call has made.
constexpr const LawArea* area_made(const Transition& t) {
  if (!bytes_wanted(t) || !address(t)) return nullptr;
  return area_at(t.after, page_address(*address(t)));
}

/// The address whose area vfree or iounmap are to take away, if they get as far as that.
constexpr std::optional<Word32> address_to_free(const Transition& t) {
  if (const auto* vfree = call<Vfree>(t)) return vfree->addr;
  const auto* iounmap = call<Iounmap>(t);
  if (!iounmap || iounmap->addr <= high_memory(t.boot)) return std::nullopt;
  return page_address(iounmap->addr);
}

/// The area that the call has to take away.
constexpr const LawArea* area_freed(const Transition& t) {
  const auto addr = address_to_free(t);
  return addr && *addr != 0 && is_page_aligned(*addr) ? area_at(t.before, *addr) : nullptr;
}

}  // namespace refmm::kernel_map
