// The generator of sessions: the intents that come of a temper.
#include <refmm/spec/vma_flags.hpp>
#include <refmm/tests/commands_source.hpp>
#include <refmm/tests/vma_commands.hpp>
#include <refmm/tests/vma_commands_temper.hpp>

#include <rapidcheck.h>

#include <cstddef>
#include <string_view>
#include <utility>

namespace refmm::vma {

namespace {

using namespace drawing;
using W = std::uint32_t;

// ---- Places and lengths -----------------------------------------------------------------------------------------------------

Place any_odd_place(Source& source) {
  using enum Place::Landmark;
  switch (source.number(0, 3)) {
    case 0:
      return {area_start, source.number(0, 1000), 0, source.number(1, page - 1)};
    case 1:
      return {address, task_size, source.offset(-3, 3), source.one_of(among<W>(0, 0, 1, page - 1))};
    case 2:
      return {address, 0, source.offset(-4, 3), source.one_of(among<W>(0, 0, 1, page - 1))};
    default:
      return {address, source.number(0, ~W{0}), 0, 0};
  }
}

Place any_place_in_area(Source& source) {
  using enum Place::Landmark;
  return {source.one_of(among(area_start, area_start, area_middle)), source.number(0, 1000),
          source.one_in(4) ? 1 : 0, 0};
}

Place any_place(Source& source, const Temper& temper) {
  using enum Place::Landmark;
  if (source.one_in(temper.odd)) return any_odd_place(source);
  if (source.one_in(temper.landmarks)) {
    const auto landmark = source.one_of(among(area_start, area_start, area_start, area_middle, area_end));
    return {landmark, source.number(0, 1000), source.one_of(among<std::int32_t>(0, 0, 0, 0, 1, -1, 2)), 0};
  }
  Place place = source.one_of(temper.grounds);
  place.pages += static_cast<std::int32_t>(source.number(0, temper.slots - 1));
  return place;
}

Length any_odd_length(Source& source) {
  using enum Length::Measure;
  switch (source.number(0, 4)) {
    case 0:
      return {nothing, 0, source.one_of(among<W>(0, 1, page - 1))};
    case 1:
      return {nothing, source.offset(0, 3), source.number(1, page - 1)};
    case 2:
      return {to_task_end, source.offset(-1, 1), 0};
    case 3:
      return {nothing, 0,
              source.one_of(among<W>(task_size, task_size + page, unmapped_base, 0x7ffff000, 0x80000000))};
    default:
      return {nothing, source.offset(-4, -1), source.one_of(among<W>(0, 0, 1, page - 1))};
  }
}

Length any_length(Source& source, const Temper& temper) {
  using enum Length::Measure;
  if (source.one_in(temper.odd)) return any_odd_length(source);
  switch (source.number(0, 7)) {
    case 0:
    case 1:
      return {to_end, source.one_of(among<std::int32_t>(0, 0, 0, -1, 1)), 0};
    case 2:
      return {to_next, source.one_of(among<std::int32_t>(0, 0, -1, 1, 2)), 0};
    case 3:
    case 4:
      return {nothing, 1, 0};
    case 5:
      return {nothing, static_cast<std::int32_t>(source.number(0, temper.longest) - 1), source.number(1, page)};
    default:
      return {nothing, static_cast<std::int32_t>(source.number(1, temper.longest)), 0};
  }
}

std::uint32_t any_protection(Source& source, const Temper& temper) {
  if (source.one_in(temper.odd)) return source.number(0, 15);
  return source.one_of(among<std::uint32_t>(0, 1, 1, 3, 3, 3, 5, 7, 7, 2));
}

// ---- Files ------------------------------------------------------------------------------------------------------------------

Name any_name(Source& source, const Temper& temper) {
  const char name = static_cast<char>('a' + source.number(0, temper.names - 1));
  return std::string_view(&name, 1);
}

std::uint32_t any_mode(Source& source) {
  return source.one_of(among<std::uint32_t>(FMODE_READ, FMODE_READ, FMODE_READ | FMODE_WRITE,
                                            FMODE_READ | FMODE_WRITE, FMODE_WRITE, 0));
}

Open any_open(Source& source, const Temper& temper) { return {any_name(source, temper), any_mode(source)}; }

DescriptorChoice any_descriptor(Source& source, const Temper& temper) {
  using enum DescriptorChoice::Kind;
  if (source.one_in(temper.odd)) return {source.one_in(2) ? none : never_opened, source.number(0, 9)};
  return {open, source.number(0, 1000)};
}

Intent any_attributes(Source& source, const Temper& temper) {
  const std::uint32_t one = 1u << source.number(0, 7), some = source.number(0, 255) & temper.attributes;
  SetKnobs<W> set{};
  set.file = FileAttributes{any_name(source, temper), source.one_of(among(0u, one, one, some))};
  return set;
}

// ---- Intents ----------------------------------------------------------------------------------------------------------------

/// In what the call counts in. Most mappings begin at the start of the file, some near the last offset there is.
std::uint32_t any_file_offset(Source& source, const Temper& temper, MapIntent::By by) {
  const bool in_pages = by == MapIntent::By::mmap2;
  const W unit = in_pages ? 1 : page;
  if (source.one_in(temper.odd)) {
    if (!in_pages && source.one_in(3)) return source.number(1, 3 * page);
    return W{0} - source.number(1, 6) * unit;
  }
  return source.one_in(3) ? source.number(1, 20) * unit : 0;
}

std::uint32_t any_map_flags(Source& source, const Temper& temper, bool file) {
  std::uint32_t flags = source.one_in(temper.shared) ? MAP_SHARED : MAP_PRIVATE;
  if (source.one_in(temper.odd)) flags = source.number(0, 15);
  if (source.one_in(temper.fixed)) flags |= MAP_FIXED;
  if (!file) flags |= MAP_ANONYMOUS;
  if (source.one_in(temper.growing)) flags |= MAP_GROWSDOWN;
  if (source.one_in(temper.denying)) flags |= MAP_DENYWRITE;
  if (source.one_in(8)) flags |= MAP_NORESERVE;
  if (source.one_in(temper.odd)) flags |= source.one_of(among(MAP_EXECUTABLE, MAP_LOCKED, 0x40u, 0x10000u));
  return flags;
}

Intent any_map(Source& source, const Temper& temper) {
  using enum MapIntent::By;
  const bool file = source.one_in(temper.files);
  const auto by = source.one_of(among(mmap, mmap, mmap2, do_mmap));
  return MapIntent{.by = by,
                   .place = any_place(source, temper),
                   .anywhere = source.one_in(4),
                   .length = any_length(source, temper),
                   .prot = any_protection(source, temper),
                   .flags = any_map_flags(source, temper, file),
                   .descriptor = file ? any_descriptor(source, temper) : DescriptorChoice{},
                   .offset = any_file_offset(source, temper, by),
                   .open = any_open(source, temper)};
}

/// Whole areas, parts of one, ranges over several, and now and then everything.
Intent any_unmap(Source& source, const Temper& temper) {
  if (source.one_in(40))
    return UnmapIntent{{Place::Landmark::address, 0, 0, 0}, {Length::Measure::to_task_end, 0, 0}};
  return UnmapIntent{any_place(source, temper), any_length(source, temper)};
}

Intent any_brk(Source& source, const Temper& temper) {
  if (source.one_in(4)) return BrkIntent{any_place(source, temper)};
  const auto farthest = static_cast<std::int32_t>(temper.longest);
  const W bytes = source.one_in(2) ? 0 : source.number(1, page - 1);
  return BrkIntent{{Place::Landmark::brk, 0, source.offset(-farthest, farthest), bytes}};
}

Intent any_do_brk(Source& source, const Temper& temper) {
  const bool at_end_of_area = source.one_in(2);
  const Place place =
      at_end_of_area ? Place{Place::Landmark::area_end, source.number(0, 1000), 0, 0} : any_place(source, temper);
  return DoBrkIntent{place, any_length(source, temper)};
}

/// Mostly a length about as long as the old one.
Length any_new_length(Source& source, const Temper& temper) {
  if (source.one_in(temper.odd)) return any_odd_length(source);
  if (source.one_in(6)) return any_length(source, temper);
  const auto most = static_cast<std::int32_t>(temper.longest);
  return {Length::Measure::as_before, source.one_in(5) ? 0 : source.offset(-most, most), 0};
}

/// No page at the end of an area: as built, this makes an area that ends where that one does.
Intent any_remap_of_nothing(Source& source) {
  using enum Place::Landmark;
  return RemapIntent{.place = {area_start, source.number(0, 1000), 0, 0},
                     .old_length = {},
                     .new_length = {},
                     .flags = MREMAP_MAYMOVE | MREMAP_FIXED,
                     .destination = {area_end, source.number(0, 1000), 0, 0}};
}

/// Mostly a whole area, or what of it lies behind a page in it.
Intent any_remap(Source& source, const Temper& temper) {
  using enum Length::Measure;
  if (source.one_in(16)) return any_remap_of_nothing(source);
  constexpr std::uint32_t fixed = MREMAP_MAYMOVE | MREMAP_FIXED;
  std::uint32_t flags = source.one_of(among(0u, 0u, MREMAP_MAYMOVE, MREMAP_MAYMOVE, fixed, fixed));
  if (source.one_in(temper.odd)) flags = source.number(0, 7);
  const bool of_area = !source.one_in(4);
  const Place place = of_area ? any_place_in_area(source) : any_place(source, temper);
  Length old_length = of_area && !source.one_in(4) ? Length{to_end, 0, 0} : any_length(source, temper);
  if (source.one_in(12)) old_length = {nothing, 0, 0};
  return RemapIntent{.place = place,
                     .old_length = old_length,
                     .new_length = any_new_length(source, temper),
                     .flags = flags,
                     .destination = any_place(source, temper)};
}

Intent any_protect(Source& source, const Temper& temper) {
  const Place place = source.one_in(2) ? any_place_in_area(source) : any_place(source, temper);
  return ProtectIntent{place, any_length(source, temper), any_protection(source, temper)};
}

Intent any_lock(Source& source, const Temper& temper) {
  Place place = source.one_in(2) ? any_place_in_area(source) : any_place(source, temper);
  if (source.one_in(6)) place.bytes = source.number(1, page - 1);
  return LockIntent{!source.one_in(3), place, any_length(source, temper)};
}

Intent any_lock_all(Source& source, const Temper& temper) {
  if (source.one_in(3)) return Munlockall{};
  const bool odd = source.one_in(temper.odd);
  return Mlockall<W>{odd ? source.number(0, 8) : source.number(1, 3)};
}

Intent any_lookup(Source& source, const Temper& temper) {
  using enum LookupIntent::By;
  Place place = any_place(source, temper);
  if (source.one_in(3)) place.bytes += source.number(0, page - 1);
  if (source.one_in(8)) place = {Place::Landmark::address, task_size, 0, 0};  // above all areas
  const auto by = source.one_of(among(find_vma, find_vma_prev, find_vma_intersection, get_unmapped_area));
  return LookupIntent{by, place, source.one_in(3), any_length(source, temper)};
}

/// A touch at an area, or below one that grows.
Intent any_extend(Source& source, const Temper& temper) {
  using enum LookupIntent::By;
  if (source.one_in(4)) return LookupIntent{find_extend_vma, any_place(source, temper), false, {}};
  const auto most = static_cast<std::int32_t>(source.one_in(8) ? 3000 : 1 + temper.longest);
  const Place below{Place::Landmark::stack_start, source.number(0, 1000), source.offset(-most, 0),
                    source.number(0, page - 1)};
  return LookupIntent{find_extend_vma, below, false, {}};
}

Intent any_limit(Source& source) {
  using enum LimitIntent::Limit;
  const auto limit =
      source.one_of(among(areas, areas, address_space, data, stack, locked, memory, machine, lifted, lifted));
  const W bytes = source.one_in(4) ? source.number(0, page - 1) : 0;
  return LimitIntent{limit, source.offset(-2, source.one_in(3) ? 20 : 4), bytes};
}

/// Injected failures, and knobs that are on or off.
Intent any_failure(Source& source) {
  SetKnobs<W> set{};
  switch (source.number(0, 7)) {
    case 0:
      set.fail_shmem = source.number(0, 2);
      break;
    case 1:
      set.fail_move = source.number(0, 2);
      break;
    case 2:
      set.cap_ipc_lock = source.one_in(2);
      break;
    case 3:
      set.overcommit = source.one_in(3);
      break;
    default:
      set.fail_vma = source.number(1, 3);
      break;
  }
  return set;
}

Intent any_stripes(Source& source, const Temper& temper) {
  const std::uint32_t count = temper.many ? source.number(100, 300) : source.number(6, 40);
  return StripesIntent{any_place(source, temper), count, source.number(1, 3), source.one_of(among<W>(1, 3))};
}

Intent any_intent(Source& source, const Temper& temper) {
  switch (source.weighted(temper.weights)) {
    case map:
      return any_map(source, temper);
    case unmap:
      return any_unmap(source, temper);
    case brk:
      return any_brk(source, temper);
    case do_brk:
      return any_do_brk(source, temper);
    case protect:
      return any_protect(source, temper);
    case remap:
      return any_remap(source, temper);
    case lock:
      return any_lock(source, temper);
    case lock_all:
      return any_lock_all(source, temper);
    case lookup:
      return any_lookup(source, temper);
    case extend:
      return any_extend(source, temper);
    case exit_all:
      return ExitMmap{};
    case open_file:
      return any_open(source, temper);
    case close_file:
      return CloseIntent{any_descriptor(source, temper)};
    case attributes:
      return any_attributes(source, temper);
    case limit:
      return any_limit(source);
    case failure:
      return any_failure(source);
    default:
      return any_stripes(source, temper);
  }
}

// ---- The boot ---------------------------------------------------------------------------------------------------------------

Boot<W> any_boot(Source& source) {
  Boot<W> boot{};
  boot.kernel = corrected;
  if (source.one_in(2)) {
    boot.end_code = 0x0804a000;
    boot.start_data = 0x0804b000;
    boot.brk = 0x0804c000 + (source.one_in(2) ? source.number(0, page - 1) : 0);
  }
  if (source.one_in(2)) {
    boot.stack_end = source.one_of(among<W>(task_size, task_size, 0x40010000));
    boot.stack_start = boot.stack_end - source.number(1, 4) * page;
  }
  Knobs<W>& knobs = boot.knobs;
  knobs.free_pages = source.one_in(6) ? source.number(0, 20) : source.one_of(among(1u << 14, 1u << 20));
  if (source.one_in(4)) knobs.swap_pages = source.number(0, 20);
  if (source.one_in(8)) knobs.buffer_pages = knobs.cache_pages = source.number(0, 5);
  knobs.overcommit = source.one_in(12);
  knobs.physpages = source.one_in(6) ? source.number(0, 60) : i386_2_4_0.ram_pages;
  knobs.rlimit_as = knobs.rlimit_data = knobs.rlimit_memlock = ~W{0};
  knobs.rlimit_stack = source.one_in(6) ? source.number(1, 40) * page : 8u << 20;
  knobs.cap_ipc_lock = !source.one_in(10);
  knobs.max_map_count = source.one_in(5) ? source.number(2, 12) : i386_2_4_0.max_map_count;
  return boot;
}

Session any_session(Source source, int size) {
  Session session{any_boot(source), {}};
  const Temper temper = any_temper(source);
  const std::uint32_t count = source.number(1, 3 * static_cast<std::uint32_t>(size));
  session.intents.reserve(count);
  if (temper.attributes != 0 && temper.files != 0) session.intents.push_back(any_attributes(source, temper));
  while (session.intents.size() < count) session.intents.push_back(any_intent(source, temper));
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

}  // namespace refmm::vma
