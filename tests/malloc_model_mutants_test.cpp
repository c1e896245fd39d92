// Each of the mistakes that the model of the user's heap can be told to make breaks a law in some session, or the model says something
// else by it than it does without: nothing that it decides is beside the point.
#include <refmm/model/malloc.hpp>
#include <refmm/spec/malloc_invariant.hpp>
#include <refmm/spec/malloc_state.hpp>
#include <refmm/spec/malloc_step_laws.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/tests/malloc_commands.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace refmm::malloc {
namespace {

using W = std::uint32_t;

/// The mutants that the headers of the model name beside their lines.
std::vector<std::string> mutants_of_the_model() {
  const std::regex call("mutant\\(\\s*\"(malloc\\.[a-z0-9_.]+)\"\\)");
  std::set<std::string> named;
  for (const auto& entry : std::filesystem::directory_iterator("model")) {
    if (!entry.path().filename().string().starts_with("malloc")) continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (std::sregex_iterator match(text.begin(), text.end(), call), end; match != end; ++match)
      named.insert((*match)[1]);
  }
  return {named.begin(), named.end()};
}

bool keeps_laws(const Boot<W>& boot, const State<W>& before, const Command<W>& command,
                const Outcome<State<W>, Result<W>, Effect<W>>& outcome) {
  const Transition transition{boot.allocator, before, command, outcome.result, outcome.effects, outcome.state};
  return ended_everything(transition) || (!broken_conjunct(outcome.state) && !broken_law(transition));
}

/// What a session of a lawful program shows of a mutant: a law that is broken, or at least another outcome.
enum class Shown { nothing, difference, broken_law };

Shown shown_by(std::uint64_t run, const std::string& mutant) {
  Session session = draw_session(11, run);
  std::erase_if(session.intents, [](const Intent& intent) {
    const auto* misuse = std::get_if<MisuseIntent>(&intent);
    return misuse && misuse->kind != MisuseIntent::Kind::product;  // of which a lawful program is told in time
  });
  const Boot<W> boot = session.boot;
  const auto booted = [&](const std::string& with) {
    const WithMutant on(with);
    return model::boot(boot);
  };
  State<W> state = booted("");
  if (booted(mutant) != state) return Shown::difference;
  Caller caller(std::move(session));
  while (const auto command = caller.next(state)) {
    const auto stepped = [&](const std::string& with) {
      const WithMutant on(with);
      return model::step<W>(boot.allocator, state, *command);
    };
    auto sound = stepped("");
    const auto mistaken = stepped(mutant);
    if (mistaken.result != sound.result || mistaken.effects != sound.effects || mistaken.state != sound.state)
      return keeps_laws(boot, state, *command, mistaken) ? Shown::difference : Shown::broken_law;
    state = std::move(sound.state);
    caller.answered(*command, sound.result);
  }
  return Shown::nothing;
}

class MallocModelMutants : public testing::TestWithParam<std::string> {};

TEST_P(MallocModelMutants, AreShownBySessions) {
  // What a step by itself breaks no law with: another choice, or one that shows in the calls behind it.
  static const std::set<std::string> other_choices{"malloc.bins.equal_ones_last", "malloc.bins.heads_overlap",
                                                   "malloc.bins.unlinks_into_block", "malloc.grow.one_fence",
                                                   "malloc.size.maps_page_more"};
  const Shown expected = other_choices.contains(GetParam()) ? Shown::difference : Shown::broken_law;
  Shown best = Shown::nothing;
  for (std::uint64_t run = 0; run < 2000 && best < expected; ++run)
    best = std::max(best, shown_by(run, GetParam()));
  EXPECT_EQ(best, expected);
}

INSTANTIATE_TEST_SUITE_P(All, MallocModelMutants, testing::ValuesIn(mutants_of_the_model()),
                         [](const auto& tested) {
                           std::string name(tested.param.substr(std::string_view("malloc.").size()));
                           std::ranges::replace(name, '.', '_');
                           return name;
                         });

TEST(MallocModelMutants, AreMany) { EXPECT_GE(mutants_of_the_model().size(), 30u); }

}  // namespace
}  // namespace refmm::malloc
