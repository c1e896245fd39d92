// Damaged recordings, carried out: whatever a recording is turned into, it is refused at a place within it, or model and
// implementation do the same with it; and where only an answer in it is changed, that is found at its line.

#include <refmm/tests/buddy_subject.hpp>
#include <refmm/tests/model_subject.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/slab_subject.hpp>
#include <refmm/tests/transcript_recordings.hpp>
#include <refmm/tests/vma_subject.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
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

void replay_damaged(const std::string& text, const Implementations& implementation, Tally& tally) {
  const transcript::Source source("damaged.mmt", text);
  try {
    const Report report = run(transcript::parse(source), {.implementation = implementation});
    bool agrees = true;
    for (const Replayed& replayed : report.transcripts) {
      agrees = agrees && replayed.agrees();
      EXPECT_LE(replayed.disagreements.size(), 1u);
      // Where the implementation is compared with the corrected model, the transcript is of the model alone.
      for (const Disagreement& disagreement : replayed.disagreements)
        EXPECT_TRUE(disagreement.subject == "model and implementation" ||
                    (disagreement.subject == "model" && replayed.parting))
            << disagreement.subject;
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

class DamagedRecordings : public testing::TestWithParam<const char*> {};

TEST_P(DamagedRecordings, are_refused_or_mean_the_same_to_model_and_implementation) {
  const auto paths = recordings(GetParam());
  ASSERT_FALSE(paths.empty());
  const auto buddy = make_buddy_implementation();
  const auto slab = make_slab_implementation();
  const auto vma = make_vma_implementation();
  ModelSubject<FaultFamily> fault;  // the corrected model
  Draw draw;
  Tally tally;
  for (std::size_t i = 0; i < mutants && !testing::Test::HasFailure(); ++i) {
    const auto& path = paths[i % paths.size()];
    const std::string original = transcript::load(path).text();
    const std::string text = damaged(original.substr(0, original.rfind('\n', longest_recording) + 1), draw);
    SCOPED_TRACE(fmt::format("seed {}, mutant {} of {}:\n{}", seed, i, path.string(), text));
    replay_damaged(text, {.buddy = buddy.get(), .slab = slab.get(), .vma = vma.get(), .fault = &fault}, tally);
  }
  fmt::print("seed {}: {} agree, {} differ, {} refused\n", seed, tally.agree, tally.differ, tally.refused);
  EXPECT_GT(tally.agree, mutants / 20);
  EXPECT_GT(tally.differ, mutants / 20);
  EXPECT_GT(tally.refused, mutants / 20);
}

INSTANTIATE_TEST_SUITE_P(OfFamilies, DamagedRecordings, testing::Values("buddy", "fault", "slab", "vma"));

// ---- Answers that are changed ---------------------------------------------------------------------------------

/// Where the answer in a line of a recording begins: behind the `=` of a call, or in effects and blocks all of the line.
std::size_t begin_of_answer(const std::string& line) {
  if (line.starts_with("| ") || line.starts_with("  ")) return 0;
  const bool is_call = line.find('(') < line.find(' ') && line.find(") = ") != line.npos;
  return is_call ? line.rfind(") = ") + 4 : line.npos;
}

/// The places of digits in answers, each a line (from 0) and a column (from 0).
std::vector<std::pair<std::size_t, std::size_t>> digits_of_answers(const std::vector<std::string>& lines) {
  std::vector<std::pair<std::size_t, std::size_t>> places;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].starts_with('#')) continue;
    const std::size_t begin = std::min(begin_of_answer(lines[i]), lines[i].size());
    for (std::size_t column = begin; column < lines[i].size(); ++column) {
      if (lines[i][column] >= '0' && lines[i][column] <= '9') places.emplace_back(i, column);
    }
  }
  return places;
}

/// The line at which a recording differs or is refused, from 0; nothing if nobody minds.
std::optional<std::size_t> line_of_complaint(const std::string& text) {
  try {
    for (const Replayed& replayed : run(transcript::parse({"changed.mmt", text}), {}).transcripts) {
      if (!replayed.agrees()) return replayed.disagreements[0].at.line - 1;
    }
    return std::nullopt;
  } catch (const InputError& error) {
    return error.diagnostic().at.line - 1;
  }
}

/// The line of the call or query whose answer stands in line `i`.
std::size_t question_of(const std::vector<std::string>& lines, std::size_t i) {
  while (lines[i].starts_with('|') || lines[i].starts_with(' ') || lines[i].starts_with('#')) --i;
  return i;
}

class ChangedRecordings : public testing::TestWithParam<const char*> {};

TEST_P(ChangedRecordings, differ_at_the_line_that_was_changed) {
  constexpr std::size_t changes = 4;  // in each recording, one at a time
  Draw draw;
  std::size_t found = 0;
  for (const auto& path : recordings(GetParam())) {
    const auto lines = lines_of(transcript::load(path).text());
    const auto places = digits_of_answers(lines);
    for (std::size_t i = 0; i < changes && !places.empty(); ++i) {
      const auto [line, column] = places[draw.below(places.size())];
      auto changed = lines;
      char& digit = changed[line][column];
      digit = static_cast<char>('0' + (static_cast<std::size_t>(digit - '0') + 1 + draw.below(9)) % 10);
      std::string text;
      for (const std::string& each : changed) text += each;
      const auto complaint = line_of_complaint(text);
      const auto where = fmt::format("{}:{}: {}", path.string(), line + 1, changed[line]);
      ASSERT_TRUE(complaint) << where;
      EXPECT_TRUE(*complaint == line || *complaint == question_of(lines, line)) << where << *complaint + 1;
      ++found;
    }
  }
  EXPECT_GT(found, 300u);
}

INSTANTIATE_TEST_SUITE_P(OfFamilies, ChangedRecordings, testing::Values("buddy", "fault", "slab", "vma"));

}  // namespace
}  // namespace refmm::replay
