#include <refmm/proofs/symbolic/world.hpp>

#include <algorithm>
#include <optional>

namespace refmm::symbolic {
namespace {

std::uint32_t value_in(const z3::model& model, const Word& word) {
  return static_cast<std::uint32_t>(model.eval(word.term(), true).get_numeral_uint64());
}

/// What the function is in the model where it was read: arguments and value in turn.
std::vector<std::uint32_t> points_in(const z3::model& model, const Function& function) {
  std::vector<std::uint32_t> points;
  for (const Function::Read& read : function.reads()) {
    for (const Word& argument : read.arguments) points.push_back(value_in(model, argument));
    points.push_back(value_in(model, read.value));
  }
  return points;
}

}  // namespace

std::optional<Assignment> SymbolicWorld::counterexample(const Bool& goal) {
  if (!exploration().refute(goal.formula())) return std::nullopt;

  // Every element that a short list can have, so that all of it is lawful and not only what the law has read.
  for (const List& list : lists_) {
    for (std::uint32_t position = 0; position < longest_example; ++position) list.read(position);
  }
  std::optional<z3::model> model;
  for (std::uint32_t bound = 0; bound <= longest_example && !model; ++bound) {
    z3::expr_vector further(exploration().context());
    further.push_back(negation(goal).formula());
    for (const List& list : lists_) further.push_back((list.length <= bound).formula());
    model = exploration().model_with(further);
    if (lists_.empty()) break;
  }
  // Without a short list the counterexample is the one that there is; its replay will say what it is worth.
  if (!model) model = exploration().refute(goal.formula());

  Assignment inputs;
  for (const auto& [name, word] : inputs_) inputs[name] = {value_in(*model, word)};
  for (const List& list : lists_) {
    const std::uint32_t size = std::min(value_in(*model, list.length), longest_example);
    for (const auto& [path, word] : list.read(0u)) inputs[path].clear();
    for (std::uint32_t position = 0; position < size; ++position) {
      for (const auto& [path, word] : list.read(position)) inputs[path].push_back(value_in(*model, word));
    }
  }
  for (const auto& function : functions_) inputs[function->name()] = points_in(*model, *function);
  return inputs;
}

}  // namespace refmm::symbolic
