// The recordings hold the model: with any of its mutants on it says something else than 2.4.0 did, in a recording that is named.
//
// Theorems see the decisions on blocks, bits and lists (proofs/buddy.cpp). What is done with single frames is seen here.

#include <refmm/model/buddy.hpp>
#include <refmm/spec/buddy_notation.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/transcript_recordings.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <ostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::buddy {
namespace {

using Word = std::uint32_t;

std::vector<std::string> said_of_query(const transcript::Query& query) {
  std::vector<std::string> said;
  for (const auto& [at, text] : query.lines) said.push_back(text);
  return said;
}

/// True if the model, as compiled here, gives every result and every block of the recording.
bool agrees(const transcript::File& file) {
  Boot<Word> boot{};
  State<Word> state{};
  for (const transcript::Line& line : file.lines) {
    if (const auto* zone = std::get_if<transcript::Boot>(&line.content)) {
      const BootLine read = read_boot(*file.source, line, *zone);
      boot = read.boot;
      state = model::boot(boot);
      if (read.free_pages && *read.free_pages != state.free_pages) return false;
    } else if (const auto* call = std::get_if<transcript::Call>(&line.content)) {
      const Command<Word> command = read_call(*file.source, *call, state);
      auto outcome = model::step<Word>(boot.kernel, std::move(state), command);
      const std::string expected = call->result ? read_result(*file.source, command, *call->result) : "";
      if (notation(command, outcome.result) != expected) return false;
      state = std::move(outcome.state);
    } else if (const auto* query = std::get_if<transcript::Query>(&line.content)) {
      if (answer(read_query(*file.source, *query, state), state) != said_of_query(*query)) return false;
    }
  }
  return true;
}

struct Noticed {
  const char* mutant;
  const char* recording;
};

void PrintTo(const Noticed& noticed, std::ostream* out) { *out << noticed.mutant; }

class ModelMutant : public testing::TestWithParam<Noticed> {};

TEST_P(ModelMutant, is_noticed_by_a_recording) {
  const auto path = recordings_folder() / "buddy" / (std::string(GetParam().recording) + ".mmt");
  const transcript::File file = transcript::parse(transcript::load(path));
  EXPECT_TRUE(agrees(file)) << "without the mutant";
  const WithMutant on(GetParam().mutant);
  EXPECT_FALSE(agrees(file));
}

constexpr Noticed noticed[] = {
    {"buddy.alloc.counts_nothing", "h16-reference-counts"},
    {"buddy.alloc.ignores_lru_lists", "h36-active-frame-handed-out-bug"},
    {"buddy.alloc.passes_exact_order", "h12-lists-are-stacks"},
    {"buddy.free.ignores_marks", "h19-bug-free-locked"},
    {"buddy.free.stays_dirty", "h18-flags-at-free"},
    {"buddy.free.takes_misaligned_blocks", "h21-bug-misaligned"},
    {"buddy.free.takes_reserved_frames", "h01-initial-state"},
    {"buddy.merge.begins_at_released_block", "h04-boot-1000"},
    {"buddy.merge.flips_largest", "h14-largest-blocks-never-merge"},
    {"buddy.split.keeps_upper_half", "h11-split-keeps-lower-half"},
    {"buddy.split.leaves_bit", "h11-split-keeps-lower-half"},
    {"buddy.take.leaves_bit", "h13-merge-order"},
};

INSTANTIATE_TEST_SUITE_P(OfThePageAllocator, ModelMutant, testing::ValuesIn(noticed));

}  // namespace
}  // namespace refmm::buddy
