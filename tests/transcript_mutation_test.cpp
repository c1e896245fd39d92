// Damaged recordings: whatever a recording is turned into, the parser understands it, and then prints it as it was,
// or refuses it at a place within the file.

#include <refmm/spec/transcript.hpp>
#include <refmm/tests/transcript_recordings.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace refmm::transcript {
namespace {

constexpr std::uint32_t seed = 20010104;
constexpr std::size_t mutants_of_a_family = 4000;
constexpr std::size_t longest_recording = 4000;  // bytes of it that are damaged

/// Draws without the distributions of the standard library, which differ from one library to the next.
class Draw {
 public:
  std::size_t below(std::size_t bound) { return engine_() % bound; }
  char from(std::string_view bytes) { return bytes[below(bytes.size())]; }

 private:
  std::mt19937 engine_{seed};
};

/// A recording with one to four places damaged: a byte replaced, put in or left out, a piece repeated or dropped.
std::string damaged(std::string text, Draw& draw) {
  constexpr std::string_view syntax = " ()[]|=,:\"#-.x019aZ_\n\t\r\0\xff";
  for (std::size_t count = 1 + draw.below(4); count != 0 && !text.empty(); --count) {
    const std::size_t place = draw.below(text.size());
    const std::size_t length = std::min(draw.below(40) + 1, text.size() - place);
    switch (draw.below(6)) {
      case 0:
        text[place] = draw.from(syntax);
        break;
      case 1:
        text[place] = static_cast<char>(draw.below(256));
        break;
      case 2:
        text.insert(place, 1, draw.from(syntax));
        break;
      case 3:
        text.erase(place, 1);
        break;
      case 4:
        text.insert(draw.below(text.size()), text.substr(place, length));
        break;
      default:
        text.erase(place, length);
        break;
    }
  }
  return text;
}

class DamagedRecordings : public testing::TestWithParam<std::string> {};

TEST_P(DamagedRecordings, are_understood_or_refused_at_a_place_within) {
  const auto paths = recordings(GetParam());
  ASSERT_FALSE(paths.empty());
  Draw draw;
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
