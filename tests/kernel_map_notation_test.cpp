// The notation of the kernel family: what lines mean, and what is refused because no call can have it.

#include <refmm/spec/kernel_map_notation.hpp>
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/kernel_map_family.hpp>
#include <refmm/tests/notation_lines.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace refmm::kernel_map {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Word = std::uint32_t;

constexpr Boot<Word> small_machine{as_built, 16384, 0, 1024, true, true, Config::up};
constexpr Boot<Word> high_machine{as_built, 16384, 16, 1024, true, true, Config::highmem};

OneLine one_line(const std::string& line) { return refmm::one_line("boot family=kernel", line); }

/// A machine on which the directories 1 and 3 are in use, and 2 has been freed.
State<Word> after(const std::vector<Command<Word>>& commands, const Boot<Word>& boot = high_machine) {
  State<Word> state = KernelMapFamily::boot(boot);
  for (const Command<Word>& command : commands) state = KernelMapFamily::step(boot, state, command).state;
  return state;
}

const State<Word>& with_directories() {
  static const State<Word> state = after({PgdAlloc{}, PgdAlloc{}, PgdAlloc{}, PgdFree{2}});
  return state;
}

// ---- Calls ----------------------------------------------------------------------------------------------------

Command<Word> call(const std::string& line, const Boot<Word>& boot = high_machine) {
  const OneLine one = one_line(line);
  return read_call(one.source(), one.as<transcript::Call>(), boot, with_directories());
}

TEST(KernelMapCall, means_what_it_says) {
  EXPECT_EQ(call("vmalloc_32(8192)"), Command<Word>(Vmalloc<Word>{VmallocGfp::low, 8192}));
  EXPECT_EQ(call("vfree(NULL)"), Command<Word>(Vfree<Word>{0}));
  EXPECT_EQ(call("ioremap_nocache(0xe0000000, 4097)"), Command<Word>(Ioremap<Word>{0xe0000000, 4097, true}));
  EXPECT_EQ(call("touch(swapper, 0x00001000)"), Command<Word>(Touch<Word>{0, 0x1000, false}));
  EXPECT_EQ(call("touch_user(pgd 3, 0xc4800000)"), Command<Word>(Touch<Word>{3, 0xc4800000, true}));
  EXPECT_EQ(call("check_pgt_cache(-1, 25)"), Command<Word>(CheckPgtCache{-1, 25}));
  EXPECT_EQ(call("reserve(pfn 5)"), Command<Word>(Reserve<Word>{5, 5}));
  EXPECT_EQ(call("unreserve(pfn 5..7)"), Command<Word>(Unreserve<Word>{5, 7}));
  EXPECT_EQ(call("map_user(pgd 1, 0xbffff000, ro)"), Command<Word>(MapUser<Word>{1, 0xbffff000, false}));
  EXPECT_EQ(call("clear_page_tables(pgd 1, 767, 1)"), Command<Word>(ClearPageTables<Word>{1, 767, 1}));
}

TEST(KernelMapCall, is_written_the_same) {
  for (const char* line : {"vmalloc(0x0)",
                           "vmalloc_dma(0x1000)",
                           "vmalloc_32(0xffffffff)",
                           "vfree(NULL)",
                           "vfree(0xc4800000)",
                           "ioremap(0x00000000, 0x1)",
                           "ioremap_nocache(0xffffffff, 0x2)",
                           "iounmap(NULL)",
                           "pgd_alloc()",
                           "pgd_free(pgd 1)",
                           "pgd_free_fast(pgd 3)",
                           "pte_free_fast()",
                           "check_pgt_cache(-25, 50)",
                           "touch(swapper, 0xc4800000)",
                           "touch_user(pgd 1, 0xffffffff)",
                           "reserve(pfn 0..16399)",
                           "unreserve(pfn 7)",
                           "get_page()",
                           "get_page_high()",
                           "put_page(pfn 16399)",
                           "kmap(pfn 0)",
                           "kunmap(pfn 16384)",
                           "map_user(pgd 1, 0x08048000, rw)",
                           "map_user(pgd 3, 0x00001000, ro)",
                           "clear_page_tables(pgd 3, 0, 768)"}) {
    EXPECT_EQ(notation(call(line)), line);
  }
}

