// The generator of sessions: the intents that come of a temper.
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/tests/kernel_map_commands.hpp>
#include <refmm/tests/kernel_map_commands_temper.hpp>

#include <rapidcheck.h>

#include <cstddef>
#include <utility>

namespace refmm::kernel_map {

namespace {

using namespace drawing;
using W = std::uint32_t;
constexpr W page = i386_2_4_0.page_size;

std::uint32_t any_ordinal(Source& source) { return source.number(0, 1000); }

/// Bytes behind the start of a page: none, one, all but one, any.
W any_bytes(Source& source) {
  switch (source.number(0, 5)) {
    case 0:
      return 1;
    case 1:
      return page - 1;
    case 2:
      return source.number(1, page - 1);
    default:
      return 0;
  }
}

// ---- Places and sizes -------------------------------------------------------------------------------------------------------

/// Where an area begins, mostly.
Place any_start(Source& source, const Temper& temper) {
  using enum Place::Landmark;
  if (!source.one_in(temper.odd)) return {area_start, any_ordinal(source), 0, 0};
  switch (source.number(0, 5)) {
    case 0:
      return {address, 0, 0, source.one_of(among<W>(0, 0, 1))};  // NULL
    case 1:
      return {area_start, any_ordinal(source), 0, any_bytes(source)};
    case 2:
      return {source.one_of(among(area_middle, area_guard, area_end)), any_ordinal(source), 0, any_bytes(source)};
    case 3:
      return {high_memory, 0, source.offset(-2, 2), any_bytes(source)};
    case 4:
      return {range_end, 0, source.offset(-2, 2), 0};
    default:
      return {address, source.number(0, ~W{0}), 0, 0};
  }
}

/// An address that may be touched: what areas map and what they do not, the direct mapping and where it ends, the top.
Place any_touched(Source& source) {
  using enum Place::Landmark;
  const W bytes = source.one_in(3) ? source.number(0, page - 1) : 0;
  switch (source.number(0, 7)) {
    case 0:
      return {slot, any_ordinal(source), source.offset(-1, 1), bytes};
    case 1:
      return {high_memory, 0, source.offset(-2, 1), bytes};
    case 2:
      return {source.one_of(among(range_start, range_end, window)), 0, source.offset(-1, 2), bytes};
    case 3:
      return {address, 0, -1, page - 1};  // the last byte
    default:
      return {source.one_of(among(area_start, area_middle, area_guard, area_end)), any_ordinal(source), 0, bytes};
  }
}

Size any_large_size(Source& source, const Temper& temper) {
  using enum Size::Measure;
  if (!temper.little_room) {
    const auto measure = source.one_of(among(to_slot_end, nothing));
    const std::int32_t slots = measure == nothing ? source.offset(1, 2) : source.offset(0, 1);
    return {measure, 0, 1024 * slots + source.offset(-2, 2), source.one_in(4) ? any_bytes(source) : 0};
  }
  const auto measure = source.one_of(among(to_slot_end, to_range_end, to_range_end, to_top, to_top, nothing));
  if (measure == nothing) return {nothing, 0, 1024 * source.offset(1, 2) + source.offset(-2, 2), 0};
  return {measure, 0, source.offset(-2, 2), source.one_in(4) ? any_bytes(source) : 0};
}

Size any_size(Source& source, const Temper& temper) {
  using enum Size::Measure;
  // Where areas have little room, only ioremap fills it: frames for as many pages would take the model a second.
  if (!temper.little_room && source.one_in(temper.large)) return any_large_size(source, temper);
  switch (source.number(0, 7)) {
    case 0:
    case 1:
      return {hole, any_ordinal(source), source.one_of(among<std::int32_t>(0, 0, -1, 1)), 0};
    case 2:
      return {nothing, 0, source.offset(0, static_cast<std::int32_t>(temper.longest) - 1), any_bytes(source)};
    case 3:
      return {nothing, 0, 1, 0};
    default:
      return {nothing, 0, source.offset(1, static_cast<std::int32_t>(temper.longest)), 0};
  }
}

// ---- Areas ------------------------------------------------------------------------------------------------------------------

Intent any_vmalloc(Source& source, const Temper& temper) {
  using enum Size::Measure;
  const auto gfp = source.one_of(among(VmallocGfp::any, VmallocGfp::any, VmallocGfp::dma, VmallocGfp::low));
  if (source.one_in(temper.odd)) {
    const auto frames = source.one_of(among(machine, free));
    return VmallocIntent{gfp, {frames, 0, source.offset(-2, 1), any_bytes(source)}};
  }
  return VmallocIntent{gfp, any_size(source, temper)};
}

/// Registers of devices, mostly: at the start of a page, few pages, far from RAM.
IoremapIntent any_device(Source& source, const Temper& temper) {
  using enum Phys::Landmark;
  const Phys phys{address, source.one_of(among<W>(0xe0000000, 0xe0000000, 0xfec00000, 0x80000000, 0xfee00000)),
                  source.offset(0, 3), source.one_in(3) ? any_bytes(source) : 0};
  return {phys, any_size(source, temper), source.one_in(3)};
}

/// At and across the edges: of RAM, of the window of old devices, of physical memory.
IoremapIntent any_at_an_edge(Source& source, const Temper& temper) {
  using enum Phys::Landmark;
  using enum Size::Measure;
  const W bytes = any_bytes(source);
  const bool nocache = source.one_in(4);
  switch (source.number(0, 5)) {
    case 0: {
      const Size size{source.one_of(among(to_isa_end, nothing)), 0, source.offset(0, 1), any_bytes(source)};
      return {{source.one_of(among(isa_start, isa_end)), 0, source.offset(-1, 1), bytes}, size, nocache};
    }
    case 1: {
      // The whole window, and a byte more or less.
      const auto more = source.offset(-1, 1);
      return {{isa_start, 0, 0, 0}, {to_isa_end, 0, 0, static_cast<W>(more)}, nocache};
    }
    case 2:
      return {
          {address, 0, source.offset(-4, -1), bytes},
          {source.one_in(2) ? to_phys_top : nothing, 0, source.offset(0, 2), source.one_of(among<W>(0, 1, ~W{0}))},
          nocache};
    case 3:
      return {{source.one_of(among(ram_end, last_ram)), 0, source.offset(-3, 1), bytes},
              {source.one_in(3) ? to_ram_end : nothing, 0, source.offset(0, 2), any_bytes(source)},
              nocache};
    case 4:
      return {{high_frame, any_ordinal(source), 0, bytes}, any_size(source, temper), nocache};
    default:
      return {{address, source.number(0, ~W{0}), 0, 0}, any_size(source, temper), nocache};
  }
}

IoremapIntent any_of_reserved(Source& source) {
  const Size size{Size::Measure::reserved, 0, source.one_of(among<std::int32_t>(0, 0, 0, 1)),
                  source.one_in(4) ? any_bytes(source) : 0};
  return {{Phys::Landmark::reserved_run, any_ordinal(source), 0, 0}, size, source.one_in(4)};
}

Intent any_ioremap(Source& source, const Temper& temper) {
  if (source.one_in(temper.large)) {
    // From the middle of physical memory: as much as there can be.
    return IoremapIntent{{Phys::Landmark::address, 0x80000000, 0, 0}, any_large_size(source, temper), false};
  }
  if (temper.weights[reserve] != 0 && source.one_in(4)) return any_of_reserved(source);
  if (source.one_in(temper.odd) || source.one_in(6)) return any_at_an_edge(source, temper);
  return any_device(source, temper);
}

/// Each of the two takes back what the other has made as well.
Intent any_release(Source& source, const Temper& temper, bool by_iounmap) {
  const Place place = any_start(source, temper);
  if (by_iounmap != source.one_in(10)) {
    Place inside = place;
    if (source.one_in(4)) inside.bytes += source.number(0, page - 1);
    return IounmapIntent{inside};
  }
  return VfreeIntent{place};
}

// ---- Directories ------------------------------------------------------------------------------------------------------------

Intent any_exit(Source& source, const Temper& temper) {
  const bool fast = source.one_in(temper.fast);
  return ExitIntent{any_ordinal(source), fast, source.number(1, temper.most_pgds)};
}

Intent any_trim(Source& source) {
  const std::int32_t low = source.offset(0, 6);
  return TrimIntent{low, low + source.offset(-1, 6)};
}

Intent any_touch(Source& source, const Temper& temper) {
  return TouchIntent{any_ordinal(source), source.one_in(8), source.one_in(temper.users), any_touched(source)};
}

Intent any_touch_of_user(Source& source, const Temper& temper) {
  return TouchUserIntent{any_ordinal(source), any_ordinal(source),
                         source.one_in(3) ? source.number(0, page - 1) : 0, !source.one_in(temper.odd)};
}

Intent any_map_user(Source& source, const Temper& temper) {
  const std::uint32_t slot = source.one_of(among(0u, 0u, 1u, 767u));
  const std::uint32_t page_in_slot = source.one_in(4) ? source.one_of(among(1023u, 512u)) : source.number(0, 3);
  return MapUserIntent{any_ordinal(source), slot, page_in_slot, source.one_in(2), source.one_in(temper.odd)};
}

Intent any_clear(Source& source) {
  switch (source.number(0, 2)) {
    case 0:
      return ClearIntent{any_ordinal(source), 0, user_slots(i386_2_4_0)};
    case 1:
      return ClearIntent{any_ordinal(source), source.one_of(among(0u, 1u, 767u)), 1};
    default:
      return ClearIntent{any_ordinal(source), source.number(0, 1), source.number(1, 3)};
  }
}

// ---- Intents ----------------------------------------------------------------------------------------------------------------

/// Requests that fail: the next one, one after some, or the first one of the second slot of a large area.
Intent any_failure(Source& source) {
  SetKnobs set{};
  if (source.one_in(4)) {
    set.fail_kmalloc = source.number(0, 2);
    return set;
  }
  if (!source.one_in(3)) set.skip_pages = source.one_in(12) ? source.number(1020, 1030) : source.number(0, 6);
  set.fail_pages = source.one_in(8) ? 0 : source.number(1, 2);
  return set;
}

Intent any_intent(Source& source, const Temper& temper) {
  switch (source.weighted(temper.weights)) {
    case vmalloc:
      return any_vmalloc(source, temper);
    case vfree:
      return any_release(source, temper, false);
    case ioremap:
      return any_ioremap(source, temper);
    case iounmap:
      return any_release(source, temper, true);
    case fork_some:
      return ForkIntent{source.number(1, temper.most_pgds)};
    case exit_some:
      return any_exit(source, temper);
    case trim:
      return any_trim(source);
    case put_table:
      return PteFreeFast{};
    case touch:
      return source.one_in(4) ? any_touch_of_user(source, temper) : any_touch(source, temper);
    case get:
      return GetIntent{source.one_in(2), source.number(1, source.one_in(temper.hoards) ? 50 : 4)};
    case put:
      return PutIntent{any_ordinal(source)};
    case reserve:
      if (source.one_in(4)) return ReserveIntent{any_ordinal(source), 1, !source.one_in(3), true};
      return ReserveIntent{any_ordinal(source), source.number(1, source.one_in(temper.hoards) ? 60 : 4),
                           !source.one_in(3)};
    case kmap:
      return KmapIntent{any_ordinal(source)};
    case kunmap:
      return KunmapIntent{any_ordinal(source)};
    case map_user:
      return any_map_user(source, temper);
    case clear:
      return any_clear(source);
    default:
      return any_failure(source);
  }
}

Intent any_misuse(Source& source, const Temper& temper) {
  using enum MisuseIntent::Kind;
  if (temper.ends_at_kunmap) return MisuseIntent{source.one_of(among(kunmap_not_mapped, kunmap_not_used))};
  return MisuseIntent{source.one_of(among(vmalloc_nothing, vmalloc_too_much, trim_for_ever))};
}

// ---- Sessions ---------------------------------------------------------------------------------------------------------------

/// 2.4.0 as it was built puts a stand-in where there is no frame for a table: this brings a second slot to it, in which an area
/// that fills the first one has ended.
void append_two_failures(Source& source, std::vector<Intent>& intents) {
  using enum Size::Measure;
  const auto fail_after = [](std::uint32_t skipped) {
    SetKnobs set{};
    set.skip_pages = skipped;
    set.fail_pages = 1;
    return set;
  };
  const VmallocIntent one_page{VmallocGfp::any, {nothing, 0, 1, 0}};
  intents.push_back(fail_after(0));
  intents.push_back(one_page);
  if (source.one_in(2)) intents.push_back(one_page);
  intents.push_back(fail_after(source.number(1020, 1026)));
  intents.push_back(VmallocIntent{VmallocGfp::any, {nothing, 0, source.offset(1023, 1026), 0}});
  intents.push_back(one_page);
  intents.push_back(IoremapIntent{
      {Phys::Landmark::address, 0xe0000000, 0, 0}, {nothing, 0, source.offset(1018, 1022), 0}, false});
  intents.push_back(one_page);
  intents.push_back(one_page);
}

/// The window is full, and the last of its entries is given up, then the one that the search begins again with: whoever wants one
/// must look at all of them.
void append_second_round(std::vector<Intent>& intents) {
  constexpr std::uint32_t entries = i386_2_4_0.entries_per_table, never = 5000;
  intents.push_back(FillWindowIntent{entries, never});
  for (int round = 0; round != 2; ++round) {
    intents.push_back(KunmapIntent{entries - 2});
    intents.push_back(FillWindowIntent{1, never});
  }
}

std::vector<Intent> any_opening(Source& source, const Temper& temper) {
  using enum Size::Measure;
  std::vector<Intent> intents;
  switch (temper.opening) {
    case Temper::Opening::none:
      break;
    case Temper::Opening::window:
      if (source.one_in(2))
        append_second_round(intents);
      else
        intents.push_back(FillWindowIntent{1100, source.one_of(among(1u, 3u, 50u, 5000u))});
      break;
    case Temper::Opening::hoard:
      // Up to the last frame there is, and a range that goes on behind it.
      intents.push_back(GetIntent{false, 60});
      intents.push_back(ReserveIntent{0, 100, true});
      intents.push_back(any_of_reserved(source));
      break;
    case Temper::Opening::fill: {
      // Half of them with the guard page up to 4 GB: as built, where the range ends is not heeded there.
      const Size size = source.one_in(2) ? Size{to_top, 0, 0, 0} : any_large_size(source, temper);
      intents.push_back(IoremapIntent{{Phys::Landmark::address, 0x80000000, 0, 0}, size, false});
      break;
    }
    case Temper::Opening::fail:
      intents.push_back(any_failure(source));
      intents.push_back(source.one_in(2) ? any_vmalloc(source, temper) : any_ioremap(source, temper));
      break;
    case Temper::Opening::fail_twice:
      append_two_failures(source, intents);
      break;
  }
  return intents;
}

Session any_session(Source source, int size) {
  const Temper temper = any_temper(source);
  Session session{temper.boot, any_opening(source, temper)};
  // Where areas have little room, each may be as large as a machine has RAM: few of them will do.
  const bool costly = temper.little_room || temper.longest > 100 || temper.opening == Temper::Opening::window ||
                      temper.boot.kernel.sharing == Sharing::preallocated;
  const std::uint32_t count = source.number(1, costly ? 40 : 3 * static_cast<std::uint32_t>(size));
  session.intents.reserve(session.intents.size() + count + 1);
  for (std::uint32_t i = 0; i < count; ++i) session.intents.push_back(any_intent(source, temper));
  if (temper.ends_at_kunmap || source.one_in(4)) session.intents.push_back(any_misuse(source, temper));
  return session;
}

}  // namespace

// Each run has a random key of its own, so runs can be dealt out to processes and repeated one by one.
Session draw_session(std::uint64_t seed, std::uint64_t run) {
  static const rc::Gen<Session> generator(
      [](const rc::Random& random, int size) { return rc::shrinkable::just(any_session(Source(random), size)); });
  const int size = 5 + 5 * static_cast<int>(run % 20);
  return generator(rc::Random(rc::Random::Key{seed, run, 0, 0}), size).value();
}

}  // namespace refmm::kernel_map
