#include <refmm/spec/fault_flags.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/process_state.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/tests/fault_shrink_order.hpp>
#include <refmm/tests/fault_shrink_parts.hpp>
#include <refmm/tests/fault_shrink_plain.hpp>
#include <refmm/tests/vma_shrink_order.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::process {

namespace {

using W = std::uint32_t;
using namespace vma;  // the flags of areas and of calls about them
constexpr W page = i386_2_4_0.page_size;
constexpr W mapped = i386_2_4_0.task_unmapped_base, stack = 0xbffff000;

// ---- Plain commands -----------------------------------------------------------------------------------------------------------

/// A plain command: of process 1 or of its first child, about the other one or itself.
struct Plain {
  Command<W> command;
  bool by_child = false, of_child = false;
};

/// Calls about a page that every process can make.
std::vector<Call<W>> calls_about(W addr) {
  constexpr W fixed = MREMAP_MAYMOVE | MREMAP_FIXED;
  return {Load<W>{addr},
          Store<W>{addr, 1},
          Store<W>{addr, 2},
          GetUser<W>{addr},
          PutUser<W>{addr, 1},
          Munmap<W>{addr, page},
          Mprotect<W>{addr, page, PROT_READ},
          Mprotect<W>{addr, page, PROT_READ | PROT_WRITE},
          Mprotect<W>{addr, page, PROT_NONE},
          Mlock<W>{addr, page},
          Munlock<W>{addr, page},
          Madvise<W>{addr, page, fault::MADV_DONTNEED},
          Madvise<W>{addr, page, fault::MADV_WILLNEED},
          Madvise<W>{addr, page, fault::MADV_RANDOM},
          Msync<W>{addr, page, fault::MS_SYNC},
          Msync<W>{addr, page, 0},
          Mremap<W>{addr, page, page, fixed, mapped + page},
          Mremap<W>{addr, page, 2 * page, MREMAP_MAYMOVE, 0},
          MapKiobuf<W>{Direction::READ, addr, page},
          MapKiobuf<W>{Direction::WRITE, addr, page},
          Pread<W>{3, addr, 1, 0},
          Pread<W>{3, addr, page, 0},
          Pwrite<W>{3, addr, 1, 0},
          Pwrite<W>{3, addr, page, 0},
          Pwrite<W>{3, addr, page, page}};
}

/// Ranges that begin or end where page tables do.
std::vector<Call<W>> calls_about_tables() {
  constexpr W table = page * i386_2_4_0.entries_per_table;
  return {Munmap<W>{mapped, stack / table * table + page - mapped}, Munmap<W>{page, mapped},
          Mmap<W>{mapped, 2 * table + page, PROT_READ, plain_map_flags, -1, 0}};
}

/// Mappings at the plain address, of the first file where the machine has one.
std::vector<Call<W>> mappings(bool files) {
  std::vector<Call<W>> calls;
  for (const W len : {page, 2 * page}) {
    for (const W prot : {PROT_READ, PROT_READ | PROT_WRITE, PROT_WRITE, PROT_NONE}) {
      for (const W flags :
           {plain_map_flags, MAP_SHARED | MAP_FIXED | MAP_ANONYMOUS, plain_map_flags | MAP_GROWSDOWN}) {
        calls.push_back(Mmap<W>{mapped, len, prot, flags, -1, 0});
        if (files) calls.push_back(Mmap<W>{mapped, len, prot, flags & ~MAP_ANONYMOUS, 3, 0});
      }
    }
  }
  // What lies behind the end of an object.
  for (const W prot : {PROT_READ, PROT_READ | PROT_WRITE})
    calls.push_back(Mmap<W>{mapped, page, prot, MAP_SHARED | MAP_FIXED | MAP_ANONYMOUS, -1, page});
  return calls;
}

std::vector<Set<W>> failures() {
  std::vector<Set<W>> sets;
  const auto append = [&](auto knob, auto value) {
    sets.emplace_back();
    sets.back().*knob = value;
  };
  for (W soon = 1; soon <= 3; ++soon) {
    append(&Set<W>::fail_alloc, soon);
    append(&Set<W>::fail_read, soon);
  }
  append(&Set<W>::fail_alloc_all, true);
  append(&Set<W>::fail_vma, 1u);
  append(&Set<W>::fail_swap_read, 1u);
  append(&Set<W>::fail_swap_write, 1u);
  for (const W bytes : {W{0}, page, 2 * page}) {
    append(&Set<W>::rlimit_stack, bytes);
    append(&Set<W>::rlimit_as, bytes);
  }
  return sets;
}

/// All of them, on a machine with files or without.
std::vector<Plain> all_plain(bool files) {
  std::vector<Plain> plains;
  const auto by_both = [&](const Call<W>& call) {
    plains.push_back({OfProcess<W>{1, call}});
    plains.push_back({OfProcess<W>{2, call}, true, false});
  };
  for (const W addr : {stack, mapped, mapped + page, stack - page}) {
    for (const Call<W>& call : calls_about(addr)) by_both(call);
    plains.push_back({SwapOut<W>{1, addr}});
    plains.push_back({SwapOut<W>{2, addr}, false, true});
    plains.push_back({OfProcess<W>{1, Peek<W>{2, addr}}, false, true});
    plains.push_back({OfProcess<W>{1, Poke<W>{2, addr, 1}}, false, true});
    plains.push_back({OfProcess<W>{2, Peek<W>{1, addr}}, true, false});
    plains.push_back({OfProcess<W>{2, Poke<W>{1, addr, 1}}, true, false});
  }
  for (const Call<W>& call : mappings(files)) by_both(call);
  for (const Call<W>& call : calls_about_tables()) plains.push_back({OfProcess<W>{1, call}});
  for (const Call<W>& call : {Call<W>(Fork{}), Call<W>(Exit{}), Call<W>(UnmapKiobuf{}), Call<W>(Munlockall{}),
                              Call<W>(Mlockall<W>{MCL_CURRENT}), Call<W>(Mlockall<W>{MCL_FUTURE}),
                              Call<W>(Esp<W>{stack - page}), Call<W>(Brk<W>{0x0804b000})})
    by_both(call);
  if (files) {
    for (const W mode : {FMODE_READ, FMODE_READ | FMODE_WRITE})
      plains.push_back({OfProcess<W>{1, vma::Open{"file1", mode}}});
    for (const W size : {W{0}, W{1}, page}) plains.push_back({OfProcess<W>{1, Truncate<W>{1, size}}});
  }
  for (const Command<W>& command : {Command<W>(Reclaim{}), Command<W>(Swapoff{}), Command<W>(Swapon{})})
    plains.push_back({command});
  for (const Set<W>& set : failures()) plains.push_back({set});
  return plains;
}

// ---- The search -----------------------------------------------------------------------------------------------------------------

/// Of which kind a command is: two of one kind have the same number. What a debugger does is of one kind.
std::size_t kind_of(const Command<W>& command) {
  const auto* of_process = std::get_if<OfProcess<W>>(&command);
  if (call_of<Poke<W>>(command)) return kind_of(OfProcess<W>{1, Peek<W>{1, 0}});
  return of_process ? 100 + of_process->call.index() : command.index();
}

/// The script sets one of the knobs that are set.
bool has_set(const Script& script, const Set<W>& set) {
  return std::ranges::any_of(script.items, [&](const Item& item) {
    const auto* own = std::get_if<Set<W>>(&item.command);
    bool found = false;
    if (own) {
      for_each_field(*own, set, [&](const char*, const auto& one, const auto& other) {
        found = found || (one.has_value() && other.has_value());
      });
    }
    return found;
  });
}

/// Of the plain commands those of the kinds that a script has.
std::vector<Plain> of_kinds_in(const Script& script) {
  std::vector<Plain> alphabet;
  for (const Plain& plain : all_plain(!script.boot.files.empty())) {
    const auto* set = std::get_if<Set<W>>(&plain.command);
    const bool has_kind = std::ranges::any_of(
        script.items, [&](const Item& item) { return kind_of(item.command) == kind_of(plain.command); });
    if (has_kind && (!set || has_set(script, *set))) alphabet.push_back(plain);
  }
  return alphabet;
}

/// What becomes of a page that is swapped out. Most of what goes wrong with such pages goes wrong with this one, whatever the script.
std::vector<Plain> about_a_swapped_page() {
  Set<W> fails{};
  fails.fail_swap_write = 1;
  return {{OfProcess<W>{1, Store<W>{stack, 1}}},
          {OfProcess<W>{1, Load<W>{stack}}},
          {SwapOut<W>{1, stack}},
          {Reclaim{}},
          {fails}};
}

/// What becomes of the pages of a file that are written back: of a file of two pages, one of which stays as it is.
std::vector<Plain> about_pages_of_a_file() {
  constexpr W shared = MAP_SHARED | MAP_FIXED, read_write = PROT_READ | PROT_WRITE;
  return {{OfProcess<W>{1, vma::Open{"file1", FMODE_READ | FMODE_WRITE}}},
          {OfProcess<W>{1, Mmap<W>{mapped, page, read_write, shared, 3, 0}}},
          {OfProcess<W>{1, Mmap<W>{mapped, 2 * page, read_write, shared, 3, 0}}},
          {OfProcess<W>{1, Store<W>{mapped, 1}}},
          {OfProcess<W>{1, Load<W>{mapped + page}}},
          {OfProcess<W>{1, Mlockall<W>{MCL_CURRENT}}},
          {OfProcess<W>{1, Pread<W>{3, mapped, page, 1}}},
          {OfProcess<W>{1, Msync<W>{mapped, page, fault::MS_SYNC}}}};
}

bool writes_back(const Script& script) {
  return std::ranges::any_of(script.items,
                             [](const Item& item) { return call_of<Msync<W>>(item.command) != nullptr; });
}

bool swaps(const Script& script) {
  return std::ranges::any_of(script.items, [](const Item& item) {
    return std::holds_alternative<SwapOut<W>>(item.command) || std::holds_alternative<Reclaim>(item.command);
  });
}

class PlainSearch {
 public:
  PlainSearch(const Script& script, const Boot<W>& boot, const Propose& propose, std::vector<Plain> alphabet)
      : script_(script),
        propose_(propose),
        now_(rank(script)),
        alphabet_(std::move(alphabet)),
        last_kind_(kind_of(script.items.back().command)) {
    plain_.boot = boot;
  }

