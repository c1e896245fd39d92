// The plainest scripts of the page allocator that there are: all of up to three commands on the plainest zones.
//
// Two sessions that come upon one mistake by different calls have no small steps from one to the other. What is small can be
// tried whole: the first of these scripts that fails is the same, wherever the search has come from.
#include <refmm/spec/buddy_flags.hpp>
#include <refmm/spec/buddy_state.hpp>
#include <refmm/tests/buddy_shrink_plain.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <set>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::buddy {

namespace {

using W = std::uint32_t;
using Boots = std::vector<Boot<W>>;

constexpr W plain_start = 64;

/// The zone of that many frames, with nothing of its own.
Boot<W> plain_zone(const Boot<W>& like, W pages) {
  Boot<W> boot = like;
  boot.zone_start = plain_start;
  boot.zone_pages = pages;
  boot.free = AtBoot::boot;
  boot.bootmap.reset();
  boot.reserved.clear();
  return boot;
}

/// The zone, and the zone with one thing about it that is not plain.
void add_variants(Boots& boots, const Boot<W>& plain) {
  boots.push_back(plain);
  const auto add = [&](auto change) {
    boots.push_back(plain);
    change(boots.back());
  };
  add([](auto& b) { b.free = AtBoot::none; });
  add([](auto& b) { b.zone_start = 1; });
  for (const W position : std::set<W>{0, 1, plain.zone_pages / 2, plain.zone_pages - 1}) {
    const W frame = plain_start + position;
    if (position < plain.zone_pages) add([&](auto& b) { b.reserved = {{frame, frame}}; });
  }
}

/// The zone with a bit map at its start, in front of it or at frame 0, and so far up that the bit map takes two frames.
void add_variants_with_bit_map(Boots& boots, const Boot<W>& plain) {
  constexpr W frames_of_one_bit_map_frame = 32768;
  for (const W start : {plain_start, 1u, frames_of_one_bit_map_frame + 1 - plain.zone_pages}) {
    for (const W map : {start, start - 1, 0u}) {
      boots.push_back(plain);
      boots.back().zone_start = start;
      boots.back().bootmap = map;
    }
  }
}

Boots boots_for(std::size_t commands, const Boot<W>& like) {
  Boots boots;
  if (commands == 0) {
    for (W pages = 1; pages <= 2048; pages *= 2) {
      add_variants(boots, plain_zone(like, pages));
      add_variants_with_bit_map(boots, plain_zone(like, pages));
    }
    return boots;
  }
  if (commands == 1) {
    for (const W pages : {1u, 2u, 4u}) add_variants(boots, plain_zone(like, pages));
    for (const W pages : {128u, 1024u}) {
      boots.push_back(plain_zone(like, pages));
      boots.push_back(plain_zone(like, pages));
      boots.back().reserved = {{plain_start + pages / 2, plain_start + pages / 2}};
    }
    return boots;
  }
  const std::vector<W> sizes = commands == 2 ? std::vector<W>{1, 2, 4, 128, 1024} : std::vector<W>{1, 2};
  for (const W pages : sizes) {
    boots.push_back(plain_zone(like, pages));
    boots.push_back(plain_zone(like, pages));
    boots.back().free = AtBoot::none;
  }
  return boots;
}

/// The orders that make a difference in a zone: one frame, two, and what is all of it.
std::set<std::uint32_t> orders_for(std::size_t commands, const Boot<W>& boot) {
  const auto largest = std::min(9u, static_cast<std::uint32_t>(std::bit_width(boot.zone_pages)) - 1);
  if (commands > 1) return {0, std::min(1u, largest), largest};
  return {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
}

/// The marks that a script makes, which stand for what may be marked.
std::vector<Mark> marks_of(const Script& script) {
  std::vector<Mark> marks;
  for (const Item& item : script.items) {
    if (const auto* mark = std::get_if<MarkPage<W>>(&item.command)) {
      if (std::ranges::find(marks, mark->mark) == marks.end()) marks.push_back(mark->mark);
    }
  }
  return marks;
}

class Enumeration {
 public:
  explicit Enumeration(const Script& like) : like_(like), marks_(marks_of(like)) {}

  std::vector<Script> run() {
    const std::size_t most = std::min<std::size_t>(like_.items.size(), 3);
    for (std::size_t commands = 0; commands <= most; ++commands) {
      for (const Boot<W>& boot : boots_for(commands, like_.boot)) {
        orders_ = orders_for(commands, boot);
        Script script{boot, {}};
        extend(script, commands, BuddyFamily::boot(boot), {});
      }
    }
    return std::move(scripts_);
  }

 private:
  /// All scripts of that many commands that begin so. Each but the last command is to change something, and what is to come after
  /// it must have a meaning.
  void extend(Script& script, std::size_t commands, const State<W>& state, const Resolver& resolver) {
    if (script.items.size() == commands) {
      scripts_.push_back(script);
      return;
    }
    for (const Item& item : next_items(script)) {
      const auto command = resolver.resolve(item, state);
      if (!command) continue;
      script.items.push_back(item);
      if (script.items.size() == commands) {
        scripts_.push_back(script);
      } else {
        auto outcome = BuddyFamily::step(script.boot, state, *command);
        if (!BuddyFamily::ends_everything(outcome.result) && !(outcome.state == state)) {
          Resolver next = resolver;
          next.note(item, outcome.result);
          extend(script, commands, outcome.state, next);
        }
      }
      script.items.pop_back();
    }
  }

  std::vector<Item> next_items(const Script& script) const {
    const auto id = static_cast<std::uint32_t>(script.items.size() + 1);
    std::vector<Item> items;
    for (const std::uint32_t order : orders_) {
      items.push_back({AllocPages{order}, id});
      items.push_back({FreePagesOk<W>{0, order}, id});
    }
    items.push_back({BootFree<W>{{0, 0}}, id});
    add_calls_on_frame(items, id, 0, 0);
    for (const Item& earlier : script.items) {
      const auto* asked = std::get_if<AllocPages>(&earlier.command);
      if (!asked) continue;
      items.push_back({FreePages<W>{0, asked->order}, id, earlier.id});
      items.push_back({FreePagesOk<W>{0, asked->order}, id, earlier.id});
      for (const W frame : std::set<W>{0, frames_in_block(asked->order) - 1}) {
        if (asked->order != 0) items.push_back({FreePagesOk<W>{frame, 0}, id, earlier.id});
        add_calls_on_frame(items, id, earlier.id, frame);
      }
    }
    return items;
  }

  void add_calls_on_frame(std::vector<Item>& items, std::uint32_t id, std::uint32_t from, W frame) const {
    items.push_back({GetPage<W>{frame}, id, from});
    for (const Mark& mark : marks_) items.push_back({MarkPage<W>{frame, mark}, id, from});
  }

  const Script& like_;
  std::vector<Mark> marks_;
  std::set<std::uint32_t> orders_{};
  std::vector<Script> scripts_{};
};

}  // namespace

std::vector<Script> plainest_scripts(const Script& like) { return Enumeration(like).run(); }

}  // namespace refmm::buddy
