// What is to be true of the museum of any family.
#pragma once

#include <refmm/spec/mutant.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/check_trial.hpp>
#include <refmm/tests/museum.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {

/// `slab.impl.free.loses_link`: "free_loses_link"; of the model, `fault.wp.never_copies`: "fault_wp_never_copies".
inline std::string test_name(const Mutant& mutant) {
  constexpr std::string_view room = ".impl.";
  const std::size_t place = mutant.name.find(room);
  std::string name(place == mutant.name.npos ? mutant.name : mutant.name.substr(place + room.size()));
  std::ranges::replace(name, '.', '_');
  return name;
}

/// The mutant is found, and shown by a transcript of so many commands at most, which fails on the mutant and on nothing else.
template <class Family>
void expect_shown(const Mutant& mutant, std::size_t most_commands,
                  std::chrono::milliseconds shrink_time = std::chrono::seconds(60)) {
  using Own = Checking<Family>;
  using namespace std::chrono_literals;
  const Exhibit<Family> found = exhibit<Family>(mutant, {.seeds = {1}, .shrink_time = shrink_time});
  ASSERT_TRUE(found.always_found());
  const Counterexample<Family>& shown = found.shown[0].counterexample;
  EXPECT_LE(shown.script.items.size(), most_commands) << shown.text;

  // It is a transcript, and names what replays it.
  const transcript::File file = transcript::parse(transcript::Source(shown.file_name, shown.text));
  EXPECT_EQ(transcript::print(file), shown.text);
  EXPECT_THAT(shown.text,
              testing::HasSubstr("refmm run " + shown.file_name + " " + replay_options<Family>(mutant.name)));

  // It fails on the mutant, all of it, and on nothing else.
  {
    const WithMutant on(mutant.name);
    EXPECT_EQ(Trials<Family>(Own::make_mutable_implementation, 10s).failing_part(shown.script), shown.script);
  }
  EXPECT_EQ(Trials<Family>(Own::make_mutable_implementation, 10s).failing_part(shown.script), std::nullopt);
  EXPECT_EQ(Trials<Family>(Own::make_implementation, 10s).failing_part(shown.script), std::nullopt);
}

/// The mutants that the headers of a room, impl/ or model/, name beside their lines.
template <class Family>
std::set<std::string> mutants_named_in(const std::string& room) {
  std::string areas;
  for (const std::string_view area : areas_of<Family>()) areas += (areas.empty() ? "" : "|") + std::string(area);
  const std::string within = room == "impl" ? "\\.impl\\." : "\\.";
  const std::regex call("mutant\\(\\s*\"((?:" + areas + ")" + within + "[a-z0-9_.]+)\"\\)");
  std::set<std::string> named;
  for (const auto& entry : std::filesystem::directory_iterator(room)) {
    if (entry.path().extension() != ".hpp") continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (std::sregex_iterator match(text.begin(), text.end(), call), end; match != end; ++match)
      named.insert((*match)[1]);
  }
  return named;
}

/// The mutants that rooms name are those that are listed, each once. Of mutants of the model, where that is not among the rooms, only some
/// are listed: no theorem fails on them.
template <class Family>
void expect_all_listed(const std::vector<std::string>& rooms = {"impl"}) {
  std::set<std::string> named, listed;
  for (const std::string& room : rooms) named.merge(mutants_named_in<Family>(room));
  const bool with_model = std::ranges::find(rooms, "model") != rooms.end();
  std::size_t count = 0;
  for (const Mutant& mutant : Checking<Family>::mutants()) {
    if (!with_model && mutant.name.find(".impl.") == mutant.name.npos) continue;
    listed.emplace(mutant.name);
    ++count;
  }
  EXPECT_EQ(named, listed);
  EXPECT_EQ(listed.size(), count) << "a mutant is listed twice";
}

}  // namespace refmm
