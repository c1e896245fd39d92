#include <refmm/spec/record.hpp>
#include <refmm/tests/kernel_map_shrink_order.hpp>
#include <refmm/tests/kernel_map_shrink_parts.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace refmm::kernel_map {

namespace {

using W = std::uint32_t;
constexpr W page = i386_2_4_0.page_size;
constexpr W device = 0xe0000000;   // an address behind all RAM
constexpr W not_whole = 1u << 21;  // more than any whole number of pages asks

W sum(W effort, W more) { return effort + more < effort ? ~W{0} : effort + more; }

/// Those of the candidates that ask less than `value`, each once, those that ask least first.
std::vector<W> sorted_plainer(std::vector<W> candidates, W value, W (*effort)(W)) {
  std::erase_if(candidates, [&](W candidate) { return effort(candidate) >= effort(value); });
  std::ranges::sort(candidates, {}, [&](W candidate) { return std::pair(effort(candidate), candidate); });
  const auto repeated = std::ranges::unique(candidates);
  candidates.erase(repeated.begin(), repeated.end());
  return candidates;
}

}  // namespace

// ---- Arguments --------------------------------------------------------------------------------------------------------------

W effort_of_offset(W bytes) {
  const W odd = bytes % page;
  // The last byte of a page is plainer than one in the middle.
  const W of_odd = odd == 0 ? 0 : not_whole + (odd == page - 1 ? 2 : odd);
  return of_odd + bytes / page;
}

W effort_of_size(W size) {
  if (size == 0) return 3;
  const W odd = size % page;
  return (odd == 0 ? 0 : not_whole + (odd == page - 1 ? 2 : odd)) + (size >= page ? size / page - 1 : 0);
}

W effort_of_phys(W phys) {
  const W pages = (phys - device) / page, odd = phys % page;
  const W of_odd = odd == 0 ? 0 : not_whole + (odd == page - 1 ? 2 : odd);
  return of_odd + (pages < 1000 ? pages : 1000 + phys / page);
}

// ---- Plainer arguments ------------------------------------------------------------------------------------------------------

std::vector<W> plainer_sizes(W size) {
  std::vector<W> candidates{0, 1, 2, page - 1, page + 1};
  for (W pages = 1; pages <= 8; ++pages) candidates.push_back(pages * page);
  for (const W pages : {1022u, 1023u, 1024u, 1025u}) candidates.push_back(pages * page);
  const W whole = size - size % page;
  for (W step = 1; step <= 1u << 19; step *= 2) {
    if (whole > step * page) candidates.push_back(whole - step * page);
  }
  candidates.insert(candidates.end(), {whole, whole + page, whole + 1, whole + page - 1, size / 2 / page * page});
  return sorted_plainer(std::move(candidates), size, effort_of_size);
}

std::vector<W> plainer_physes(W phys) {
  std::vector<W> candidates{device,    device + 1, device + page - 1, device + page, device + phys % page,
                            0xa0000,   0xff000,    0x100000,          W{0} - page,   W{0} - 2 * page,
                            0x80000000};
  const W whole = phys - phys % page;
  candidates.insert(candidates.end(), {whole, whole + 1, whole + page - 1, whole + page, phys - page});
  for (W step = 1; step <= 1u << 19; step *= 2) candidates.push_back(phys - step * page);
  return sorted_plainer(std::move(candidates), phys, effort_of_phys);
}

std::vector<W> plainer_offsets(W bytes) {
  std::vector<W> candidates{
      0, 1, page - 1, bytes - bytes % page, bytes % page, bytes / 2, bytes / 2 / page * page};
  for (W pages = 1; pages <= 4; ++pages) candidates.push_back(pages * page);
  for (W step = 1; step <= 1u << 19; step *= 2) {
    if (bytes > step * page) candidates.push_back(bytes - step * page);
  }
  return sorted_plainer(std::move(candidates), bytes, effort_of_offset);
}

std::vector<W> plainer_numbers(W number) {
  std::vector<W> candidates{number / 2, number - 1, number - number % 1024};
  for (W small = 0; small <= 8; ++small) candidates.push_back(small);
  std::erase_if(candidates, [&](W candidate) { return candidate >= number; });
  std::ranges::sort(candidates);
  return candidates;
}

// ---- Commands ---------------------------------------------------------------------------------------------------------------

namespace {

/// By the place in Command: how much the kind of a command asks.
constexpr std::array<W, std::variant_size_v<Command<W>>> kinds{1, 1, 1, 1,  // vmalloc, vfree, ioremap, iounmap
                                                               1, 2, 3,     // pgd_alloc, pgd_free, pgd_free_fast
                                                               3, 3,        // pte_free_fast, check_pgt_cache
                                                               2,           // touch
                                                               3, 3,        // reserve, unreserve
                                                               2, 2,        // get_page, put_page
                                                               3, 3,        // kmap, kunmap
                                                               3, 3,        // map_user, clear_page_tables
                                                               3};          // set
constexpr W kind_of_machine = 4;                                            // another than the plain one

/// What the arguments of a command ask, by the names of their fields.
struct ArgumentEffort {
  W sum = 0;

  void add(W effort) { sum = kernel_map::sum(sum, effort); }

