#include <refmm/spec/vma_invariant.hpp>
#include <refmm/spec/vma_kernel.hpp>
#include <refmm/spec/vma_picture.hpp>
#include <refmm/spec/vma_state.hpp>
#include <refmm/tests/replay_difference.hpp>
#include <refmm/tests/replay_vma.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>

namespace refmm::replay {

using Vma = NotationOf<VmaFamily>;

// ---- Reading and writing --------------------------------------------------------------------------------------

Vma::BootLine Vma::read_boot(const transcript::Source& source, const transcript::Line& line,
                             const transcript::Boot& boot) {
  const auto read = vma::read_boot(source, line, boot);
  return {read.boot, read.all_effects};
}

VmaFamily::Command Vma::read_set(const transcript::Source& source, const transcript::Line& line,
                                 const transcript::Set& set) {
  return vma::read_set(source, line, set);
}

VmaFamily::Command Vma::read_call(const transcript::Source& source, const transcript::Call& call,
                                  const VmaFamily::State&, const Memory&) {
  return vma::read_call(source, call);
}

std::string Vma::read_result(const transcript::Source& source, const VmaFamily::Command& command,
                             const transcript::Result& result) {
  return vma::read_result(source, command, result);
}

VmaFamily::Effect Vma::read_effect(const transcript::Source& source, const transcript::Call& effect) {
  return vma::read_effect(source, effect);
}

vma::Question Vma::read_query(const transcript::Source& source, const transcript::Query& query,
                              const VmaFamily::State&, const Memory&) {
  return vma::read_query(source, query);
}

bool Vma::returns_something(const VmaFamily::Command& command) {
  return !std::holds_alternative<vma::ExitMmap>(command);
}

std::string Vma::notation(const VmaFamily::Command& command, const VmaFamily::Result& result) {
  return vma::notation(command, result);
}

std::string Vma::notation(const VmaFamily::Effect& effect) { return vma::notation(effect); }

std::vector<std::string> Vma::answer(const Question& question, const VmaFamily::State& state) {
  return vma::answer(question, state);
}

std::vector<transcript::Argument> Vma::values_of_result(const std::string& result) {
  std::vector<transcript::Argument> values;
  for (std::string_view word : words_in(result)) {
    std::optional<transcript::Word> key;
    if (const std::size_t equals = word.find('='); equals != word.npos) {
      key = transcript::Word{{}, std::string(word.substr(0, equals))};
      word.remove_prefix(equals + 1);
    }
    values.push_back({std::move(key), transcript::parse_value(word)});
  }
  return values;
}

Difference Vma::field_of_results(const std::string& expected, const std::string& found) {
  const auto left = words_in(expected), right = words_in(found);
  if (left.size() != 2 || right.size() != 2) return difference_of("the result", expected, found);
  if (left[0] == "-1" && right[0] == "-1") return difference_of("the error", left[1], right[1]);
  constexpr std::string_view prev = "prev=";
  if (left[0] == right[0] && left[1].starts_with(prev) && right[1].starts_with(prev))
    return difference_of("prev", left[1].substr(prev.size()), right[1].substr(prev.size()));
  return difference_of("the result", expected, found);
}

// ---- The implementation ---------------------------------------------------------------------------------------

std::optional<VmaFamily::Boot> Vma::corrected(const VmaFamily::Boot& boot) {
  VmaFamily::Boot corrected = boot;
  corrected.kernel.corrected = vma::all_corrected;
  return corrected;
}

bool Vma::same(const VmaFamily::State& one, const VmaFamily::State& other) {
  if (one.mm.areas.size() != other.mm.areas.size() || one.mm.total_vm != other.mm.total_vm) return false;
  // Areas that overlapped may have left a tree behind that misses some.
  const auto finds_all = [](const VmaFamily::State& state) {
    return vma::holds::the_tree_holds_the_areas_in_the_order_of_the_list(state);
  };
  return vma::canonical(one) == vma::canonical(other) && finds_all(one) && finds_all(other);
}

bool Vma::shows_lookup(const Question& question) {
  return question.block == Question::Block::tree || question.block == Question::Block::mm;
}

VmaFamily::State Vma::with_lookup_of(const VmaFamily::State& model, VmaFamily::State seen) {
  const auto place = [&](std::optional<std::uint32_t>& id) {
    if (id) id = static_cast<std::uint32_t>(vma::position_of(model.mm, *id) + 1);
  };
  seen = vma::canonical(std::move(seen));  // in which an area's id is its place in the list
  seen.lookup = model.lookup;
  place(seen.lookup.mmap_cache);
  place(seen.lookup.mmap_avl);
  for (vma::TreeNode& node : seen.lookup.nodes) {
    node.area = static_cast<std::uint32_t>(vma::position_of(model.mm, node.area) + 1);
    place(node.left);
    place(node.right);
  }
  std::ranges::sort(seen.lookup.nodes, {}, &vma::TreeNode::area);
  return seen;
}

// ---- Pictures -------------------------------------------------------------------------------------------------

std::vector<std::string> Vma::picture(const VmaFamily::State& state, const VmaFamily::Boot& boot) {
  return vma::picture(state, boot.kernel);
}

}  // namespace refmm::replay
