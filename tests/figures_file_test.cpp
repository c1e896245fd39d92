// Figures and the file that pages quote them from.
#include <refmm/tests/figures_file.hpp>
#include <refmm/tests/median.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace refmm {
namespace {

namespace fs = std::filesystem;

TEST(Spread, IsOfAnyOrder) {
  const Spread odd = spread({3, 1, 2}), even = spread({4, 1, 3, 2}), one = spread({7});
  EXPECT_EQ(odd.median, 2);
  EXPECT_EQ(odd.least, 1);
  EXPECT_EQ(odd.most, 3);
  EXPECT_EQ(even.median, 2.5);
  EXPECT_EQ(one.least, 7);
  EXPECT_EQ(one.most, 7);
}

TEST(Figures, HaveNamesOfSmallLetters) {
  EXPECT_EQ(name_of_figure("random_left_small pages"), "random_left_small_pages");
  EXPECT_EQ(name_of_figure("growth_pentium-iii"), "growth_pentium_iii");
  EXPECT_EQ(name_of_figure("half_16384,4,32"), "half_16384_4_32");
  EXPECT_EQ(name_of_figure("sum warm 16 MiB read 64K"), "sum_warm_16_mib_read_64k");
}

TEST(Figures, AreWrittenAsTheyAreToBeRead) {
  const fs::path file = fs::path(testing::TempDir()) / "figures_file_test.figures";
  Figures figures;
  figures.add("ratio", 1.499, 2);
  figures.add("sessions", 41.7, 0);
  figures.add_picture("table", "\n\na  b\n\n 1\n\n");
  const char* const arguments[] = {"/anywhere/bin/some_benchmark", "--slabs", "4"};
  figures.write(file, 3, arguments);
  std::ifstream stream(file);
  const auto written = nlohmann::ordered_json::parse(stream);
  fs::remove(file);
  EXPECT_EQ(written.at("command"), "build/release/bin/some_benchmark --slabs 4");
  EXPECT_EQ(written.at("machine"), machine_of_host());
  EXPECT_EQ(written.at("figures"), (nlohmann::ordered_json{{"ratio", "1.50"}, {"sessions", 42}}));
  EXPECT_EQ(written.at("pictures").at("table"), (nlohmann::ordered_json{"a  b", "", " 1"}));
}

TEST(Figures, ThatCannotBeWrittenAreSaidSo) {
  const char* const arguments[] = {"benchmark"};
  EXPECT_THROW(Figures().write("no/such/folder/file", 1, arguments), std::runtime_error);
}

}  // namespace
}  // namespace refmm
