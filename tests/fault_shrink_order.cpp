#include <refmm/spec/fault_flags.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/process_state.hpp>
#include <refmm/tests/fault_shrink.hpp>
#include <refmm/tests/fault_shrink_order.hpp>
#include <refmm/tests/fault_shrink_parts.hpp>
#include <refmm/tests/vma_shrink_order.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace refmm::process {

namespace {

using W = std::uint32_t;
constexpr W page = i386_2_4_0.page_size;

/// Those of the candidates that ask less than `value`, each once, those that ask least first.
std::vector<W> sorted_plainer(std::vector<W> candidates, W value, W (*effort)(W)) {
  std::erase_if(candidates, [&](W candidate) { return effort(candidate) >= effort(value); });
  std::ranges::sort(candidates, {}, [&](W candidate) { return std::pair(effort(candidate), candidate); });
  const auto repeated = std::ranges::unique(candidates);
  candidates.erase(repeated.begin(), repeated.end());
  return candidates;
}

}  // namespace

Boot<W> plain_machine(const fault::KernelOf<W>& kernel, std::vector<W> files) {
  return {.kernel = kernel,
          .ram_pages = plain_ram_pages,
          .swap_pages = plain_swap_pages,
          .page_cluster = 0,
          .files = std::move(files),
          .overcommit = true,
          .survive = false};
}

// ---- Arguments ------------------------------------------------------------------------------------------------------------

W effort_of_break(W brk) {
  constexpr W plain = 0x0804b000, not_whole = 1u << 21;  // more than any whole number of pages asks
  const W odd = brk % page;
  return (odd == 0 ? 0 : not_whole + odd) + (brk > plain ? brk - plain : plain - brk) / page;
}

W effort_of_byte(W byte) { return byte == 0 ? 2 : byte - 1; }

W effort_of_size(W size) {
  constexpr W not_whole = 1000;
  if (size == 0) return not_whole - 1;
  return size % page == 0 ? size / page - 1 : not_whole + size;
}

W effort_of_advice(W advice) {
  constexpr std::array<W, 5> plain{fault::MADV_DONTNEED, fault::MADV_WILLNEED, fault::MADV_RANDOM,
                                   fault::MADV_SEQUENTIAL, fault::MADV_NORMAL};
  const auto place = static_cast<W>(std::ranges::find(plain, advice) - plain.begin());
  return advice < plain.size() ? place : advice;
}

W effort_of_msync_flags(W flags) {
  constexpr W known = fault::MS_ASYNC | fault::MS_SYNC | fault::MS_INVALIDATE;
  const W differing = flags ^ fault::MS_SYNC;
  return static_cast<W>(std::popcount(differing & known) + 10 * std::popcount(differing & ~known));
}

std::vector<W> plainer_breaks(W brk) {
  std::vector<W> candidates{brk - brk % page};
  for (W pages = 0; pages < 8; ++pages) candidates.push_back(0x08049000 + pages * page);
  for (W step = 1; step <= 1u << 19; step *= 2)
    candidates.insert(candidates.end(), {brk - brk % page - step * page, brk - brk % page + step * page});
  return sorted_plainer(std::move(candidates), brk, effort_of_break);
}

std::vector<W> plainer_bytes(W byte) { return sorted_plainer({1, 2, 3, 0}, byte, effort_of_byte); }

std::vector<W> plainer_sizes(W size) {
  std::vector<W> candidates{0, 1, 2, 100, page - 1, page + 1, size - size % page, size / 2, size - 1};
  for (W pages = 1; pages <= 8; ++pages) candidates.push_back(pages * page);
  for (W step = 1; step <= 64; step *= 2) {
    if (size > step * page) candidates.push_back(size - size % page - step * page);
  }
  return sorted_plainer(std::move(candidates), size, effort_of_size);
}

std::vector<W> plainer_advice(W advice) { return sorted_plainer({0, 1, 2, 3, 4, 5}, advice, effort_of_advice); }

