// What misuse does to the lists of the kernel as built: the model, which has lists until they are damaged, beside an allocator that
// has nothing but rings of entries from the beginning, as the kernel does.

#include <refmm/spec/buddy_state.hpp>
#include <refmm/tests/buddy_family.hpp>
#include <refmm/tests/transcript_damage.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::buddy {
namespace {

using Word = std::uint32_t;

/// A zone of entries in rings and of bits. Marks and counts are left out: calls here are releases whatever the count.
class Rings {
 public:
  explicit Rings(Word frames) : frames_(frames), entries_(frames + orders) {
    for (Word entry = 0; entry != entries_.size(); ++entry) entries_[entry] = {entry, entry};
    for (Word order = 0; order != orders; ++order) bits_.emplace_back(frames + 1);
  }

  /// The position of the block that is given out, or why there is none.
  std::variant<Word, Refusal> take(Word order) {
    for (Word from = order; from < orders; ++from) {
      Word position = entries_[frames_ + from].next;
      if (position == frames_ + from) continue;
      if (position >= frames_) return Refusal::block_outside_zone;
      remove(position);
      flip(from, position);
      free_pages_ -= Word{1} << order;
      while (from > order) {
        if (position >= frames_) return Refusal::block_outside_zone;
        --from;
        add(from, position);
        flip(from, position);
        position += Word{1} << from;
      }
      if (position >= frames_) return Refusal::block_outside_zone;
      return position;
    }
    return Refusal::no_block;
  }

  std::optional<Refusal> give_back(Word position, Word order) {
    free_pages_ += Word{1} << order;
    for (; order != largest_order; ++order) {
      if (flip(order, position)) break;
      const Word partner = position ^ (Word{1} << order);
      if (partner >= frames_) return Refusal::partner_outside_zone;
      remove(partner);
      position = std::min(position, partner);
    }
    add(order, position);
    return std::nullopt;
  }

  /// The blocks that a walk from the head meets before it meets a head or one of them again.
  std::vector<Word> list(Word order) const {
    std::vector<Word> met;
    for (Word entry = entries_[frames_ + order].next; entry < frames_; entry = entries_[entry].next) {
      if (std::ranges::find(met, entry) != met.end()) break;
      met.push_back(entry);
    }
    return met;
  }

  std::vector<Word> ones(Word order) const {
    std::vector<Word> numbers;
    for (Word bit = 0; bit != bits_[order].size(); ++bit) {
      if (bits_[order][bit]) numbers.push_back(bit);
    }
    return numbers;
  }

  Word free_pages() const { return free_pages_; }

 private:
  bool flip(Word order, Word position) {
    bits_[order][position >> (order + 1)].flip();
    return bits_[order][position >> (order + 1)];
  }
  void add(Word order, Word entry) {
    const Word head = frames_ + order, next = entries_[head].next;
    entries_[next].prev = entry;
    entries_[entry].next = next;
    entries_[entry].prev = head;
    entries_[head].next = entry;
  }
  void remove(Word entry) {
    const Word next = entries_[entry].next, prev = entries_[entry].prev;
    entries_[next].prev = prev;
    entries_[prev].next = next;
  }

  Word frames_;
  std::vector<ListHead> entries_;
  std::vector<std::vector<bool>> bits_{};
  Word free_pages_ = 0;
};

/// The model and the rings beside each other.
class Lockstep {
 public:
  Lockstep(Word start, Word frames)
      : boot_{as_built, start, frames, AtBoot::boot, std::nullopt, {}},
        state_(BuddyFamily::boot(boot_)),
        rings_(frames) {
    for (Word position = 0; position != frames; ++position) rings_.give_back(position, 0);
    compare_states();
  }

  /// False if nothing goes on behind it.
  bool take(Word order) {
    const auto taken = rings_.take(order);
    Result<Word> expected;
    if (const auto* position = std::get_if<Word>(&taken))
      expected = Frame<Word>{boot_.zone_start + *position};
    else
      expected = Refused{std::get<Refusal>(taken)};
    return step(AllocPages{order}, expected);
  }

  bool give_back(Word position, Word order) {
    Result<Word> expected = Nothing{};
    if (const auto refusal = rings_.give_back(position, order)) expected = Refused{*refusal};
    return step(FreePagesOk<Word>{boot_.zone_start + position, order}, expected);
  }

  bool is_damaged() const { return !state_.damaged.empty(); }

 private:
  bool step(const Command<Word>& command, const Result<Word>& expected) {
    auto outcome = BuddyFamily::step(boot_, std::move(state_), command);
    state_ = std::move(outcome.state);
    EXPECT_EQ(outcome.result, expected);
    if (BuddyFamily::ends_everything(outcome.result)) return false;
    compare_states();
    return !testing::Test::HasFailure();
  }

  void compare_states() const {
    for (Word order = 0; order != orders; ++order) {
      std::vector<Word> list = state_.free_area[order].free_list;
      for (Word& pfn : list) pfn = position_of(state_, pfn);
      EXPECT_EQ(list, rings_.list(order)) << "order " << order;
      EXPECT_EQ(state_.free_area[order].map, rings_.ones(order)) << "order " << order;
    }
    EXPECT_EQ(state_.free_pages, rings_.free_pages());
  }

  Boot<Word> boot_;
  State<Word> state_;
  Rings rings_;
};

TEST(BuddyDamage, is_what_linked_lists_make_of_misuse) {
  constexpr std::uint32_t seed = 20010104;
  Draw draw(seed);
  std::size_t calls = 0, damaged = 0, ended = 0;
  for (std::size_t session = 0; session != 3000; ++session) {
    SCOPED_TRACE(fmt::format("seed {}, session {}", seed, session));
    const Word frames = static_cast<Word>(1 + draw.below(draw.below(10) == 0 ? 1500 : 40));
    Lockstep both(static_cast<Word>(draw.below(9)), frames);
    bool goes_on = true;
    for (std::size_t i = 0; goes_on && i != 60; ++i, ++calls) {
      const auto order = static_cast<Word>(draw.below(frames > 1000 ? 10 : 4));
      const Word position = static_cast<Word>(draw.below(frames)) >> order << order;
      goes_on = draw.below(5) < 3 ? both.take(order) : both.give_back(position, order);
      damaged += both.is_damaged() ? 1 : 0;
      if (testing::Test::HasFailure()) return;
    }
    ended += goes_on ? 0 : 1;
  }
  fmt::print("{} calls, {} on damaged lists, {} sessions ended with BUG\n", calls, damaged, ended);
  EXPECT_GT(calls, 50000u);
  EXPECT_GT(damaged, 10000u);
  EXPECT_GT(ended, 100u);
}

}  // namespace
}  // namespace refmm::buddy