  /// True if a script was taken.
  bool run() {
    for (std::size_t length = 1; length <= std::min(script_.items.size(), longest); ++length) {
      only_alike_ = length > 2;
      if (extend(FaultFamily::boot(plain_.boot), length)) return true;
    }
    return false;
  }

 private:
  static constexpr std::size_t longest = 5;

  /// The item, if what it names has been made.
  std::optional<Item> item_of(const Plain& plain) const {
    const auto made_by = [&](auto makes) {
      const auto maker = std::ranges::find_if(plain_.items, makes);
      return maker == plain_.items.end() ? 0 : maker->id;
    };
    Item item{plain.command, static_cast<std::uint32_t>(plain_.items.size() + 1)};
    const std::uint32_t fork = made_by([](const Item& each) { return call_of<Fork>(each.command) != nullptr; });
    const std::uint32_t open =
        made_by([](const Item& each) { return call_of<vma::Open>(each.command) != nullptr; });
    if (plain.by_child) item.by_child_of = fork;
    if (plain.of_child) item.of_child_of = fork;
    if ((plain.by_child || plain.of_child) && fork == 0) return std::nullopt;
    if (descriptor_in(plain.command)) {
      if (open == 0) return std::nullopt;
      item.opened_by = open;
    }
    return item;
  }

