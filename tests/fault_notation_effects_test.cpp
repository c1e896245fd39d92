// The notation of demand paging: what effects and queries mean, and what is refused because there is no such thing.

#include <refmm/spec/fault_notation.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/notation_lines.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>

namespace refmm::process {
namespace {

using Word = std::uint32_t;

// ---- Effects --------------------------------------------------------------------------------------------------

fault::Effect<Word> effect(const std::string& line) {
  const OneLine one = one_line("boot family=fault\nreclaim()", line);
  return read_effect(one.source(), one.as<transcript::Effect>().call);
}

TEST(FaultEffect, means_what_it_says) {
  using fault::Effect;
  const auto signal = std::get<fault::ForceSig<Word>>(effect("| force_sig(SIGBUS, ?, 0xc0000000)"));
  EXPECT_EQ(signal.code, fault::SignalCode::never_set);
  EXPECT_EQ(signal.addr, 0xc0000000u);
  EXPECT_EQ(effect("| alloc_page(GFP_KERNEL) = NULL"),
            Effect<Word>(fault::AllocPage<Word>{fault::Gfp::GFP_KERNEL, std::nullopt}));
  EXPECT_EQ(effect("| copy_page(pfn 3, BAD_PAGE)"), Effect<Word>(fault::CopyPage<Word>{3, fault::BAD_PAGE}));
  EXPECT_EQ(effect("| file_write(file2, page 5, pfn 3) = -1 EIO"),
            Effect<Word>(fault::FileTransfer<Word>{fault::Transfer::write, 2, 5, 3, false}));
}

TEST(FaultEffect, is_written_the_same) {
  for (const char* line : {"page_fault(0x40000000, present|write|user)",
                           "page_fault(0x00000000, 0)",
                           "minor_fault()",
                           "major_fault()",
                           "force_sig(SIGSEGV, SEGV_MAPERR, 0x40000000)",
                           "force_sig(SIGSEGV, SEGV_ACCERR, 0x40000000)",
                           "force_sig(SIGBUS, BUS_ADRERR, 0x40000000)",
                           "do_exit(SIGKILL)",
                           "fixup()",
                           "alloc_page(GFP_USER) = pfn 3",
                           "free_page(pfn 3)",
                           "clear_page(BAD_PAGETABLE)",
                           "copy_page(pfn 3, ZERO_PAGE)",
                           "flush_tlb()",
                           "flush_tlb_page(0x40000000)",
                           "file_read(file1, page 0, pfn 3)",
                           "file_read(file1, page 0, pfn 3) = -1 EIO",
                           "file_write(file9, page 1, pfn 3)",
                           "swap_read(slot 1, pfn 3)",
                           "swap_write(slot 1, pfn 3) = -1 EIO"}) {
    EXPECT_EQ(notation(effect(std::string("| ") + line)), line);
  }
}

TEST(FaultEffect, is_refused_what_no_effect_can_have) {
  const Bad bad_effects[] = {
      {"| free_pages(pfn 3)", 3, "no such effect", "`free_page`", "free_page"},
      {"| page_fault(0x40000000, reed)", 26, "no such flag", "flags of a page fault"},
      {"| force_sig(SIGKILL, ?, 0)", 13, "no other signal", "`SIGSEGV` or `SIGBUS`"},
      {"| force_sig(SIGSEGV, SEGV_MAPER, 0)", 22, "this code", "`SEGV_MAPERR`", "SEGV_MAPERR"},
      {"| do_exit(SIGSEGV)", 11, "not killed like this", "`SIGKILL`"},
      {"| alloc_page(GFP_USR) = pfn 3", 14, "not asked for", "`GFP_USER`", "GFP_USER"},
      {"| alloc_page(GFP_USER)", 23, "has a result", "`= pfn N`"},
      {"| alloc_page(GFP_USER) = 3", 26, "no such result", "`= NULL`"},
      {"| free_page(3)", 13, "no page frame", "`pfn N`", "pfn 1"},
      {"| free_page(pfn 3..4)", 13, "no page frame", "`ZERO_PAGE`"},
      {"| free_page(BAD_PAG)", 13, "no page frame", "`BAD_PAGE`", "BAD_PAGE"},
      {"| free_page(pfn 3) = 0", 20, "no such result", "the end of the line"},
      {"| file_read(file, page 0, pfn 3)", 13, "no file has this name", "`fileN`", "file1"},
      {"| file_read(file1, 0, pfn 3)", 20, "this is no page", "`page N`"},
      {"| file_read(file1, page 0, pfn 3) = -1 ENOMEM", 35, "no such result", "`= -1 EIO`"},
      {"| swap_read(1, pfn 3)", 13, "this is no slot", "`slot N`", "slot 1"},
      {"| copy_page(pfn 3)", 18, "wrong number of arguments", "2: pfn TO, pfn FROM"},
  };
  for (const Bad& bad : bad_effects) expect_refused(bad, 3, [&] { effect(bad.line); });
}

// ---- Queries --------------------------------------------------------------------------------------------------

Question query(const std::string& line) {
  const OneLine one = one_line("boot family=fault", line);
  return read_query(one.source(), one.as<transcript::Query>());
}

TEST(FaultQuery, means_what_it_says) {
  using enum Question::Block;
  const Question of_entry = query("pte 2 0x40000123:");
  EXPECT_EQ(of_entry.block, pte);
  EXPECT_EQ(of_entry.pid, 2u);
  EXPECT_EQ(of_entry.addr, 0x40000123u);
  EXPECT_EQ(query("maps 7:").pid, 7u);
  const std::pair<const char*, Question::Block> blocks[] = {
      {"ptes 1:", ptes}, {"rss 1:", rss},         {"mm 1:", mm}, {"maps 1:", maps},
      {"pages:", pages}, {"swap: (empty)", swap}, {"mem:", mem}};
  for (const auto& [line, block] : blocks) EXPECT_EQ(query(line).block, block);
}

TEST(FaultQuery, is_refused_where_it_asks_for_nothing) {
  const Bad bad_queries[] = {
      {"pets 1:", 1, "no such query", "`ptes`"},
      {"tree 1:", 1, "no such query", "`mem`"},
      {"maps:", 5, "wrong number of arguments", "`maps PID:`"},
      {"pte 1:", 6, "wrong number of arguments", "`pte PID ADDR:`"},
      {"pages 1:", 7, "wrong number of arguments", "`pages:`"},
      {"pte 1 0x40000000 2:", 18, "wrong number of arguments", "`pte PID ADDR:`"},
      {"rss one:", 5, "the number of a process", "at most 32 bits"},
      {"pte 1 -4096:", 7, "an address has no sign", "at most 32 bits"},
  };
  for (const Bad& bad : bad_queries) expect_refused(bad, 2, [&] { query(bad.line); });
}

}  // namespace
}  // namespace refmm::process
