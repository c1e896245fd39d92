// Later eras of impl/ by example: where areas go, which of them are joined, and whose the bytes are.
#include <refmm/impl/since.hpp>
#include <refmm/spec/since_eras.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

namespace refmm {
namespace {

using Word = impl::EraWord;
constexpr Word page = 4096;
constexpr Word huge_page = 0x200000;
constexpr Word private_memory = vma::MAP_PRIVATE | vma::MAP_ANONYMOUS;
constexpr Word read_write = vma::PROT_READ | vma::PROT_WRITE;

struct Range {
  Word start, end;
  friend bool operator==(const Range&, const Range&) = default;
};
std::ostream& operator<<(std::ostream& out, const Range& range) {
  return out << std::hex << range.start << '-' << range.end << std::dec;
}

class SinceImplementationExample : public testing::Test {
 protected:
  /// A machine of another version.
  void boot(since::Version version, Word memlock = ~Word{0}) {
    machine_.emplace(since::Boot<Word>{.kernel = since::kernel_of(version, 64),
                                       .bits = 64,
                                       .brk = 0x8000000,
                                       .rlimit_as = ~Word{0},
                                       .rlimit_data = ~Word{0},
                                       .rlimit_memlock = memlock,
                                       .rlimit_stack = 0x800000},
                     slabs_, caches_);
  }
  void SetUp() override { boot(since::linux_6_18); }

  impl::EraMachine& machine() { return *machine_; }
  impl::EraAddressSpace& mm(std::size_t process = 0) { return machine_->process(process).mm; }

  /// Maps memory without a file, at `addr` unless that is 0, and expects that it is not refused.
  Word map(Word addr, Word len, Word flags = private_memory, Word prot = read_write) {
    const Word fixed = addr == 0 ? 0 : vma::MAP_FIXED;
    const auto mapped = mm().mmap2(nullptr, addr, len, prot, flags | fixed, 0);
    mm().mm_populate();
    EXPECT_TRUE(mapped);
    return mapped ? *mapped : 0;
  }

  std::vector<Range> areas(std::size_t process = 0) {
    std::vector<Range> all;
    for (const auto& area : mm(process).areas()) all.push_back({area.vm_start, area.vm_end});
    return all;
  }

  int byte(std::size_t process, Word addr) {
    const auto loaded = machine_->load(process, addr);
    return loaded ? int{*loaded} : -1;
  }

