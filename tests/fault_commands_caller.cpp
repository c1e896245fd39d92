// From intents to commands.
#include <refmm/spec/fault_flags.hpp>
#include <refmm/spec/process_state.hpp>
#include <refmm/tests/fault_commands.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>

namespace refmm::process {

namespace {

using W = std::uint32_t;

// ---- Where and how long ---------------------------------------------------------------------------------------------------

/// What a place and a length come to in the address space of a process.
struct Surveyor {
  const BasicMachine<W>& machine;
  const State<W>& now;
  const Process<W>& process;

  W page() const { return machine.page_size; }
  W rounded_up(W bytes) const { return (bytes + page() - 1) & ~(page() - 1); }
  /// So many pages, which may be a negative number.
  W pages(std::int32_t count) const { return static_cast<W>(count) * page(); }

  /// Area number `ordinal` of those of which `counts` is true, or of all if it is true of none.
  const vma::Area<W>* area(std::uint32_t ordinal, auto counts) const {
    const auto& areas = process.mm.areas;
    if (areas.empty()) return nullptr;
    const auto count = static_cast<std::uint32_t>(std::ranges::count_if(areas, counts));
    if (count == 0) return &areas[ordinal % areas.size()];
    std::uint32_t left = ordinal % count;
    return &*std::ranges::find_if(areas, [&](const auto& area) { return counts(area) && left-- == 0; });
  }
  const vma::Area<W>* area(std::uint32_t ordinal) const {
    return area(ordinal, [](const auto&) { return true; });
  }
  const vma::Area<W>* area_with(std::uint32_t ordinal, W flags) const {
    return area(ordinal, [&](const auto& area) { return (area.vm_flags & flags) != 0; });
  }

  /// Calls `visit(addr, entry)` for each entry of the process that is not empty, upwards.
  void for_each_entry(auto visit) const {
    for (const auto& [slot, directory_entry] : lookup(now.memory.pgds, process.pid).written) {
      const auto table = lookup(now.memory.tables, directory_entry / page());
      for (const auto& [place, entry] : table.written)
        visit((slot * machine.entries_per_table + place) * page(), entry);
    }
  }
  static bool is_present(W entry) { return (entry & (fault::PAGE_PRESENT | fault::PAGE_PROTNONE)) != 0; }

  /// The address of entry number `ordinal` of those that lead to a page, or that hold a slot.
  std::optional<W> entry(std::uint32_t ordinal, bool present) const {
    std::uint32_t count = 0;
    for_each_entry([&](W, W entry) { count += is_present(entry) == present ? 1 : 0; });
    if (count == 0) return std::nullopt;
    std::uint32_t left = ordinal % count;
    std::optional<W> found;
    for_each_entry([&](W addr, W entry) {
      if (is_present(entry) == present && left-- == 0) found = addr;
    });
    return found;
  }

  W window_size() const {
    const W group = W{1} << now.memory.page_cluster;
    return (31 + group - 1) & ~(group - 1);
  }
  /// 2.4.0: nopage_sequential_readahead looks for the page in the middle of the window.
  W window_of(const vma::Area<W>& area) const {
    const W window = window_size();
    const W raend = lookup(now.memory.raend, area.id);
    const W end = raend == 0 ? area.vm_pgoff + window : raend;
    return area.vm_start + (end - window / 2 - area.vm_pgoff) * page();
  }

  /// The end of the file, where the area shows it.
  W file_end_in(const vma::Area<W>& area) const {
    if (area.vm_file == 0) return area.vm_start;
    const W size = lookup(now.memory.objects, object_of(now, area)).i_size, skipped = area.vm_pgoff * page();
    return size < skipped || size - skipped >= area.vm_end - area.vm_start ? area.vm_start
                                                                           : area.vm_start + (size - skipped);
  }

  /// Bytes behind the end of the file can be written through the area, for everybody to see.
  bool shows_tail(const vma::Area<W>& area) const {
    constexpr W shared_writable = vma::VM_SHARED | vma::VM_WRITE;
    return (area.vm_flags & shared_writable) == shared_writable && file_end_in(area) != area.vm_start;
  }