  void field(std::string_view name, W value) {
    if (name == "size") {
      add(effort_of_size(value));
    } else if (name == "phys") {
      add(effort_of_phys(value));
    } else if (name == "addr") {
      add(1000);
      add(effort_of_offset(value));
    } else {
      add(value);
    }
  }
  void field(std::string_view, bool flag) { add(flag ? 1 : 0); }
  void field(std::string_view, std::int32_t value) {
    add(value < 0 ? 20 + static_cast<W>(-value) : static_cast<W>(value));
  }
  void field(std::string_view, VmallocGfp gfp) { add(2 * static_cast<W>(gfp)); }
  /// A knob that is set.
  void field(std::string_view, const std::optional<W>& knob) {
    if (knob) add(10 + *knob);
  }
};

/// Of what names another command only the way from there counts.
W effort_of_arguments(const Item& item) {
  ArgumentEffort effort;
  const Command<W> command = item.value_of == 0 ? item.command : with_value(item.command, 0);
  std::visit(
      [&](const auto& call) {
        for_each_field(call, [&](std::string_view name, const auto& value) {
          const bool follows =
              (name == "pgd" && item.pgd_of != 0) ||
              (item.value_of != 0 && (name == "addr" || name == "phys" || name == "pfn" || name == "first"));
          if (!follows) effort.field(name, value);
        });
      },
      command);
  if (item.value_of != 0) effort.add(effort_of_offset(item.offset));
  // Many pages are plainer without a frame for each.
  if (const auto* vmalloc = std::get_if<Vmalloc<W>>(&command)) effort.add(effort_of_size(vmalloc->size));
  return effort.sum;
}

/// RAM that leaves areas little room is plainer than other than the plain one.
W effort_of_ram(W ram_pages) {
  if (ram_pages == plain_machine.ram_pages) return 0;
  return ram_pages == 229376 ? 1 : 100 + ram_pages;
}

W effort_of_machine(const Boot<W>& boot) {
  W effort = effort_of_ram(boot.ram_pages) + 10 * boot.highmem_pages;
  if (boot.first_free != plain_machine.first_free) effort += 100 + boot.first_free;
  return effort + 300 * !boot.pse + 200 * !boot.pge + 400 * static_cast<W>(boot.config) +
         500 * static_cast<W>(boot.kernel.sharing);
}

/// It differs from the plain machine in how many ways.
W oddities(const Boot<W>& boot) {
  W count = (boot.ram_pages != plain_machine.ram_pages) + (boot.first_free != plain_machine.first_free);
  count += !boot.pse + (!boot.pge && boot.pse) + (boot.config != Config::up);
  return count + (boot.kernel.sharing != Sharing::lazy);
}

// ---- The rest of a rank: equal only where scripts are -----------------------------------------------------------------------

struct Details {
  shrink::Rank& rank;

  void operator()(std::unsigned_integral auto number) { rank.numbers.push_back(number); }
  void operator()(std::int32_t number) { rank.numbers.push_back(static_cast<W>(number)); }
  template <class Enum>
    requires std::is_enum_v<Enum>
  void operator()(Enum value) {
    rank.numbers.push_back(static_cast<W>(value));
  }
  void operator()(const std::optional<W>& value) {
    rank.numbers.push_back(value.has_value());
    rank.numbers.push_back(value.value_or(0));
  }
  void operator()(const Record auto& record) {
    for_each_field(record, [&](const char*, const auto& value) { (*this)(value); });
  }
};

/// What follows other commands says nothing itself.
Command<W> without_what_follows(const Item& item) {
  Command<W> command = item.command;
  if (item.pgd_of != 0) *pgd_in(command) = 0;
  return item.value_of == 0 ? command : with_value(command, 0);
}

}  // namespace

W effort_of_kind(const Command<W>& command) { return kinds[command.index()]; }

W worth_of_pages(W size) { return size / page / 1024; }

shrink::Rank rank(const Script& script) {
  shrink::Rank rank;
  // Another machine is as good as a command.
  const W odd = oddities(script.boot);
  rank.numbers = {static_cast<W>(script.items.size()) + (odd != 0), odd * kind_of_machine,
                  effort_of_machine(script.boot), 0};
  std::map<std::uint32_t, W> places{{0, 0}};
  std::vector<W> in_order;
  for (const Item& item : script.items) {
    if (const auto* vmalloc = std::get_if<Vmalloc<W>>(&item.command))
      rank.numbers[0] += worth_of_pages(vmalloc->size);
    const W kind = effort_of_kind(item.command), arguments = effort_of_arguments(item);
    rank.numbers[1] += kind;
    rank.numbers[3] = sum(rank.numbers[3], arguments);
    in_order.insert(in_order.end(), {kind, static_cast<W>(item.command.index()), arguments});
    places.emplace(item.id, static_cast<W>(places.size()));
  }
  rank.numbers.insert(rank.numbers.end(), in_order.begin(), in_order.end());
  Details details{rank};
  const auto place = [&](std::uint32_t id) { return places.contains(id) ? places.at(id) : ~W{0}; };
  for (const Item& item : script.items) {
    details(place(item.pgd_of));
    details(place(item.value_of));
    details(item.value_of == 0 ? 0 : item.offset);
    std::visit(details, without_what_follows(item));
  }
  details(script.boot);
  return rank;
}

}  // namespace refmm::kernel_map
