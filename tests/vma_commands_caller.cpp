// From intents to commands.
#include <refmm/spec/vma_state.hpp>
#include <refmm/tests/vma_commands.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <variant>

namespace refmm::vma {

namespace {

using W = std::uint32_t;

/// What a place and a length come to on a machine, in a state.
struct Surveyor {
  const BasicMachine<W>& machine;
  const State<W>& now;

  W page() const { return machine.page_size; }
  W rounded_up(W bytes) const { return (bytes + page() - 1) & ~(page() - 1); }
  /// So many pages, which may be a negative number.
  W pages(std::int32_t count) const { return static_cast<W>(count) * page(); }

  const Area<W>* area(std::uint32_t ordinal) const {
    const auto& areas = now.mm.areas;
    return areas.empty() ? nullptr : &areas[ordinal % areas.size()];
  }
  const Area<W>* growing_area(std::uint32_t ordinal) const {
    const auto grows = [](const Area<W>& area) { return (area.vm_flags & VM_GROWSDOWN) != 0; };
    const auto count = std::ranges::count_if(now.mm.areas, grows);
    if (count == 0) return area(ordinal);
    auto left = ordinal % static_cast<std::uint32_t>(count);
    return &*std::ranges::find_if(now.mm.areas, [&](const Area<W>& a) { return grows(a) && left-- == 0; });
  }

  W landmark(const Place& place) const {
    using enum Place::Landmark;
    if (place.landmark == address) return place.ordinal;
    if (place.landmark == brk) return rounded_up(now.mm.brk);
    const Area<W>* found = place.landmark == stack_start ? growing_area(place.ordinal) : area(place.ordinal);
    if (!found) return machine.task_unmapped_base;
    if (place.landmark == area_end) return found->vm_end;
    if (place.landmark != area_middle) return found->vm_start;
    return found->vm_start + pages(static_cast<std::int32_t>(pages_of(*found, page()) / 2));
  }
  W at(const Place& place) const { return landmark(place) + pages(place.pages) + place.bytes; }

  W measure(Length::Measure measure, W from, W old_length) const {
    using enum Length::Measure;
    const auto& areas = now.mm.areas;
    switch (measure) {
      case nothing:
        return 0;
      case to_end: {
        const auto above = std::ranges::partition_point(areas, [&](const Area<W>& a) { return a.vm_end <= from; });
        return above == areas.end() ? page() : above->vm_end - from;
      }
      case to_next: {
        const auto above =
            std::ranges::partition_point(areas, [&](const Area<W>& a) { return a.vm_start <= from; });
        return above == areas.end() ? page() : above->vm_start - from;
      }
      case to_task_end:
        return machine.task_size - from;
      case as_before:
        return old_length;
    }
    return 0;
  }
  W length(const Length& length, W from, W old_length = 0) const {
    return measure(length.measure, from, old_length) + pages(length.pages) + length.bytes;
  }
};

std::int32_t lowest_free_descriptor(const State<W>& now) {
  std::int32_t fd = 3;
  while (file_behind(now, fd)) ++fd;
  return fd;
}

/// The descriptor chosen, or nothing if none is open.
std::optional<std::int32_t> chosen(const State<W>& now, DescriptorChoice choice) {
  using enum DescriptorChoice::Kind;
  if (choice.kind == none) return -1;
  if (choice.kind == never_opened) return static_cast<std::int32_t>(1000 + choice.ordinal);
  const auto is_open = [](const File& file) { return file.fd.has_value(); };
  const auto count = static_cast<std::uint32_t>(std::ranges::count_if(now.files, is_open));
  if (count == 0) return std::nullopt;
  std::uint32_t left = choice.ordinal % count;
  return static_cast<std::int32_t>(
      *std::ranges::find_if(now.files, [&](const File& file) { return is_open(file) && left-- == 0; })->fd);
}

// ---- Limits ---------------------------------------------------------------------------------------------------------------

/// `base` and so many more, which may be fewer, but not fewer than none.
W above(W base, std::int32_t slack) {
  return slack < 0 && static_cast<W>(-slack) > base ? 0 : base + static_cast<W>(slack);
}

SetKnobs<W> lifted_limits(const BasicMachine<W>& machine) {
  SetKnobs<W> set{};
  set.rlimit_as = set.rlimit_data = set.rlimit_stack = set.rlimit_memlock = ~W{0};
  set.max_map_count = machine.max_map_count;
  set.free_pages = set.physpages = 1u << 20;
  set.cap_ipc_lock = true;
  set.fail_vma = set.fail_shmem = set.fail_move = 0;
  return set;
}

SetKnobs<W> with_limit(const Surveyor& survey, const LimitIntent& wish) {
  using enum LimitIntent::Limit;
  const Mm<W>& mm = survey.now.mm;
  const auto bytes = [&](W pages) { return above(pages, wish.slack) * survey.page() + wish.bytes; };
  SetKnobs<W> set{};
  switch (wish.limit) {
    case areas:
      set.max_map_count = above(mm.map_count, wish.slack);
      break;
    case address_space:
      set.rlimit_as = bytes(mm.total_vm);
      break;
    case data:
      set.rlimit_data = bytes((mm.brk - mm.start_data) / survey.page());
      break;
    case stack: {
      const Area<W>* growing = survey.growing_area(wish.bytes);
      set.rlimit_stack = bytes(growing ? pages_of(*growing, survey.page()) : 0);
      break;
    }
    case locked:
      set.rlimit_memlock = bytes(mm.locked_vm);
      break;
    case memory:
      set.free_pages = above(0, wish.slack);
      break;
    case machine:
      set.physpages = 2 * above(wish.bytes % 2 == 0 ? mm.total_vm : mm.locked_vm, wish.slack);
      break;
    case lifted:
      set = lifted_limits(survey.machine);
      break;
  }
  return set;
}

// ---- From an intent to commands ---------------------------------------------------------------------------------------------

/// The commands that an intent comes to.
struct Plan {
  Surveyor survey;

