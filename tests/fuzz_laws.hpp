// Laws as entry points for fuzzers: each law is a target (fuzz_target.hpp), a program has those of a family.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/law.hpp>
#include <refmm/tests/fuzz_target.hpp>
#include <refmm/tests/fuzzed_world.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace refmm {

/// A law, and the subject that it is a law of.
struct FuzzedLaw {
  std::string_view name;
  ClauseRef clause;
  std::function<bool(FuzzedWorld&)> claim;
};

/// What came of holding a law to some bytes.
struct Fuzzing {
  enum class Verdict { held, discarded, broken };
  Verdict verdict = Verdict::held;
  Inputs inputs{};          // as far as the law asked
  std::string complaint{};  // what the law threw instead of answering
};

Fuzzing fuzz(const FuzzedLaw& law, std::span<const std::uint8_t> bytes);

/// For people, of a law that is broken: its clause, and the inputs as an example. Else nothing.
std::string to_text(const FuzzedLaw& law, const Fuzzing& fuzzing);

/// The law as a target of a family.
FuzzTarget target_of(std::string_view family, const FuzzedLaw& law);

/// Adds the laws of a subject to the targets of a family.
template <class... Claims>
void add_targets(std::vector<FuzzTarget>& targets, std::string_view family, const std::tuple<Law<Claims>...>& laws,
                 auto subject) {
  const auto add = [&](const auto& law) {
    const auto claim = [law, subject](FuzzedWorld& world) { return static_cast<bool>(law.claim(world, subject)); };
    targets.push_back(target_of(family, {law.name, law.clause, claim}));
  };
  std::apply([&](const auto&... law) { (add(law), ...); }, laws);
}

}  // namespace refmm
