// The notation of demand paging: what calls, machines and results mean, and what is refused because no call can have it.

#include <refmm/spec/error_names.hpp>
#include <refmm/spec/fault_notation.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/notation_lines.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::process {
namespace {

using testing::StartsWith;

using Word = std::uint32_t;

// ---- Calls ----------------------------------------------------------------------------------------------------

OneLine one_line(const std::string& line) { return refmm::one_line("boot family=fault", line); }

Command<Word> call(const std::string& line, std::size_t files = 2) {
  const OneLine one = one_line(line);
  return read_call(one.source(), one.as<transcript::Call>(), files);
}

Command<Word> by(Word pid, Call<Word> call) { return OfProcess<Word>{pid, std::move(call)}; }

TEST(FaultCall, means_what_it_says) {
  EXPECT_EQ(call("load(0x40000000)"), by(1, Load<Word>{0x40000000}));
  EXPECT_EQ(call("[pid 3] store(0x40000000, 255)"), by(3, Store<Word>{0x40000000, 255}));
  EXPECT_EQ(call("[pid 2] poke(1, 0x40000000, 9)"), by(2, Poke<Word>{1, 0x40000000, 9}));
  EXPECT_EQ(call("[pid 2] munmap(0x40000000, 4096)"), by(2, vma::Munmap<Word>{0x40000000, 4096}));
  EXPECT_EQ(call("mmap(NULL, 4096, PROT_READ, MAP_SHARED, 3, 8192)"),
            by(1, vma::Mmap<Word>{0, 4096, vma::PROT_READ, vma::MAP_SHARED, 3, 8192}));
  EXPECT_EQ(call("open(\"file2\", O_RDWR)"), by(1, vma::Open{"file2", vma::FMODE_READ | vma::FMODE_WRITE}));
  EXPECT_EQ(call("truncate(\"file2\", 100)"), by(1, Truncate<Word>{2, 100}));
  EXPECT_EQ(call("pread(3, 0x40000000, 100, 4095)"), by(1, Pread<Word>{3, 0x40000000, 100, 4095}));
  EXPECT_EQ(call("pwrite(-1, 0x40000000, 100, -1)"), by(1, Pwrite<Word>{-1, 0x40000000, 100, 0xffffffff}));
  EXPECT_EQ(call("map_kiobuf(WRITE, 0x40000000, 4096)"),
            by(1, MapKiobuf<Word>{Direction::WRITE, 0x40000000, 4096}));
  EXPECT_EQ(call("madvise(0x40000000, 4096, MADV_DONTNEED)"),
            by(1, Madvise<Word>{0x40000000, 4096, fault::MADV_DONTNEED}));
  EXPECT_EQ(call("swap_out(1, 0x40000000)"), Command<Word>(SwapOut<Word>{1, 0x40000000}));
  EXPECT_EQ(call("reclaim()"), Command<Word>(Reclaim{}));
}

TEST(FaultCall, is_written_the_same) {
  for (const char* line :
       {"[pid 1] load(0x00000000)",
        "[pid 4294967295] store(0xffffffff, 0)",
        "[pid 1] get_user(0x40000000)",
        "[pid 1] put_user(0x40000000, 1)",
        "[pid 1] pread(3, 0x40000000, 4096, 2147483647)",
        "[pid 2] pwrite(-1, 0x40000000, 0x10000000, -2147483648)",
        "[pid 1] mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)",
        "[pid 1] mmap(0x40000000, 0x10000000, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_FIXED, 3, 4097)",
        "[pid 2] mprotect(0x40000000, 4096, PROT_NONE)",
        "[pid 2] brk(0)",
        "[pid 2] brk(0x0804b123)",
        "[pid 2] mlock(0x40000000, 4096)",
        "[pid 2] munlock(0x40000000, 4096)",
        "[pid 2] mlockall(MCL_FUTURE)",
        "[pid 2] munlockall()",
        "[pid 1] madvise(0x40000000, 4096, MADV_WILLNEED)",
        "[pid 1] madvise(0x40000000, 4096, 77)",
        "[pid 1] msync(0x40000000, 4096, MS_ASYNC|MS_SYNC|0x8)",
        "[pid 1] mremap(0x40000000, 4096, 8192, MREMAP_MAYMOVE|MREMAP_FIXED, 0x50000000)",
        "[pid 1] open(\"file1\", O_RDONLY)",
        "[pid 1] truncate(\"file1\", 0)",
        "[pid 1] fork()",
        "[pid 1] exit()",
        "[pid 1] esp(0xbffff000)",
        "[pid 1] peek(7, 0x40000000)",
        "[pid 1] poke(7, 0x40000000, 1)",
        "[pid 1] map_kiobuf(READ, 0x40000000, 1)",
        "[pid 1] unmap_kiobuf()",
        "swap_out(3, 0x40000000)",
        "reclaim()",
        "swapoff()",
        "swapon()"}) {
    EXPECT_EQ(notation(call(line)), line);
  }
}

TEST(FaultCall, may_be_spelt_in_other_ways) {
  const auto rewritten = [](const std::string& line) { return notation(call(line)); };
  EXPECT_EQ(rewritten("munmap(1073741824, 0x1000)"), "[pid 1] munmap(0x40000000, 4096)");
  EXPECT_EQ(rewritten("madvise(NULL, 0x1000, 4)"), "[pid 1] madvise(0x00000000, 4096, MADV_DONTNEED)");
  EXPECT_EQ(rewritten("[pid 2] brk(NULL)"), "[pid 2] brk(0)");
}

TEST(FaultCall, is_refused_what_no_call_can_have) {
  const Bad bad_calls[] = {
      {"lode(0x40000000)", 1, "the fault family has no such call", "`load`", "load"},
      {"find_vma(0x40000000)", 1, "no such call", "`swapon`"},
      {"[pid 1] reclaim()", 1, "of the kernel", "without `[pid N]`"},
      {"[pid 2] swap_out(2, 0x40000000)", 1, "of the kernel", "without `[pid N]`"},
      {"[pid 1] swapoff()", 1, "of the kernel", "without `[pid N]`"},
      {"[pid 1] swapon()", 1, "of the kernel", "without `[pid N]`"},

      {"load()", 6, "wrong number of arguments", "1: addr"},
      {"[pid 2] munmap(0x40000000)", 26, "wrong number of arguments", "2: addr, len"},
      {"mremap(0x40000000, 1, 1, 0, 0x50000000)", 29, "wrong number of arguments", "4: addr, old_len"},
      {"fork(1)", 6, "wrong number of arguments", "none"},
      {"store(0x40000000, byte=1)", 19, "arguments of store", "without a key"},

      {"load(-1)", 6, "an address has no sign", "at most 32 bits", "0xffffffff"},
      {"store(0x40000000, 256)", 19, "a byte is a number", "0 to 255"},
      {"poke(1, 0x40000000, -1)", 21, "a byte is a number", "0 to 255"},
      {"peek(a, 0x40000000)", 6, "the number of a process", "at most 32 bits"},
      {"madvise(0x40000000, 4096, MADV_DONTNED)", 27, "no such advice", "`MADV_DONTNEED`", "MADV_DONTNEED"},
      {"madvise(0x40000000, 4096, -1)", 27, "no such advice", "or a number"},
      {"msync(0x40000000, 4096, MS_SINC)", 25, "no such flag", "flags of msync", "MS_SYNC"},
      {"map_kiobuf(REED, 0x40000000, 4096)", 12, "held to be written or to be read", "`READ` or `WRITE`", "READ"},
      {"mprotect(0x40000000, 4096, PROT_RAED)", 28, "no such flag", "flags of a protection", "PROT_READ"},

      {"open(file1, O_RDWR)", 6, "is a text", "in quotes", "\"file1\""},
      {"open(\"file3\", O_RDWR)", 6, "no such file", "`\"file1\"` to `\"file2\"`", "\"file1\""},
      {"open(\"file0\", O_RDWR)", 6, "no such file", "`\"file2\"`", "\"file1\""},
      {"open(\"file01\", O_RDWR)", 6, "no such file", "`\"file2\"`", "\"file1\""},
      {"open(\"file4294967297\", O_RDWR)", 6, "no such file", "`\"file2\"`", "\"file1\""},
      {"open(\"data\", O_RDWR)", 6, "no such file", "`\"file2\"`", "\"file1\""},
      {"open(\"file1\", O_RDRW)", 15, "not opened like this", "`O_RDWR`", "O_RDWR"},
      {"truncate(\"file3\", 0)", 10, "no such file", "`\"file2\"`", "\"file1\""},
      {"truncate(\"file1\", 2147483648)", 19, "the size of a file", "0 to 2147483647"},
  };
  for (const Bad& bad : bad_calls) expect_refused(bad, 2, [&] { call(bad.line); });
}

TEST(FaultCall, names_files_that_the_machine_has) {
  expect_refused({"open(\"file1\", O_RDWR)", 6, "has no files", "boot line", "files=4096"}, 2,
                 [] { call("open(\"file1\", O_RDWR)", 0); });
  expect_refused({"open(\"file2\", O_RDWR)", 6, "no such file", "`\"file1\"`"}, 2,
                 [] { call("open(\"file2\", O_RDWR)", 1); });
}

// ---- Machines and knobs ---------------------------------------------------------------------------------------

BootLine boot(const std::string& line) {
  const auto file = transcript::parse({"line.mmt", line + "\n"});
  return read_boot(*file.source, file.lines[0], std::get<transcript::Boot>(file.lines[0].content));
}

TEST(FaultBoot, has_what_the_page_of_the_family_says_where_it_says_nothing) {
  const BootLine read = boot("boot family=fault");
  EXPECT_FALSE(read.all_effects);
  EXPECT_EQ(read.boot, (Boot<Word>{fault::as_built, 64, 16, 0, {}, true, false}));
}

TEST(FaultBoot, is_understood) {
  const BootLine read = boot(
      "boot oom=survive swap_pages=0 effects=all files=0x1000,100 family=fault overcommit=0 page_cluster=2 "
      "ram_pages=1");
  EXPECT_TRUE(read.all_effects);
  EXPECT_EQ(read.boot, (Boot<Word>{fault::as_built, 1, 0, 2, {4096, 100}, false, true}));
  EXPECT_FALSE(boot("boot family=fault oom=kill").boot.survive);
}

TEST(FaultBoot, is_written_the_same) {
  for (const char* line : {"boot family=fault ram_pages=64 swap_pages=16",
                           "boot family=fault ram_pages=1048572 swap_pages=16777215 page_cluster=10 "
                           "files=0,2147483647 overcommit=0 oom=survive effects=all"}) {
    const BootLine read = boot(line);
    EXPECT_EQ(boot_notation(read.boot, read.all_effects), line);
  }
}

TEST(FaultBoot, is_refused_for_machines_that_there_are_not) {
  const Bad bad_boots[] = {
      {"boot", 1, "lacks `family`", "`family=...`", "boot family=fault"},
      {"boot family=faults", 13, "another family", "`fault`"},
      {"boot family=fault effects=some", 27, "effects", "`all`"},
      {"boot family=fault ram_pages=0", 29, "`ram_pages` is a number", "1 to 1048572"},
      {"boot family=fault ram_pages=1048573", 29, "`ram_pages` is a number", "1 to 1048572"},
      {"boot family=fault ram_pages=many", 29, "`ram_pages` is a number", "1 to 1048572"},
      {"boot family=fault ram_pages=1,2", 31, "`ram_pages` is one value", "a blank"},
      {"boot family=fault swap_pages=16777216", 30, "`swap_pages` is a number", "0 to 16777215"},
      {"boot family=fault page_cluster=11", 32, "`page_cluster` is a number", "0 to 10"},
      {"boot family=fault files=100,-1", 29, "the size of a file", "0 to 2147483647"},
      {"boot family=fault files=none", 25, "the size of a file", "0 to 2147483647"},
      {"boot family=fault files=1 files=2", 27, "`files` was set already", "once"},
      {"boot family=fault overcommit=2", 30, "`overcommit` is a number", "0 to 1"},
      {"boot family=fault oom=kil", 23, "no such fate", "`kill` or `survive`", "kill"},
      {"boot family=fault ram_page=8", 19, "no such setting", "`ram_pages`", "ram_pages"},
  };
  for (const Bad& bad : bad_boots) expect_refused(bad, 1, [&] { boot(bad.line); });
}

Set<Word> set(const std::string& line) {
  const OneLine one = one_line(line);
  return read_set(one.source(), one.line(), one.as<transcript::Set>());
}

TEST(FaultSet, is_written_the_same) {
  for (const char* line : {"set fail_alloc=3", "set fail_alloc=1 fail_alloc_all=1 fail_vma=2 fail_read=3",
                           "set fail_swap_read=1 fail_swap_write=2 overcommit=0 rlimit_stack=1",
                           "set rlimit_as=RLIM_INFINITY rlimit_data=4096 rlimit_memlock=RLIM_INFINITY"}) {
    EXPECT_EQ(notation(Command<Word>(set(line))), line);
  }
  EXPECT_EQ(set("set rlimit_as=RLIM_INFINITY").rlimit_as, std::numeric_limits<Word>::max());
  EXPECT_EQ(set("set fail_alloc=0").fail_alloc, 0u);
  EXPECT_FALSE(set("set fail_alloc=0").fail_vma);
}

TEST(FaultSet, is_refused_what_cannot_be_set) {
  const Bad bad_sets[] = {
      {"set", 1, "nothing is set", "`fail_alloc`", "set fail_alloc=1"},
      {"set ram_pages=8", 5, "no such setting", "`fail_alloc`"},
      {"set fail_aloc=1", 5, "no such setting", "`fail_alloc`", "fail_alloc"},
      {"set fail_alloc_all=2", 20, "`fail_alloc_all` is a number", "0 to 1"},
      {"set fail_alloc=RLIM_INFINITY", 16, "`fail_alloc` is a number", "at most 32 bits"},
      {"set rlimit_as=infinity", 15, "`rlimit_as` is a number", "at most 32 bits"},
      {"set fail_read=1,2", 17, "`fail_read` is one value", "a blank"},
  };
  for (const Bad& bad : bad_sets) expect_refused(bad, 2, [&] { set(bad.line); });
}

// ---- Results --------------------------------------------------------------------------------------------------

std::string result(const std::string& line) {
  const OneLine one = one_line(line);
  const auto& asked = one.as<transcript::Call>();
  return read_result(one.source(), read_call(one.source(), asked, 2), *asked.result);
}

TEST(FaultResult, is_read_in_the_spelling_in_which_it_is_written) {
  const std::pair<const char*, const char*> results[] = {
      {"load(0x40000000) = 0x10", "16"},
      {"load(0x40000000) = SIGBUS", "SIGBUS"},
      {"store(0x40000000, 1) = ok", "ok"},
      {"store(0x40000000, 1) = OOM", "OOM"},
      {"load(0x40000000) = OOPS", "OOPS"},
      {"get_user(0x40000000) = -1 EFAULT (Bad address)", "-1 EFAULT"},
      {"put_user(0x40000000, 1) = 0x0", "0"},
      {"mmap(NULL, 1, 0, 0, -1, 0) = 1073741824", "0x40000000"},
      {"brk(0) = 0x804a000", "0x0804a000"},
      {"open(\"file1\", O_RDWR) = 3", "3"},
      {"fork() = 2", "2"},
      {"exit() = -1 ESRCH", "-1 ESRCH"},
      {"munmap(0x40000000, 1) = OOPS", "OOPS"},
      {"msync(0x40000000, 1, MS_SYNC) = HANG", "HANG"},
      {"swap_out(1, 0x40000000) = 1", "1"},
      {"reclaim() = 77", "77"},
      {"swapoff() = -1 EAGAIN", "-1 EAGAIN"},
  };
  for (const auto& [line, expected] : results) EXPECT_EQ(result(line), expected) << line;
}

TEST(FaultResult, is_refused_where_no_call_can_have_it) {
  const Bad bad_results[] = {
      {"load(0x40000000) = 256", 20, "cannot have this result", "a byte, 0 to 255, `SIGSEGV`"},
      {"load(0x40000000) = ok", 20, "cannot have this result", "a byte"},
      {"load(0x40000000) = -1 ENOMEN", 23, "no such error", "name of an error", "ENOMEM"},
      {"store(0x40000000, 1) = 0", 24, "cannot have this result", "`ok`, `SIGSEGV`"},
      {"get_user(0x40000000) = SIGSEGV", 24, "cannot have this result", "`-1 ENAME`"},
      {"put_user(0x40000000, 1) = 1", 27, "cannot have this result", "`0`"},
      {"fork() = 0", 10, "cannot have this result", "the number of a process"},
      {"exit() = 0", 8, "cannot have this result", "returns nothing"},
      {"munmap(0x40000000, 1) = 1", 25, "cannot have this result", "`0`"},
      {"open(\"file1\", O_RDWR) = NULL", 25, "cannot have this result", "a descriptor"},
      {"reclaim() = frames=1", 13, "cannot have this result", "a number"},
      {"reclaim() = 1 2", 13, "cannot have this result", "a number"},
      {"swapon() = 1", 12, "cannot have this result", "`0`"},
  };
  for (const Bad& bad : bad_results) expect_refused(bad, 2, [&] { result(bad.line); });
}

/// What a call that is refused returns.
std::string refused(const std::string& line, Refusal refusal) { return notation(call(line), Refused{refusal}); }

TEST(FaultResult, of_a_refusal_is_what_the_caller_sees) {
  using enum Refusal;
  const char* load = "load(0x40000000)";
  EXPECT_EQ(refused(load, no_area), "SIGSEGV");
  EXPECT_EQ(refused("store(0x40000000, 1)", not_permitted), "SIGSEGV");
  EXPECT_EQ(refused(load, beyond_object), "SIGBUS");
  EXPECT_EQ(refused(load, no_page), "OOM");
  EXPECT_EQ(refused(load, window_without_file), "OOPS");
  for (const Refusal refusal : {no_area, beyond_object, no_page, kernel_address}) {
    EXPECT_EQ(refused("get_user(0x40000000)", refusal), "-1 EFAULT");
    EXPECT_EQ(refused("put_user(0x40000000, 1)", refusal), "-1 EFAULT");
    EXPECT_EQ(refused("peek(1, 0x40000000)", refusal), "-1 EIO");
    EXPECT_EQ(refused("poke(1, 0x40000000, 1)", refusal), "-1 EIO");
  }
  EXPECT_EQ(refused("poke(1, 0x40000000, 1)", reserved_page), "-1 EIO");
  for (const char* line : {load, "exit()", "get_user(0x40000000)", "peek(1, 0x40000000)", "fork()", "brk(0)",
                           "swap_out(9, 0x40000000)"})
    EXPECT_EQ(refused(line, no_such_process), "-1 ESRCH");
  EXPECT_EQ(refused("madvise(0x40000000, 1, 0)", not_mapped), "-1 ENOMEM");
  EXPECT_EQ(refused("msync(0x40000000, 1, 0)", not_mapped), "-1 EFAULT");
  EXPECT_EQ(refused("map_kiobuf(READ, 0x40000000, 1)", not_mapped), "-1 EFAULT");
  EXPECT_EQ(refused("map_kiobuf(READ, 0x40000000, 1)", no_page), "-1 EFAULT");
  EXPECT_EQ(refused("swapoff()", no_page), "-1 ENOMEM");
  EXPECT_EQ(refused("fork()", no_page_table_to_copy), "-1 ENOMEM");
  EXPECT_EQ(notation(call("munmap(0x40000000, 1)"), vma::Refused{vma::Refusal::second_hole}), "OOPS");
  EXPECT_EQ(refused("msync(0x40000000, 1, 0)", page_stays_locked), "HANG");
  EXPECT_EQ(notation(call("munmap(0x40000000, 1)"), vma::Refused{vma::Refusal::address_unaligned}), "-1 EINVAL");
}

TEST(FaultResult, is_written) {
  EXPECT_EQ(notation(call("load(0x40000000)"), Byte<Word>{7}), "7");
  EXPECT_EQ(notation(call("store(0x40000000, 1)"), Stored{}), "ok");
  EXPECT_EQ(notation(call("fork()"), Pid<Word>{2}), "2");
  EXPECT_EQ(notation(call("reclaim()"), Pages<Word>{3}), "3");
  EXPECT_EQ(notation(call("exit()"), vma::Nothing{}), "");
  EXPECT_EQ(notation(call("brk(0)"), vma::Address<Word>{0x0804a000}), "0x0804a000");
  for (const char* line : {"exit()", "esp(0xbffff000)", "unmap_kiobuf()"})
    EXPECT_FALSE(returns_something(call(line)));
  for (const char* line : {"fork()", "reclaim()", "brk(0)"}) EXPECT_TRUE(returns_something(call(line)));
}

TEST(FaultResult, of_every_refusal_can_be_read) {
  const std::vector<const char*> lines{"load(0x40000000)", "get_user(0x40000000)", "peek(1, 0x40000000)",
                                       "msync(0x40000000, 1, MS_SYNC)", "map_kiobuf(READ, 0x40000000, 1)"};
  for (int number = 0; number <= static_cast<int>(Refusal::page_stays_locked); ++number) {
    for (const char* line : lines) {
      const std::string text = refused(line, static_cast<Refusal>(number));
      EXPECT_EQ(result(std::string(line) + " = " + text), text) << line << ", refusal " << number;
    }
  }
}

}  // namespace
}  // namespace refmm::process
