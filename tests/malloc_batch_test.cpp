// Many blocks at once: as many single calls leave the same heap.
#include <refmm/impl/host_pages.hpp>
#include <refmm/spec/difference.hpp>
#include <refmm/tests/malloc_lawful_program.hpp>
#include <refmm/tests/malloc_machine.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <variant>
#include <vector>

namespace refmm {
namespace {

/// Two heaps in the same process's place: one takes and gives back many blocks at once, the other one by one.
template <class Word>
class Pair {
 public:
  explicit Pair(std::uint64_t seed) : random_(seed), boot_(LawfulProgram<Word>(seed).boot()) {}

  void take(Word bytes, Word count) {
    const std::vector<Word> made = many_.allocate_many(bytes, count);
    std::vector<malloc::Effect<Word>> effects;
    std::vector<Word> expected;
    for (Word i = 0; i < count; ++i) {
      const auto answer = single_.apply(malloc::Malloc<Word>{bytes});
      effects.insert(effects.end(), answer.effects.begin(), answer.effects.end());
      if (!std::holds_alternative<malloc::Address<Word>>(answer.result)) break;
      expected.push_back(std::get<malloc::Address<Word>>(answer.result).value);
    }
    ASSERT_EQ(made, expected) << bytes << " bytes, " << count << " times";
    ASSERT_EQ(many_.take_effects(), effects);
    blocks_.insert(blocks_.end(), made.begin(), made.end());
  }

  void give_back(std::size_t count) {
    std::vector<Word> released(blocks_.end() - static_cast<std::ptrdiff_t>(std::min(count, blocks_.size())),
                               blocks_.end());
    blocks_.resize(blocks_.size() - released.size());
    if (random_() % 3 == 0) std::ranges::sort(released);
    if (random_() % 3 == 0) std::ranges::shuffle(released, random_);
    many_.release_many(released);
    std::vector<malloc::Effect<Word>> effects;
    for (const Word block : released) {
      const auto answer = single_.apply(malloc::Free<Word>{block});
      ASSERT_EQ(answer.result, malloc::Result<Word>(malloc::Nothing{}));
      effects.insert(effects.end(), answer.effects.begin(), answer.effects.end());
    }
    ASSERT_EQ(many_.take_effects(), effects);
  }

  void expect_same() const {
    malloc::State<Word> many{}, single{};
    many_.observe(many);
    single_.observe(single);
    const auto difference = first_difference(single, many, "state");
    ASSERT_FALSE(difference) << difference->path << " is " << difference->found << ", not "
                             << difference->expected;
  }

  void run() {
    for (int step = 0; step < 60 && !testing::Test::HasFatalFailure(); ++step) {
      const Word sizes[] = {10, 24, 100, 500, 1000, 1040, static_cast<Word>(random_() % 3000)};
      if (random_() % 2 == 0)
        take(sizes[random_() % std::size(sizes)], static_cast<Word>(1 + random_() % 20));
      else
        give_back(1 + random_() % 20);
      std::ranges::shuffle(blocks_, random_);
      expect_same();
    }
  }

 private:
  struct Process {
    impl::HostPages pages{{.huge_pages = false}};
    impl::SlabAllocator<impl::HostPages> slabs{pages};
    impl::AreaCaches<Word> caches{slabs};
  };

  std::mt19937_64 random_;
  const malloc::Boot<Word> boot_;
  Process many_process_, single_process_;
  MallocMachine<Word> many_{many_process_.caches, many_process_.slabs, boot_};
  MallocMachine<Word> single_{single_process_.caches, single_process_.slabs, boot_};
  std::vector<Word> blocks_;
};

TEST(MallocBatch, IsWhatAsManySingleCallsAre) {
  for (std::uint64_t seed = 0; seed < 150 && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Pair<std::uint32_t>(seed).run();
    Pair<std::uint64_t>(seed).run();
  }
}

}  // namespace
}  // namespace refmm
