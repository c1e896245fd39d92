// The generator of sessions.
#include <refmm/spec/buddy_flags.hpp>
#include <refmm/spec/buddy_kernel.hpp>
#include <refmm/tests/buddy_commands.hpp>
#include <refmm/tests/commands_source.hpp>

#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace refmm::buddy {

namespace {

using drawing::among;
using drawing::Source;
using W = std::uint32_t;

// ---- The temper ---------------------------------------------------------------------------------------------------------------

enum Kind : std::size_t { alloc, release, hold, boot_free, mark, kinds };

/// "One in N" is never if N is 0.
struct Temper {
  std::array<std::uint32_t, kinds> weights;  // of the kinds of intents
  std::uint32_t largest;                     // order that is asked for
  std::uint32_t odd;                         // one order in N is any, even one that there is not
  std::uint32_t raw;                         // one release in N is whatever the count
  std::uint32_t part, scattered;             // one in N
  std::uint32_t in_use;                      // one mark in N stands against a release
};

Temper any_temper(Source& source) {
  Temper temper{};
  temper.weights = {6, 5, source.one_of(among(0u, 1u, 3u)), source.one_of(among(0u, 0u, 1u, 3u)),
                    source.one_of(among(0u, 1u, 3u))};
  // Zones fill up, or never do.
  temper.weights[release] = source.one_of(among(2u, 4u, 5u, 6u));
  temper.largest = source.one_of(among(0u, 1u, 3u, 5u, 9u, 9u));
  temper.odd = source.one_of(among(0u, 40u, 12u));
  temper.raw = source.one_of(among(0u, 6u, 2u));
  temper.part = source.one_of(among(0u, 5u, 2u));
  temper.scattered = source.one_of(among(0u, 10u, 4u));
  temper.in_use = source.one_of(among(0u, 0u, 20u));
  return temper;
}

// ---- The boot -----------------------------------------------------------------------------------------------------------------

/// Frames whose bits fill one frame of the boot-time bit map.
constexpr W bits_of_frame = 8 * 4096;

/// Where a zone ends near a whole number of frames of bits, a wrong number of them is one too few or too many.
void end_near_whole_frames_of_bits(Source& source, Boot<W>& boot) {
  if (source.one_in(3)) {
    boot.zone_start = 0;
    boot.zone_pages = source.number(1, 8);
    boot.bootmap = 0;
    return;
  }
  const W end = bits_of_frame - 8 + source.number(0, 16);
  boot.zone_pages = source.number(1, 60);
  boot.zone_start = end - boot.zone_pages;
  boot.bootmap = source.one_in(3) ? boot.zone_start - 1 : boot.zone_start + source.number(0, boot.zone_pages - 1);
}

void add_reserved(Source& source, Boot<W>& boot) {
  const W end = boot.zone_start + boot.zone_pages;
  const W bits = (end + 7) / 8;
  const W map = boot.bootmap.value_or(0), frames = boot.bootmap ? (bits + 4095) / 4096 : 0;
  W next = boot.zone_start + source.number(0, boot.zone_pages / 2);
  for (W ranges = source.number(1, 5); ranges != 0 && next < end; --ranges) {
    const W last = std::min(next + source.number(0, source.one_of(among(0u, 2u, 40u))), end - 1);
    // Without the frames of the bit map.
    if (last < map || next >= map + frames) boot.reserved.push_back({next, last});
    next = last + 2 + source.number(0, boot.zone_pages / 4);
  }
}

Boot<W> any_boot(Source& source) {
  Boot<W> boot{};
  boot.kernel = corrected;
  boot.free = source.one_in(5) ? AtBoot::none : AtBoot::boot;
  switch (source.number(0, 7)) {
    case 0:
      boot.zone_pages = source.number(1, 20);
      break;
    case 1:
      boot.zone_pages = source.one_of(among<W>(1024, 1024, 1536, 1300));
      break;
    case 2:
      boot.zone_pages = source.number(500, 1100);
      break;
    case 3:
      boot.zone_pages = 1u << source.number(0, 8);
      break;
    default:
      boot.zone_pages = source.number(1, 200);
      break;
  }
  boot.zone_start = source.one_in(2) ? source.one_of(among<W>(0, 64, 1024, 4096)) : source.number(0, 3000);
  if (source.one_in(10)) end_near_whole_frames_of_bits(source, boot);
  if (boot.free == AtBoot::none) {
    boot.bootmap.reset();
    return boot;
  }
  if (!boot.bootmap && source.one_in(2)) {
    const W end = boot.zone_start + boot.zone_pages;
    boot.bootmap = source.one_in(3) ? 0 : source.number(boot.zone_start, end - 1);
  }
  if (source.one_in(3)) add_reserved(source, boot);
  return boot;
}

// ---- Intents ------------------------------------------------------------------------------------------------------------------

constexpr W many = 1u << 20;

AllocPages any_alloc(Source& source, const Temper& temper) {
  if (source.one_in(temper.odd)) return {source.one_in(4) ? source.number(0, 40) : source.number(0, 11)};
  std::uint32_t order = 0;
  while (order < temper.largest && source.one_in(2)) ++order;
  return {source.one_in(3) ? source.number(0, temper.largest) : order};
}

Intent any_release(Source& source, const Temper& temper) {
  using enum ReleaseIntent::How;
  const auto how = source.one_in(temper.scattered) ? scattered : source.one_in(temper.part) ? part : whole;
  return ReleaseIntent{.how = how,
                       .which = source.number(0, many),
                       .raw = source.one_in(temper.raw),
                       .order = source.number(0, 8),
                       .part = source.number(0, 511)};
}

Intent any_hold(Source& source) {
  return HoldIntent{source.number(0, many), source.one_in(4) ? source.number(0, 511) : 0};
}

Intent any_boot_free(Source& source) {
  return BootFreeIntent{source.number(0, many), source.number(0, 60), source.one_of(among(1u, 2u, 16u, 700u))};
}

constexpr std::array harmless{PG_error, PG_referenced, PG_uptodate, PG_dirty,
                              PG_slab,  PG_skip,       PG_highmem,  PG_reserved};
constexpr std::array of_lru_lists{PG_active, PG_inactive_dirty, PG_inactive_clean};

Mark any_mark_in_use(Source& source) {
  constexpr std::array flags{PG_swap_cache, PG_locked,         PG_decr_after,
                             PG_active,     PG_inactive_dirty, PG_inactive_clean};
  const std::uint32_t which = source.number(0, flags.size() + 1);
  if (which < flags.size()) return {.flags = flags[which], .buffers = false, .mapping = false};
  return {.flags = 0, .buffers = which == flags.size(), .mapping = which != flags.size()};
}

Intent any_mark(Source& source, const Temper& temper) {
  const Mark mark = source.one_in(temper.in_use)
                        ? any_mark_in_use(source)
                        : Mark{.flags = source.one_of(harmless), .buffers = false, .mapping = false};
  return MarkIntent{.sets = !source.one_in(3),
                    .of_block = !source.one_in(3),
                    .which = source.number(0, many),
                    .frame = source.one_in(2) ? 0 : source.number(0, 511),
                    .mark = mark};
}

Intent any_misuse(Source& source) {
  // There are as many marks as there are other kinds.
  const auto kind = source.one_in(5) ? MisuseIntent::Kind::marked
                                     : static_cast<MisuseIntent::Kind>(source.number(0, MisuseIntent::kinds - 1));
  const bool on_list = kind == MisuseIntent::Kind::marked_on_list;
  return MisuseIntent{.kind = kind,
                      .which = source.number(0, many),
                      .order = source.one_in(3) ? largest_order : source.number(0, 11),
                      .mark = on_list
                                  ? Mark{.flags = source.one_of(of_lru_lists), .buffers = false, .mapping = false}
                                  : any_mark_in_use(source)};
}

Intent any_intent(Source& source, const Temper& temper) {
  switch (source.weighted(temper.weights)) {
    case release:
      return any_release(source, temper);
    case hold:
      return any_hold(source);
    case boot_free:
      return any_boot_free(source);
    case mark:
      return any_mark(source, temper);
    default:
      return any_alloc(source, temper);
  }
}

Session any_session(Source source, int size) {
  Session session{any_boot(source), {}};
  const Temper temper = any_temper(source);
  const std::uint32_t count = source.number(1, 2 * static_cast<std::uint32_t>(size));
  session.intents.reserve(count + 2);
  if (session.boot.free == AtBoot::none) session.intents.push_back(any_boot_free(source));
  while (session.intents.size() < count) session.intents.push_back(any_intent(source, temper));
  if (source.one_in(2)) session.intents.push_back(any_misuse(source));
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

}  // namespace refmm::buddy
