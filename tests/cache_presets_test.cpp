// Caches by name, by numbers, and as a host describes its own.
#include <refmm/tests/cache_presets.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace refmm {
namespace {

namespace fs = std::filesystem;

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(CachePresets, OfThePeriodAreCaches) {
  for (const CachePreset& preset : period_caches()) EXPECT_NO_THROW(checked(preset.shape)) << preset.name;
}

TEST(CachePresets, AreMadeOfThreeNumbers) {
  EXPECT_EQ(cache_of_numbers("16384,4,32").shape, (CacheShape{16384, 4, 32}));
  for (const char* const text :
       {"", "1", "16384,4", "16384,4,", "16384,4,32,", "16384,4,32,1", "16384 4 32", "a,4,32", "-1,4,32"})
    EXPECT_THAT([text] { cache_of_numbers(text); },
                ThrowsMessage<std::invalid_argument>(HasSubstr("BYTES,WAYS,LINE")))
        << text;
  EXPECT_THAT([] { cache_of_numbers("16384,4,33"); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("power of two")));
}

/// A folder that describes caches as Linux does.
class HostCache : public testing::Test {
 protected:
  HostCache() : folder_(fs::path(testing::TempDir()) / ("caches-" + name())) { fs::remove_all(folder_); }
  ~HostCache() override { fs::remove_all(folder_); }

  void write(const std::string& file, const std::string& line) {
    fs::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file) << line << '\n';
  }
  void write_cache(const std::string& index, const std::string& level, const std::string& type,
                   const std::string& size) {
    write(index + "/level", level);
    write(index + "/type", type);
    write(index + "/size", size);
    write(index + "/ways_of_associativity", "12");
    write(index + "/coherency_line_size", "64");
  }
  void expect_error(const std::string& part) {
    EXPECT_THAT([this] { host_cache(folder_); },
                ThrowsMessage<std::runtime_error>(AllOf(HasSubstr(part), HasSubstr("--cache 49152,12,64"))));
  }

  fs::path folder_;

 private:
  static std::string name() { return testing::UnitTest::GetInstance()->current_test_info()->name(); }
};

TEST_F(HostCache, IsTheDataCacheOfLevelOne) {
  write_cache("index0", "1", "Instruction", "32K");
  write_cache("index1", "2", "Unified", "2048K");
  write_cache("index2", "1", "Data", "48K");
  EXPECT_EQ(host_cache(folder_).shape, (CacheShape{49152, 12, 64}));
}

TEST_F(HostCache, MayHoldInstructionsAsWell) {
  write_cache("index0", "1", "Unified", "6144");
  EXPECT_EQ(host_cache(folder_).shape, (CacheShape{6144, 12, 64}));
}

TEST_F(HostCache, ThatIsNotDescribedIsSaidSo) { expect_error("has no data cache of level 1"); }

TEST_F(HostCache, OfInstructionsOnlyIsNone) {
  write_cache("index0", "1", "Instruction", "32K");
  expect_error("has no data cache of level 1");
}

TEST_F(HostCache, WithoutASizeIsSaidSo) {
  write_cache("index0", "1", "Data", "48K");
  fs::remove(folder_ / "index0" / "size");
  expect_error("index0/size cannot be read");
}

TEST_F(HostCache, WithASizeThatIsNoneIsSaidSo) {
  for (const char* const size : {"large", "0K", "48T", "-1"}) {
    write_cache("index0", "1", "Data", size);
    expect_error(std::string("found \"") + size + "\"");
  }
}

TEST_F(HostCache, ThatCannotBeIsSaidSo) {
  write_cache("index0", "1", "Data", "47K");
  expect_error("48128 bytes are not so many sets of 12 lines");
}

}  // namespace
}  // namespace refmm
