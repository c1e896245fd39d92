#include <refmm/spec/machine.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/tests/vma_shrink.hpp>
#include <refmm/tests/vma_shrink_order.hpp>
#include <refmm/tests/vma_shrink_parts.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace refmm::vma {

namespace {

using W = std::uint32_t;
constexpr W page = i386_2_4_0.page_size;
constexpr W base = i386_2_4_0.task_unmapped_base;
constexpr W task_size = i386_2_4_0.task_size;
constexpr W not_whole = 1u << 21;  // more than any whole number of pages asks

/// Those of the candidates that ask less than `value`, each once, those that ask least first.
std::vector<W> sorted_plainer(std::vector<W> candidates, W value, W (*effort)(W)) {
  std::erase_if(candidates, [&](W candidate) { return effort(candidate) >= effort(value); });
  std::ranges::sort(candidates, {}, [&](W candidate) { return std::pair(effort(candidate), candidate); });
  const auto repeated = std::ranges::unique(candidates);
  candidates.erase(repeated.begin(), repeated.end());
  return candidates;
}

}  // namespace

// ---- Arguments ------------------------------------------------------------------------------------------------------------

std::uint32_t effort_of_address(W address) {
  constexpr W near = 1000;
  const W odd = address % page;
  const W pages = address / page, base_pages = base / page, task_pages = task_size / page;
  const W more = odd == 0 ? 0 : not_whole + odd;
  if (pages - base_pages < near) return more + (pages - base_pages);
  if (pages < near) return more + near + pages;
  if (task_pages - pages < near) return more + 2 * near + (task_pages - pages);
  if (address % 0x10000000 == 0) return more + 3 * near + address / 0x10000000;
  return more + 4 * near + (pages > base_pages ? pages - base_pages : base_pages - pages);
}

std::uint32_t effort_of_length(W length) {
  const W odd = length % page;
  if (length == 0) return 3;
  return (odd == 0 ? 0 : not_whole + odd) + (length >= page ? length / page - 1 : 0);
}

std::uint32_t effort_of_offset(W offset) { return offset < page || offset % page != 0 ? offset : offset / page; }

std::uint32_t effort_of_protection(W prot) {
  constexpr std::array<W, 8> plain{PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE | PROT_EXEC,
                                   PROT_NONE, PROT_READ | PROT_EXEC,  PROT_WRITE,
                                   PROT_EXEC, PROT_WRITE | PROT_EXEC};
  const W known = prot & (PROT_READ | PROT_WRITE | PROT_EXEC);
  const auto place = static_cast<W>(std::ranges::find(plain, known) - plain.begin());
  return place + 10 * static_cast<W>(std::popcount(prot & ~known));
}

std::uint32_t effort_of_map_flags(W flags) {
  const W differing = flags ^ plain_map_flags;
  const W type = differing & MAP_TYPE;
  const W known = MAP_FIXED | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_DENYWRITE | MAP_NORESERVE;
  return (type == 0                            ? 0
          : type == (MAP_SHARED | MAP_PRIVATE) ? 2
                                               : 10 + type) +
         2 * static_cast<W>(std::popcount(differing & known)) +
         20 * static_cast<W>(std::popcount(differing & ~known & ~MAP_TYPE)) + (differing & MAP_ANONYMOUS ? 2 : 0);
}

std::uint32_t effort_of_number(W number) {
  if (number <= 1000) return 1 + number;
  return 2000 + (number % page == 0 ? 0 : not_whole) + number / page;
}

// ---- Plainer arguments ------------------------------------------------------------------------------------------------------

std::vector<W> plainer_addresses(W address, std::vector<W> others) {
  for (W pages = 0; pages < 12; ++pages) others.push_back(base + pages * page);
  for (W pages = 0; pages < 4; ++pages) others.insert(others.end(), {pages * page, task_size - pages * page});
  for (W step = 1; step <= 1u << 20; step *= 2)
    others.insert(others.end(), {address - step * page, address + step * page});
  others.insert(others.end(),
                {address - address % page, address - address % page + page, address - address % page + 1});
  return sorted_plainer(std::move(others), address, effort_of_address);
}

