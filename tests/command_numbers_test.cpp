// The numbers in commands of any family.
#include <refmm/spec/process.hpp>
#include <refmm/spec/slab.hpp>
#include <refmm/spec/vma.hpp>
#include <refmm/tests/command_numbers.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace refmm {
namespace {

using testing::ElementsAre;
using W = std::uint32_t;

std::vector<std::string> names_in(const auto& command) {
  std::vector<std::string> names;
  for (const CommandNumber& number : numbers_of(command)) names.push_back(number.name);
  return names;
}

TEST(CommandNumbers, AreTheArguments) {
  const vma::Command<W> command = vma::Mmap<W>{0x40000000, 4096, 1, 0x22, -1, 0};
  EXPECT_THAT(names_in(command), ElementsAre("addr", "len", "prot", "flags", "fd", "offset"));
  const auto numbers = numbers_of(command);
  EXPECT_EQ(numbers[0].value, 0x40000000);
  EXPECT_EQ(numbers[0].most, 0xffffffff);
  EXPECT_EQ(numbers[4].value, -1);
  EXPECT_EQ(numbers[4].least, -2147483648);
}

TEST(CommandNumbers, AreFoundInsideOfACallOfAProcess) {
  const process::Command<W> command = process::OfProcess<W>{3, process::Store<W>{0x40000000, 7}};
  EXPECT_THAT(names_in(command), ElementsAre("pid", "addr", "byte"));
}

/// A name is none; an object is one of several parts.
TEST(CommandNumbers, LeaveNamesOut) {
  const slab::Command command = slab::Kfree{slab::Object{"session", 3, 7}};
  EXPECT_THAT(names_in(command), ElementsAre("slab", "index"));
}

TEST(CommandNumbers, CanBeReplacedOneByOne) {
  const process::Command<W> command = process::OfProcess<W>{3, process::Store<W>{0x40000000, 7}};
  EXPECT_EQ(with_number(command, 2, 9),
            (process::Command<W>(process::OfProcess<W>{3, process::Store<W>{0x40000000, 9}})));
  EXPECT_EQ(with_number(command, 0, 4),
            (process::Command<W>(process::OfProcess<W>{4, process::Store<W>{0x40000000, 7}})));
}

}  // namespace
}  // namespace refmm
