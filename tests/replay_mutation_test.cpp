// Damaged recordings, carried out: whatever a recording is turned into, it is refused at a place within it, or model and
// implementation do the same with it.

#include <refmm/tests/replay.hpp>
#include <refmm/tests/slab_subject.hpp>
#include <refmm/tests/transcript_recordings.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace refmm::replay {
namespace {

constexpr std::uint32_t seed = 20010104;
constexpr std::size_t mutants = 4000;
constexpr std::size_t longest_recording = 6000;  // bytes of it that are damaged

/// Draws without the distributions of the standard library, which differ from one library to the next.
class Draw {
 public:
  std::size_t below(std::size_t bound) { return engine_() % bound; }

 private:
  std::mt19937 engine_{seed};
};

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

/// A number or a letter of a line replaced by another of its kind: what is said changes, the form mostly does not.
void change_a_word(std::string& line, Draw& draw) {
  const std::size_t place = draw.below(line.size());
  for (std::size_t i = 0; i < line.size(); ++i) {
    char& c = line[(place + i) % line.size()];
    if (c >= '0' && c <= '9') {
      c = static_cast<char>('0' + draw.below(10));
      return;
    }
    if (c >= 'A' && c <= 'Z' && draw.below(8) == 0) {
      c = static_cast<char>('A' + draw.below(26));
      return;
    }
  }
}

/// A recording with one to four of its lines dropped, moved, repeated, shortened, or with a byte changed.
std::string damaged(std::string_view text, Draw& draw) {
  std::vector<std::string> lines = lines_of(text);
  for (std::size_t count = 1 + draw.below(4); count != 0 && !lines.empty(); --count) {
    std::string& line = lines[draw.below(lines.size())];
    std::string& other = lines[draw.below(lines.size())];
    const auto place = lines.begin() + static_cast<std::ptrdiff_t>(draw.below(lines.size()));
    switch (draw.below(8)) {
      case 0:
        lines.erase(place);
        break;
      case 1:
        std::swap(line, other);
        break;
      case 2:
        lines.insert(place, std::string(line));
        break;
      case 3:
        line[draw.below(line.size())] = static_cast<char>(draw.below(256));
        break;
      case 4:  // what it answers is forgotten
        line = line.substr(0, line.find(" = ")) + (line.find(" = ") == line.npos ? "" : "\n");
        break;
      default:
        change_a_word(line, draw);
        break;
    }
  }
  std::string whole;
  for (const std::string& line : lines) whole += line;
  return whole;
}

/// Counts what became of the mutants.
struct Tally {
  std::size_t agree = 0, differ = 0, refused = 0;
};

void replay_damaged(const std::string& text, SlabSubject& implementation, Tally& tally) {
  const transcript::Source source("damaged.mmt", text);
  try {
    const Report report = run(transcript::parse(source), {.implementation = {.slab = &implementation}});
    bool agrees = true;
    for (const Replayed& replayed : report.transcripts) {
      agrees = agrees && replayed.agrees();
      EXPECT_LE(replayed.disagreements.size(), 1u);
      for (const Disagreement& disagreement : replayed.disagreements)
        EXPECT_EQ(disagreement.subject, "model and implementation");
    }
    ++(agrees ? tally.agree : tally.differ);
  } catch (const InputError& error) {
    const Position at = error.diagnostic().at;
    EXPECT_GE(at.line, 1u);
    EXPECT_LE(at.line, source.lines() + 1);
    EXPECT_GE(at.column, 1u);
    EXPECT_LE(at.column, source.line(at.line).size() + 1);
    EXPECT_FALSE(error.diagnostic().message.empty());
    EXPECT_FALSE(error.diagnostic().expected.empty());
    EXPECT_FALSE(error.diagnostic().found.empty());
    ++tally.refused;
  }
}

TEST(DamagedRecordings, are_refused_or_mean_the_same_to_model_and_implementation) {
  const auto paths = recordings("slab");
  ASSERT_FALSE(paths.empty());
  const auto implementation = make_slab_implementation();
  Draw draw;
  Tally tally;
  for (std::size_t i = 0; i < mutants && !testing::Test::HasFailure(); ++i) {
    const auto& path = paths[i % paths.size()];
    const std::string original = transcript::load(path).text();
    const std::string text = damaged(original.substr(0, original.rfind('\n', longest_recording) + 1), draw);
    SCOPED_TRACE(fmt::format("seed {}, mutant {} of {}:\n{}", seed, i, path.string(), text));
    replay_damaged(text, *implementation, tally);
  }
  fmt::print("seed {}: {} agree, {} differ, {} refused\n", seed, tally.agree, tally.differ, tally.refused);
  EXPECT_GT(tally.agree, mutants / 20);
  EXPECT_GT(tally.differ, mutants / 20);
  EXPECT_GT(tally.refused, mutants / 20);
}

}  // namespace
}  // namespace refmm::replay