TEST(KernelMapCall, is_refused_what_no_call_can_have) {
  const Bad bad_calls[] = {
      {"vmaloc(4096)", 1, "no such call", "`vmalloc`", "vmalloc"},
      {"munmap(0x40000000, 1)", 1, "the kernel family has no such call", "`map_user`"},
      {"[pid 2] pgd_alloc()", 1, "the kernel family has no processes", "without `[pid N]`"},

      {"vmalloc()", 9, "wrong number of arguments", "1: size"},
      {"vmalloc(1, 2)", 12, "wrong number of arguments", "1: size"},
      {"vmalloc(size=1)", 9, "arguments of vmalloc", "without a key"},
      {"map_user(pgd 1, 0x1000)", 23, "wrong number of arguments", "3: pgd, addr, rw or ro"},

      {"vmalloc(-1)", 9, "a size has no sign", "32 bits", "0xffffffff"},
      {"vmalloc(0x100000000)", 9, "a size has 32 bits", "32 bits"},
      {"vmalloc(NULL)", 9, "a size is a number", "32 bits"},
      {"vfree(here)", 7, "an address is a number", "32 bits"},
      {"ioremap(0x1e0000000, 1)", 9, "an address has 32 bits", "32 bits"},
      {"iounmap(-4096)", 9, "an address has no sign", "32 bits", "0xfffff000"},

      {"pgd_free(1)", 10, "this is no page directory", "`pgd N`", "pgd 1"},
      {"pgd_free(pgd 0)", 10, "this is no page directory", "`pgd N`"},
      {"pgd_free(pgd 1..3)", 10, "this is no page directory", "`pgd N`"},
      {"pgd_free(swapper)", 10, "this is no page directory", "`pgd N`"},
      {"pgd_free(pgd 2)", 10, "has been freed", "a directory that is in use", "pgd 3"},
      {"touch(pgd 4, 0xc0000000)", 7, "there is no such directory", "in use", "pgd 3"},
      {"touch(kernel, 0xc0000000)", 7, "this is no page directory", "`pgd N` or `swapper`"},

      {"check_pgt_cache(low, 50)", 17, "a mark is a number", "2147483647"},
      {"check_pgt_cache(25, 2147483648)", 21, "a mark is a number", "2147483647"},

      {"reserve(5)", 9, "no page frames", "`pfn A..B`", "pfn 0..15"},
      {"reserve(pgd 5)", 9, "no page frames", "`pfn A..B`"},
      {"reserve(pfn 0..16400)", 9, "no such frame", "pfn 16399"},
      {"put_page(pfn 16400)", 10, "no such frame", "pfn 16399"},
      {"put_page(pfn 4294967296)", 10, "no page frame", "`pfn N`", "pfn 1024"},
      {"kmap(pgd 1)", 6, "no page frame", "`pfn N`"},
      {"kmap(pfn 16400)", 6, "no such frame", "pfn 16399"},

      {"map_user(pgd 1, 0x1000, rx)", 25, "to be written or to be read", "`rw` or `ro`"},
      {"map_user(swapper, 0x1000, rw)", 10, "this is no page directory", "`pgd N`"},
      {"clear_page_tables(pgd 1, 769, 0)", 26, "a slot of the user's half", "from 0 to 768"},
      {"clear_page_tables(pgd 1, 700, 69)", 31, "a count of slots", "from 0 to 68"},
      {"clear_page_tables(pgd 2, 0, 1)", 19, "has been freed", "in use"},
  };
  for (const Bad& bad : bad_calls) expect_refused(bad, 2, [&] { call(bad.line); });
}

TEST(KernelMapCall, is_refused_a_range_that_runs_backwards) {
  EXPECT_TRUE(error_of([] { call("reserve(pfn 7..5)"); }));
}

TEST(KernelMapCall, maps_high_frames_only_where_there_is_a_window) {
  expect_refused({"kmap(pfn 5)", 1, "no window for high frames", "`config=highmem`"}, 2,
                 [] { call("kmap(pfn 5)", small_machine); });
  EXPECT_EQ(call("get_page_high()", small_machine), Command<Word>(GetPage{true}));
}

