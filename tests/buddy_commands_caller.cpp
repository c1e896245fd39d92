// From intents to commands.
#include <refmm/spec/buddy_flags.hpp>
#include <refmm/spec/buddy_state.hpp>
#include <refmm/spec/buddy_transition.hpp>
#include <refmm/tests/buddy_commands.hpp>

#include <algorithm>
#include <cstddef>
#include <variant>

namespace refmm::buddy {

namespace {

using W = std::uint32_t;
using Commands = std::vector<Command<W>>;

constexpr std::uint32_t in_use =
    PG_swap_cache | PG_locked | PG_decr_after | PG_active | PG_inactive_dirty | PG_inactive_clean;

bool is_marked_in_use(const Page& page) { return (page.flags & in_use) != 0 || page.buffers || page.mapping; }

/// A block without the frames that are free by now, in blocks again.
void append_used_parts(std::vector<HeldBlock>& parts, const HeldBlock& block, const State<W>& now,
                       const std::vector<std::uint32_t>& free) {
  const auto first = free.begin() + static_cast<std::ptrdiff_t>(position_of(now, block.pfn));
  const auto end = first + static_cast<std::ptrdiff_t>(frames_in_block(block.order));
  if (std::all_of(first, end, [](std::uint32_t blocks) { return blocks == 0; })) {
    parts.push_back(block);
  } else if (block.order != 0) {
    const std::uint32_t half = block.order - 1;
    append_used_parts(parts, {block.pfn, half}, now, free);
    append_used_parts(parts, {block.pfn + frames_in_block(half), half}, now, free);
  }
}

/// What intents come to in a state, for a caller who has some blocks.
struct Plan {
  const State<W>& now;
  const std::vector<HeldBlock>& blocks;

  const Page& page(W pfn) const { return page_of(now, pfn); }
  const HeldBlock* block(std::uint32_t which) const {
    return blocks.empty() ? nullptr : &blocks[which % blocks.size()];
  }
  W any_frame(std::uint32_t which) const { return now.zone_start + which % now.zone_pages; }

  /// A block on a list, of the order asked for if there is one.
  std::optional<HeldBlock> block_on_list(std::uint32_t which, std::uint32_t order) const {
    for (std::uint32_t i = 0; i < now.free_area.size(); ++i) {
      const std::uint32_t tried = (order + i) % static_cast<std::uint32_t>(now.free_area.size());
      const auto& list = now.free_area[tried].free_list;
      if (!list.empty()) return HeldBlock{list[which % list.size()], tried};
    }
    return std::nullopt;
  }

  bool holds_another(const HeldBlock& block) const {
    for (W pfn = block.pfn + 1; pfn != block.pfn + frames_in_block(block.order); ++pfn) {
      if (page(pfn).count > 0 || is_reserved(page(pfn))) return true;
    }
    return false;
  }

  Command<W> releasing(W pfn, std::uint32_t order, bool raw) const {
    if (raw || (page(pfn).count <= 0 && !is_reserved(page(pfn)))) return FreePagesOk<W>{pfn, order};
    return FreePages<W>{pfn, order};
  }

  // ---- Sensible calls ----

  Commands operator()(const AllocPages& call) const { return {call}; }

  Commands operator()(const ReleaseIntent& wish) const {
    const HeldBlock* const block = this->block(wish.which);
    if (!block) return {};
    HeldBlock part = *block;
    if (wish.how == ReleaseIntent::How::scattered && block->order != 0 && block->order <= 3)
      return scattering(*block);
    if (wish.how == ReleaseIntent::How::part && block->order != 0) {
      part.order = wish.order % block->order;
      part.pfn +=
          wish.part % (frames_in_block(block->order) / frames_in_block(part.order)) * frames_in_block(part.order);
    }
    // What others hold is given back frame by frame.
    if (holds_another(part)) part.order = 0;
    if (is_marked_in_use(page(part.pfn))) return unmarking(part.pfn);
    return {releasing(part.pfn, part.order, wish.raw)};
  }

  Commands scattering(const HeldBlock& block) const {
    Commands commands;
    const W end = block.pfn + frames_in_block(block.order);
    for (W pfn = block.pfn; pfn != end; ++pfn) {
      if (is_marked_in_use(page(pfn))) return unmarking(pfn);
      if (page(pfn).count <= 0) commands.push_back(GetPage<W>{pfn});
    }
    for (W pfn = block.pfn; pfn != end; ++pfn) commands.push_back(FreePages<W>{pfn, 0});
    return commands;
  }