  W landmark(const Place& place) const {
    using enum Place::Landmark;
    switch (place.landmark) {
      case address:
        return place.ordinal;
      case brk:
        return rounded_up(process.mm.brk);
      case esp:
        return process.esp;
      case present:
      case swapped:
        if (const auto found = entry(place.ordinal, place.landmark == present)) return *found;
        break;
      default:
        break;
    }
    const vma::Area<W>* found = area(place.ordinal);
    if (place.landmark == stack_start) found = area_with(place.ordinal, vma::VM_GROWSDOWN);
    if (place.landmark == writable) found = area_with(place.ordinal, vma::VM_WRITE);
    if (place.landmark == window) found = area_with(place.ordinal, fault::VM_SEQ_READ);
    if (place.landmark == file_end)
      found = area(place.ordinal, [&](const auto& each) { return shows_tail(each); });
    if (!found) return machine.task_unmapped_base;
    const W size = (found->vm_end - found->vm_start) / page();
    if (place.landmark == area_end) return found->vm_end;
    if (place.landmark == area_middle) return found->vm_start + size / 2 * page();
    if (counts_pages(place) && size != 0) return found->vm_start + static_cast<W>(place.pages) % size * page();
    if (place.landmark == window) return window_of(*found);
    if (place.landmark == file_end) return file_end_in(*found);
    return found->vm_start;
  }
  static bool counts_pages(const Place& place) {
    return place.landmark == Place::Landmark::area_page || place.landmark == Place::Landmark::writable;
  }
  W at(const Place& place) const {
    return landmark(place) + (counts_pages(place) ? 0 : pages(place.pages)) + place.bytes;
  }

  W measure(Length::Measure measure, W from, W old_length) const {
    using enum Length::Measure;
    const auto& areas = process.mm.areas;
    switch (measure) {
      case nothing:
        return 0;
      case to_end: {
        const auto above = std::ranges::find_if(areas, [&](const auto& area) { return area.vm_end > from; });
        return above == areas.end() ? page() : above->vm_end - from;
      }
      case to_next: {
        const auto above = std::ranges::find_if(areas, [&](const auto& area) { return area.vm_start > from; });
        return above == areas.end() ? page() : above->vm_start - from;
      }
      case to_top:
        return W{0} - from;
      case as_before:
        return old_length;
    }
    return 0;
  }
  W length(const Length& length, W from, W old_length = 0) const {
    return measure(length.measure, from, old_length) + pages(length.pages) + length.bytes;
  }

  /// A length for something to be mapped: it crosses the border between two page tables, but does not reach over hundreds of them, each
  /// page of which would be looked at by laws. Longer than the task it may be.
  W mappable(W len) const {
    const W longest = page() * (machine.entries_per_table + 64), few = 16;
    return len <= longest || len >= machine.task_size ? len : page() * (1 + len / page() % few);
  }
};

// ---- Files ------------------------------------------------------------------------------------------------------------------

/// The descriptor chosen of those that are open, or nothing if none is.
std::optional<std::int32_t> descriptor(const State<W>& now, std::uint32_t ordinal) {
  const auto is_open = [](const vma::File& file) { return file.fd.has_value(); };
  const auto count = static_cast<std::uint32_t>(std::ranges::count_if(now.files, is_open));
  if (count == 0) return std::nullopt;
  std::uint32_t left = ordinal % count;
  const auto file =
      std::ranges::find_if(now.files, [&](const vma::File& each) { return is_open(each) && left-- == 0; });
  return static_cast<std::int32_t>(*file->fd);
}

/// `base` and so many more, which may be fewer, but not fewer than none.
W above(W base, std::int32_t slack) {
  return slack < 0 && static_cast<W>(-slack) > base ? 0 : base + static_cast<W>(slack);
}

// ---- From an intent to commands ---------------------------------------------------------------------------------------------

/// The commands that an intent comes to. There is a process.
struct Plan {
  const BasicMachine<W>& machine;
  const State<W>& now;

  using Commands = std::vector<Command<W>>;

  const Process<W>& process(const Who& who) const { return now.processes[who.ordinal % now.processes.size()]; }
  W pid(const Who& who) const {
    if (!who.missing) return process(who).pid;
    // One that was, or one that will be.
    return who.ordinal % 2 == 0 ? 0 : now.pids_made + 1;
  }
  Surveyor survey(const Who& who) const { return {machine, now, process(who)}; }
  Command<W> by(const Who& who, Call<W> call) const { return OfProcess<W>{pid(who), std::move(call)}; }

  /// The command, if need be behind the order that its first allocation fails.
  static Commands lacking_frame(bool lacks, Command<W> command) {
    Set<W> set{};
    set.fail_alloc = 1;
    return lacks ? Commands{set, std::move(command)} : Commands{std::move(command)};
  }