// ---- The machine ----------------------------------------------------------------------------------------------

BootLine boot(const std::string& line) {
  const transcript::File file = transcript::parse({"line.mmt", line + "\n"});
  return read_boot(*file.source, file.lines[0], std::get<transcript::Boot>(file.lines[0].content));
}

TEST(KernelMapBoot, may_leave_out_what_is_usual_and_what_the_kernel_computes) {
  const BootLine read = boot("boot family=kernel ram_pages=16384");
  EXPECT_EQ(read.boot, small_machine);
  EXPECT_FALSE(read.all_effects);
  EXPECT_EQ(boot_notation(read.boot, true),
            "boot family=kernel ram_pages=16384 first_free=1024 pse=1 pge=1 config=up high_memory=0xc4000000 "
            "vmalloc_start=0xc4800000 vmalloc_end=0xffffe000 effects=all");
}

TEST(KernelMapBoot, is_written_the_same) {
  for (const char* line :
       {"boot family=kernel ram_pages=16384 highmem_pages=16 first_free=1024 pse=1 pge=1 config=highmem "
        "high_memory=0xc4000000 vmalloc_start=0xc4800000 vmalloc_end=0xffffc000",
        "boot family=kernel ram_pages=10000 first_free=600 pse=0 pge=1 config=apic high_memory=0xc2710000 "
        "vmalloc_start=0xc3000000 vmalloc_end=0xffff5000 effects=all",
        "boot family=kernel ram_pages=16384 first_free=1024 pse=1 pge=0 config=up sharing=preallocated "
        "high_memory=0xc4000000 vmalloc_start=0xc4800000 vmalloc_end=0xffffe000"}) {
    const BootLine read = boot(line);
    EXPECT_EQ(boot_notation(read.boot, read.all_effects), line);
  }
  EXPECT_EQ(boot("boot family=kernel ram_pages=16384 sharing=lazy").boot, small_machine);
}

TEST(KernelMapBoot, is_refused_what_no_machine_can_have) {
  const Bad bad_boots[] = {
      {"boot", 1, "lacks `family`", "`family=...`", "boot family=kernel"},
      {"boot family=kernel", 1, "lacks `ram_pages`", "`ram_pages=...`", "boot family=kernel ram_pages=16384"},
      {"boot family=kernels ram_pages=1", 13, "another family", "`kernel`"},
      {"boot family=kernel ram_page=1", 20, "no such setting", "`ram_pages`", "ram_pages"},
      {"boot family=kernel ram_pages=16384 ram_pages=1", 36, "set already", "once"},
      {"boot family=kernel ram_pages=1", 30, "`ram_pages`", "from 513"},
      {"boot family=kernel ram_pages=1000", 30, "frames below pfn 1024", "`first_free` from 513"},
      {"boot family=kernel ram_pages=300000", 30, "`ram_pages`", "from 513"},
      {"boot family=kernel ram_pages=-1", 30, "`ram_pages`", "from 513"},
      {"boot family=kernel ram_pages=all", 30, "`ram_pages`", "from 513"},
      {"boot family=kernel ram_pages=16384 highmem_pages=5", 50, "`highmem_pages`", "0"},
      {"boot family=kernel ram_pages=16384 first_free=16385", 47, "`first_free`", "to 16384"},
      {"boot family=kernel ram_pages=16384 pse=2", 40, "`pse`", "from 0 to 1"},
      {"boot family=kernel ram_pages=16384 config=smp", 43, "`config` has no such value", "`highmem`"},
      {"boot family=kernel ram_pages=16384 config=highmen", 43, "no such value", "`up`", "highmem"},
      {"boot family=kernel ram_pages=16384 sharing=none", 44, "`sharing` has no such value", "`preallocated`"},
      {"boot family=kernel ram_pages=16384 high_memory=0xc0000000", 48, "computes another", "`0xc4000000`"},
      {"boot family=kernel ram_pages=16384 vmalloc_end=NULL", 48, "computes another", "`0xffffe000`"},
      {"boot family=kernel ram_pages=16384 effects=some", 44, "effects", "`all`"},
  };
  for (const Bad& bad : bad_boots) expect_refused(bad, 1, [&] { boot(bad.line); });
}

