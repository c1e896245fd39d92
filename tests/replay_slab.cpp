#include <refmm/tests/replay_difference.hpp>
#include <refmm/tests/replay_slab.hpp>

#include <optional>
#include <string_view>
#include <variant>

namespace refmm::replay {

using Slab = NotationOf<SlabFamily>;

Slab::BootLine Slab::read_boot(const transcript::Source& source, const transcript::Line& line,
                               const transcript::Boot& boot) {
  const auto [machine, all_effects] = slab::read_boot(source, line, boot);
  return {machine, all_effects};
}

slab::Command Slab::read_set(const transcript::Source& source, const transcript::Line& line,
                             const transcript::Set& set) {
  return slab::read_set(source, line, set);
}

slab::Command Slab::read_call(const transcript::Source& source, const transcript::Call& call,
                              const slab::State& now, const Memory& memory) {
  return slab::read_call(source, call, now, memory);
}

std::string Slab::read_result(const transcript::Source& source, const slab::Command& command,
                              const transcript::Result& result) {
  return slab::read_result(source, command, result);
}

slab::Effect Slab::read_effect(const transcript::Source& source, const transcript::Call& effect) {
  return slab::read_effect(source, effect);
}

slab::Question Slab::read_query(const transcript::Source& source, const transcript::Query& query,
                                const slab::State& now, const Memory& memory) {
  return slab::read_query(source, query, now, memory);
}

void Slab::remember(Memory& memory, const slab::Command& command, const slab::Result& result, Position at) {
  memory.note(command, result, at);
}

bool Slab::returns_something(const slab::Command& command) {
  return !std::holds_alternative<slab::CacheFree>(command) && !std::holds_alternative<slab::Kfree>(command) &&
         !std::holds_alternative<slab::CacheReap>(command);
}

std::string Slab::notation(const slab::Command&, const slab::Result& result) { return slab::notation(result); }

std::string Slab::notation(const slab::Effect& effect) { return slab::notation(effect); }

std::vector<std::string> Slab::answer(const Question& question, const slab::State& state) {
  return slab::answer(question, state);
}

std::vector<transcript::Argument> Slab::values_of_result(const std::string& result) {
  return {{std::nullopt, transcript::parse_value(result)}};
}

namespace {

/// `session:3[7]` in its parts; what a subject returns need not be anything that a transcript can say.
struct ObjectParts {
  std::string_view cache, slab, index;
};

std::optional<ObjectParts> parts_of_object(std::string_view text) {
  const std::size_t bracket = text.rfind('['), colon = text.rfind(':', bracket);
  if (bracket == text.npos || colon == text.npos || !text.ends_with(']')) return std::nullopt;
  return ObjectParts{text.substr(0, colon), text.substr(colon + 1, bracket - colon - 1),
                     text.substr(bracket + 1, text.size() - bracket - 2)};
}

}  // namespace

Difference Slab::field_of_results(const std::string& expected, const std::string& found) {
  const auto left = parts_of_object(expected), right = parts_of_object(found);
  if (!left || !right) return difference_of("the result", expected, found);
  if (left->cache != right->cache) return difference_of("the cache", left->cache, right->cache);
  if (left->slab != right->slab) return difference_of("the slab", left->slab, right->slab);
  return difference_of("the index", left->index, right->index);
}

}  // namespace refmm::replay
