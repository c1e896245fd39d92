// Where a script of the user's heap stands in the order of scripts.
#include <refmm/spec/record.hpp>
#include <refmm/spec/vma_notation_knobs.hpp>
#include <refmm/tests/malloc_shrink.hpp>

#include <algorithm>
#include <map>
#include <variant>
#include <vector>

namespace refmm::malloc {

namespace {

using W = std::uint32_t;
using Numbers = std::vector<std::uint32_t>;

constexpr W usual_data = 0x0804a000, page = 4096;

/// Offsets close to the beginning of a block before others, and in the block before those in front of it.
std::uint32_t plainness_of_offset(W offset) {
  const auto distance = static_cast<std::int32_t>(offset);
  return distance < 0 ? 2 * (W{0} - offset) + 1 : 2 * std::min(offset, W{1} << 30);
}

/// What a command asks of the reader: its kind, then each argument.
struct Effort {
  Numbers operator()(const Malloc<W>& call) const { return {1, call.bytes}; }
  Numbers operator()(const Free<W>& call) const { return {1, plainness_of_offset(call.block)}; }
  Numbers operator()(const Calloc<W>& call) const { return {2, call.count, call.size}; }
  Numbers operator()(const Realloc<W>& call) const { return {2, plainness_of_offset(call.block), call.bytes}; }
  Numbers operator()(const Memalign<W>& call) const { return {3, call.alignment, call.bytes}; }
  Numbers operator()(const MallocUsableSize<W>& call) const { return {2, plainness_of_offset(call.block)}; }
  Numbers operator()(const MallocTrim<W>& call) const { return {2, call.pad}; }
  Numbers operator()(const Sbrk<W>& call) const { return {3, plainness_of_offset(call.increment)}; }
  Numbers operator()(const LoadByte<W>& call) const { return {2, plainness_of_offset(call.addr)}; }
  Numbers operator()(const LoadWord<W>& call) const { return {2, plainness_of_offset(call.addr)}; }
  Numbers operator()(const StoreByte<W>& call) const { return {2, plainness_of_offset(call.addr), call.byte}; }
  Numbers operator()(const StoreWord<W>& call) const { return {2, plainness_of_offset(call.addr), call.word}; }
  Numbers operator()(const Memset<W>& call) const {
    return {2, plainness_of_offset(call.addr), call.byte, call.len};
  }
  Numbers operator()(const vma::SetKnobs<W>& call) const {
    std::uint32_t knobs = 0;
    for_each_field(call, [&](const char*, const auto& knob) { knobs += knob ? 1 : 0; });
    return {3 + knobs, 0};
  }
};

/// How many things are not as usual, then what they are.
Numbers effort_of_boot(const Boot<W>& boot) {
  Numbers effort{0};
  const auto add = [&](W value, W usual) {
    effort.front() += value == usual ? 0 : 1;
    effort.push_back(value == usual ? 0 : 1 + std::min(value, ~W{0} - 1));
  };
  for_each_field(boot.allocator.parameters, default_parameters<W>,
                 [&](const char*, const W& value, const W& usual) { add(value, usual); });
  add(boot.data, usual_data);
  add(boot.brk - boot.data, page);
  for_each_field(boot.allocator.corrected, [&](const char*, bool is_checked) { effort.push_back(is_checked); });
  return effort;
}

}  // namespace

shrink::Rank rank(const Script& script) {
  constexpr std::uint32_t large = 1u << 20;          // of arguments, in their sum
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
    for (std::size_t i = 1; i < effort.size(); ++i) arguments += std::min(effort[i], large);
    all.push_back(static_cast<std::uint32_t>(item.command.index()));
    all.insert(all.end(), effort.begin(), effort.end());
    const auto from = positions.find(item.from);
    all.push_back(from != positions.end() ? from->second : 0);
    all.push_back(item.misuse ? 1 : 0);
    if (const auto* knobs = std::get_if<vma::SetKnobs<W>>(&item.command))
      rank.names.push_back(vma::knobs_notation(*knobs));
  }
  rank.numbers.push_back(arguments);
  rank.numbers.insert(rank.numbers.end(), all.begin(), all.end());
  return rank;
}

}  // namespace refmm::malloc