  Commands unmarking(W pfn) const {
    Commands commands;
    const Page& marked = page(pfn);
    if (marked.buffers) commands.push_back(UnmarkPage<W>{pfn, {.flags = 0, .buffers = true, .mapping = false}});
    if (marked.mapping) commands.push_back(UnmarkPage<W>{pfn, {.flags = 0, .buffers = false, .mapping = true}});
    for (std::uint32_t flag = 1; flag <= PG_reserved; flag <<= 1) {
      if ((marked.flags & in_use & flag) != 0)
        commands.push_back(UnmarkPage<W>{pfn, {.flags = flag, .buffers = false, .mapping = false}});
    }
    return commands;
  }

  Commands operator()(const HoldIntent& wish) const {
    const HeldBlock* const block = this->block(wish.which);
    if (!block) return {};
    return {GetPage<W>{block->pfn + wish.frame % frames_in_block(block->order)}};
  }

  /// The frames that boot has kept and nobody uses, in runs.
  std::vector<FrameRange<W>> runs_of_reserved_frames() const {
    const auto free = free_blocks_of_frames(now);
    std::vector<FrameRange<W>> runs;
    for (W position = 0; position < now.zone_pages; ++position) {
      const Page& page = now.pages[position];
      if (!is_reserved(page) || free[position] != 0 || is_marked_in_use(page)) continue;
      const W pfn = pfn_of(now, position);
      if (!runs.empty() && runs.back().last + 1 == pfn)
        runs.back().last = pfn;
      else
        runs.push_back({pfn, pfn});
    }
    return runs;
  }

  Commands operator()(const BootFreeIntent& wish) const {
    const auto runs = runs_of_reserved_frames();
    if (runs.empty()) return {};
    FrameRange<W> run = runs[wish.which % runs.size()];
    run.first += wish.frame % (run.last - run.first + 1);
    run.last = std::min(run.last, run.first + wish.frames - 1);
    return {BootFree<W>{run}};
  }

  Commands operator()(const MarkIntent& wish) const {
    const HeldBlock* const block = this->block(wish.which);
    const bool of_block = wish.of_block && block;
    const W pfn = of_block ? block->pfn + wish.frame % frames_in_block(block->order) : any_frame(wish.which);
    if (wish.sets) return {MarkPage<W>{pfn, wish.mark}};
    return {UnmarkPage<W>{of_block ? marked_frame(*block, wish.mark).value_or(pfn) : pfn, wish.mark}};
  }

  /// The last frame of a block that has a mark: those in front are looked at for other reasons, too.
  std::optional<W> marked_frame(const HeldBlock& block, const Mark& mark) const {
    for (W pfn = block.pfn + frames_in_block(block.order); pfn != block.pfn; --pfn) {
      if ((page(pfn - 1).flags & mark.flags) != 0) return pfn - 1;
    }
    return std::nullopt;
  }

  // ---- Misuse ----

  Commands operator()(const MisuseIntent& wish) const {
    using enum MisuseIntent::Kind;
    const auto on_list = block_on_list(wish.which, wish.order);
    const HeldBlock* const mine = block(wish.which);
    const W end = now.zone_start + now.zone_pages;
    switch (wish.kind) {
      case behind_ram:
        return {FreePagesOk<W>{end + wish.which % 3, wish.order % 2}};
      case beyond_zone:
        return beyond(wish.order % 10);
      case free_block:
      case part_of_free:
      case around_free:
      case boot_free_again:
      case marked_on_list:
      case reserved_inside:
        if (on_list) return of_free(wish, *on_list);
        break;
      case boot_free_used:
        return boot_free_marked_frame(wish);
      default:
        if (mine) return of_block(wish, *mine);
        break;
    }
    return {};
  }

  /// The last block of an order that begins in the zone and may not end there.
  Commands beyond(std::uint32_t order) const {
    const W position = (now.zone_pages - 1) / frames_in_block(order) * frames_in_block(order);
    return {FreePagesOk<W>{pfn_of(now, position), order}};
  }