  /// Tries the plain commands so far with so many more behind them, in the state that they lead to.
  bool extend(const State<W>& state, std::size_t more) {
    for (const Plain& plain : alphabet_) {
      if (tries_left_ == 0) return false;
      if (more == 1 && only_alike_ && kind_of(plain.command) != last_kind_) continue;
      const auto item = item_of(plain);
      if (!item) continue;
      plain_.items.push_back(*item);
      const bool taken = more == 1 ? try_it() : go_on(state, plain.command, more - 1);
      plain_.items.pop_back();
      if (taken) return true;
    }
    return false;
  }
  bool try_it() {
    if (!(rank(plain_) < now_)) return false;
    --tries_left_;
    return propose_(plain_);
  }
  /// A command that changes nothing lays no ground.
  bool go_on(const State<W>& before, const Command<W>& command, std::size_t more) {
    if (states_left_ == 0) return false;
    --states_left_;
    auto outcome = FaultFamily::step(plain_.boot, before, command);
    if (FaultFamily::ends_everything(outcome.result) || outcome.state == before) return false;
    return extend(outcome.state, more);
  }

  const Script& script_;
  const Propose& propose_;
  shrink::Rank now_;
  std::vector<Plain> alphabet_;
  std::size_t last_kind_;
  bool only_alike_ = false;  // only such commands come last as the script at hand has there
  std::uint64_t tries_left_ = 30'000, states_left_ = 300'000;
  Script plain_{};
};

/// Beyond so many commands there are too many kinds of them to try all plain scripts.
constexpr std::size_t longest_script = 60;

bool scripts_about_few_things(const Script& script, const Propose& propose) {
  return (swaps(script) && PlainSearch(script, script.boot, propose, about_a_swapped_page()).run()) ||
         (writes_back(script) &&
          PlainSearch(script, plain_machine(script.boot.kernel, {2 * page}), propose, about_pages_of_a_file())
              .run());
}

}  // namespace

bool plain_scripts(const Script& script, const Propose& propose) {
  if (script.items.empty() || script.items.size() > longest_script) return false;
  return scripts_about_few_things(script, propose) ||
         PlainSearch(script, script.boot, propose, of_kinds_in(script)).run();
}

bool plain_scripts_for_a_long_one(const Script& script, const Propose& propose) {
  return script.items.size() > longest_script && scripts_about_few_things(script, propose);
}

}  // namespace refmm::process
