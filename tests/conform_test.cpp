// The running kernel beside the model of its era: made-up sessions agree; a change that is left out is noticed; what is shown of a
// difference can be replayed.
#include <refmm/spec/since_eras.hpp>
#include <refmm/spec/since_notation.hpp>
#include <refmm/tests/conform_campaign.hpp>
#include <refmm/tests/conform_image.hpp>
#include <refmm/tests/conform_kernel.hpp>
#include <refmm/tests/conform_program.hpp>
#include <refmm/tests/conform_subject.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
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

/// Runs a session beside the kernel; the test is skipped where the kernel cannot be asked.
void expect_agreement(const Session& session) {
  if (!is_settled(running_version())) GTEST_SKIP() << not_settled;
  const auto ran = run(session);
  if (const auto* refusal = std::get_if<Refusal>(&ran)) GTEST_SKIP() << refusal->why;
  const auto& difference = std::get<std::optional<Difference>>(ran);
  EXPECT_FALSE(difference) << "step " << difference->step << ": " << difference->expected << ", "
                           << difference->found;
}

/// Edges that made-up calls come to too rarely.
TEST(Conform, AgreesOnAddressesThatLookLikeErrors) {
  Session session;
  for (const Native address :
       {~Native{0}, ~Native{0} - 1, ~Native{0} - 4093, ~Native{0} - 4094, ~Native{0} - 4095}) {
    constexpr Native flags = vma::MAP_PRIVATE | vma::MAP_FIXED | vma::MAP_ANONYMOUS;
    session.steps.push_back(
        {0, since::Command<Native>(vma::Mmap<Native>{address, 4096, vma::PROT_READ, flags, -1, 0})});
  }
  expect_agreement(session);
}

/// A part of a stack whose pages have gone keeps its promise of memory if it has the permissions already.
TEST(Conform, AgreesOnPermissionsThatAreThereAlready) {
  constexpr Native part = 0x7ffffffe4000;
  const since::Command<Native> protect = vma::Mprotect<Native>{part, 4096, vma::PROT_READ};
  constexpr Native flags = vma::MREMAP_MAYMOVE | since::MREMAP_DONTUNMAP;
  Session session;
  session.steps = {
      {0, protect}, {0, since::Command<Native>(vma::Mremap<Native>{part, 4096, 4096, flags, 0})}, {0, protect}};
  expect_agreement(session);
}

/// Locked memory that mlock could not make present has no pages after a move either, and so loses its promise of memory.
TEST(Conform, AgreesOnLockedMemoryThatIsMoved) {
  constexpr Native from = 0x10000000, to = 0x20000000;
  constexpr Native flags = vma::MAP_PRIVATE | vma::MAP_FIXED | vma::MAP_ANONYMOUS;
  constexpr Native moves = vma::MREMAP_MAYMOVE | vma::MREMAP_FIXED;
  for (const Native new_len : {Native{4096}, Native{8192}}) {
    Session session;
    session.steps = {{0, since::Command<Native>(vma::Mmap<Native>{from, 4096, vma::PROT_WRITE, flags, -1, 0})},
                     {0, since::Command<Native>(vma::Mlock<Native>{from, 8192})},  // runs into a hole
                     {0, since::Command<Native>(vma::Mremap<Native>{from, 4096, new_len, moves, to})},
                     {0, since::Command<Native>(vma::Mprotect<Native>{to, new_len, vma::PROT_NONE})}};
    expect_agreement(session);
  }
}

/// Memory that may be dropped is made present where other memory would be locked, so that it is not joined after a move.
TEST(Conform, AgreesOnMemoryThatMayBeDropped) {
  constexpr Native start = 0x10028000, moved = start + 0x4000, to = 0x10100000;
  constexpr Native flags = since::MAP_DROPPABLE | vma::MAP_FIXED | vma::MAP_ANONYMOUS;
  constexpr Native moves = vma::MREMAP_MAYMOVE | vma::MREMAP_FIXED;
  for (const Native locking : {vma::MCL_FUTURE, vma::MCL_CURRENT, vma::MCL_FUTURE | since::MCL_ONFAULT}) {
    const since::Command<Native> lock = vma::Mlockall<Native>{locking};
    const since::Command<Native> map = vma::Mmap<Native>{start, 0x400000, vma::PROT_WRITE, flags, -1, 0};
    const bool is_first = (locking & vma::MCL_FUTURE) != 0;
    Session session;
    session.steps = {{0, is_first ? lock : map},
                     {0, is_first ? map : lock},
                     {0, since::Command<Native>(vma::Mremap<Native>{moved, 4096, 4096, moves, to})}};
    expect_agreement(session);
  }

  Session beside;  // what was there is not joined with what would be locked
  beside.steps = {{0, since::Command<Native>(vma::Mmap<Native>{start, 0x2000, vma::PROT_READ, flags, -1, 0})},
                  {0, since::Command<Native>(vma::Mlockall<Native>{vma::MCL_FUTURE})},
                  {0, since::Command<Native>(vma::Mmap<Native>{start, 0x1000, vma::PROT_READ, flags, -1, 0})}};
  expect_agreement(beside);

  Session on_fault;  // where nobody may access it, that fails
  on_fault.steps = {{0, since::Command<Native>(vma::Mmap<Native>{start, 0x2000, vma::PROT_NONE, flags, -1, 0})},
                    {0, since::Command<Native>(since::Mlock2<Native>{start + 0x1000, 1, since::MLOCK_ONFAULT})}};
  expect_agreement(on_fault);
}

/// Where each thing that an agent needs is there, there is an agent: tests that are skipped without one cannot hide that it is broken.
TEST(Conform, HasAKernelToAskWhereNothingForbidsIt) {
  if (image_of_64_bits().empty()) GTEST_SKIP() << "this processor or compiler has no such program";
  const std::string probe =
      "setarch --addr-no-randomize --addr-compat-layout grep -q VmFlags /proc/self/smaps && "
      "python3 -c 'import os\n"
      "f = os.memfd_create(\"p\", 0)\n"
      "os.write(f, open(\"/bin/true\", \"rb\").read())\n"
      "os.execve(f, [\"true\"], {})'";
  if (std::system(probe.c_str()) != 0)
    GTEST_SKIP() << "programs in memory, or the layout of old, are refused here";
  const auto refusal = no_running_kernel(64);
  EXPECT_FALSE(refusal) << refusal->why;
}

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