SetKnobs set(const std::string& line) {
  const OneLine one = one_line(line);
  return read_set(one.source(), one.line(), one.as<transcript::Set>());
}

TEST(KernelMapSet, changes_what_it_names_and_nothing_else) {
  EXPECT_EQ(set("set fail_pages=3"), (SetKnobs{{}, 3, {}}));
  EXPECT_EQ(notation(Command<Word>(set("set fail_kmalloc=0 skip_pages=7"))), "set skip_pages=7 fail_kmalloc=0");
  const Bad bad_sets[] = {
      {"set fail_page=1", 5, "no such setting", "`fail_pages`", "fail_pages"},
      {"set fail_pages=-1", 16, "`fail_pages` has no sign", "32 bits"},
      {"set fail_pages=many", 16, "`fail_pages` is a number", "32 bits"},
      {"set fail_pages=1 fail_pages=1", 18, "set already", "once"},
  };
  for (const Bad& bad : bad_sets) expect_refused(bad, 2, [&] { set(bad.line); });
}

// ---- Results --------------------------------------------------------------------------------------------------

std::string result(const std::string& line) {
  const OneLine one = one_line(line);
  const auto& content = one.as<transcript::Call>();
  const Command<Word> command = read_call(one.source(), content, high_machine, with_directories());
  return read_result(one.source(), command, *content.result);
}

TEST(KernelMapResult, is_one_that_the_call_can_have) {
  EXPECT_EQ(result("vmalloc(1) = 3296722944"), "0xc4800000");
  EXPECT_EQ(result("vmalloc(1) = NULL"), "NULL");
  EXPECT_EQ(result("ioremap(0, 0) = BUG"), "BUG");
  EXPECT_EQ(result("pgd_alloc() = pgd 4"), "pgd 4");
  EXPECT_EQ(result("pte_free_fast() = pfn 1029"), "pfn 1029");
  EXPECT_EQ(result("check_pgt_cache(25, 50) = 26"), "26");
  EXPECT_EQ(result("check_pgt_cache(-1, 50) = HANG"), "HANG");
  EXPECT_EQ(result("touch(pgd 1, 0xc4800000) = synced"), "synced");
  EXPECT_EQ(result("touch_user(pgd 1, 0xc4800000) = sigsegv"), "sigsegv");
  EXPECT_EQ(result("kunmap(pfn 16384) = BUG"), "BUG");
  EXPECT_EQ(result("map_user(pgd 1, 0x1000, rw) = pfn 16385"), "pfn 16385");

  const Bad bad_results[] = {
      {"vmalloc(1) = 0", 14, "cannot have this result", "an address, `NULL` or `BUG`"},
      {"vmalloc(1) = pfn 5", 14, "cannot have this result", "an address"},
      {"vmalloc(1) = HANG", 14, "cannot have this result", "an address"},
      {"vmalloc(1) = 0xc4800000 0xc4800000", 14, "cannot have this result", "an address"},
      {"vmalloc(1) = addr=0xc4800000", 14, "cannot have this result", "an address"},
      {"vfree(NULL) = 0", 13, "cannot have this result", "returns nothing"},
      {"pgd_alloc() = pgd 0", 15, "cannot have this result", "`pgd N` or `NULL`"},
      {"pgd_alloc() = BUG", 15, "cannot have this result", "`pgd N` or `NULL`"},
      {"touch(pgd 1, 0xc4800000) = sigsegv", 28, "cannot have this result", "`bad_area`"},
      {"touch_user(pgd 1, 0xc4800000) = bad_area", 33, "cannot have this result", "`sigsegv`"},
      {"check_pgt_cache(25, 50) = -1", 27, "cannot have this result", "a number or `HANG`"},
  };
  for (const Bad& bad : bad_results) expect_refused(bad, 2, [&] { result(bad.line); });
}

// ---- Effects --------------------------------------------------------------------------------------------------