  Command<W> access(const AccessIntent& wish) const {
    using enum AccessIntent::By;
    const W addr = survey(wish.who).at(wish.place);
    switch (wish.by) {
      case load:
        return by(wish.who, Load<W>{addr});
      case store:
        return by(wish.who, Store<W>{addr, wish.byte});
      case get_user:
        return by(wish.who, GetUser<W>{addr});
      case put_user:
        return by(wish.who, PutUser<W>{addr, wish.byte});
      case peek:
        return by(wish.debugger, Peek<W>{pid(wish.who), addr});
      case poke:
        break;
    }
    return by(wish.debugger, Poke<W>{pid(wish.who), addr, wish.byte});
  }
  Commands operator()(const AccessIntent& wish) const { return lacking_frame(wish.lacks_frame, access(wish)); }
  Commands operator()(const FillIntent& wish) const {
    const W addr = survey(wish.who).at(wish.place);
    const W left = survey(wish.who).length({Length::Measure::to_end, 0, 0}, addr) / machine.page_size;
    Commands commands;
    for (W i = 0; i < std::min(wish.count, left); ++i)
      commands.push_back(by(wish.who, Store<W>{addr + i * machine.page_size, (wish.byte + i) % 256}));
    return commands;
  }
  Commands operator()(const ReadThroughIntent& wish) const {
    const Surveyor here = survey(wish.who);
    const vma::Area<W>* area = here.area_with(wish.ordinal, fault::VM_SEQ_READ);
    if (!area) return {};
    Commands commands{by(wish.who, Store<W>{area->vm_start, 1})};
    for (W window = 0; window < wish.windows; ++window)
      commands.push_back(by(wish.who, Load<W>{here.window_of(*area) + window * here.window_size() * here.page()}));
    return commands;
  }
  Commands operator()(const MapIntent& wish) const {
    const W addr = wish.anywhere ? 0 : survey(wish.who).at(wish.place);
    const W len = survey(wish.who).mappable(survey(wish.who).length(wish.length, addr));
    const bool anonymous = (wish.flags & vma::MAP_ANONYMOUS) != 0;
    const auto fd = anonymous ? std::nullopt : descriptor(now, wish.descriptor);
    const W flags = fd ? wish.flags : wish.flags | vma::MAP_ANONYMOUS;
    return {by(wish.who, vma::Mmap<W>{addr, len, wish.prot, flags, fd.value_or(-1), wish.offset})};
  }
  Commands operator()(const UnmapIntent& wish) const {
    const W addr = survey(wish.who).at(wish.place);
    return {by(wish.who, vma::Munmap<W>{addr, survey(wish.who).length(wish.length, addr)})};
  }
  Commands operator()(const ProtectIntent& wish) const {
    const W addr = survey(wish.who).at(wish.place);
    return {by(wish.who, vma::Mprotect<W>{addr, survey(wish.who).length(wish.length, addr), wish.prot})};
  }
  Commands operator()(const BrkIntent& wish) const {
    const Surveyor here = survey(wish.who);
    const W to = here.at(wish.place), now_at = here.process.mm.brk;
    return {by(wish.who, vma::Brk<W>{to > now_at ? now_at + here.mappable(to - now_at) : to})};
  }
  Commands operator()(const RemapIntent& wish) const {
    const Surveyor here = survey(wish.who);
    const W addr = here.at(wish.place), old_len = here.length(wish.old_length, addr);
    const W new_len = here.mappable(here.length(wish.new_length, addr, old_len));
    // Without MREMAP_FIXED a transcript does not show the fifth argument.
    const W new_addr = wish.flags & vma::MREMAP_FIXED ? here.at(wish.destination) : 0;
    return lacking_frame(wish.lacks_frame,
                         by(wish.who, vma::Mremap<W>{addr, old_len, new_len, wish.flags, new_addr}));
  }
  Commands operator()(const LockIntent& wish) const {
    const W addr = survey(wish.who).at(wish.place), len = survey(wish.who).length(wish.length, addr);
    if (wish.locks) return {by(wish.who, vma::Mlock<W>{addr, len})};
    return {by(wish.who, vma::Munlock<W>{addr, len})};
  }
  Commands operator()(const LockAllIntent& wish) const {
    if (wish.flags) return {by(wish.who, vma::Mlockall<W>{*wish.flags})};
    return {by(wish.who, vma::Munlockall{})};
  }
  Commands operator()(const AdviseIntent& wish) const {
    const W addr = survey(wish.who).at(wish.place);
    return {by(wish.who, Madvise<W>{addr, survey(wish.who).length(wish.length, addr), wish.advice})};
  }
  Commands operator()(const SyncIntent& wish) const {
    const W addr = survey(wish.who).at(wish.place);
    return {by(wish.who, Msync<W>{addr, survey(wish.who).length(wish.length, addr), wish.flags})};
  }
  Commands operator()(const OpenIntent& wish) const {
    const std::uint32_t files = files_of(now);
    if (files == 0) return {};
    return {by(wish.who, vma::Open{Name("file" + std::to_string(1 + wish.file % files)), wish.mode})};
  }
  Commands operator()(const TruncateIntent& wish) const {
    const std::uint32_t files = files_of(now);
    if (files == 0) return {};
    const W file = 1 + wish.file % files;
    const W pages = lookup(now.memory.objects, file).i_size / machine.page_size;
    const W size = above(wish.relative ? pages : 0, wish.pages) * machine.page_size + wish.bytes;
    return {by(wish.who, Truncate<W>{file, size})};
  }
  Commands operator()(const TransferIntent& wish) const {
    const auto open = wish.descriptor == ~W{0} ? std::nullopt : descriptor(now, wish.descriptor);
    const std::int32_t fd = open.value_or(99);
    const vma::File* file = file_behind(now, fd);
    const W size = file ? lookup(now.memory.objects, object_named<W>(now, file->inode)).i_size : 0;
    const W addr = survey(wish.who).at(wish.place);
    const W offset = (wish.from_end ? size : 0) + static_cast<W>(wish.pages) * machine.page_size + wish.bytes;
    if (wish.writes) return lacking_frame(wish.lacks_frame, by(wish.who, Pwrite<W>{fd, addr, wish.len, offset}));
    return lacking_frame(wish.lacks_frame, by(wish.who, Pread<W>{fd, addr, wish.len, offset}));
  }
  Commands operator()(const ForkIntent& wish) const {
    if (now.processes.size() >= Caller::most_processes) return {};
    return {by(wish.who, Fork{})};
  }
  Commands operator()(const ExitIntent& wish) const {
    if (now.processes.size() == 1 && !wish.last) return {};
    return {by(wish.who, Exit{})};
  }
  Commands operator()(const EspIntent& wish) const {
    return {by(wish.who, Esp<W>{survey(wish.who).at(wish.place)})};
  }
  Commands operator()(const HoldIntent& wish) const {
    const W addr = survey(wish.who).at(wish.place);
    return {by(wish.who, MapKiobuf<W>{wish.rw, addr, survey(wish.who).length(wish.length, addr)})};
  }
  Commands operator()(const ReleaseIntent& wish) const { return {by(wish.who, UnmapKiobuf{})}; }
  Commands operator()(const SwapOutIntent& wish) const {
    const W addr = survey(wish.who).at(wish.place) & ~(machine.page_size - 1);
    Commands commands;
    for (W i = 0; i < wish.count; ++i) {
      const W next = addr + i * machine.page_size;
      if (!wish.of_all) commands.push_back(SwapOut<W>{pid(wish.who), next});
      if (!wish.of_all) continue;
      for (const Process<W>& each : now.processes) commands.push_back(SwapOut<W>{each.pid, next});
    }
    if (wish.reclaims) commands.push_back(Reclaim{});
    return commands;
  }
  Commands operator()(const LimitIntent& wish) const {
    using enum LimitIntent::Limit;
    const Surveyor here = survey(wish.who);
    const vma::Mm<W>& mm = here.process.mm;
    const auto bytes = [&](W pages) { return above(pages, wish.slack) * here.page() + wish.bytes; };
    Set<W> set{};
    switch (wish.limit) {
      case address_space:
        set.rlimit_as = bytes(mm.total_vm);
        break;
      case data:
        set.rlimit_data = bytes((mm.brk - mm.start_data) / here.page());
        break;
      case stack: {
        const vma::Area<W>* growing = here.area_with(wish.bytes, vma::VM_GROWSDOWN);
        set.rlimit_stack = bytes(growing ? (growing->vm_end - growing->vm_start) / here.page() : 0);
        break;
      }
      case locked:
        set.rlimit_memlock = bytes(mm.locked_vm);
        break;
      case lifted:
        set.rlimit_as = set.rlimit_data = set.rlimit_memlock = ~W{0};
        set.rlimit_stack = 8u << 20;
        break;
    }
    return {set};
  }
  Commands operator()(const FailAllIntent&) const {
    Set<W> set{};
    set.fail_alloc_all = !now.memory.faults.fail_alloc_all;
    return {set};
  }
  Commands operator()(const auto& same_in_every_state) const { return {same_in_every_state}; }
};

}  // namespace

// ---- The caller -------------------------------------------------------------------------------------------------------------

std::optional<Command<W>> Caller::next(const State<W>& now) {
  constexpr std::uint32_t most_alone = 3;
  if (commands_ == most_commands) return std::nullopt;
  if (now.processes.empty()) {
    if (commands_alone_++ == most_alone) return std::nullopt;
    // Without a process only the kernel has anything to do.
    planned_.clear();
    if (commands_alone_ == 1)
      planned_ = {OfProcess<W>{1, Load<W>{session_.boot.kernel.machine().task_unmapped_base}}};
    if (commands_alone_ == 2) planned_ = {Reclaim{}};
    if (commands_alone_ == 3) planned_ = {Swapoff{}};
  }
  while (planned_.empty()) {
    if (intent_ == session_.intents.size()) return std::nullopt;
    planned_ = std::visit(Plan{session_.boot.kernel.machine(), now}, session_.intents[intent_++]);
    std::ranges::reverse(planned_);
  }
  ++commands_;
  const Command<W> command = planned_.back();
  planned_.pop_back();
  return command;
}

}  // namespace refmm::process