 private:
  impl::HostPages pages_{{.huge_pages = false}};
  impl::SlabAllocator<impl::HostPages> slabs_{pages_};
  impl::AreaCaches<Word> caches_{slabs_};
  std::optional<impl::EraMachine> machine_;
};

// ---- [since.merge.alike], [since.merge.written] -------------------------------------------------------------------

TEST_F(SinceImplementationExample, JoinsWhatIsAlikeAndTouches) {
  map(0x10000000, page);
  map(0x10002000, page);
  map(0x10001000, page);
  EXPECT_EQ(areas(), (std::vector<Range>{{0x10000000, 0x10003000}}));
  EXPECT_EQ(mm().map_count(), 1u);
}

TEST_F(SinceImplementationExample, JoinsAgainWhatMprotectSplit) {
  map(0x10000000, 3 * page);
  ASSERT_TRUE(mm().mprotect(0x10001000, page, vma::PROT_READ | vma::PROT_WRITE | vma::PROT_EXEC));
  EXPECT_EQ(areas().size(), 3u);
  ASSERT_TRUE(mm().mprotect(0x10001000, page, read_write));
  EXPECT_EQ(areas(), (std::vector<Range>{{0x10000000, 0x10003000}}));
}

TEST_F(SinceImplementationExample, LeavesApartWhatHasBeenWrittenOnBothSides) {
  map(0x10000000, page);
  map(0x10002000, page);
  ASSERT_TRUE(machine().store(0, 0x10000000, 1));
  ASSERT_TRUE(machine().store(0, 0x10002000, 2));
  map(0x10001000, page);
  EXPECT_EQ(areas(), (std::vector<Range>{{0x10000000, 0x10002000}, {0x10002000, 0x10003000}}));
}

TEST_F(SinceImplementationExample, JoinsNothingIn240) {
  boot(since::linux_2_4_0);
  map(0x10000000, page);
  map(0x10001000, page);
  EXPECT_EQ(areas().size(), 2u);
}

TEST_F(SinceImplementationExample, KeepsFilesApartThatAreNotOneBehindTheOther) {
  const auto fd = machine().open(0, "A", vma::FMODE_READ | vma::FMODE_WRITE);
  ASSERT_TRUE(fd);
  auto* const file = machine().process(0).descriptors.find(static_cast<std::int32_t>(*fd));
  const Word flags = vma::MAP_PRIVATE | vma::MAP_FIXED;
  ASSERT_TRUE(mm().mmap2(file, 0x10000000, page, vma::PROT_READ, flags, 0));
  ASSERT_TRUE(mm().mmap2(file, 0x10001000, page, vma::PROT_READ, flags, 1));
  ASSERT_TRUE(mm().mmap2(file, 0x10002000, page, vma::PROT_READ, flags, 3));
  EXPECT_EQ(areas(), (std::vector<Range>{{0x10000000, 0x10002000}, {0x10002000, 0x10003000}}));
  EXPECT_EQ(file->f_count, 3u);
}

// ---- [since.unmapped.hint], [since.unmapped.huge], [since.guard_gap] ------------------------------------------------

TEST_F(SinceImplementationExample, PutsLargeMemoryAtMultiplesOfHugePages) {
  EXPECT_EQ(map(0, page), since::x86_64.task_unmapped_base);
  EXPECT_EQ(map(0, huge_page), 0x2aaaaac00000u);
  EXPECT_EQ(map(0, huge_page + page), 0x2aaaaae00000u);  // not of a whole number of them
}

TEST_F(SinceImplementationExample, TakesTheHintOnlyIfAllIsFree) {
  map(0x10001000, page);
  EXPECT_EQ(*mm().mmap2(nullptr, 0x10000800, page, read_write, private_memory, 0), 0x10000000u);
  EXPECT_EQ(*mm().mmap2(nullptr, 0x10001000, page, read_write, private_memory, 0),
            since::x86_64.task_unmapped_base);
}

TEST_F(SinceImplementationExample, KeepsAwayFromStacks) {
  const Word base = since::x86_64.task_unmapped_base;
  map(base + 257 * page, page, private_memory | vma::MAP_GROWSDOWN);
  EXPECT_EQ(map(0, page, private_memory | vma::MAP_NORESERVE), base);
  EXPECT_EQ(map(0, page), base + 258 * page);
}

TEST_F(SinceImplementationExample, StacksStopInFrontOfTheGap) {
  map(0x10000000, page);
  map(0x10200000, page, private_memory | vma::MAP_GROWSDOWN);
  EXPECT_TRUE(machine().store(0, 0x10101000, 1));
  EXPECT_FALSE(machine().store(0, 0x10100000, 1));
  EXPECT_EQ(areas(), (std::vector<Range>{{0x10000000, 0x10001000}, {0x10101000, 0x10201000}}));
}

/// Where many areas and stacks lie in the way, a search looks at the stacks only.
TEST_F(SinceImplementationExample, FindsPlacesAmongManyAreas) {
  const Word base = since::x86_64.task_unmapped_base;
  constexpr Word number = 20000;
  for (Word i = 0; i < number; ++i)
    map(base + 2 * i * page, page, private_memory, i % 2 ? read_write : vma::PROT_READ);
  EXPECT_EQ(mm().map_count(), number);
  for (Word i = 0; i < number; ++i) EXPECT_EQ(map(0, 2 * page), base + (2 * number - 1 + 2 * i) * page);
}

// ---- Bytes ------------------------------------------------------------------------------------------------------

TEST_F(SinceImplementationExample, CopiesPagesOfACopyWhenTheyAreWritten) {
  map(0x10000000, 2 * page);
  ASSERT_TRUE(machine().store(0, 0x10000010, 7));
  const std::size_t child = machine().fork(0);
  EXPECT_EQ(byte(child, 0x10000010), 7);
  EXPECT_EQ(machine().process(0).paging.pages().find(0x10000000),
            machine().process(child).paging.pages().find(0x10000000));
  ASSERT_TRUE(machine().store(child, 0x10000011, 8));
  ASSERT_TRUE(machine().store(0, 0x10000010, 9));
  EXPECT_EQ(byte(0, 0x10000010), 9);
  EXPECT_EQ(byte(0, 0x10000011), 0);
  EXPECT_EQ(byte(child, 0x10000010), 7);
  EXPECT_EQ(byte(child, 0x10000011), 8);
}

TEST_F(SinceImplementationExample, SharesMemoryThatIsMappedShared) {
  map(0x10000000, page, vma::MAP_SHARED | vma::MAP_ANONYMOUS);
  const std::size_t child = machine().fork(0);
  ASSERT_TRUE(machine().store(child, 0x10000020, 5));
  EXPECT_EQ(byte(0, 0x10000020), 5);
}

TEST_F(SinceImplementationExample, CopiesPagesOfFilesThatAreWrittenPrivately) {
  const auto fd = machine().open(0, "A", vma::FMODE_READ | vma::FMODE_WRITE);
  ASSERT_TRUE(fd);
  auto* const file = machine().process(0).descriptors.find(static_cast<std::int32_t>(*fd));
  ASSERT_TRUE(mm().mmap2(file, 0x10000000, 5 * page, read_write, vma::MAP_PRIVATE | vma::MAP_FIXED, 0));
  ASSERT_TRUE(mm().mmap2(file, 0x20000000, page, read_write, vma::MAP_SHARED | vma::MAP_FIXED, 0));
  EXPECT_EQ(byte(0, 0x10000003), since::initial_byte(3));
  ASSERT_TRUE(machine().store(0, 0x20000003, 100));
  EXPECT_EQ(byte(0, 0x10000003), 100);
  ASSERT_TRUE(machine().store(0, 0x10000003, 101));
  EXPECT_EQ(byte(0, 0x20000003), 100);
  ASSERT_TRUE(machine().store(0, 0x20000004, 102));
  EXPECT_EQ(byte(0, 0x10000004), since::initial_byte(4)) << "the copy was made before";
  const auto behind = machine().load(0, 0x10004000);
  ASSERT_FALSE(behind);
  EXPECT_EQ(behind.refusal(), impl::EraSignal::bus_error);
}

TEST_F(SinceImplementationExample, ForgetsWhatIsDroppableInACopy) {
  map(0x10000000, page, since::MAP_DROPPABLE | vma::MAP_ANONYMOUS);
  ASSERT_TRUE(machine().store(0, 0x10000000, 3));
  const std::size_t child = machine().fork(0);
  EXPECT_EQ(byte(0, 0x10000000), 3);
  EXPECT_EQ(byte(child, 0x10000000), 0);
}

TEST_F(SinceImplementationExample, ZeroesWhatIsNotNeeded) {
  map(0x10000000, 2 * page);
  ASSERT_TRUE(machine().store(0, 0x10000000, 3));
  ASSERT_TRUE(machine().store(0, 0x10001000, 4));
  ASSERT_TRUE(mm().madvise(0x10001000, page, since::MADV_DONTNEED));
  EXPECT_EQ(byte(0, 0x10000000), 3);
  EXPECT_EQ(byte(0, 0x10001000), 0);
}

// ---- [since.mremap.dontunmap], [since.mremap.several] ---------------------------------------------------------------

TEST_F(SinceImplementationExample, LeavesTheOldRangeBehindEmpty) {
  map(0x10000000, 2 * page);
  ASSERT_TRUE(machine().store(0, 0x10001008, 6));
  const Word flags = vma::MREMAP_MAYMOVE | vma::MREMAP_FIXED | since::MREMAP_DONTUNMAP;
  const auto moved = mm().mremap(0x10000000, 2 * page, 2 * page, flags, 0x20000000);
  ASSERT_TRUE(moved);
  EXPECT_EQ(*moved, 0x20000000u);
  EXPECT_EQ(areas(), (std::vector<Range>{{0x10000000, 0x10002000}, {0x20000000, 0x20002000}}));
  EXPECT_EQ(byte(0, 0x20001008), 6);
  EXPECT_EQ(byte(0, 0x10001008), 0);
}

TEST_F(SinceImplementationExample, MovesSeveralAreasAndTheGapsBetweenThem) {
  map(0x10000000, page);
  map(0x10002000, page, private_memory, vma::PROT_READ);
  ASSERT_TRUE(machine().store(0, 0x10000001, 2));
  const auto moved =
      mm().mremap(0x10000000, 3 * page, 3 * page, vma::MREMAP_MAYMOVE | vma::MREMAP_FIXED, 0x20000000);
  ASSERT_TRUE(moved);
  EXPECT_EQ(areas(), (std::vector<Range>{{0x20000000, 0x20001000}, {0x20002000, 0x20003000}}));
  EXPECT_EQ(byte(0, 0x20000001), 2);
}

// ---- Limits and locking ---------------------------------------------------------------------------------------------

TEST_F(SinceImplementationExample, LocksWithinTheLimitWithoutPrivilege) {
  boot(since::linux_6_18, 2 * page);
  map(0x10000000, 4 * page);
  EXPECT_TRUE(mm().mlock(0x10000000, 2 * page));
  EXPECT_TRUE(mm().mlock(0x10000000, 2 * page));  // [since.mlock.counts_once]
  const auto refused = mm().mlock(0x10002000, page);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.refusal(), impl::EraRefusal(since::Refusal::lock_limit));
  EXPECT_EQ(mm().locked_vm(), 2u);
}

TEST_F(SinceImplementationExample, GivesEverythingBack) {
  const auto fd = machine().open(0, "A", vma::FMODE_READ | vma::FMODE_WRITE);
  ASSERT_TRUE(fd);
  map(0x10000000, page, vma::MAP_SHARED | vma::MAP_ANONYMOUS);
  machine().fork(0);
  EXPECT_TRUE(machine().process(1).descriptors.close(static_cast<std::int32_t>(*fd)));
  EXPECT_NE(machine().process(0).descriptors.find(static_cast<std::int32_t>(*fd)), nullptr);
  for (const std::size_t process : {0u, 1u}) ASSERT_TRUE(mm(process).munmap(0x10000000, page));
  std::size_t objects = 0;
  for (const auto& inode : machine().files().inodes()) objects += machine().objects().find(inode) != nullptr;
  EXPECT_EQ(objects, 1u);  // the file
}

// ---- The example ----------------------------------------------------------------------------------------------------

std::string text_of(const char* file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(LaterEraExample, IsWhatTheHeaderShows) {
  std::istringstream example(text_of("tests/later_era_example.cpp"));
  std::string shown;
  for (std::string line; std::getline(example, line);) shown += line.empty() ? "//\n" : "//   " + line + "\n";
  EXPECT_GT(shown.size(), 500u);
  EXPECT_NE(text_of("impl/since.hpp").find("//\n" + shown + "//\n"), std::string::npos) << shown;
}

}  // namespace
}  // namespace refmm