  using Commands = std::vector<Command<W>>;

  Command<W> mapping(const MapIntent& wish, std::int32_t fd) const {
    const W addr = wish.anywhere ? 0 : survey.at(wish.place);
    const W len = survey.length(wish.length, addr);
    switch (wish.by) {
      case MapIntent::By::mmap2:
        return Mmap2<W>{addr, len, wish.prot, wish.flags, fd, wish.offset};
      case MapIntent::By::do_mmap:
        return DoMmap<W>{addr, len, wish.prot, wish.flags, fd, wish.offset};
      case MapIntent::By::mmap:
        break;
    }
    return Mmap<W>{addr, len, wish.prot, wish.flags, fd, wish.offset};
  }
  Commands operator()(const MapIntent& wish) const {
    if (const auto fd = chosen(survey.now, wish.descriptor)) return {mapping(wish, *fd)};
    return {wish.open, mapping(wish, lowest_free_descriptor(survey.now))};
  }
  Commands operator()(const UnmapIntent& wish) const {
    const W addr = survey.at(wish.place);
    return {Munmap<W>{addr, survey.length(wish.length, addr)}};
  }
  Commands operator()(const BrkIntent& wish) const { return {Brk<W>{survey.at(wish.place)}}; }
  Commands operator()(const DoBrkIntent& wish) const {
    const W addr = survey.at(wish.place);
    return {DoBrk<W>{addr, survey.length(wish.length, addr)}};
  }
  Commands operator()(const ProtectIntent& wish) const {
    const W addr = survey.at(wish.place);
    return {Mprotect<W>{addr, survey.length(wish.length, addr), wish.prot}};
  }
  Commands operator()(const RemapIntent& wish) const {
    const W addr = survey.at(wish.place);
    const W old_len = survey.length(wish.old_length, addr);
    const W new_len = survey.length(wish.new_length, addr, old_len);
    // Without MREMAP_FIXED a transcript does not show the fifth argument.
    const W new_addr = wish.flags & MREMAP_FIXED ? survey.at(wish.destination) : 0;
    return {Mremap<W>{addr, old_len, new_len, wish.flags, new_addr}};
  }
  Commands operator()(const LockIntent& wish) const {
    const W addr = survey.at(wish.place);
    const W len = survey.length(wish.length, addr);
    if (wish.locks) return {Mlock<W>{addr, len}};
    return {Munlock<W>{addr, len}};
  }
  Commands operator()(const LookupIntent& wish) const {
    const W addr = survey.at(wish.place);
    const W len = survey.length(wish.length, addr);
    switch (wish.by) {
      case LookupIntent::By::find_vma:
        return {FindVma<W>{addr}};
      case LookupIntent::By::find_vma_prev:
        return {FindVmaPrev<W>{addr}};
      case LookupIntent::By::find_vma_intersection:
        return {FindVmaIntersection<W>{addr, addr + len}};
      case LookupIntent::By::get_unmapped_area:
        return {GetUnmappedArea<W>{wish.anywhere ? 0 : addr, len}};
      case LookupIntent::By::find_extend_vma:
        return {FindExtendVma<W>{addr}};
    }
    return {};
  }
  Commands operator()(const CloseIntent& wish) const {
    const auto fd = chosen(survey.now, wish.descriptor);
    if (!fd) return {};
    return {Close{*fd}};
  }
  Commands operator()(const LimitIntent& wish) const { return {with_limit(survey, wish)}; }
  Commands operator()(const StripesIntent& wish) const {
    const W first = survey.at(wish.place);
    Commands commands;
    for (W i = 0; i < wish.count; ++i) {
      commands.push_back(Mmap<W>{first + i * wish.stride * survey.page(), survey.page(), wish.prot,
                                 MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0});
    }
    return commands;
  }
  Commands operator()(const auto& same_in_every_state) const { return {same_in_every_state}; }
};

}  // namespace

// ---- The caller -------------------------------------------------------------------------------------------------------------

std::optional<Command<W>> Caller::next(const State<W>& now) {
  if (commands_ == most_commands) return std::nullopt;
  while (planned_.empty()) {
    if (intent_ == session_.intents.size()) return std::nullopt;
    planned_ = std::visit(Plan{{session_.boot.kernel.machine, now}}, session_.intents[intent_++]);
    std::ranges::reverse(planned_);
  }
  ++commands_;
  const Command<W> command = planned_.back();
  planned_.pop_back();
  return command;
}

}  // namespace refmm::vma