Effect<Word> effect(const std::string& line) {
  const OneLine one = refmm::one_line("boot family=kernel\nvfree(NULL)", line);
  return read_effect(one.source(), one.as<transcript::Effect>().call);
}

TEST(KernelMapEffect, is_written_the_same) {
  for (const char* line :
       {"alloc_page(GFP_KERNEL) = pfn 1025", "alloc_page(GFP_KERNEL|__GFP_HIGHMEM) = NULL",
        "alloc_page(GFP_KERNEL|GFP_DMA) = pfn 0", "get_free_page(GFP_KERNEL) = pfn 1024", "free_page(pfn 1025)",
        "kmalloc(16) = obj 7", "kmalloc(16) = NULL", "kfree(obj 0)", "set_pde(swapper, 786, 0x00400063)",
        "set_pde(pgd 12, 0, 0x00000000)", "flush_tlb()", "flush_tlb_global()", "warn(page_exists)",
        "warn(vfree_unaligned)", "warn(vfree_unknown)", "page_fault(0xc4800000, 5)", "signal(SIGSEGV)"}) {
    EXPECT_EQ(notation(effect(std::string("| ") + line)), line);
  }
}

TEST(KernelMapEffect, is_refused_what_no_effect_can_have) {
  const Bad bad_effects[] = {
      {"| flush_tlbs()", 3, "no such effect", "`flush_tlb`", "flush_tlb"},
      {"| flush_tlb(1)", 13, "wrong number of arguments", "none"},
      {"| alloc_page(GFP_USER) = NULL", 14, "no such frames", "`GFP_KERNEL`"},
      {"| alloc_page(GFP_KERNEL)", 25, "alloc_page has a result", "`= ...`"},
      {"| alloc_page(GFP_KERNEL) = pgd 1", 28, "cannot have this result", "`pfn N` or `NULL`"},
      {"| free_page(pfn 1) = 0", 20, "free_page has no result", "the end of the line"},
      {"| get_free_page(GFP_DMA) = NULL", 17, "always requested so", "`GFP_KERNEL`"},
      {"| kmalloc(32) = obj 1", 11, "the size of a list element", "16"},
      {"| kfree(1)", 9, "no list element", "`obj N`"},
      {"| set_pde(1, 2, 3)", 11, "no page directory", "`swapper`"},
      {"| set_pde(swapper, 1024, 3)", 20, "a slot", "from 0 to 1023"},
      {"| warn(page_exist)", 8, "no such message", "`page_exists`", "page_exists"},
      {"| page_fault(0xc4800000, 8)", 26, "an error code", "from 0 to 7"},
      {"| signal(SIGBUS)", 10, "no other signal", "`SIGSEGV`"},
  };
  for (const Bad& bad : bad_effects) expect_refused(bad, 3, [&] { effect(bad.line); });
}

// ---- Queries --------------------------------------------------------------------------------------------------

using Lines = std::vector<std::string>;

Lines answer_to(const std::string& line, const State<Word>& state = with_directories(),
                const Boot<Word>& boot = high_machine) {
  const OneLine one = one_line(line);
  return answer(read_query(one.source(), one.as<transcript::Query>(), boot, state), state);
}

TEST(KernelMapQuery, is_refused_what_nobody_can_ask) {
  const Bad bad_queries[] = {
      {"vmlists:", 1, "no such query", "`vmlist`", "vmlist"},
      {"maps:", 1, "no such query", "`map`", "map"},
      {"vmlist swapper:", 8, "about no thing", "`:`"},
      {"pde:", 4, "lacks what it is about", "`swapper` or `pgd N`"},
      {"pde 1:", 5, "no page directory", "`pgd N` or `swapper`"},
      {"pde pgd 2:", 5, "has been freed", "in use", "pgd 3"},
      {"translate:", 10, "lacks what it is about", "an address"},
      {"translate 0x100000000:", 11, "an address has 32 bits", "32 bits"},
      {"map 0xc4800000:", 5, "are a range", "two addresses"},
      {"map 0xc4800001-0xc4801000:", 5, "these are no pages", "multiples of 4096"},
      {"map 0xc4801000-0xc4801000:", 5, "these are no pages", "the first below the last"},
      {"map 0xc4801000-0x100001000:", 5, "these are no pages", "multiples of 4096"},
      {"frame 16400:", 7, "the number of a frame", "from 0 to 16399"},
      {"frames 1:", 8, "about no thing", "`:`"},
  };
  for (const Bad& bad : bad_queries) expect_refused(bad, 2, [&] { answer_to(bad.line); });
}

