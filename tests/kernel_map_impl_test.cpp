// The kernel's mappings of impl/ beside the model.
#include <refmm/model/kernel_map.hpp>
#include <refmm/spec/difference.hpp>
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/tests/kernel_map_impl_fixture.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace refmm {
namespace {

using Word = std::uint32_t;
using kernel_map::Command;
using kernel_map::Refused;

TEST(KernelMapImplementation, DoesWhatTheModelDoes) {
  constexpr std::uint64_t sessions = 210;
  constexpr int commands = 150;
  const auto subject = make_kernel_map_implementation();
  std::size_t refusals = 0, ended = 0, done = 0;
  for (std::uint64_t seed = 1; seed <= sessions; ++seed) {
    const auto boot = kernel_boot_number(seed);
    auto state = model::boot(boot);
    subject->reset(boot);
    kernel_map::State<Word> seen{};
    KernelCalls calls(boot, seed);
    for (int i = 0; i < commands; ++i) {
      const Command<Word> command = calls.next(state);
      auto expected = model::step<Word>(boot, std::move(state), command);
      const auto answer = subject->apply(command);
      const std::string where =
          "seed " + std::to_string(seed) + ", command " + std::to_string(i) + ": " + to_text(command);
      ++done;
      ASSERT_EQ(to_text(answer.result), to_text(expected.result)) << where;
      if (answer.effects != expected.effects) {
        ASSERT_EQ(to_text(answer.effects), to_text(expected.effects)) << where;
      }
      if (KernelMapFamily::ends_everything(answer.result)) {
        ++ended;
        break;
      }
      state = std::move(expected.state);
      subject->observe(seen);
      const auto canonical = kernel_map::canonical(state);
      if (const auto difference = first_difference(canonical, seen)) {
        FAIL() << where << ": " << difference->path << " is " << difference->found << ", not "
               << difference->expected;
      }
      if (std::holds_alternative<Refused>(answer.result)) ++refusals;
    }
  }
  EXPECT_GT(refusals, done / 20);
  EXPECT_LT(refusals, done / 2);
  EXPECT_GT(ended, 10u);
  EXPECT_LT(ended, sessions);
}

}  // namespace
}  // namespace refmm
