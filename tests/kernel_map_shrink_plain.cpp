#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/tests/kernel_map_shrink_order.hpp>
#include <refmm/tests/kernel_map_shrink_parts.hpp>
#include <refmm/tests/kernel_map_shrink_plain.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::kernel_map {

namespace {

using W = std::uint32_t;
constexpr W page = i386_2_4_0.page_size;
constexpr W slot_bytes = page * i386_2_4_0.entries_per_table;
constexpr W device = 0xe0000000;

/// A command; of what it names it says which of the commands in front of it made that, the nearest one being 1.
struct Plain {
  Command<W> command;
  std::uint32_t pgd_back = 0, value_back = 0;
  W offset = 0;
};
using Plains = std::vector<Plain>;

SetKnobs failing(W skipped, W pages, W kmallocs) {
  SetKnobs set{};
  if (skipped != 0) set.skip_pages = skipped;
  if (pages != 0) set.fail_pages = pages;
  if (kmallocs != 0) set.fail_kmalloc = kmallocs;
  return set;
}

/// What needs nothing that was made before.
Plains makers() {
  Plains plains{
      {Vmalloc<W>{VmallocGfp::any, page}},
      {Vmalloc<W>{VmallocGfp::any, 2 * page}},
      {Vmalloc<W>{VmallocGfp::dma, page}},
      {Ioremap<W>{device, page, false}},
      {Ioremap<W>{device, 2 * page, false}},
      {Ioremap<W>{device, page, true}},
      {Ioremap<W>{device, page - 1, false}},
      {Ioremap<W>{device, 1, false}},
      {Ioremap<W>{device + 1, page, false}},
      {Ioremap<W>{device, page + 1, false}},
      {Ioremap<W>{device, slot_bytes - page, false}},
      {Ioremap<W>{device, slot_bytes, false}},
      {Ioremap<W>{device, slot_bytes + page, false}},
      {Ioremap<W>{W{0} - page, page, false}},
      {PgdAlloc{}},
      {PteFreeFast{}},
      {GetPage{false}},
      {GetPage{true}},
      {failing(0, 1, 0)},
      {failing(1, 1, 0)},
      {failing(0, 2, 0)},
      {failing(0, 0, 1)},
  };
  return plains;
}

Plains only_failures() { return {{failing(0, 1, 0)}, {failing(1, 1, 0)}, {failing(2, 1, 0)}, {failing(0, 2, 0)}}; }

/// What comes last: the makers, and what is done to things made before.
Plains users(std::uint32_t back) {
  Plains plains;
  for (const W offset : {W{0}, W{1}, page, 2 * page}) {
    plains.push_back({Vfree<W>{}, 0, back, offset});
    plains.push_back({Iounmap<W>{}, 0, back, offset});
    for (const bool user : {false, true}) {
      plains.push_back({Touch<W>{0, 0, user}, 0, back, offset});
      plains.push_back({Touch<W>{0, 0, user}, back, 3 - back, offset});
    }
  }
  plains.push_back({PutPage<W>{}, 0, back});
  plains.push_back({Reserve<W>{}, 0, back});
  plains.push_back({Unreserve<W>{}, 0, back});
  plains.push_back({Kmap<W>{}, 0, back});
  plains.push_back({Kunmap<W>{}, 0, back});
  plains.push_back({Ioremap<W>{0, page, false}, 0, back});
  plains.push_back({PgdFree{}, back});
  plains.push_back({PgdFreeFast{}, back});
  plains.push_back({MapUser<W>{0, 0, false}, back});
  plains.push_back({MapUser<W>{0, 0, true}, back});
  plains.push_back({ClearPageTables<W>{0, 0, 1}, back});
  return plains;
}

Plains last_commands() {
  Plains plains = makers();
  for (const std::uint32_t back : {1u, 2u}) {
    const Plains more = users(back);
    plains.insert(plains.end(), more.begin(), more.end());
  }
  plains.push_back({CheckPgtCache{0, 0}});
  plains.push_back({Ioremap<W>{0, page, false}});
  plains.push_back({Ioremap<W>{0xa0000, page, false}});
  plains.push_back({Ioremap<W>{0xa0000, 0x60000, false}});
  plains.push_back({Ioremap<W>{0x100000, page, false}});
  plains.push_back({Ioremap<W>{device, 0, false}});
  plains.push_back({Ioremap<W>{W{0} - page, 2 * page, false}});
  // From the beginning of the range up to the window for high frames.
  plains.push_back({Ioremap<W>{device, i386_2_4_0.pkmap_base - 0xf8800000, false}});
  plains.push_back({Vfree<W>{0}});
  plains.push_back({Vfree<W>{1}});
  plains.push_back({Iounmap<W>{0}});
  plains.push_back({Kmap<W>{0}});
  plains.push_back({Touch<W>{0, i386_2_4_0.page_offset, false}});
  plains.push_back({Touch<W>{0, i386_2_4_0.page_offset, true}});
  return plains;
}

/// What is done to directories, page tables and their quick lists.
Plains on_quick_lists() {
  Plains plains{{PgdAlloc{}}, {PteFreeFast{}}, {CheckPgtCache{0, 0}}, {CheckPgtCache{1, 0}}};
  for (const std::uint32_t back : {1u, 2u, 3u}) {
    plains.push_back({PgdFree{}, back});
    plains.push_back({PgdFreeFast{}, back});
    plains.push_back({MapUser<W>{0, 0, false}, back});
    plains.push_back({ClearPageTables<W>{0, 0, 1}, back});
  }
  return plains;
}

/// Frames of RAM that are taken out of use, and mapped as a device's.
std::vector<Plains> mappings_of_ram() {
  std::vector<Plains> beginnings;
  for (const bool high : {false, true}) {
    for (const W pages : {W{1}, W{2}})
      beginnings.push_back(
          {{GetPage{high}}, {Reserve<W>{0, pages - 1}, 0, 1}, {Ioremap<W>{0, pages * page, false}, 0, 2}});
  }
  return beginnings;
}

/// The script of the commands, if each names what is there.
std::optional<Script> as_script(const Boot<W>& boot, const Plains& plains) {
  Script script{boot, {}};
  for (const Plain& plain : plains) {
    const auto id = static_cast<std::uint32_t>(script.items.size() + 1);
    if (plain.pgd_back >= id || plain.value_back >= id) return std::nullopt;
    script.items.push_back({plain.command, id, plain.pgd_back == 0 ? 0 : id - plain.pgd_back,
                            plain.value_back == 0 ? 0 : id - plain.value_back, plain.offset});
  }
  return script;
}

/// The plain machine, and those that differ from it in one thing that the script has.
std::vector<Boot<W>> machines_for(const Script& script) {
  Boot<W> plain = plain_machine;
  plain.kernel.corrected = script.boot.kernel.corrected;
  std::vector<Boot<W>> machines{plain};
  const Boot<W>& boot = script.boot;
  const auto also = [&](auto change) {
    Boot<W> machine = plain;
    change(machine);
    if (!(machine == plain)) machines.push_back(machine);
  };
  also([&](Boot<W>& machine) { machine.kernel.sharing = boot.kernel.sharing; });
  also([&](Boot<W>& machine) { machine.pge = machine.pse = boot.pse; });
  also([&](Boot<W>& machine) { machine.pge = boot.pge && boot.pse; });
  also([&](Boot<W>& machine) {
    machine.config = boot.config;
    machine.highmem_pages = boot.highmem_pages == 0 ? 0 : 1;
  });
  if (!(boot == plain) && std::ranges::find(machines, boot) == machines.end()) machines.push_back(boot);
  return machines;
}

/// Proposes plain scripts that are simpler than a given one, until one is taken.
class Simpler {
 public:
  Simpler(const Script& script, const Propose& propose)
      : script_(script), propose_(propose), rank_(rank(script)), machines_(machines_for(script)) {}

