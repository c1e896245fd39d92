// The running kernel beside the model of its era: made-up sessions agree; a change that is left out is noticed; what is shown of a
// difference can be replayed.
#include <refmm/spec/since_eras.hpp>
#include <refmm/spec/since_notation.hpp>
#include <refmm/tests/conform_campaign.hpp>
#include <refmm/tests/conform_kernel.hpp>
#include <refmm/tests/conform_program.hpp>
#include <refmm/tests/conform_subject.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <variant>

namespace refmm::conform {
namespace {

/// A campaign; the test is skipped, with the reason, where the kernel cannot be asked.
std::optional<Campaign> campaign(const CampaignOptions& options) {
  auto ran = run(options);
  if (const auto* refusal = std::get_if<Refusal>(&ran)) {
    fmt::print("nothing was compared: {}\n", refusal->why);
    return std::nullopt;
  }
  return std::move(std::get<Campaign>(ran));
}

class OfBits : public testing::TestWithParam<Bits> {};

TEST_P(OfBits, SessionsAgreeWithTheRunningKernel) {
  if (!is_settled(running_version())) GTEST_SKIP() << not_settled;
  // Other seeds are for `refmm conform --seed`: a build does not fail for what nobody has changed.
  constexpr std::uint64_t seed = 20261128;
  const auto done = campaign({.seed = seed, .bits = GetParam(), .sessions = 1000});
  if (!done) GTEST_SKIP() << "the kernel at hand cannot be asked";
  fmt::print("seed {}: {} calls\n", seed, done->steps);
  if (!done->shown) return;
  ADD_FAILURE() << "session " << done->seed_of_difference << " differs:\n" << transcript_of(*done->shown);
}
INSTANTIATE_TEST_SUITE_P(Conform, OfBits, testing::Values(Bits::of_32, Bits::of_64),
                         [](const auto& info) { return fmt::format("{}", static_cast<unsigned>(info.param)); });

/// The changes that made-up sessions come to often enough.
class Without : public testing::TestWithParam<since::Change> {};

TEST_P(Without, IsNoticed) {
  if (!is_settled(running_version())) GTEST_SKIP() << not_settled;
  const auto done = campaign({.seed = 1,
                              .bits = Bits::of_64,
                              .sessions = 4000,
                              .without = &GetParam(),
                              .shrink_time = std::chrono::seconds(5)});
  if (!done) GTEST_SKIP() << "the kernel at hand cannot be asked";
  ASSERT_TRUE(done->shown) << "no session came to it";
  EXPECT_LE(done->shown->session.steps.size(), 6u) << transcript_of(*done->shown);
}

std::string name_of(const testing::TestParamInfo<since::Change>& info) {
  std::string name(info.param.clause->name.substr(std::string_view("since.").size()));
  for (char& letter : name) letter = letter == '.' ? '_' : letter;
  return name;
}
INSTANTIATE_TEST_SUITE_P(Conform, Without, testing::ValuesIn(since::changes), name_of);

TEST(Conform, ShowsADifferenceAsATranscriptThatTheModelReplays) {
  if (!is_settled(running_version())) GTEST_SKIP() << not_settled;
  const since::Change* const change = std::ranges::find_if(
      since::changes, [](const since::Change& one) { return one.clause->name == "since.mmap.noreplace"; });
  const auto done = campaign({.seed = 1, .bits = Bits::of_64, .sessions = 2000, .without = change});
  if (!done) GTEST_SKIP() << "the kernel at hand cannot be asked";
  ASSERT_TRUE(done->shown);
  const std::string text = transcript_of(*done->shown);
  EXPECT_NE(text.find("boot family=since"), text.npos) << text;
  EXPECT_NE(text.find("MAP_FIXED_NOREPLACE"), text.npos) << text;
  const Scripted scripted = session_of(transcript::parse(transcript::Source("shown.mmt", text)));
  ASSERT_FALSE(scripted.session.steps.empty());
  EXPECT_EQ(since::notation(scripted.session.steps.back().command),
            since::notation(done->shown->session.steps.back().command));
}

}  // namespace
}  // namespace refmm::conform
