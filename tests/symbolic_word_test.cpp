// The symbolic engine: words compute what built-in words compute, and known mistakes of computing are found.

#include <refmm/spec/logic.hpp>
#include <refmm/tests/symbolic_programs.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace refmm::symbolic {
namespace {

// ---- Overflow and other mistakes ----------------------------------------------------------------------------------------

TEST(SymbolicWord, sums_wrap) {
  const auto explored = explore([](SymbolicWorld& world) {
    const Word a = world.word("a"), b = world.word("b");
    return a <= a + b;
  });
  ASSERT_TRUE(explored.counterexample);
  EXPECT_LT(explored.value("a") + explored.value("b"), explored.value("a"));
}

TEST(SymbolicWord, sums_of_small_words_do_not_wrap) {
  const auto explored = explore([](SymbolicWorld& world) {
    const Word a = world.word("a", 0, 0x7fffffff), b = world.word("b", 0, 0x80000000);
    return a <= a + b;
  });
  EXPECT_TRUE(explored.proved());
}

/// The middle of two words by both formulas that textbooks have.
TEST(SymbolicWord, the_middle_by_a_sum_lies_outside_and_by_a_difference_it_does_not) {
  const auto lies_between = [](auto middle) {
    return explore([=](SymbolicWorld& world) {
      const Word low = world.word("low"), high = world.word("high");
      world.assume(low <= high);
      const Word found = middle(low, high);
      return both(low <= found, found <= high);
    });
  };
  const auto by_sum = lies_between([](Word low, Word high) { return (low + high) / 2u; });
  ASSERT_TRUE(by_sum.counterexample);
  EXPECT_GE(std::uint64_t{by_sum.value("low")} + by_sum.value("high"), std::uint64_t{1} << 32);
  EXPECT_TRUE(lies_between([](Word low, Word high) { return low + (high - low) / 2u; }).proved());
}

/// What ioremap maps: [first, first + bytes) of physical memory.
struct Mapped {
  Word first, bytes;
};

/// That a byte of the request is mapped.
Explored covers_the_request(auto ioremap) {
  return explore([=](SymbolicWorld& world) {
    const Word phys = world.word("phys"), size = world.word("size"), byte = world.word("byte");
    world.assume(byte < size);
    world.assume(phys <= phys + size - 1u);  // a request past the end is refused
    const Mapped mapped = ioremap(phys, size);
    return phys + byte - mapped.first < mapped.bytes;
  });
}

TEST(SymbolicWord, ioremap_that_forgets_the_last_page_is_found) {
  // 2.4.0 rounds the size up before it takes the offset in the page off, and so loses what reaches into the next page.
  const auto as_built = covers_the_request([](Word phys, Word size) {
    return Mapped{phys & ~0xfffu, (size + 0xfffu) & ~0xfffu};
  });
  ASSERT_TRUE(as_built.counterexample);
  const std::uint32_t phys = as_built.value("phys"), byte = as_built.value("byte"), size = as_built.value("size");
  EXPECT_LT(byte, size);
  EXPECT_GE(phys + byte - (phys & ~0xfffu), (size + 0xfffu) & ~0xfffu);

  // The obvious repair counts to the end of the last page, which wraps to 0 bytes for a request of the whole address space.
  const auto repaired = covers_the_request([](Word phys, Word size) {
    const Word last = phys + size - 1u;
    const Word first = phys & ~0xfffu;
    return Mapped{first, ((last + 0x1000u) & ~0xfffu) - first};
  });
  ASSERT_TRUE(repaired.counterexample);
  EXPECT_LT(repaired.value("phys"), 0x1000u);
  EXPECT_GE(repaired.value("size"), 0xfffff001u);

  const auto right = explore([](SymbolicWorld& world) {
    const Word phys = world.word("phys"), size = world.word("size"), byte = world.word("byte");
    world.assume(byte < size);
    world.assume(phys <= phys + size - 1u);
    const Word last = (phys + size - 1u) | 0xfffu;
    return phys + byte - (phys & ~0xfffu) <= last - (phys & ~0xfffu);
  });
  EXPECT_TRUE(right.proved());
}

TEST(SymbolicWord, comparison_is_unsigned) {
  EXPECT_TRUE(explore([](SymbolicWorld& world) {
                const Word a = world.word("a", 0x80000000, 0xffffffff);
                return all(a > 0x7fffffffu, a >= 0x80000000u, negation(a < 1u), Word(1u) <= a);
              }).proved());
}

TEST(SymbolicWord, a_shift_by_the_width_or_more_gives_0) {
  EXPECT_TRUE(explore([](SymbolicWorld& world) {
                const Word a = world.word("a"), by = world.word("by");
                world.assume(by >= 32u);
                return both((a << by) == 0u, (a >> by) == 0u);
              }).proved());
  EXPECT_EQ((Word(1u) << Word(32u)).constant(), 0u);
  EXPECT_EQ((Word(1u) >> Word(40u)).constant(), 0u);
}

// ---- Division and products ----------------------------------------------------------------------------------------------

TEST(SymbolicWord, division_by_zero_is_a_misstep) {
  const auto possible = explore([](SymbolicWorld& world) { return world.word("a") / world.word("b") < 1u; });
  EXPECT_EQ(possible.misstep, "divides by zero");
  const auto constant = explore([](SymbolicWorld& world) { return world.word("a") % Word(0u) < 1u; });
  EXPECT_EQ(constant.misstep, "divides by zero");
  const auto excluded = explore([](SymbolicWorld& world) {
    const Word a = world.word("a"), b = world.word("b");
    if (b == 0u) return Bool(true);
    return both(a % b < b, a / b <= a);
  });
  EXPECT_TRUE(excluded.proved()) << excluded.misstep << excluded.undecided;
}

TEST(SymbolicWord, a_quotient_times_the_divisor_is_the_largest_multiple_up_to_the_dividend) {
  const auto explored = explore([](SymbolicWorld& world) {
    const Word a = world.word("a"), b = world.word("b", 1, 0xffffffff);
    const Word multiple = a / b * b;
    return both(multiple <= a, a - multiple < b);
  });
  EXPECT_TRUE(explored.proved()) << explored.undecided << explored.misstep;
}

TEST(SymbolicWord, quotients_are_exact) {
  // 3 * 0x60000000 wraps to less than a, with a remainder below b: no quotient of it.
  EXPECT_TRUE(explore([](SymbolicWorld& world) {
                const Word a = world.word("a", 0xa0000000, 0xbfffffff);
                return a / world.word("b", 0x60000000, 0x60000000) == 1u;
              }).proved());
  for (const std::uint32_t divisor : {3u, 5u, 7u, 100u, 0x60000001u, 0xffffffffu}) {
    EXPECT_TRUE(
        explore([=](SymbolicWorld& world) { return world.word("a") / divisor <= 0xffffffffu / divisor; }).proved())
        << divisor;
  }
}

TEST(SymbolicWord, multiples_up_to_a_quotient_are_in_order_and_do_not_wrap) {
  const auto multiples = [](bool are_bounded) {
    return explore([=](SymbolicWorld& world) {
      const Word count = world.word("count"), index = world.word("index");
      const Word size = world.word("size", 1, 0xffffffff);
      world.assume(index < count);
      if (are_bounded) world.assume(count <= Word(0xffffffffu) / size);
      return both(size <= count * size, index * size <= count * size - size);
    });
  };
  EXPECT_TRUE(multiples(true).proved()) << multiples(true).undecided;
  const auto beyond = multiples(false);
  ASSERT_TRUE(beyond.counterexample);
  const std::uint32_t count = beyond.value("count"), index = beyond.value("index"), size = beyond.value("size");
  EXPECT_FALSE(size <= count * size && index * size <= count * size - size);
}

TEST(SymbolicWord, a_wrong_claim_about_a_product_is_refuted_with_a_real_product) {
  const auto explored = explore([](SymbolicWorld& world) {
    const Word a = world.word("a", 2, 1000), b = world.word("b", 2, 1000);
    return a * b != 391u;
  });
  ASSERT_TRUE(explored.counterexample);
  EXPECT_EQ(explored.value("a") * explored.value("b"), 391u);
}

TEST(SymbolicWord, products_commute_and_wrap) {
  EXPECT_TRUE(explore([](SymbolicWorld& world) {
                const Word a = world.word("a"), b = world.word("b");
                return a * b == b * a;
              }).proved());
  const auto wraps = explore([](SymbolicWorld& world) {
    const Word a = world.word("a", 1, 0xffffffff), b = world.word("b", 1, 0xffffffff);
    return a * b != 0u;
  });
  ASSERT_TRUE(wraps.counterexample);
  EXPECT_EQ(wraps.value("a") * wraps.value("b"), 0u);
}

TEST(SymbolicWord, words_of_64_bits_are_words) {
  const auto explored = explore([](SymbolicWorld&) {
    const Word64 a = Word64::named("a");
    if (a < Word64{0x100000000}) return Bool(true);
    return both((a >> Word64{32}) != Word64{0}, a / Word64{1u << 16} >= Word64{0x10000});
  });
  EXPECT_TRUE(explored.proved());
}

// ---- Against built-in words -----------------------------------------------------------------------------------------------

/// The value of a random program for a machine with a stack, which begins with two words on it.
template <class W>
W evaluated(const std::vector<std::uint32_t>& code, const W& a, const W& b) {
  std::vector<W> stack{a, b};
  for (const std::uint32_t step : code) {
    const W y = stack.back();
    const W x = stack[stack.size() - 2];
    using refmm::select;
    const W odd = y | W{1};
    const std::array<W, 5> pushed{a, b, W{step >> 4}, ~y, select(x < y, x, y)};
    switch (step % 16) {
      case 0:
        stack.push_back(x + y);
        break;
      case 1:
        stack.push_back(x - y);
        break;
      case 2:
        stack.push_back(x * y);
        break;
      case 3:
        stack.push_back(x / odd);
        break;
      case 4:
        stack.push_back(x % odd);
        break;
      case 5:
        stack.push_back(x & y);
        break;
      case 6:
        stack.push_back(x | y);
        break;
      case 7:
        stack.push_back(x ^ y);
        break;
      case 8:
        stack.push_back(x << (y & W{31}));
        break;
      case 9:
        stack.push_back(x >> (y & W{31}));
        break;
      case 10:
        stack.push_back(x < y ? x + W{1} : y);
        break;
      default:
        stack.push_back(pushed[step % 16 - 11]);
        break;
    }
  }
  return stack.back();
}

/// The engine, told that the inputs are these two, finds the value that built-in words have, and no other.
void agrees(const std::vector<std::uint32_t>& code, std::uint32_t a, std::uint32_t b) {
  const std::uint32_t expected = evaluated<std::uint32_t>(code, a, b);
  const auto value_is = [&](std::uint32_t claimed) {
    return explore([&](SymbolicWorld& world) {
      const Word x = world.word("a"), y = world.word("b");
      world.assume(both(x == a, y == b));
      return evaluated<Word>(code, x, y) == claimed;
    });
  };
  const auto right = value_is(expected);
  RC_ASSERT(right.undecided == "");
  RC_ASSERT(right.misstep == "");
  RC_ASSERT(right.proved());
  RC_ASSERT(right.statistics.paths == 1u);
  RC_ASSERT(value_is(expected + 1).counterexample.has_value());
}

rc::Gen<std::uint32_t> any_word() {
  return rc::gen::oneOf(rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint32_t>()),
                        rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::uint32_t>(0, 70)),
                        rc::gen::element<std::uint32_t>(0, 1, 0x7fffffff, 0x80000000, 0xffffffff));
}

RC_GTEST_PROP(SymbolicWord, random_programs_compute_what_built_in_words_compute, ()) {
  const auto code = *rc::gen::resize(8, rc::gen::container<std::vector<std::uint32_t>>(any_word()));
  agrees(code, *any_word(), *any_word());
}

RC_GTEST_PROP(SymbolicWord, every_operation_computes_what_built_in_words_compute, ()) {
  const auto a = *any_word(), b = *any_word();
  for (std::uint32_t operation = 0; operation < 16; ++operation) {
    EXPECT_EQ(evaluated<Word>({operation}, a, b).constant(), evaluated<std::uint32_t>({operation}, a, b));
  }
  agrees({*rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::uint32_t>(0, 16))}, a, b);
}

}  // namespace
}  // namespace refmm::symbolic
