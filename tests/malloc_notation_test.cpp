// The notation of the user's heap: what lines mean, how what was read is written, and what is refused because no call can have it.

#include <refmm/model/malloc_size.hpp>
#include <refmm/spec/malloc_lists.hpp>
#include <refmm/spec/malloc_notation.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/notation_lines.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace refmm::malloc {
namespace {

using Word = std::uint32_t;

OneLine one_line(const std::string& line) { return refmm::one_line("boot family=malloc", line); }

// ---- Boot lines -----------------------------------------------------------------------------------------------

BootLine boot(const std::string& text) {
  const transcript::File file = transcript::parse({"line.mmt", text + "\n"});
  return read_boot(*file.source, file.lines[0], std::get<transcript::Boot>(file.lines[0].content));
}

TEST(MallocBoot, means_what_it_says) {
  const BootLine line = boot(
      "boot family=malloc data=0x08060000 brk=0x08061234 mmap_threshold=9000 mmap_max=2 trim_threshold=0xffffffff "
      "top_pad=100 perturb=165 checks=links|double_free effects=all");
  Allocator allocator = as_built;
  allocator.parameters = {9000, 2, 0xffffffff, 100, 165};
  allocator.corrected.links = allocator.corrected.double_free = true;
  EXPECT_EQ(line.boot, (Boot<Word>{allocator, 0x08060000, 0x08061234}));
  EXPECT_TRUE(line.all_effects);
}

TEST(MallocBoot, leaves_out_what_is_usual) {
  const BootLine line = boot("boot family=malloc");
  EXPECT_EQ(line.boot, (Boot<Word>{as_built, 0x0804a000, 0x0804b000}));
  EXPECT_FALSE(line.all_effects);
  EXPECT_EQ(boot("boot family=malloc data=0x09000000").boot.brk, 0x09001000u);
  EXPECT_EQ(boot("boot family=malloc checks=all").boot.allocator, corrected);
  EXPECT_EQ(boot("boot family=malloc checks=none").boot.allocator, as_built);
}

TEST(MallocBoot, is_written_as_it_is_read) {
  const std::string lines[] = {
      "boot family=malloc data=0x0804a000 brk=0x0804b000 checks=none",
      "boot family=malloc data=0x0804a000 brk=0x0804b000 mmap_threshold=1 mmap_max=0 trim_threshold=0xffffffff "
      "top_pad=4096 perturb=1 checks=pointer|double_free|prev_size|links|top effects=all",
      "boot family=malloc data=0x3fff0000 brk=0x3fff1001 checks=all effects=all",
      "boot family=malloc data=0x0804a000 brk=0x0804b000 checks=product",
  };
  for (const std::string& line : lines) {
    const BootLine read = boot(line);
    EXPECT_EQ(boot_notation(read.boot, read.all_effects), line);
  }
}

TEST(MallocBoot, is_refused_what_no_process_can_have) {
  const Bad bad_boots[] = {
      {"boot data=0x0804a000", 1, "lacks `family`", "`family=malloc`", "boot family=malloc"},
      {"boot family=vma", 13, "of another family", "`malloc`"},
      {"boot family=malloc mmap_treshold=1", 20, "no such setting", "`mmap_threshold`", "mmap_threshold"},
      {"boot family=malloc top_pad=1 top_pad=1", 30, "set already", "once"},
      {"boot family=malloc top_pad=-1", 28, "has no sign", "at most 32 bits", "0xffffffff"},
      {"boot family=malloc top_pad=0x100000000", 28, "has 32 bits", "at most 32 bits"},
      {"boot family=malloc perturb=256", 28, "a byte is a number", "from 0 to 255"},
      {"boot family=malloc data=0x0804a004", 25, "begin a page", "a multiple of 4096", "0x0804a000"},
      {"boot family=malloc data=0", 25, "no program has its data here", "from 0x00001000 to 0xbfffe000"},
      {"boot family=malloc data=0xc0000000", 25, "no program has its data here", "from 0x00001000"},
      {"boot family=malloc brk=0x0804a000", 24, "the heads of the lists", "from 0x0804a2c0 to 0xc0000000"},
      {"boot family=malloc brk=0xc0000001", 24, "user space goes on", "to 0xc0000000"},
      {"boot family=malloc checks=lnks", 27, "no allocator makes such a check", "`none`, `all`, `pointer`",
       "links"},
      {"boot family=malloc checks=links|all", 33, "`all` stands alone", "by their names"},
      {"boot family=malloc checks=1", 27, "checks have names", "joined with `|`"},
      {"boot family=malloc effects=some", 28, "effects are listed all", "`all`"},
  };
  for (const Bad& bad : bad_boots) expect_refused(bad, 1, [&] { boot(bad.line); });
}

// ---- Calls ----------------------------------------------------------------------------------------------------

Command<Word> call(const std::string& line) {
  const OneLine one = one_line(line);
  return read_call(one.source(), one.as<transcript::Call>());
}

TEST(MallocCall, means_what_it_says) {
  EXPECT_EQ(call("malloc(0x64)"), Command<Word>(Malloc<Word>{100}));
  EXPECT_EQ(call("free(NULL)"), Command<Word>(Free<Word>{0}));
  EXPECT_EQ(call("free(0)"), Command<Word>(Free<Word>{0}));
  EXPECT_EQ(call("free(134524940)"), Command<Word>(Free<Word>{0x0804b00c}));
  EXPECT_EQ(call("calloc(10, 20)"), Command<Word>(Calloc<Word>{10, 20}));
  EXPECT_EQ(call("realloc(0x0804b008, 300)"), Command<Word>(Realloc<Word>{0x0804b008, 300}));
  EXPECT_EQ(call("memalign(4096, 100)"), Command<Word>(Memalign<Word>{4096, 100}));
  EXPECT_EQ(call("sbrk(-4096)"), Command<Word>(Sbrk<Word>{0xfffff000}));
  EXPECT_EQ(call("sbrk(0xfffff000)"), Command<Word>(Sbrk<Word>{0xfffff000}));
  EXPECT_EQ(call("store_word(1, 0xffffffff)"), Command<Word>(StoreWord<Word>{1, 0xffffffff}));
  EXPECT_EQ(call("memset(0x0804b008, 65, 100)"), Command<Word>(Memset<Word>{0x0804b008, 65, 100}));
}

TEST(MallocCall, is_written_as_it_is_read) {
  for (const char* line :
       {"malloc(100)", "malloc(0xffffffff)", "free(NULL)", "free(0x0804b008)", "calloc(10, 20)",
        "calloc(0x40000000, 4)", "realloc(NULL, 1)", "realloc(0x0804b008, 300)", "memalign(4096, 100)",
        "malloc_usable_size(0x0804b008)", "malloc_trim(0)", "sbrk(4096)", "sbrk(-4096)", "sbrk(-2147483648)",
        "load_byte(0x0804b008)", "load_word(NULL)", "store_byte(0x0804b008, 65)",
        "store_word(0x0804b008, 0x00000041)", "memset(0x0804b008, 65, 100)"})
    EXPECT_EQ(notation(call(line)), line);
}

TEST(MallocCall, is_refused_what_no_call_can_have) {
  const Bad bad_calls[] = {
      {"maloc(1)", 1, "the malloc family has no such call", "`malloc`", "malloc"},
      {"[pid 2] malloc(1)", 1, "has no processes", "without `[pid N]`"},
      {"malloc()", 8, "wrong number of arguments", "1: bytes"},
      {"realloc(0x0804b008)", 19, "wrong number of arguments", "2: block, bytes"},
      {"malloc(-1)", 8, "a size has no sign", "at most 32 bits", "0xffffffff"},
      {"malloc(bytes=1)", 8, "the arguments of malloc are bytes", "without a key"},
      {"free(block)", 6, "an address is a number", "at most 32 bits"},
      {"store_byte(0x0804b008, 256)", 24, "a byte is a number", "from 0 to 255"},
      {"memset(0x0804b008, -1, 1)", 20, "a byte is a number", "from 0 to 255"},
      {"sbrk(-2147483649)", 6, "an increment is a number", "may be negative"},
      {"sbrk(0x100000000)", 6, "an increment is a number", "may be negative"},
  };
  for (const Bad& bad : bad_calls) expect_refused(bad, 2, [&] { call(bad.line); });
}

// ---- Results --------------------------------------------------------------------------------------------------

std::string result(const std::string& line) {
  const OneLine one = one_line(line);
  const auto& call = one.as<transcript::Call>();
  return read_result(one.source(), read_call(one.source(), call), *call.result);
}

TEST(MallocResult, is_one_that_the_call_can_have) {
  EXPECT_EQ(result("malloc(1) = 134524936"), "0x0804b008");
  EXPECT_EQ(result("realloc(0x0804b008, 0) = NULL"), "NULL");
  EXPECT_EQ(result("sbrk(0) = 0x0804b000"), "0x0804b000");
  EXPECT_EQ(result("sbrk(1) = -1 ENOMEM (Cannot allocate memory)"), "-1 ENOMEM");
  EXPECT_EQ(result("load_byte(1) = 0x41"), "65");
  EXPECT_EQ(result("load_word(1) = 65"), "0x00000041");
  EXPECT_EQ(result("malloc_trim(0) = 1"), "1");
  EXPECT_EQ(result("store_byte(1, 1) = SIGSEGV"), "SIGSEGV");
  EXPECT_EQ(result("free(0x0804b008) = SIGABRT double_free"), "SIGABRT double_free");
  EXPECT_EQ(result("malloc(1) = HANG"), "HANG");
  const Bad bad_results[] = {
      {"malloc(1) = -1 ENOMEM", 13, "cannot have this result", "an address, `NULL`, `SIGSEGV`, `SIGABRT REASON`"},
      {"malloc(1) = SIGBUS", 13, "cannot have this result", "`SIGSEGV`"},
      {"free(NULL) = 0", 12, "cannot have this result", "the call returns nothing, `SIGSEGV`"},
      {"free(NULL) = SIGABRT", 14, "does not say which check failed", "`double_free`",
       "= SIGABRT invalid_pointer"},
      {"free(NULL) = SIGABRT double_fre", 22, "no check fails like this", "`double_free`", "double_free"},
      {"free(NULL) = SIGABRT double_free top", 22, "no check fails like this", "`double_free`"},
      {"load_byte(1) = 256", 16, "cannot have this result", "a byte, 0 to 255, `SIGSEGV`"},
      {"load_byte(1) = HANG", 16, "cannot have this result", "`SIGSEGV`"},
      {"load_word(1) = SIGABRT double_free", 16, "cannot have this result", "a word, `SIGSEGV`"},
      {"malloc_trim(0) = 2", 18, "cannot have this result", "`0`, `1`"},
      {"sbrk(1) = SIGSEGV", 11, "cannot have this result", "an address, `-1 ENOMEM`"},
      {"sbrk(1) = -1 EINVAL", 11, "cannot have this result", "`-1 ENOMEM`"},
      {"malloc(1) = block=1", 13, "cannot have this result", "an address"},
      {"malloc_usable_size(1) = NULL", 25, "cannot have this result", "a number of bytes"},
  };
  for (const Bad& bad : bad_results) expect_refused(bad, 2, [&] { result(bad.line); });
}

TEST(MallocResult, is_written_with_the_reason_of_the_check) {
  const auto written = [](Refusal refusal) { return notation(Command<Word>(Free<Word>{1}), Refused{refusal}); };
  EXPECT_EQ(written(Refusal::too_large), "NULL");
  EXPECT_EQ(written(Refusal::product_wraps), "NULL");
  EXPECT_EQ(written(Refusal::no_memory), "NULL");
  EXPECT_EQ(written(Refusal::break_stays), "-1 ENOMEM");
  EXPECT_EQ(written(Refusal::not_mapped), "SIGSEGV");
  EXPECT_EQ(written(Refusal::endless_list), "HANG");
  for (const auto refusal : {Refusal::invalid_pointer, Refusal::invalid_size, Refusal::double_free,
                             Refusal::corrupted_prev_size, Refusal::corrupted_links, Refusal::corrupted_top}) {
    const std::string text = written(refusal);
    EXPECT_EQ(result("free(0x1) = " + text), text);
  }
}

// ---- Effects --------------------------------------------------------------------------------------------------

Effect<Word> effect(const std::string& line) {
  const transcript::File file = transcript::parse({"line.mmt", "boot family=malloc\nmalloc(1)\n" + line + "\n"});
  return read_effect(*file.source, std::get<transcript::Effect>(file.lines.back().content).call);
}

TEST(MallocEffect, is_written_as_it_is_read) {
  for (const char* line :
       {"brk(0x0806c000) = 0x0806c000", "brk(0x0806c000) = -1 ENOMEM", "mmap(139264) = 0x40000000",
        "mmap(0x40000000) = -1 ENOMEM", "munmap(0x40000000, 139264)",
        "mremap(0x40000000, 139264, 200704) = 0x40022000", "mremap(0x40000000, 139264, 200704) = -1 ENOMEM"})
    EXPECT_EQ(notation(effect(std::string("| ") + line)), line);
  EXPECT_EQ(effect("| brk(0x0806c000) = 0x0806c000"), Effect<Word>(Brk<Word>{0x0806c000, true}));
  EXPECT_EQ(effect("| mmap(4096) = -1 ENOMEM"), Effect<Word>(MapPages<Word>{4096, 0}));
}

TEST(MallocEffect, is_refused_what_no_effect_can_have) {
  const Bad bad_effects[] = {
      {"| sbrk(4096) = 1", 3, "the malloc family has no such effect", "`brk`, `mmap`", "brk"},
      {"| brk(0x0806c000)", 18, "returns an address, or is refused", "`= -1 ENOMEM`"},
      {"| brk(0x0806c000) = 0x0804b000", 21, "moves where it was asked to, or stays", "`0x0806c000`"},
      {"| mmap(4096) = 0", 14, "returns an address, or is refused", "`= 0x...`"},
      {"| mmap(4096) = -1 EINVAL", 14, "returns an address, or is refused", "`= -1 ENOMEM`"},
      {"| munmap(0x40000000, 4096) = 0", 28, "no such result", "the end of the line"},
      {"| mremap(0x40000000, 4096)", 26, "wrong number of arguments", "3: addr, old_len, new_len"},
  };
  for (const Bad& bad : bad_effects) expect_refused(bad, 3, [&] { effect(bad.line); });
}

// ---- Queries --------------------------------------------------------------------------------------------------

Question query(const std::string& line) {
  const OneLine one = one_line(line);
  return read_query(one.source(), one.as<transcript::Query>());
}

TEST(MallocQuery, asks_for_what_there_is) {
  EXPECT_EQ(query("heap:").block, Question::Block::heap);
  EXPECT_EQ(query("bins:").block, Question::Block::bins);
  EXPECT_EQ(query("blocks:").block, Question::Block::blocks);
  EXPECT_EQ(query("maps:").block, Question::Block::maps);
  const Question words = query("words 0x0804b000 8:");
  EXPECT_EQ(words.block, Question::Block::words);
  EXPECT_EQ(words.addr, 0x0804b000u);
  EXPECT_EQ(words.words, 8u);
  const Bad bad_queries[] = {
      {"hep:", 1, "the malloc family has no such query", "`heap`, `bins`", "heap"},
      {"heap 1:", 6, "about the one heap", "`:`"},
      {"words 0x0804b000:", 17, "some words of memory", "an address and a number of words", "words 0x0804b000 8:"},
      {"words 0x0804b000 1 2:", 20, "some words of memory", "an address and a number of words"},
      {"words 0x0804b002 1:", 7, "from a word on", "a multiple of 4", "0x0804b000"},
      {"words 0x0804b000 0:", 18, "is a number", "from 1 to 1024"},
      {"words 0x0804b000 1025:", 18, "is a number", "from 1 to 1024"},
  };
  for (const Bad& bad : bad_queries) expect_refused(bad, 2, [&] { query(bad.line); });
}

// ---- Lists ----------------------------------------------------------------------------------------------------

/// What is shown of the lists is what the model takes them to be.
TEST(MallocLists, are_those_of_the_model) {
  EXPECT_EQ(number_of_lists<Word>(), model::number_of_bins<Word>);
  EXPECT_EQ(bytes_of_lists<Word>(), model::bytes_of_bins<Word>);
  EXPECT_EQ(number_of_lists<std::uint64_t>(), model::number_of_bins<std::uint64_t>);
  for (std::uint32_t list = 0; list < number_of_lists<Word>(); ++list) {
    const auto [first, last] = sizes_of_list<Word>(list);
    EXPECT_EQ(model::bin_of<Word>(first), list);
    EXPECT_EQ(model::bin_of<Word>(last), list);
    EXPECT_EQ(head_of_list<Word>(0x0804a000, list), model::head_of_bin<Word>(0x0804a000, list));
    EXPECT_EQ(first, list == 0 ? 0 : sizes_of_list<Word>(list - 1).last + chunk_alignment<Word>);
  }
  EXPECT_EQ(sizes_of_list<Word>(number_of_lists<Word>() - 1).last, ~Word{0} - 7);
}

}  // namespace
}  // namespace refmm::malloc
