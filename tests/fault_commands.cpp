// The generator of sessions: the intents that come of a temper.
#include <refmm/spec/fault_flags.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/tests/commands_source.hpp>
#include <refmm/tests/fault_commands.hpp>
#include <refmm/tests/fault_commands_kernel.hpp>
#include <refmm/tests/fault_commands_places.hpp>
#include <refmm/tests/fault_commands_temper.hpp>

#include <rapidcheck.h>

#include <cstddef>
#include <utility>

namespace refmm::process {

namespace {

using namespace drawing;
using namespace vma;  // the flags of areas and of calls about them
using W = std::uint32_t;
using enum Place::Landmark;

// ---- Bytes --------------------------------------------------------------------------------------------------------------------

AccessIntent any_access(Source& source, const Temper& temper) {
  using enum AccessIntent::By;
  const bool at_stack = temper.profile == Profile::stack ? source.one_in(3) : source.one_in(20);
  const bool writes = !source.one_in(temper.stores);
  return {.by = writes ? store : load,
          .who = any_process(source, temper),
          .debugger = {},
          .place = at_stack ? any_place_at_stack(source) : any_place_of_byte(source, temper, writes),
          .byte = source.number(0, 255)};
}

Intent any_kernel_access(Source& source, const Temper& temper) {
  using enum AccessIntent::By;
  AccessIntent intent = any_access(source, temper);
  intent.by = intent.by == load ? get_user : put_user;
  intent.lacks_frame = temper.profile == Profile::fail && source.one_in(4);
  if (source.one_in(12)) intent.place = {address, task_size, 0, 0};
  return intent;
}

Intent any_debug(Source& source, const Temper& temper) {
  using enum AccessIntent::By;
  AccessIntent intent = any_access(source, temper);
  intent.by = intent.by == load ? peek : poke;
  intent.debugger = any_process(source, temper);
  if (source.one_in(6))
    intent.place = any_place_at_stack(source);
  else if (source.one_in(3))
    intent.place = {present, source.number(0, any), 0, intent.place.bytes};
  return intent;
}

Intent any_fill(Source& source, const Temper& temper) {
  const Place place =
      source.one_in(2) ? Place{area_start, source.number(0, any), 0, 0} : any_place(source, temper);
  const W most = temper.profile == Profile::tight ? 40 : 6;
  return FillIntent{any_process(source, temper), place, source.number(2, most), source.number(0, 255)};
}

// ---- Areas --------------------------------------------------------------------------------------------------------------------

std::uint32_t any_map_flags(Source& source, const Temper& temper, bool file) {
  std::uint32_t flags = source.one_in(temper.shared) ? MAP_SHARED : MAP_PRIVATE;
  if (source.one_in(temper.odd)) flags = source.number(0, 3);
  if (source.one_in(temper.fixed)) flags |= MAP_FIXED;
  if (!file) flags |= MAP_ANONYMOUS;
  if (source.one_in(temper.growing)) flags |= MAP_GROWSDOWN;
  if (source.one_in(10)) flags |= MAP_NORESERVE;
  if (source.one_in(temper.odd)) flags |= source.one_of(among(MAP_DENYWRITE, MAP_EXECUTABLE, MAP_LOCKED));
  return flags;
}

Intent any_map(Source& source, const Temper& temper) {
  const bool file = source.one_in(temper.files);
  const bool plain = file && source.one_in(temper.one_file);
  W offset = source.one_in(3) ? source.number(1, 4) * page : 0;
  if (source.one_in(temper.odd)) offset = source.one_of(among<W>(1, page + 1, W{0} - page, W{0} - 3 * page));
  Length length = any_length(source, temper);
  if (temper.profile == Profile::sequential && !source.one_in(4))
    length = {Length::Measure::nothing, source.offset(80, 120), 0};
  return MapIntent{.who = any_process(source, temper),
                   .place = any_place(source, temper),
                   .anywhere = source.one_in(4),
                   .length = length,
                   .prot = any_protection(source, temper),
                   .flags = any_map_flags(source, temper, file),
                   .descriptor = plain ? 0 : source.number(0, any),
                   .offset = plain ? 0 : offset};
}

Intent any_unmap(Source& source, const Temper& temper) {
  return UnmapIntent{any_process(source, temper), any_place(source, temper), any_length(source, temper)};
}

Intent any_protect(Source& source, const Temper& temper) {
  return ProtectIntent{any_process(source, temper), any_place(source, temper), any_length(source, temper),
                       any_protection(source, temper)};
}

Intent any_brk(Source& source, const Temper& temper) {
  if (source.one_in(temper.odd)) return BrkIntent{any_process(source, temper), any_place(source, temper)};
  const W bytes = source.one_in(2) ? 0 : source.number(1, page - 1);
  return BrkIntent{any_process(source, temper), {brk, 0, source.offset(-2, 4), bytes}};
}

Intent any_remap(Source& source, const Temper& temper) {
  using enum Length::Measure;
  constexpr std::uint32_t fixed = MREMAP_MAYMOVE | MREMAP_FIXED;
  std::uint32_t flags = source.one_of(among(0u, MREMAP_MAYMOVE, MREMAP_MAYMOVE, fixed, fixed));
  if (source.one_in(temper.odd)) flags = source.number(0, 7);
  const Place place =
      source.one_in(2) ? Place{area_start, source.number(0, any), 0, 0} : any_place(source, temper);
  Length old_length = source.one_in(3) ? any_length(source, temper) : Length{to_end, 0, 0};
  Length new_length{as_before, source.one_in(4) ? 0 : source.offset(-3, 5), 0};
  if (source.one_in(temper.odd)) new_length = any_odd_length(source);
  RemapIntent intent{.who = any_process(source, temper),
                     .place = place,
                     .old_length = old_length,
                     .new_length = new_length,
                     .flags = flags,
                     .destination = any_place(source, temper)};
  // To where there is no page table.
  if (source.one_in(6)) intent.destination = {address, source.number(1, 500) * page_table, 0, 0};
  intent.lacks_frame = source.one_in(6);
  return intent;
}

Intent any_lock(Source& source, const Temper& temper) {
  return LockIntent{!source.one_in(3), any_process(source, temper), any_place(source, temper),
                    any_length(source, temper)};
}

Intent any_lock_all(Source& source, const Temper& temper) {
  if (source.one_in(3)) return LockAllIntent{any_process(source, temper), std::nullopt};
  const bool odd = source.one_in(temper.odd);
  return LockAllIntent{any_process(source, temper), odd ? source.number(0, 8) : source.number(1, 3)};
}

// ---- What is mapped -------------------------------------------------------------------------------------------------------------

Intent any_advice(Source& source, const Temper& temper) {
  W advice = source.one_of(among(fault::MADV_NORMAL, fault::MADV_RANDOM, fault::MADV_RANDOM,
                                 fault::MADV_SEQUENTIAL, fault::MADV_WILLNEED, fault::MADV_WILLNEED,
                                 fault::MADV_DONTNEED, fault::MADV_DONTNEED, fault::MADV_DONTNEED));
  if (temper.profile == Profile::sequential && source.one_in(2)) advice = fault::MADV_SEQUENTIAL;
  if (source.one_in(temper.odd)) advice = source.number(5, 7);
  const bool whole = source.one_in(3);
  return AdviseIntent{any_process(source, temper),
                      whole ? Place{area_start, source.number(0, any), 0, 0} : any_place(source, temper),
                      whole ? Length{Length::Measure::to_end, 0, 0} : any_length(source, temper), advice};
}

Intent any_sync(Source& source, const Temper& temper) {
  W flags = source.one_of(among<W>(fault::MS_SYNC, fault::MS_SYNC, fault::MS_ASYNC, 0, fault::MS_INVALIDATE,
                                   fault::MS_SYNC | fault::MS_INVALIDATE));
  if (source.one_in(temper.odd)) flags = source.number(0, 15);
  const bool whole = source.one_in(2);
  return SyncIntent{any_process(source, temper),
                    whole ? Place{area_start, source.number(0, any), 0, 0} : any_place(source, temper),
                    whole ? Length{Length::Measure::to_end, 0, 0} : any_length(source, temper), flags};
}

Intent any_open(Source& source, const Temper& temper) {
  return OpenIntent{any_process(source, temper), source.number(0, any),
                    source.one_in(12)
                        ? FMODE_WRITE
                        : source.one_of(among(FMODE_READ, FMODE_READ | FMODE_WRITE, FMODE_READ | FMODE_WRITE))};
}

Intent any_truncate(Source& source, const Temper& temper) {
  const W bytes = source.one_of(among<W>(0, 0, 1, 100, page - 1));
  const bool relative = !source.one_in(4);
  const std::int32_t pages = relative ? source.one_of(among<std::int32_t>(0, 0, 1, 1, 2, -1, -2))
                                      : static_cast<std::int32_t>(source.number(0, temper.longest));
  return TruncateIntent{any_process(source, temper), source.number(0, any), relative, pages, bytes};
}

/// Mostly few bytes, around places where pages or the file end.
Intent any_transfer(Source& source, const Temper& temper) {
  const bool writes = source.one_in(2), from_end = source.one_in(3);
  Place place = any_place_of_byte(source, temper, !writes);
  if (source.one_in(4))
    place = {writable, source.number(0, any), static_cast<std::int32_t>(source.number(0, 20)), 0};
  if (source.one_in(20)) place = any_place_at_stack(source);
  W len =
      source.one_of(among<W>(1, 1, 2, 40, 40, 300, page, page, 2 * page)) + source.one_of(among<W>(0, 0, 0, 1, 7));
  if (source.one_in(temper.odd)) len = source.one_of(among<W>(0, 3 * page + 1, task_size, W{0} - 1));
  W bytes = source.one_of(among<W>(0, 0, 0, 1, 100, page - 1));
  if (source.one_in(4)) bytes = source.number(0, page - 1);
  std::int32_t pages = from_end ? source.one_of(among<std::int32_t>(0, 0, 0, -1, -1, 1, 3))
                                : source.one_of(among<std::int32_t>(0, 0, 0, 1, 1, 2, 3));
  if (source.one_in(temper.odd)) pages = -1000;
  return TransferIntent{.writes = writes,
                        .who = any_process(source, temper),
                        .place = place,
                        .len = len,
                        .descriptor = source.one_in(temper.odd) ? W{0} - 1 : source.number(0, any),
                        .from_end = from_end,
                        .pages = pages,
                        .bytes = bytes,
                        .lacks_frame = temper.profile == Profile::fail && source.one_in(5)};
}

// ---- Processes ------------------------------------------------------------------------------------------------------------------

Intent any_esp(Source& source, const Temper& temper) {
  const Place below{stack_start, source.number(0, any), source.offset(-6, 1), any_offset_in_page(source)};
  return EspIntent{any_process(source, temper), source.one_in(8) ? any_place(source, temper) : below};
}

Intent any_hold(Source& source, const Temper& temper) {
  if (source.one_in(2)) return ReleaseIntent{any_process(source, temper)};
  Place place = any_place_of_byte(source, temper, source.one_in(2));
  if (source.one_in(3)) place = {area_start, source.number(0, any), 0, 0};
  if (source.one_in(8)) place = any_place_at_stack(source);
  const Length length = source.one_in(2) ? Length{Length::Measure::nothing, 1, 0} : any_length(source, temper);
  return HoldIntent{any_process(source, temper), source.one_in(2) ? Direction::READ : Direction::WRITE, place,
                    length};
}

// ---- All together ---------------------------------------------------------------------------------------------------------------

Intent any_intent(Source& source, const Temper& temper) {
  switch (source.weighted(temper.weights)) {
    case access:
      if (temper.profile == Profile::sequential && source.one_in(8))
        return ReadThroughIntent{any_process(source, temper), source.number(0, any), source.number(1, 3)};
      return any_access(source, temper);
    case kernel_access:
      return any_kernel_access(source, temper);
    case debug:
      return any_debug(source, temper);
    case fill:
      return any_fill(source, temper);
    case map:
      return any_map(source, temper);
    case unmap:
      return any_unmap(source, temper);
    case protect:
      return any_protect(source, temper);
    case Kind::brk:
      return any_brk(source, temper);
    case remap:
      return any_remap(source, temper);
    case lock:
      return any_lock(source, temper);
    case lock_all:
      return any_lock_all(source, temper);
    case advise:
      return any_advice(source, temper);
    case sync:
      return any_sync(source, temper);
    case open_file:
      return any_open(source, temper);
    case truncate:
      return any_truncate(source, temper);
    case transfer:
      return any_transfer(source, temper);
    case fork:
      return ForkIntent{any_process(source, temper)};
    case exit_process:
      return ExitIntent{any_process(source, temper), source.one_in(30)};
    case Kind::esp:
      return any_esp(source, temper);
    case hold:
      return any_hold(source, temper);
    case swap_out:
      return any_swap_out(source, temper);
    case reclaim:
      return Reclaim{};
    case swap_off:
      return Swapoff{};
    case swap_on:
      return Swapon{};
    case fail:
      return any_failure(source);
    default:
      return any_limit(source, temper);
  }
}

// ---- The boot ---------------------------------------------------------------------------------------------------------------

W any_size_of_file(Source& source, const Temper& temper) {
  if (temper.profile == Profile::sequential) return source.number(80, 110) * page + source.number(0, 100);
  return source.one_of(
      among<W>(0, 1, 100, 100, page - 1, page, page + 1, 5000, 5000, 2 * page, 3 * page, 20000, 9 * page + 7));
}

Boot<W> any_boot(Source& source, const Temper& temper) {
  Boot<W> boot{};
  boot.kernel = fault::corrected;
  boot.ram_pages = source.number(temper.profile == Profile::tight ? 3 : 8, source.one_in(2) ? 64 : 24);
  if (temper.profile == Profile::sequential) boot.ram_pages = source.number(32, 140);
  boot.swap_pages = source.one_of(among<W>(0, 1, 2, 4, 8, 16));
  if (temper.profile == Profile::swap) boot.swap_pages = source.number(1, 16);
  boot.page_cluster = source.one_of(among<W>(0, 0, 1, 2));
  std::uint32_t files = temper.files == 0 ? source.number(0, 1) : source.number(1, 3);
  for (; files != 0; --files) boot.files.push_back(any_size_of_file(source, temper));
  boot.overcommit = !source.one_in(4);
  boot.survive = source.one_in(3);
  return boot;
}

/// The first file, from its start, at the plain address: to be read through, or to be written behind its end.
void append_first_file(std::vector<Intent>& intents, std::uint32_t flags, std::int32_t pages) {
  const Who first{};
  const Place place{address, unmapped_base, 0, 0};
  const Length length{Length::Measure::nothing, pages, 0};
  intents.push_back(OpenIntent{first, 0, FMODE_READ | FMODE_WRITE});
  intents.push_back(MapIntent{.who = first,
                              .place = place,
                              .anywhere = false,
                              .length = length,
                              .prot = PROT_READ | PROT_WRITE,
                              .flags = flags | MAP_FIXED,
                              .descriptor = 0,
                              .offset = 0});
  if (flags == MAP_PRIVATE) intents.push_back(AdviseIntent{first, place, length, fault::MADV_SEQUENTIAL});
}

/// Something is there before anything else happens: open files and a few areas.
void append_beginning(std::vector<Intent>& intents, Source& source, const Temper& temper, const Boot<W>& boot) {
  if (temper.profile == Profile::sequential)
    append_first_file(intents, MAP_PRIVATE, source.offset(80, 110));
  else if (source.one_in(temper.tails))
    append_first_file(intents, MAP_SHARED, source.offset(2, 4));
  for (std::uint32_t file = 0; file < boot.files.size(); ++file) {
    auto open = std::get<OpenIntent>(any_open(source, temper));
    open.file = file;
    if (temper.files != 0) intents.push_back(open);
  }
  for (std::uint32_t areas = source.number(1, 3); areas != 0; --areas) intents.push_back(any_map(source, temper));
}

Session any_session(Source source, int size) {
  const Temper temper = any_temper(source);
  Session session{any_boot(source, temper), {}};
  const std::uint32_t count = source.number(4, 3 * static_cast<std::uint32_t>(size));
  append_beginning(session.intents, source, temper, session.boot);
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

}  // namespace refmm::process