std::vector<W> plainer_msync_flags(W flags) {
  return sorted_plainer({0, 1, 2, 3, 4, 5, 6, 7, 8}, flags, effort_of_msync_flags);
}

// ---- Commands ---------------------------------------------------------------------------------------------------------------

namespace {

/// By the place in Call: how much the kind of a call asks.
constexpr std::array<W, std::variant_size_v<Call<W>>> kinds_of_calls{
    1, 1, 3, 3,  // load, store, get_user, put_user
    2, 2, 3, 3,  // mmap, munmap, mprotect, brk
    3, 3, 4, 4,  // mlock, munlock, mlockall, munlockall
    4, 4, 4,     // madvise, msync, mremap
    2, 3, 3, 3,  // open, truncate, pread, pwrite
    2, 2, 3,     // fork, exit, esp
    4, 4, 4, 4,  // peek, poke, map_kiobuf, unmap_kiobuf
};
/// By the place in Command, behind the calls of processes.
constexpr std::array<W, std::variant_size_v<Command<W>> - 1> kinds_of_kernel{
    2, 2, 3, 3,  // swap_out, reclaim, swapoff, swapon
    5};          // set
constexpr W kind_of_file = 1, kind_of_knob = 2, kind_of_other_process = 2;

/// What the arguments of a command ask, by the names of their fields.
struct ArgumentEffort {
  W sum = 0;

  void add(W effort) { sum = sum + effort < sum ? ~W{0} : sum + effort; }

  template <class Call>
  void field(const Call& call, std::string_view name, W value) {
    constexpr bool maps = requires { call.fd; }, syncs = std::is_same_v<Call, Msync<W>>;
    if (name == "brk") {
      add(effort_of_break(value));
    } else if (name == "addr" || name == "new_addr") {
      if (name == "new_addr" && !is_moved(call)) return;
      add(vma::effort_of_address(value));
    } else if (name == "len" || name == "old_len" || name == "new_len") {
      add(vma::effort_of_length(value));
    } else if (name == "offset") {
      add(vma::effort_of_offset(value));
    } else if (name == "prot") {
      add(vma::effort_of_protection(value));
    } else if (name == "flags") {
      add(maps ? vma::effort_of_map_flags(value) : syncs ? effort_of_msync_flags(value) : value);
    } else if (name == "byte") {
      add(effort_of_byte(value));
    } else if (name == "advice") {
      add(effort_of_advice(value));
    } else if (name == "size") {
      add(effort_of_size(value));
    } else if (name != "pid") {
      add(value);
    }
  }
  /// A knob that is set.
  void field(const auto&, std::string_view, const std::optional<W>& knob) {
    if (knob) add(100 + vma::effort_of_number(*knob));
  }
  void field(const auto&, std::string_view, const std::optional<bool>& knob) {
    if (knob) add(100 + *knob);
  }
  void field(const auto&, std::string_view, Direction rw) { add(rw == Direction::READ ? 0 : 1); }
  void field(const auto&, std::string_view, std::int32_t) {}
  void field(const auto&, std::string_view, const Name& name) { add(number_at_end(name.view())); }

 private:
  /// Without MREMAP_FIXED there is no new address.
  static bool is_moved(const auto& call) {
    if constexpr (requires { call.new_addr; }) return (call.flags & vma::MREMAP_FIXED) != 0;
    return true;
  }
};

W effort_of_arguments(const Command<W>& command) {
  ArgumentEffort effort;
  visit_call(command, [&](const auto& call) {
    for_each_field(call, [&](std::string_view name, const auto& value) { effort.field(call, name, value); });
  });
  return effort.sum;
}

/// 0 for process 1, then the others in the order of their forks; behind them those that there are not.
W effort_of_process(const W* pid, std::uint32_t fork, const std::map<std::uint32_t, W>& places) {
  constexpr W missing = 50;
  if (!pid) return 0;
  if (fork != 0) return places.contains(fork) ? places.at(fork) : missing;
  return *pid == 1 ? 0 : missing + *pid;
}

W effort_of_boot(const Boot<W>& boot) {
  W effort = 0;
  if (boot.ram_pages != plain_ram_pages) effort += 100 + boot.ram_pages;
  if (boot.swap_pages != plain_swap_pages) effort += 100 + boot.swap_pages;
  effort += boot.page_cluster * 100;
  for (const W size : boot.files) effort += 100 + effort_of_size(size);
  return effort + (boot.overcommit ? 0u : 100u) + (boot.survive ? 100u : 0u);
}

W knobs_turned(const Boot<W>& boot) {
  return W{boot.ram_pages != plain_ram_pages} + W{boot.swap_pages != plain_swap_pages} +
         W{boot.page_cluster != 0} + W{!boot.overcommit} + W{boot.survive};
}

// ---- The rest of a rank: equal only where scripts are -----------------------------------------------------------------------

struct Details {
  shrink::Rank& rank;