std::vector<W> plainer_lengths(W length) {
  std::vector<W> candidates{0};
  for (W pages = 1; pages <= 12; ++pages) candidates.push_back(pages * page);
  const W whole = length - length % page;
  for (W step = 1; step <= 1u << 20; step *= 2) {
    if (whole > step * page) candidates.push_back(whole - step * page);
  }
  candidates.insert(candidates.end(), {whole, whole + page, whole + 1});
  return sorted_plainer(std::move(candidates), length, effort_of_length);
}

std::vector<W> plainer_offsets(W offset) {
  std::vector<W> candidates{0, 1, 2, page, 2 * page, offset - offset % page, offset / 2, offset / 2 / page * page};
  for (W step = 1; step <= 1u << 20; step *= 4) {
    if (offset > step * page) candidates.push_back(offset - step * page);
  }
  return sorted_plainer(std::move(candidates), offset, effort_of_offset);
}

std::vector<W> plainer_protections(W prot) {
  return sorted_plainer({0, 1, 2, 3, 4, 5, 6, 7}, prot, effort_of_protection);
}

std::vector<W> plainer_map_flags(W flags) {
  std::vector<W> candidates{plain_map_flags, (flags & ~MAP_TYPE) | MAP_PRIVATE, (flags & ~MAP_TYPE) | MAP_SHARED};
  for (W bit = 0x10; bit != 0; bit <<= 1) candidates.push_back(flags ^ bit);
  return sorted_plainer(std::move(candidates), flags, effort_of_map_flags);
}

std::vector<W> plainer_numbers(W number) {
  std::vector<W> candidates{100, 1000, number / 2, number - 1, number - page, number - number % page};
  for (W small = 0; small <= 16; ++small) candidates.insert(candidates.end(), {small, small * page});
  return sorted_plainer(std::move(candidates), number, effort_of_number);
}

// ---- Commands ---------------------------------------------------------------------------------------------------------------

namespace {

/// By the place in Command: how much the kind of a command asks.
constexpr std::array<W, std::variant_size_v<Command<W>>> kinds{
    2, 2,        // open, close
    2, 3, 4,     // mmap, mmap2, do_mmap
    1,           // munmap
    3, 4,        // brk, do_brk
    3, 5,        // mprotect, mremap
    3, 3, 4, 4,  // mlock, munlock, mlockall, munlockall
    4,           // find_extend_vma
    3, 4, 4, 4,  // find_vma, find_vma_prev, find_vma_intersection, get_unmapped_area
    4,           // exit_mmap
    5};          // set
constexpr W kind_of_stack = 5, kind_of_knob = 2;

/// What the arguments of a command ask, by the names of their fields.
struct ArgumentEffort {
  W sum = 0;

  void add(W effort) { sum = sum + effort < sum ? ~W{0} : sum + effort; }

