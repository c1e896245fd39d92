// From intents to commands.
#include <refmm/spec/fault_flags.hpp>
#include <refmm/spec/process_state.hpp>
#include <refmm/tests/fault_commands.hpp>
#include <refmm/tests/fault_commands_survey.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>

namespace refmm::process {

namespace {

using W = std::uint32_t;

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