  void operator()(std::unsigned_integral auto number) { rank.numbers.push_back(number); }
  void operator()(std::int32_t number) { rank.numbers.push_back(static_cast<W>(number)); }
  void operator()(Direction rw) { rank.numbers.push_back(static_cast<W>(rw)); }
  void operator()(const Name& name) { rank.names.push_back(name.str()); }
  template <class T>
  void operator()(const std::optional<T>& value) {
    rank.numbers.push_back(value.has_value());
    if (value) (*this)(*value);
  }
  void operator()(const std::vector<W>& values) {
    rank.numbers.push_back(static_cast<W>(values.size()));
    rank.numbers.insert(rank.numbers.end(), values.begin(), values.end());
  }
  template <class... Alternatives>
  void operator()(const std::variant<Alternatives...>& value) {
    rank.numbers.push_back(static_cast<W>(value.index()));
    std::visit(*this, value);
  }
  void operator()(const Record auto& record) {
    for_each_field(record, [&](const char*, const auto& value) { (*this)(value); });
  }
};

/// The command without the numbers that follow from other commands.
Command<W> as_written(const Item& item) {
  Command<W> command = item.command;
  if (item.by_child_of != 0) *caller_in(command) = 0;
  if (item.of_child_of != 0) *target_in(command) = 0;
  if (item.opened_by != 0) {
    if (std::int32_t* fd = descriptor_in(command)) *fd = 0;
  }
  return command;
}

}  // namespace

W effort_of_kind(const Command<W>& command) {
  if (const auto* of_process = std::get_if<OfProcess<W>>(&command))
    return kinds_of_calls[of_process->call.index()];
  return kinds_of_kernel[command.index() - 1];
}

shrink::Rank rank(const Script& script) {
  shrink::Rank rank;
  rank.numbers = {
      static_cast<W>(script.items.size()),
      kind_of_knob * knobs_turned(script.boot) + kind_of_file * static_cast<W>(script.boot.files.size()),
      effort_of_boot(script.boot), 0};
  std::map<std::uint32_t, W> places{{0, 0}};
  std::vector<W> in_order;
  for (const Item& item : script.items) {
    const W who = effort_of_process(caller_in(item.command), item.by_child_of, places),
            whom = effort_of_process(target_in(item.command), item.of_child_of, places);
    const W kind = effort_of_kind(item.command) + (who + whom == 0 ? 0 : kind_of_other_process);
    const W arguments = effort_of_arguments(item.command);
    rank.numbers[1] += kind;
    rank.numbers[3] = rank.numbers[3] + arguments < arguments ? ~W{0} : rank.numbers[3] + arguments;
    in_order.insert(in_order.end(), {kind, who, whom, arguments});
    places.emplace(item.id, static_cast<W>(places.size()));
  }
  rank.numbers.insert(rank.numbers.end(), in_order.begin(), in_order.end());
  Details details{rank};
  for (const Item& item : script.items) {
    for (const std::uint32_t origin : {item.opened_by, item.by_child_of, item.of_child_of})
      details(origin == 0 ? W{0} : places.contains(origin) ? places.at(origin) : ~W{0});
    details(as_written(item));
  }
  details(script.boot);
  return rank;
}

}  // namespace refmm::process
