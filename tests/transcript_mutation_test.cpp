// Damaged recordings: whatever a recording is turned into, the parser understands it, and then prints it as it was,
// or refuses it at a place within the file.

#include <refmm/spec/transcript.hpp>
#include <refmm/tests/transcript_damage.hpp>
#include <refmm/tests/transcript_recordings.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace refmm::transcript {
namespace {

constexpr std::uint32_t seed = 20010104;
constexpr std::size_t mutants_of_a_family = 4000;
constexpr std::size_t longest_recording = 4000;  // bytes of it that are damaged

class DamagedRecordings : public testing::TestWithParam<std::string> {};

TEST_P(DamagedRecordings, are_understood_or_refused_at_a_place_within) {
  const auto paths = recordings(GetParam());
  ASSERT_FALSE(paths.empty());
  Draw draw(seed);
  std::size_t understood = 0, refused = 0;
  for (std::size_t i = 0; i < mutants_of_a_family; ++i) {
    const auto& path = paths[i % paths.size()];
    const std::string original = load(path).text();
    const std::string text = damaged(original.substr(0, original.rfind('\n', longest_recording) + 1), draw);
    const Source source("damaged.mmt", text);
    SCOPED_TRACE(fmt::format("seed {}, mutant {} of {}:\n{}", seed, i, path.string(), text));
    try {
      EXPECT_EQ(print(parse(source)), text);
      ++understood;
    } catch (const InputError& error) {
      const Position at = error.diagnostic().at;
      EXPECT_GE(at.line, 1u);
      EXPECT_LE(at.line, source.lines() + 1);
      EXPECT_GE(at.column, 1u);
      EXPECT_LE(at.column, source.line(at.line).size() + 1);
      EXPECT_FALSE(error.diagnostic().message.empty());
      EXPECT_FALSE(error.diagnostic().expected.empty());
      EXPECT_FALSE(error.diagnostic().found.empty());
      ++refused;
    }
    if (HasFailure()) return;
  }
  fmt::print("seed {}: {} understood, {} refused\n", seed, understood, refused);
  EXPECT_GT(understood, 0u);
  EXPECT_GT(refused, 0u);
}

INSTANTIATE_TEST_SUITE_P(OfFamily, DamagedRecordings, testing::ValuesIn(recorded_families()),
                         [](const auto& family) { return family.param; });

}  // namespace
}  // namespace refmm::transcript