  Commands boot_free_marked_frame(const MisuseIntent& wish) const {
    const auto runs = runs_of_reserved_frames();
    if (runs.empty()) return {};
    const FrameRange<W> run = runs[wish.which % runs.size()];
    const W frame = run.first + wish.which % (run.last - run.first + 1);
    return {MarkPage<W>{frame, wish.mark}, BootFree<W>{run}};
  }

  /// A block of the list of an order, the first one, which is the one that a request for the order takes.
  Commands reserved_while_free(const MisuseIntent& wish, std::uint32_t order) const {
    if (order == 0) return {};
    const W front = now.free_area[order].free_list.front();
    const W frame = front + 1 + wish.which % (frames_in_block(order) - 1);
    return {MarkPage<W>{frame, {.flags = PG_reserved, .buffers = false, .mapping = false}}, AllocPages{order},
            FreePagesOk<W>{front, order}};
  }

  Commands of_free(const MisuseIntent& wish, const HeldBlock& block) const {
    using enum MisuseIntent::Kind;
    const W frame = block.pfn + wish.which % frames_in_block(block.order);
    switch (wish.kind) {
      case free_block:
        return {FreePagesOk<W>{block.pfn, block.order}};
      case part_of_free:
        return {FreePagesOk<W>{frame, 0}};
      case around_free: {
        const std::uint32_t order = std::min(block.order + 1 + wish.which % 3, largest_order);
        const W position = position_of(now, block.pfn) / frames_in_block(order) * frames_in_block(order);
        return {FreePagesOk<W>{pfn_of(now, position), order}};
      }
      case boot_free_again:
        return {BootFree<W>{{frame, frame}}};
      case reserved_inside:
        return reserved_while_free(wish, block.order);
      default: {
        // It is the uppermost part that is handed out.
        const W front = now.free_area[block.order].free_list.front();
        const std::uint32_t order = wish.which % (block.order + 1);
        const W taken = front + frames_in_block(block.order) - frames_in_block(order);
        return {MarkPage<W>{taken, wish.mark}, AllocPages{order}};
      }
    }
  }

  Commands of_block(const MisuseIntent& wish, const HeldBlock& block) const {
    using enum MisuseIntent::Kind;
    const W frames = frames_in_block(block.order), last = block.pfn + frames - 1;
    const bool raw = wish.which % 3 == 0;
    switch (wish.kind) {
      case no_reference:
        return {FreePages<W>{last, 0}, FreePages<W>{last, 0}};
      case larger: {
        const std::uint32_t order = std::min(block.order + 1 + wish.order % 2, largest_order);
        return {releasing(block.pfn, order, raw)};
      }
      case with_reserved:
        return {MarkPage<W>{last, {.flags = PG_reserved, .buffers = false, .mapping = false}},
                releasing(block.pfn, block.order, raw)};
      case as_taken:
        return {releasing(block.pfn, block.order, raw)};
      case with_held:
        return {GetPage<W>{last}, releasing(block.pfn, block.order, raw)};
      case misaligned:
        return {FreePagesOk<W>{last, 1 + wish.order % 3}};
      case too_large:
        return {releasing(block.pfn, orders + wish.order % 3, raw)};
      default:
        return {MarkPage<W>{block.pfn, wish.mark}, releasing(block.pfn, block.order, raw)};
    }
  }
};

}  // namespace

// ---- The caller ---------------------------------------------------------------------------------------------------------------

std::optional<Command<W>> Caller::next(const State<W>& now) {
  if (std::exchange(released_, false) && !blocks_.empty()) {
    const auto free = free_blocks_of_frames(now);
    std::vector<HeldBlock> parts;
    for (const HeldBlock& block : blocks_) append_used_parts(parts, block, now, free);
    blocks_ = std::move(parts);
  }
  if (commands_ == most_commands) return std::nullopt;
  while (planned_.empty()) {
    if (intent_ == session_.intents.size()) return std::nullopt;
    planned_ = std::visit(Plan{now, blocks_}, session_.intents[intent_++]);
    std::ranges::reverse(planned_);
  }
  ++commands_;
  const Command<W> command = planned_.back();
  planned_.pop_back();
  return command;
}

void Caller::answered(const Command<W>& command, const Result<W>& result) {
  const auto* const asked = std::get_if<AllocPages>(&command);
  const auto* const frame = std::get_if<Frame<W>>(&result);
  if (asked && frame) blocks_.push_back({frame->pfn, asked->order});
  released_ = !asked;
}

}  // namespace refmm::buddy