  bool of_one_call() {
    return each_machine([&](const Boot<W>& boot) {
      return std::ranges::any_of(last_, [&](const Plain& ending) { return is_taken(boot, {ending}); });
    });
  }

  bool of_two_calls() {
    return each_machine([&](const Boot<W>& boot) {
      return any_pair(first_, last_, [&](const Plain& beginning, const Plain& ending) {
        return is_taken(boot, {beginning, ending});
      });
    });
  }

  /// The last call is of the kind that the script's last one is.
  bool of_three_calls() {
    const Plains endings = of_kind_of_end(last_);
    return any_pair(first_, second_, [&](const Plain& beginning, const Plain& middle) {
      return std::ranges::any_of(endings, [&](const Plain& ending) {
        return is_taken(machines_.front(), {beginning, middle, ending}) ||
               (machines_.size() > 1 && is_taken(machines_.back(), {beginning, middle, ending}));
      });
    });
  }

  /// Pages that cannot be had, for one call or for two: whatever the last call is.
  bool of_calls_that_fail() {
    static const Plains failures = only_failures();
    const bool fails = std::ranges::any_of(script_.items, [](const Item& item) {
      const auto* set = std::get_if<SetKnobs>(&item.command);
      return set && set->fail_pages;
    });
    if (!fails) return false;
    const Boot<W>& plain = machines_.front();
    return any_pair(failures, first_,
                    [&](const Plain& failure, const Plain& first) {
                      return std::ranges::any_of(first_, [&](const Plain& ending) {
                        return is_taken(plain, {failure, first, ending});
                      });
                    }) ||
           (script_.items.size() >= 4 && any_pair(failures, first_, [&](const Plain& failure, const Plain& first) {
              return any_pair(failures, first_, [&](const Plain& again, const Plain& ending) {
                return is_taken(plain, {failure, first, again, ending});
              });
            }));
  }