TEST(KernelMapBlocks, show_areas_directories_and_what_they_share) {
  const State<Word> state = after({PgdAlloc{}, Vmalloc<Word>{VmallocGfp::any, 0x2000}, PgdAlloc{},
                                   Ioremap<Word>{0xe0000000, 0x3000, true}, MapUser<Word>{2, 0x08048000, false}},
                                  small_machine);
  const auto ask = [&](const std::string& line) { return answer_to(line, state, small_machine); };
  EXPECT_THAT(ask("vmlist:"),
              ElementsAre("c4800000-c4803000 0x00003000 vmalloc", "c4803000-c4807000 0x00004000 ioremap"));
  EXPECT_THAT(ask("pde swapper:"), ElementsAre("768..783 4m pfn 0..16383 present|rw|accessed|dirty|pse|global",
                                               "786 table pfn 1025 present|rw|accessed|dirty",
                                               "1023 table pfn 512 present|rw|accessed|dirty"));
  EXPECT_THAT(ask("pde pgd 2:"), testing::Contains("32 table pfn 1029 present|rw|user|accessed|dirty"));
  EXPECT_THAT(ask("pgds:"), ElementsAre("pgd 1 pfn 1024", "pgd 2 pfn 1028"));
  EXPECT_THAT(ask("sharing:"), ElementsAre("pgd 1 same 768..783,1023 absent 786 differ -",
                                           "pgd 2 same 768..783,786,1023 absent - differ -"));
  EXPECT_THAT(ask("translate 0xc4803123:"), ElementsAre("phys 0xe0000123 present|rw|pcd|accessed|dirty"));
  EXPECT_THAT(ask("translate 0xc4802000:"), ElementsAre("none"));
  EXPECT_THAT(
      ask("map 0xc4800000-0xc4807000:"),
      ElementsAre("c4800000-c4802000 pfn 1026..1027 present|rw|accessed|dirty|global", "c4802000-c4803000 none",
                  "c4803000-c4806000 pfn 917504..917506 present|rw|pcd|accessed|dirty", "c4806000-c4807000 none"));
  EXPECT_THAT(ask("frame 1026:"), ElementsAre("count 1"));
  EXPECT_THAT(ask("frame 5:"), ElementsAre("count 0 reserved"));
  EXPECT_THAT(ask("frames:"), ElementsAre("free 15353"));
  EXPECT_THAT(ask("cache:"), ElementsAre("pgd -", "pte -", "size 0"));
}

TEST(KernelMapBlocks, show_one_frame_behind_many_pages) {
  const State<Word> state = after({SetKnobs{{}, 1, {}}, Vmalloc<Word>{VmallocGfp::any, 0x1000}}, small_machine);
  EXPECT_THAT(
      answer_to("map 0xc4800000-0xc4c01000:", state, small_machine),
      ElementsAre("c4800000-c4802000 none", "c4802000-c4c00000 pfn 261 repeated present|rw|user|accessed|dirty",
                  "c4c00000-c4c01000 none"));
  EXPECT_THAT(answer_to("map 0xfffff000-0x0:", state, small_machine), ElementsAre("fffff000-00000000 none"));
}

TEST(KernelMapBlocks, show_the_quick_lists_first_one_first) {
  const State<Word> state = after({PgdAlloc{}, PgdAlloc{}, PgdFreeFast{1}, PgdFreeFast{2}, PteFreeFast{}});
  EXPECT_THAT(answer_to("cache:", state), ElementsAre("pgd 1025,1024", "pte 1026", "size 3"));
  EXPECT_THAT(answer_to("pgds:", state), IsEmpty());
  EXPECT_THAT(answer_to("vmlist:", state), IsEmpty());
}

}  // namespace
}  // namespace refmm::kernel_map
