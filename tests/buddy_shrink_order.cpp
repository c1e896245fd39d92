// Where a script of the page allocator stands in the order of scripts.
#include <refmm/spec/buddy_flags.hpp>
#include <refmm/tests/buddy_shrink.hpp>

#include <bit>
#include <map>
#include <numeric>
#include <variant>
#include <vector>

namespace refmm::buddy {

namespace {

using W = std::uint32_t;
using Numbers = std::vector<std::uint32_t>;

std::uint32_t plainness_of_mark(const Mark& mark) {
  return mark.flags + (mark.buffers ? 2 * PG_reserved : 0) + (mark.mapping ? 3 * PG_reserved : 0);
}

/// What a command asks of the reader: its kind, then each argument.
struct Effort {
  Numbers operator()(const AllocPages& call) const { return {1, call.order}; }
  Numbers operator()(const FreePages<W>& call) const { return {1, call.pfn, call.order}; }
  Numbers operator()(const FreePagesOk<W>& call) const { return {2, call.pfn, call.order}; }
  Numbers operator()(const GetPage<W>& call) const { return {2, call.pfn}; }
  Numbers operator()(const BootFree<W>& call) const {
    return {3, call.frames.first, call.frames.last - call.frames.first};
  }
  Numbers operator()(const MarkPage<W>& call) const { return {3, call.pfn, plainness_of_mark(call.mark)}; }
  Numbers operator()(const UnmarkPage<W>& call) const { return {3, call.pfn, plainness_of_mark(call.mark)}; }
};

/// Powers of two before other numbers, and small ones before large ones.
std::uint32_t plainness_of_size(W pages) { return std::has_single_bit(pages) ? pages : 4096 + pages; }

/// Zones at frame 64 are plainest: their positions are no frame numbers.
std::uint32_t plainness_of_start(W start) { return start == 64 ? 0 : 1 + start; }

Numbers effort_of_boot(const Boot<W>& boot) {
  std::uint32_t reserved = 0;
  for (const auto& range : boot.reserved)
    reserved += 10 + (range.first - boot.zone_start) + (range.last - range.first);
  return {boot.free == AtBoot::boot ? 0u : 1u,
          static_cast<std::uint32_t>(boot.reserved.size()),
          boot.bootmap ? 1u : 0u,
          plainness_of_size(boot.zone_pages),
          plainness_of_start(boot.zone_start),
          boot.bootmap.value_or(0),
          reserved};
}

}  // namespace

shrink::Rank rank(const Script& script) {
  std::map<std::uint32_t, std::uint32_t> positions;  // of the items, by id
  shrink::Rank rank{{static_cast<std::uint32_t>(script.items.size()), 0}, {}};
  const Numbers boot = effort_of_boot(script.boot);
  rank.numbers.insert(rank.numbers.end(), boot.begin(), boot.end());
  std::uint32_t arguments = 0;
  Numbers all;
  for (const Item& item : script.items) {
    positions.emplace(item.id, static_cast<std::uint32_t>(1 + positions.size()));
    const Numbers effort = std::visit(Effort{}, item.command);
    rank.numbers[1] += effort.front();
    arguments += std::accumulate(effort.begin() + 1, effort.end(), 0u);
    all.push_back(static_cast<std::uint32_t>(item.command.index()));
    all.insert(all.end(), effort.begin(), effort.end());
    // What is about the block of an allocation that is gone is not about the zone.
    const auto from = positions.find(item.from);
    all.push_back(item.from == 0 ? 0 : from != positions.end() ? from->second : ~std::uint32_t{0});
  }
  for (const auto& range : script.boot.reserved) all.insert(all.end(), {range.first, range.last});
  rank.numbers.push_back(arguments);
  rank.numbers.insert(rank.numbers.end(), all.begin(), all.end());
  return rank;
}

}  // namespace refmm::buddy