  /// What comes off a quick list was put on it by a call, and into the frame by another one.
  bool of_four_calls_on_quick_lists() {
    static const Plains lists = on_quick_lists();
    static const Plains beginnings{{PgdAlloc{}}, {PteFreeFast{}}};
    return any_pair(beginnings, lists, [&](const Plain& beginning, const Plain& second) {
      return any_pair(lists, lists, [&](const Plain& third, const Plain& ending) {
        return is_taken(machines_.front(), {beginning, second, third, ending});
      });
    });
  }

  /// What ioremap takes of RAM, and who has it then.
  bool of_four_calls_on_ram() {
    static const std::vector<Plains> beginnings = mappings_of_ram();
    return std::ranges::any_of(beginnings, [&](const Plains& beginning) {
      return std::ranges::any_of(last_, [&](const Plain& ending) {
        Plains plains = beginning;
        plains.push_back(ending);
        return is_taken(machines_.front(), plains);
      });
    });
  }

  /// The frame of an area is taken out of use, and then the area goes: it was the second frame, behind that of a page table.
  bool of_three_calls_on_a_reserved_frame() {
    const bool reserves = std::ranges::any_of(
        script_.items, [](const Item& item) { return std::holds_alternative<Reserve<W>>(item.command); });
    return reserves && is_taken(machines_.front(), {{Vmalloc<W>{VmallocGfp::any, page}},
                                                    {Reserve<W>{0, plain_machine.first_free + 1}},
                                                    {Vfree<W>{}, 0, 2}});
  }

 private:
  bool each_machine(const auto& one) { return std::ranges::any_of(machines_, one); }

  static bool any_pair(const Plains& left, const Plains& right, const auto& one) {
    return std::ranges::any_of(left, [&](const Plain& a) {
      return std::ranges::any_of(right, [&](const Plain& b) { return one(a, b); });
    });
  }

  Plains of_kind_of_end(const Plains& plains) const {
    Plains endings;
    std::ranges::copy_if(plains, std::back_inserter(endings), [&](const Plain& plain) {
      return plain.command.index() == script_.items.back().command.index();
    });
    return endings;
  }

  bool is_taken(const Boot<W>& boot, const Plains& plains) {
    auto plain = as_script(boot, plains);
    return plain && rank(*plain) < rank_ && left_ != 0 && --left_ != 0 && propose_(std::move(*plain));
  }

  const Script& script_;
  const Propose& propose_;
  const shrink::Rank rank_;
  const std::vector<Boot<W>> machines_;
  std::uint64_t left_ = 30'000;  // scripts
  inline static const Plains first_ = makers(), last_ = last_commands();
  inline static const Plains second_ = [] {
    Plains plains = makers(), more = users(1);
    plains.insert(plains.end(), more.begin(), more.end());
    return plains;
  }();
};

/// High frames are got, as many as the window has entries, and then mapped in the same order.
Script full_window(const Boot<W>& boot) {
  Script script{boot, {}};
  const std::uint32_t entries = boot.kernel.machine.entries_per_table;
  for (std::uint32_t id = 1; id <= entries; ++id) script.items.push_back({GetPage{true}, id});
  for (std::uint32_t id = 1; id <= entries; ++id) script.items.push_back({Kmap<W>{}, entries + id, 0, id});
  return script;
}

}  // namespace

bool plain_round_of_the_window(const Script& script, const Propose& propose) {
  const std::uint32_t entries = script.boot.kernel.machine.entries_per_table;
  if (script.items.size() < 2 * entries) return false;
  Boot<W> plain = plain_machine;
  plain.kernel.corrected = script.boot.kernel.corrected;
  plain.config = Config::highmem;
  plain.highmem_pages = entries;
  return std::ranges::any_of(std::array{plain, script.boot}, [&](const Boot<W>& boot) {
    Script full = full_window(boot);
    return rank(full) < rank(script) && propose(std::move(full));
  });
}

bool plain_scripts(const Script& script, const Propose& propose) {
  constexpr std::size_t longest = 60;
  const std::size_t length = script.items.size();
  if (length == 0 || length > longest) return false;
  Simpler simpler(script, propose);
  return simpler.of_one_call() || simpler.of_two_calls() ||
         (length >= 3 && (simpler.of_three_calls_on_a_reserved_frame() || simpler.of_three_calls() ||
                          simpler.of_calls_that_fail())) ||
         (length >= 4 && (simpler.of_four_calls_on_quick_lists() || simpler.of_four_calls_on_ram()));
}

}  // namespace refmm::kernel_map
