// The notation of memory areas: what lines mean, and what is refused because no call can have it.

#include <refmm/spec/error_names.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/tests/notation_lines.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <variant>

namespace refmm::vma {
namespace {

using testing::StartsWith;

using Word = std::uint32_t;

// ---- Calls ----------------------------------------------------------------------------------------------------

OneLine one_line(const std::string& line) { return refmm::one_line("boot family=vma", line); }

Command<Word> call(const std::string& line) {
  const OneLine one = one_line(line);
  return read_call(one.source(), one.as<transcript::Call>());
}

TEST(VmaCall, means_what_it_says) {
  EXPECT_EQ(
      call("mmap(0x40000000, 4096, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_FIXED, 3, 0x2000)"),
      Command<Word>(Mmap<Word>{0x40000000, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, 3, 0x2000}));
  EXPECT_EQ(call("mremap(0x40000000, 4096, 8192, MREMAP_MAYMOVE|MREMAP_FIXED, 0x50000000)"),
            Command<Word>(Mremap<Word>{0x40000000, 4096, 8192, MREMAP_MAYMOVE | MREMAP_FIXED, 0x50000000}));
  EXPECT_EQ(call("open(\"a\", O_RDONLY)"), Command<Word>(Open{"a", FMODE_READ}));
  EXPECT_EQ(call("open(\"a\", O_WRONLY)"), Command<Word>(Open{"a", FMODE_WRITE}));
  EXPECT_EQ(call("open(\"a\", O_ACCMODE)"), Command<Word>(Open{"a", 0}));
}

TEST(VmaCall, is_written_the_same) {
  for (const char* line :
       {"open(\"ld-2.2.so\", O_RDWR)", "close(-1)", "close(2147483647)",
        "mmap(0x00000000, 0, PROT_NONE, 0, -1, 0)",
        "mmap2(0xffffffff, 0xffffffff, PROT_READ|0xfffffff8, MAP_SHARED|MAP_NORESERVE|0xffff8000, 0, 0xffffffff)",
        "do_mmap(0x40000000, 268435455, 0x8, 0x4, 3, 0x1001)", "munmap(0x40000000, 0x10000000)",
        "mremap(0x40000000, 1, 2, 0)", "mremap(0x40000000, 1, 2, MREMAP_FIXED|0x4, 0x00000000)",
        "mlockall(MCL_CURRENT|MCL_FUTURE|0x4)", "munlockall()", "find_vma_intersection(0x40000000, 0x3fffffff)",
        "get_unmapped_area(0x00000001, 1)", "exit_mmap()"}) {
    EXPECT_EQ(notation(call(line)), line);
  }
}

TEST(VmaCall, may_be_spelt_in_other_ways) {
  const auto rewritten = [](const std::string& line) { return notation(call(line)); };
  EXPECT_EQ(rewritten("[pid 1] munmap(1073741824, 0x1000)"), "munmap(0x40000000, 4096)");
  EXPECT_EQ(rewritten("mmap(NULL, 4096, 1, MAP_ANON|0x2, -1, 0x0)"),
            "mmap(0x00000000, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)");
  EXPECT_EQ(rewritten("mprotect(0x40000000, 4096, PROT_NONE|PROT_EXEC)"), "mprotect(0x40000000, 4096, PROT_EXEC)");
  EXPECT_EQ(rewritten("open(\"a\", 2)"), "open(\"a\", O_RDWR)");
}

TEST(VmaCall, is_refused_what_no_call_can_have) {
  const Bad bad_calls[] = {
      {"munmp(0x40000000, 4096)", 1, "no such call", "`munmap`", "munmap"},
      {"kfree(NULL)", 1, "the vma family has no such call", "`exit_mmap`"},
      {"[pid 2] exit_mmap()", 1, "the vma family has no processes", "without `[pid N]`"},

      {"munmap(0x40000000)", 18, "wrong number of arguments", "2: addr, len"},
      {"munmap(0x40000000, 4096, 0)", 26, "wrong number of arguments", "2: addr, len"},
      {"exit_mmap(0)", 11, "wrong number of arguments", "none"},
      {"munmap(addr=0x40000000, 4096)", 8, "arguments of munmap", "without a key"},
      {"mremap(0x40000000, 4096, 8192)", 30, "wrong number of arguments", "4: addr, old_len, new_len, flags"},
      {"mremap(0x40000000, 4096, 8192, 0, 0x50000000)", 35, "wrong number of arguments", "4: addr, old_len"},
      {"mremap(0x40000000, 4096, 8192, MREMAP_FIXED)", 44, "wrong number of arguments", "flags, new_addr"},
      {"mremap(0x40000000, 4096, 8192, MREMAP_FIXED, 0x50000000, 0)", 58, "wrong number of arguments", "5: addr"},
      {"mremap(0x40000000, 4096, 8192, MREMAP_FIXED, to=0)", 46, "arguments of mremap", "without a key"},

      {"munmap(0x100000000, 4096)", 8, "an address has 32 bits", "at most 32 bits"},
      {"munmap(-4096, 4096)", 8, "an address has no sign", "at most 32 bits", "0xfffff000"},
      {"munmap(here, 4096)", 8, "an address is a number", "at most 32 bits"},
      {"munmap(0x40000000-0x40001000, 4096)", 8, "an address is a number", "at most 32 bits"},
      {"munmap(0x40000000, -1)", 20, "a length has no sign", "at most 32 bits", "0xffffffff"},
      {"munmap(0x40000000, -4294967296)", 20, "a length has no sign", "at most 32 bits"},
      {"munmap(0x40000000, 4294967296)", 20, "a length has 32 bits", "at most 32 bits"},
      {"munmap(0x40000000, 4K)", 20, "a length is a number", "at most 32 bits"},
      {"munmap(0x40000000, NULL)", 20, "a length is a number", "at most 32 bits"},
      {"mmap(0, 1, 0, 0, -1, -4096)", 22, "an offset has no sign", "at most 32 bits", "0xfffff000"},
      {"mmap2(0, 1, 0, 0, -1, 0x100000000)", 23, "an offset in pages has 32 bits", "at most 32 bits"},

      {"mprotect(0x40000000, 4096, PROT_RAED)", 28, "no such flag", "flags of a protection", "PROT_READ"},
      {"mprotect(0x40000000, 4096, PROT_READ|MAP_FIXED)", 38, "no such flag", "`PROT_NONE`"},
      {"mprotect(0x40000000, 4096, -1)", 28, "no flags", "flags of a protection"},
      {"mmap(0, 1, 0, MAP_PRIVATE|MAP_ANONYMUOS, -1, 0)", 27, "no such flag", "a mapping", "MAP_ANONYMOUS"},
      {"mmap(0, 1, 0, MAP_PRIVATE|0x100000000, -1, 0)", 27, "no such flag", "a mapping"},
      {"mmap(0, 1, 0, \"MAP_PRIVATE\", -1, 0)", 15, "no flags", "a mapping"},
      {"mremap(0x40000000, 1, 1, MAYMOVE)", 26, "no such flag", "flags of mremap", "MREMAP_MAYMOVE"},
      {"mlockall(MCL_ALL)", 10, "no such flag", "`MCL_CURRENT`"},

      {"close(-2)", 7, "this is no descriptor", "or -1 for none"},
      {"close(2147483648)", 7, "this is no descriptor", "0 to 2147483647"},
      {"close(\"a\")", 7, "this is no descriptor", "-1 for none"},
      {"mmap(0, 1, 0, 0, a, 0)", 18, "this is no descriptor", "-1 for none"},

      {"open(a, O_RDONLY)", 6, "is a text", "in quotes", "\"a\""},
      {"open(NULL, O_RDONLY)", 6, "is a text", "in quotes"},
      {"open(\"\", O_RDONLY)", 6, "no transcript can write", "a name"},
      {"open(\"a b\", O_RDONLY)", 6, "no transcript can write", "a name"},
      {"open(\"-\", O_RDONLY)", 6, "no transcript can write", "neither a number, `-`"},
      {"open(\"NULL\", O_RDONLY)", 6, "no transcript can write", "a name"},
      {"open(\"dev/zero:0\", O_RDONLY)", 6, "no transcript can write", "`dev/zero:N`"},
      {"open(\"abcdefghijklmnopqrstuvwxyz012345\", O_RDONLY)", 6, "too long", "at most 31"},
      {"open(\"a\", O_RDONYL)", 11, "not opened like this", "`O_ACCMODE`", "O_RDONLY"},
      {"open(\"a\", 4)", 11, "not opened like this", "`O_RDONLY`"},
      {"open(\"a\", O_RDWR|0x40)", 11, "not opened like this", "`O_RDWR`"},
  };
  for (const Bad& bad : bad_calls) expect_refused(bad, 2, [&] { call(bad.line); });
}

TEST(VmaCall, may_use_descriptors_that_were_never_opened) {
  EXPECT_EQ(call("close(77)"), Command<Word>(Close{77}));
  EXPECT_EQ(notation(call("close(77)"), Refused{Refusal::descriptor_not_open}), "-1 EBADF");
}

// ---- Machines and knobs ---------------------------------------------------------------------------------------

BootLine boot(const std::string& line) {
  const auto file = transcript::parse({"line.mmt", line + "\n"});
  return read_boot(*file.source, file.lines[0], std::get<transcript::Boot>(file.lines[0].content));
}

TEST(VmaBoot, has_what_the_page_of_the_family_says_where_it_says_nothing) {
  const BootLine read = boot("boot family=vma");
  const Knobs<Word>& knobs = read.boot.knobs;
  EXPECT_FALSE(read.all_effects);
  EXPECT_EQ(read.boot.kernel, as_built);
  EXPECT_EQ(read.boot.stack_start, read.boot.stack_end);
  constexpr Word infinity = 0xffffffff;
  EXPECT_EQ(knobs,
            (Knobs<Word>{0, 0, 0, 0, false, 0, infinity, infinity, 8388608, infinity, true, 65536, 0, 0, 0}));
}

TEST(VmaBoot, is_understood) {
  const BootLine read =
      boot("boot brk=0x1003 stack=0xbfffe000-0xc0000000 effects=all family=vma rlimit_data=0x10");
  EXPECT_TRUE(read.all_effects);
  EXPECT_EQ(read.boot.brk, 0x1003u);
  EXPECT_EQ(read.boot.stack_start, 0xbfffe000u);
  EXPECT_EQ(read.boot.stack_end, 0xc0000000u);
  EXPECT_EQ(read.boot.knobs.rlimit_data, 16u);
}

TEST(VmaBoot, is_written_the_same) {
  for (
      const char* line :
      {"boot family=vma task_size=0xc0000000 max_map_count=65536 end_code=0x00000000 start_data=0x00000000 "
       "brk=0x00000000 free_pages=0 physpages=0",
       "boot family=vma effects=all task_size=0xc0000000 max_map_count=1 end_code=0xffffffff "
       "start_data=0x00000001 "
       "brk=0x00000002 stack=0x00000000-0xc0000000 free_pages=4294967295 physpages=5 buffer_pages=1 cache_pages=2 "
       "swap_pages=3 overcommit=1 rlimit_as=0 rlimit_data=1 rlimit_stack=infinity rlimit_memlock=2 cap_ipc_lock=0 "
       "fail_vma=1 fail_shmem=2 fail_move=3"}) {
    const BootLine read = boot(line);
    EXPECT_EQ(boot_notation(read.boot, read.all_effects), line);
  }
}

TEST(VmaBoot, is_refused_for_machines_that_there_are_not) {
  const Bad bad_boots[] = {
      {"boot", 1, "lacks `family`", "`family=...`", "boot family=vma"},
      {"boot family=vmas", 13, "another family", "`vma`"},
      {"boot family=vma task_size=0x80000000", 27, "always ends", "`0xc0000000`"},
      {"boot family=vma effects=some", 25, "effects", "`all`"},
      {"boot family=vma stack=0xc0000000", 23, "is a range", "`0xbffff000-0xc0000000`"},
      {"boot family=vma stack=0xbffff800-0xc0000000", 23, "whole pages", "multiples of 4096"},
      {"boot family=vma stack=0xc0000000-0xbffff000", 23, "no such range", "A below B"},
      {"boot family=vma stack=0xbffff000-0xbffff000", 23, "no such range", "A below B"},
      {"boot family=vma stack=0xbffff000-0xc0001000", 23, "no such range", "at most 0xc0000000"},
      {"boot family=vma stack=0xbffff000-0x1c0000000", 23, "no such range", "at most 0xc0000000"},
      {"boot family=vma brk=-1", 21, "`brk` has no sign", "32 bits", "0xffffffff"},
      {"boot family=vma brk=0x100000000", 21, "`brk` has 32 bits", "32 bits"},
      {"boot family=vma free_page=1", 17, "no such setting", "`free_pages`", "free_pages"},
      {"boot family=vma free_pages=1 free_pages=2", 30, "set already", "once"},
      {"boot family=vma overcommit=2", 28, "`overcommit` is a number", "from 0 to 1"},
      {"boot family=vma max_map_count=all", 31, "`max_map_count` is a number", "32 bits"},
      {"boot family=vma file=a attr=0", 17, "when the machine runs", "a `set` line", "set file=a attr=0"},
  };
  for (const Bad& bad : bad_boots) expect_refused(bad, 1, [&] { boot(bad.line); });
}

SetKnobs<Word> set(const std::string& line) {
  const OneLine one = one_line(line);
  return read_set(one.source(), one.line(), one.as<transcript::Set>());
}

TEST(VmaSet, changes_what_it_names_and_nothing_else) {
  SetKnobs<Word> expected{};
  expected.fail_vma = 3;
  EXPECT_EQ(set("set fail_vma=3"), expected);
  expected = {};
  expected.rlimit_stack = std::numeric_limits<Word>::max();
  EXPECT_EQ(set("set rlimit_stack=infinity"), expected);
  EXPECT_EQ(set("set rlimit_stack=4294967295"), expected);
  expected = {};
  expected.cap_ipc_lock = false;
  expected.file = FileAttributes{"a", FILE_APPEND | FILE_VMOPS};
  EXPECT_EQ(set("set file=a attr=vmops|append cap_ipc_lock=0"), expected);
}

TEST(VmaSet, is_written_the_same) {
  for (const char* line :
       {"set free_pages=1 buffer_pages=2 cache_pages=3 swap_pages=4 overcommit=1 physpages=5 rlimit_as=6 "
        "rlimit_data=infinity rlimit_stack=7 rlimit_memlock=8 cap_ipc_lock=0 max_map_count=9 end_code=0x0000000a "
        "start_data=0x0000000b brk=0xffffffff fail_vma=12 fail_shmem=13 fail_move=14 file=ld.so attr=dontexpand",
        "set file=a attr=0",
        "set file=a attr=append|mandlock|nommap|nowritepage|notreg|noreadpage|vmops|dontexpand"}) {
    EXPECT_EQ(notation(Command<Word>(set(line))), line);
  }
}

TEST(VmaSet, is_refused_for_knobs_that_there_are_not) {
  const Bad bad_sets[] = {
      {"set", 1, "nothing is set", "`free_pages`", "set fail_vma=1"},
      {"set fail_vmas=1", 5, "no such setting", "`fail_vma`", "fail_vma"},
      {"set stack=0xbffff000-0xc0000000", 5, "no such setting", "`fail_vma`"},
      {"set fail_vma=1 fail_vma=2", 16, "set already", "once"},
      {"set fail_vma=1,2", 16, "one value", "a blank"},
      {"set fail_vma=infinity", 14, "`fail_vma` is a number", "32 bits"},
      {"set rlimit_as=infinite", 15, "`rlimit_as` is a number", "32 bits"},
      {"set rlimit_as=-1", 15, "`rlimit_as` has no sign", "32 bits", "0xffffffff"},
      {"set file=a", 10, "with its attributes", "`attr=...`", "file=a attr=0"},
      {"set attr=append", 10, "attributes of no file", "`file=NAME`", "file=a attr=append"},
      {"set file=a attr=apend", 17, "no such flag", "flags of a file", "append"},
      {"set file=a attr=0x100", 17, "no such attributes", "0xff"},
      {"set file=\"a\" attr=0", 10, "no quotes", "without quotes", "a"},
      {"set file=7 attr=0", 10, "no transcript can write", "a name"},
      {"set file=- attr=0", 10, "no transcript can write", "a name"},
      {"set file=dev/zero:3 attr=0", 10, "no transcript can write", "a name"},
  };
  for (const Bad& bad : bad_sets) expect_refused(bad, 2, [&] { set(bad.line); });
}

// ---- Results --------------------------------------------------------------------------------------------------

std::string result(const std::string& line) {
  const OneLine one = one_line(line);
  const auto& call = one.as<transcript::Call>();
  return read_result(one.source(), read_call(one.source(), call), *call.result);
}

TEST(VmaResult, is_read_in_the_spelling_it_is_written_in) {
  EXPECT_EQ(result("munmap(0x40000000, 4096) = 0x0"), "0");
  EXPECT_EQ(result("munmap(0x40000000, 4096) = -1 EINVAL (Invalid argument)"), "-1 EINVAL");
  EXPECT_EQ(result("munmap(0x40000000, 4096) = BUG"), "BUG");
  EXPECT_EQ(result("munmap(0x40000000, 4096) = OOPS"), "OOPS");
  EXPECT_EQ(result("brk(0) = 0x804c123"), "0x0804c123");
  EXPECT_EQ(result("mmap(0, 0, 0, 0, -1, 0) = 0"), "0x00000000");
  EXPECT_EQ(result("mmap(0, 0, 0, 0, -1, 0) = 4294967284"), "-1 ENOMEM");
  EXPECT_EQ(result("mmap(0, 0, 0, 0, -1, 0) = -1 EWOULDBLOCK"), "-1 EAGAIN");
  EXPECT_EQ(result("open(\"a\", O_RDONLY) = 0x3"), "3");
  EXPECT_EQ(result("find_vma(0) = NULL"), "NULL");
  EXPECT_EQ(result("find_vma_prev(0) = 1073741824 prev=NULL"), "0x40000000 prev=NULL");
  EXPECT_EQ(result("get_unmapped_area(0, 1) = 0x40000000"), "0x40000000");
  EXPECT_EQ(result("exit_mmap() = BUG"), "BUG");
}

TEST(VmaResult, is_refused_where_a_call_cannot_have_it) {
  const Bad impossible[] = {
      {"munmap(0, 4096) = 1", 19, "cannot have this result", "`0`, `-1 ENAME`"},
      {"munmap(0, 4096) = NULL", 19, "cannot have this result", "`0`"},
      {"munmap(0, 4096) = -1", 19, "cannot have this result", "`0`"},
      {"munmap(0, 4096) = 0 0", 19, "cannot have this result", "`0`"},
      {"munmap(0, 4096) = x=0", 19, "cannot have this result", "`0`"},
      {"munmap(0, 4096) = HANG", 19, "cannot have this result", "`BUG` or `OOPS`"},
      {"munmap(0, 4096) = -1 ENOMEN", 22, "no such error", "`ENOMEM`", "ENOMEM"},
      {"munmap(0, 4096) = -2 ENOMEM", 19, "cannot have this result", "`-1 ENAME`"},
      {"brk(0) = NULL", 10, "cannot have this result", "an address"},
      {"brk(0) = 0x100000000", 10, "cannot have this result", "an address"},
      {"open(\"a\", O_RDONLY) = -1", 23, "cannot have this result", "a descriptor"},
      {"open(\"a\", O_RDONLY) = 0x80000000", 23, "cannot have this result", "a descriptor"},
      {"open(\"a\", O_RDONLY) = BUG", 23, "cannot have this result", "a descriptor"},
      {"find_vma(0) = -1 ENOMEM", 15, "cannot have this result", "or `NULL`"},
      {"find_vma(0) = 0x40000000 prev=NULL", 15, "cannot have this result", "or `NULL`"},
      {"find_vma_prev(0) = 0x40000000", 20, "cannot have this result", "prev=NULL"},
      {"find_vma_prev(0) = 0x40000000 next=NULL", 20, "cannot have this result", "prev=NULL"},
      {"find_vma_prev(0) = NULL prev=-1", 20, "cannot have this result", "prev=NULL"},
      {"exit_mmap() = 0", 13, "cannot have this result", "returns nothing"},
  };
  for (const Bad& bad : impossible) expect_refused(bad, 2, [&] { result(bad.line); });
}

TEST(VmaResult, is_written_as_user_space_sees_it) {
  const Command<Word> mmap = Mmap<Word>{}, gap = GetUnmappedArea<Word>{}, find = FindVma<Word>{};
  EXPECT_EQ(notation(mmap, Address<Word>{0}), "0x00000000");
  EXPECT_EQ(notation(mmap, Address<Word>{0xffffffff}), "-1 EPERM");
  EXPECT_EQ(notation(mmap, Address<Word>{0xffffff83}), "-1 ECANCELED");
  EXPECT_EQ(notation(mmap, Address<Word>{0xffffff82}), "0xffffff82");
  EXPECT_EQ(notation(mmap, Refused{Refusal::no_gap}), "-1 ENOMEM");
  EXPECT_EQ(notation(gap, Refused{Refusal::no_gap}), "NULL");
  EXPECT_EQ(notation(gap, Address<Word>{0x40000000}), "0x40000000");
  EXPECT_EQ(notation(find, Found<Word>{}), "NULL");
  EXPECT_EQ(notation(find, Found<Word>{0}), "0x00000000");
  EXPECT_EQ(notation(FindVmaPrev<Word>{}, FoundPrev<Word>{{}, 0x40000000}), "NULL prev=0x40000000");
  EXPECT_EQ(notation(FindExtendVma<Word>{}, Refused{Refusal::does_not_grow}), "NULL");
  EXPECT_EQ(notation(Command<Word>(ExitMmap{}), Nothing{}), "");
}

TEST(ErrorNames, are_those_of_their_numbers) {
  for (std::uint32_t number = 1; number <= largest_error; ++number) {
    EXPECT_THAT(error_name(number), StartsWith("E"));
    EXPECT_EQ(error_number(error_name(number)), number);
  }
  EXPECT_EQ(error_name(1), "EPERM");
  EXPECT_EQ(error_name(26), "ETXTBSY");
  EXPECT_EQ(error_name(41), "ERRNO_41");
  EXPECT_EQ(error_name(58), "ERRNO_58");
  EXPECT_EQ(error_name(88), "ENOTSOCK");
  EXPECT_EQ(error_name(124), "EMEDIUMTYPE");
  EXPECT_EQ(error_number("EDEADLOCK"), 35u);
  EXPECT_EQ(error_number("ENOTHING"), std::nullopt);
  EXPECT_EQ(nearest_error_name("EINVALID"), "EINVAL");
}

// ---- Effects and queries --------------------------------------------------------------------------------------

Effect<Word> effect(const std::string& text) {
  const OneLine one = one_line("exit_mmap()\n| " + text);
  return read_effect(one.source(), one.as<transcript::Effect>().call);
}

TEST(VmaEffect, is_written_the_same) {
  for (const char* line :
       {"vma_alloc()", "vma_alloc() = NULL", "zap_page_range(0x40000000, 4294963200)", "clear_page_tables(0, 768)",
        "change_protection(0x40000000, 0x40001000, 0x0a0)", "move_page_tables(0x40000000, 0x50000000, 4096) = -1",
        "get_file(\"dev/zero:12\")", "deny_write_access(\"a\") = -1 ETXTBSY", "i_writecount(\"a\") = -2147483647",
        "i_writecount(\"a\") = 0", "file_mmap(\"a\", 0x40000000, 0x40001000) = -1 ENOEXEC",
        "file_mmap(\"a\", 0x40000000, 0x40001000) = 0", "shmem_zero_setup(0x40000000, 0x40001000) = -1 ENOMEM",
        "vm_open(\"a\", 0x40000000, 0x40001000)", "printk(\"find_vma_prev: tree inconsistent with list\")",
        "printk(\"insert_vm_struct: tree inconsistent with list\")", "printk(\"exit_mmap: map count is -3\")"}) {
    EXPECT_EQ(notation(effect(line)), line);
  }
}

TEST(VmaEffect, is_refused_where_there_is_no_such) {
  const Bad bad_effects[] = {
      {"vma_aloc()", 3, "no such effect", "`vma_alloc`", "vma_alloc"},
      {"get_pages(a:3, order=0, gfp=0x7)", 3, "no such effect", "`printk`"},
      {"zap_page_range(0x40000000)", 28, "wrong number of arguments", "2: addr, size"},
      {"zap_page_range(0x40000000, size=4096)", 30, "arguments of zap_page_range", "without a key"},
      {"zap_page_range(0x40000000, -4096)", 30, "a size has no sign", "32 bits", "0xfffff000"},
      {"vma_free() = 0", 14, "no such result", "the end of the line"},
      {"vma_alloc() = 0", 15, "no such result", "the end of the line or `= NULL`"},
      {"vma_alloc() = x=NULL", 15, "no such result", "`= NULL`"},
      {"move_page_tables(0, 0, 0)", 28, "has a result", "`= 0` or `= -1`"},
      {"file_mmap(\"a\", 0, 0) = -1 ENOMEM", 24, "no such result", "`= -1 ENOEXEC`"},
      {"deny_write_access(\"a\") = -1 EBUSY", 26, "no such result", "`= -1 ETXTBSY`"},
      {"i_writecount(\"a\")", 20, "has a result", "`= N`"},
      {"i_writecount(\"a\") = many", 23, "is a number", "-2147483647 to 2147483647"},
      {"i_writecount(\"a\") = 2147483648", 23, "is a number", "2147483647"},
      {"fput(a)", 8, "is a text", "in quotes", "\"a\""},
      {"fput(\"dev/zero 1\")", 8, "no transcript can write", "a name"},
      {"printk(\"kernel BUG\")", 10, "no such complaint", "\"exit_mmap: map count is N\""},
      {"printk(\"exit_mmap: map count is many\")", 10, "no such complaint", "tree inconsistent"},
  };
  for (const Bad& bad : bad_effects) expect_refused(bad, 3, [&] { effect(bad.line); });
}

Question query(const std::string& line) {
  const OneLine one = one_line(line);
  return read_query(one.source(), one.as<transcript::Query>());
}

TEST(VmaQuery, is_refused_where_there_is_no_such) {
  const Bad bad_queries[] = {
      {"map:", 1, "no such query", "`maps`, `mm`, `tree` or `files`", "maps"},
      {"slabinfo:", 1, "no such query", "`files`"},
      {"maps 1:", 6, "the one address space", "`:`"},
  };
  for (const Bad& bad : bad_queries) expect_refused(bad, 2, [&] { query(bad.line); });
}
}  // namespace
}  // namespace refmm::vma
