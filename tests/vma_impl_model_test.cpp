// The address space of impl/ beside the model, at both word widths, and its copy.
#include <refmm/model/vma.hpp>
#include <refmm/spec/difference.hpp>
#include <refmm/spec/vma_state.hpp>
#include <refmm/tests/vma_impl_fixture.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace refmm {
namespace {

template <class Word>
class VmaImplementationBesideTheModel : public VmaImplementation<Word> {};
TYPED_TEST_SUITE(VmaImplementationBesideTheModel, VmaImplementationWords);

TYPED_TEST(VmaImplementationBesideTheModel, DoesWhatTheModelDoes) {
  using Word = TypeParam;
  constexpr std::uint64_t sessions = 300;
  constexpr int commands = 120;
  std::size_t refusals = 0;
  for (std::uint64_t seed = 1; seed <= sessions; ++seed) {
    const vma::Boot<Word> boot = plain_boot<Word>();
    vma::State<Word> state = model::boot(boot);
    VmaMachine<Word> machine(this->caches, this->slabs, boot);
    machine.take_effects();
    vma::State<Word> seen{};
    Arguments<Word> arguments(seed);
    for (int i = 0; i < commands; ++i) {
      const vma::Command<Word> command = arguments.next();
      auto expected = model::step<Word>(boot.kernel, std::move(state), command);
      const vma::Result<Word> result = machine.apply(command);
      const std::string where =
          "seed " + std::to_string(seed) + ", command " + std::to_string(i) + ": " + to_text(command);
      ASSERT_EQ(to_text(result), to_text(expected.result)) << where;
      const auto effects = machine.take_effects();
      if (effects != expected.effects) {
        ASSERT_EQ(to_text(effects), to_text(expected.effects)) << where;
      }
      state = std::move(expected.state);
      machine.observe(seen);
      if (seen != vma::canonical(state)) {
        ASSERT_EQ(to_text(seen), to_text(vma::canonical(state))) << where;
      }
      if (std::holds_alternative<vma::Refused>(result)) ++refusals;
    }
  }
  EXPECT_GT(refusals, sessions * commands / 10);
  EXPECT_LT(refusals, sessions * commands / 10 * 8);
  EXPECT_EQ(this->caches.areas_in_use(), 0u);
}

/// Forks an address space that random commands have made; request `fail_vma` for an area fails.
template <class Word>
void expect_fork_as_in_model(AreaCaches<Word>& caches, SlabAllocator<HostPages>& slabs, std::uint64_t seed,
                             std::uint32_t fail_vma) {
  const vma::Boot<Word> boot = plain_boot<Word>();
  model::VmaStep<Word> so_far{model::boot(boot), vma::Nothing{}, {}, {}};
  VmaMachine<Word> machine(caches, slabs, boot);
  Arguments<Word> arguments(seed);
  const auto both = [&](const vma::Command<Word>& command) {
    so_far = model::step<Word>(boot.kernel, std::move(so_far.state), command);
    machine.apply(command);
  };
  for (int i = 0; i < 60; ++i) both(arguments.next());
  vma::SetKnobs<Word> fails{};
  fails.fail_vma = fail_vma;
  both(fails);
  machine.take_effects();

  const VmaFork<Word> seen = machine.fork();
  auto forked = model::dup_mmap<Word>(std::move(so_far));
  EXPECT_EQ(to_text(seen.result), to_text(forked.so_far.result)) << seed;
  EXPECT_EQ(to_text(seen.effects), to_text(forked.so_far.effects)) << seed;
  EXPECT_EQ(to_text(seen.parent), to_text(vma::canonical(forked.so_far.state))) << seed;
  const vma::Mm<Word> parent = std::exchange(forked.so_far.state.mm, forked.child);
  EXPECT_EQ(to_text(seen.child), to_text(vma::canonical(forked.so_far.state))) << seed;

  auto ended = model::step<Word>(boot.kernel, std::move(forked.so_far.state), vma::ExitMmap{});
  EXPECT_EQ(to_text(seen.effects_of_end), to_text(ended.effects)) << seed;
  ended.state.mm = parent;
  vma::State<Word> after{};
  machine.observe(after);
  EXPECT_EQ(to_text(after), to_text(vma::canonical(ended.state))) << seed;
}

TYPED_TEST(VmaImplementationBesideTheModel, IsCopiedAsInTheModel) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    expect_fork_as_in_model<TypeParam>(this->caches, this->slabs, seed, 0);
    expect_fork_as_in_model<TypeParam>(this->caches, this->slabs, seed, 1 + static_cast<std::uint32_t>(seed % 4));
  }
  EXPECT_EQ(this->caches.areas_in_use(), 0u);
}

}  // namespace
}  // namespace refmm
