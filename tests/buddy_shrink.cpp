#include <refmm/spec/buddy_state.hpp>
#include <refmm/tests/buddy_shrink.hpp>

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::buddy {

namespace {

using W = std::uint32_t;

/// A block that was given out.
struct Given {
  W pfn;
  std::uint32_t order, id;
  bool has(W frame) const { return frame - pfn < frames_in_block(order); }
};

void move_range(FrameRange<W>& range, W by) {
  range.first += by;
  range.last += by;
}

}  // namespace

W* frame_of(Command<W>& command) {
  return std::visit(
      [](auto& call) -> W* {
        if constexpr (requires { call.pfn; })
          return &call.pfn;
        else
          return nullptr;
      },
      command);
}

Script script_of(const Boot<W>& boot, std::span<const Command<W>> commands) {
  Script script{boot, {}};
  std::vector<Given> given;
  State<W> state = BuddyFamily::boot(boot);
  for (const Command<W>& command : commands) {
    Item item{command, static_cast<std::uint32_t>(script.items.size() + 1)};
    if (W* const frame = frame_of(item.command)) {
      const auto block =
          std::ranges::find_if(given.rbegin(), given.rend(), [&](const Given& g) { return g.has(*frame); });
      if (block != given.rend()) item.from = block->id;
      *frame -= block != given.rend() ? block->pfn : boot.zone_start;
    }
    if (auto* const free = std::get_if<BootFree<W>>(&item.command))
      move_range(free->frames, W{0} - boot.zone_start);
    auto outcome = BuddyFamily::step(boot, std::move(state), command);
    state = std::move(outcome.state);
    if (const auto* block = std::get_if<Frame<W>>(&outcome.result))
      given.push_back({block->pfn, std::get<AllocPages>(command).order, item.id});
    script.items.push_back(item);
  }
  return script;
}

std::optional<Command<W>> Resolver::resolve(const Item& item, const State<W>& now) const {
  Command<W> command = item.command;
  if (W* const frame = frame_of(command)) {
    const auto block = blocks_.find(item.from);
    if (item.from != 0 && block == blocks_.end()) return std::nullopt;
    *frame += item.from != 0 ? block->second : now.zone_start;
    if (!is_in_zone(now, *frame) && !std::holds_alternative<FreePagesOk<W>>(command)) return std::nullopt;
  }
  if (auto* const free = std::get_if<BootFree<W>>(&command)) {
    if (free->frames.last >= now.zone_pages) return std::nullopt;
    move_range(free->frames, now.zone_start);
  }
  return command;
}

void Resolver::note(const Item& item, const Result<W>& result) {
  if (const auto* block = std::get_if<Frame<W>>(&result)) blocks_.insert_or_assign(item.id, block->pfn);
}

Script numbered_from_one(Script script) {
  std::map<std::uint32_t, std::uint32_t> renumbered{{0, 0}};
  for (Item& item : script.items) {
    const auto id = static_cast<std::uint32_t>(renumbered.size());
    renumbered.emplace(item.id, id);
    item.id = id;
    item.from = renumbered.at(item.from);
  }
  return script;
}

}  // namespace refmm::buddy