  void field(std::string_view call, std::string_view name, W value) {
    if (name == "addr" || name == "start" || name == "end" || name == "brk" || name == "new_addr") {
      add(effort_of_address(value));
    } else if (name == "len" || name == "old_len" || name == "new_len") {
      add(effort_of_length(value));
    } else if (name == "offset" || name == "pgoff") {
      add(effort_of_offset(value));
    } else if (name == "prot") {
      add(effort_of_protection(value));
    } else if (name == "flags" && call == "map") {
      add(effort_of_map_flags(value));
    } else {
      add(value);
    }
  }
  /// A knob that is set.
  void field(std::string_view, std::string_view, const std::optional<W>& knob) {
    if (knob) add(100 + effort_of_number(*knob));
  }
  void field(std::string_view, std::string_view, const std::optional<bool>& knob) {
    if (knob) add(100 + *knob);
  }
  void field(std::string_view, std::string_view, const std::optional<FileAttributes>& file) {
    if (file) add(100 + file->attributes);
  }
  void field(std::string_view, std::string_view, std::int32_t) {}
  void field(std::string_view, std::string_view, const Name&) {}
};

W effort_of_arguments(const Command<W>& command) {
  ArgumentEffort effort;
  std::visit(
      [&]<class Call>(const Call& call) {
        constexpr bool maps = requires { call.fd; };
        // Without MREMAP_FIXED there is no new address.
        for_each_field(call, [&](std::string_view name, const auto& value) {
          if constexpr (std::is_same_v<Call, Mremap<W>>) {
            if (name == "new_addr" && !(call.flags & MREMAP_FIXED)) return;
          }
          effort.field(maps ? "map" : "", name, value);
        });
      },
      command);
  return effort.sum;
}

W effort_of_boot(const Boot<W>& boot) {
  W effort = 0;
  if (boot.stack_start != boot.stack_end)
    effort += 100 + effort_of_address(boot.stack_end) + effort_of_length(boot.stack_end - boot.stack_start);
  for (const W address : {boot.end_code, boot.start_data, boot.brk}) {
    if (address != 0) effort += 100 + effort_of_address(address);
  }
  W place = 0;  // free pages before swap
  for_each_field(boot.knobs, plain_knobs, [&](const char*, const auto& knob, const auto& plain) {
    ++place;
    if (knob != plain) effort += 100 + place + effort_of_number(knob);
  });
  return effort;
}

W knobs_turned(const Boot<W>& boot) {
  W turned = (boot.end_code != 0) + (boot.start_data != 0) + (boot.brk != 0);
  for_each_field(boot.knobs, plain_knobs,
                 [&](const char*, const auto& knob, const auto& plain) { turned += knob != plain; });
  return turned;
}

// ---- The rest of a rank: equal only where scripts are -----------------------------------------------------------------------

struct Details {
  shrink::Rank& rank;

  void operator()(std::unsigned_integral auto number) { rank.numbers.push_back(number); }
  void operator()(std::int32_t number) { rank.numbers.push_back(static_cast<W>(number)); }
  void operator()(const Name& name) {
    // The shorter of two names comes first.
    rank.names.push_back(static_cast<char>(name.size()) + name.str());
  }
  template <class T>
  void operator()(const std::optional<T>& value) {
    rank.numbers.push_back(value.has_value());
    if (value) (*this)(*value);
  }
  void operator()(const Record auto& record) {
    for_each_field(record, [&](const char*, const auto& value) { (*this)(value); });
  }
};

}  // namespace

std::uint32_t effort_of_kind(const Command<W>& command) { return kinds[command.index()]; }

shrink::Rank rank(const Script& script) {
  shrink::Rank rank;
  // A stack from the start is as good as a command.
  const bool has_stack = script.boot.stack_start != script.boot.stack_end;
  rank.numbers = {static_cast<W>(script.items.size()) + has_stack,
                  has_stack * kind_of_stack + kind_of_knob * knobs_turned(script.boot),
                  effort_of_boot(script.boot), 0};
  std::map<std::uint32_t, W> places{{0, 0}};
  std::vector<W> in_order;
  for (const Item& item : script.items) {
    const W kind = effort_of_kind(item.command), arguments = effort_of_arguments(item.command);
    rank.numbers[1] += kind;
    rank.numbers[3] = rank.numbers[3] + arguments < arguments ? ~W{0} : rank.numbers[3] + arguments;
    in_order.insert(in_order.end(), {kind, static_cast<W>(item.command.index()), arguments});
    places.emplace(item.id, static_cast<W>(places.size()));
  }
  rank.numbers.insert(rank.numbers.end(), in_order.begin(), in_order.end());
  Details details{rank};
  for (const Item& item : script.items) {
    details(item.opened_by == 0 ? 0 : places.contains(item.opened_by) ? places.at(item.opened_by) : ~W{0});
    std::visit(details, item.opened_by == 0 ? item.command : with_descriptor(item.command, 0));
  }
  details(script.boot);
  return rank;
}

}  // namespace refmm::vma
