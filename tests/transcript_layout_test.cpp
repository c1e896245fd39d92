// What the syntax tree holds, at which places, and that the layout of an author survives.

#include <refmm/spec/transcript.hpp>

#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace refmm::transcript {
namespace {

File parsed(std::string text) { return parse(Source("example.mmt", std::move(text))); }

const std::string boot = "boot family=slab\n";

/// The call in line 2 of a transcript that consists of the machine and `line`.
Call call(const std::string& line) {
  const File file = parsed(boot + line + "\n");
  return std::get<Call>(file.lines.at(1).content);
}

Query query(const std::string& lines) {
  const File file = parsed(boot + lines + "\n");
  return std::get<Query>(file.lines.at(1).content);
}

TEST(TranscriptLayout, a_call_knows_its_parts_and_their_places) {
  const Call it =
      call("kmem_cache_create(\"session\", 1000, 0x20, SLAB_NO_REAP|SLAB_HWCACHE_ALIGN, NULL) = session");
  EXPECT_EQ(it.name.text, "kmem_cache_create");
  EXPECT_EQ(it.name.at, (Position{2, 1}));
  ASSERT_EQ(it.arguments.size(), 5u);
  EXPECT_EQ(std::get<Text>(it.arguments[0].value.form).text, "session");
  EXPECT_EQ(it.arguments[0].value.at, (Position{2, 19}));
  EXPECT_EQ(std::get<Number>(it.arguments[1].value.form).magnitude, 1000u);
  EXPECT_EQ(std::get<Number>(it.arguments[2].value.form).magnitude, 32u);
  EXPECT_EQ(it.arguments[2].value.text, "0x20");
  const auto& flags = std::get<Names>(it.arguments[3].value.form).words;
  ASSERT_EQ(flags.size(), 2u);
  EXPECT_EQ(flags[1].text, "SLAB_HWCACHE_ALIGN");
  EXPECT_EQ(flags[1].at, (Position{2, 55}));
  ASSERT_TRUE(it.result);
  EXPECT_EQ(it.result->at, (Position{2, 81}));
  EXPECT_EQ(*name_of(it.result->values.at(0).value), "session");
}

TEST(TranscriptLayout, names_of_caches_may_hold_balanced_parentheses) {
  const Call it = call("kmem_cache_free(size-64(DMA), size-64(DMA):0[3])");
  EXPECT_EQ(*name_of(it.arguments.at(0).value), "size-64(DMA)");
  const auto& object = std::get<SlabObject>(it.arguments.at(1).value.form);
  EXPECT_EQ(object.cache.text, "size-64(DMA)");
  EXPECT_EQ(object.slab, 0u);
  EXPECT_EQ(object.index, 3u);
  EXPECT_FALSE(it.result);
}

TEST(TranscriptLayout, keys_kinds_ranges_and_processes) {
  const Call pages = call("get_pages(session:3, order=0, gfp=0x7) = NULL");
  EXPECT_FALSE(std::get<SlabObject>(pages.arguments.at(0).value.form).index);
  EXPECT_EQ(pages.arguments.at(1).key->text, "order");
  EXPECT_EQ(pages.arguments.at(1).key->at, (Position{2, 22}));
  EXPECT_EQ(pages.arguments.at(1).value.at, (Position{2, 28}));

  const Call reserve = call("[pid 12] reserve(pfn 16..31, ?) = 0x40000000 prev=NULL");
  EXPECT_EQ(reserve.process->pid, 12u);
  const auto& frames = std::get<Counted>(reserve.arguments.at(0).value.form);
  EXPECT_EQ(frames.kind.text, "pfn");
  EXPECT_EQ(frames.first, 16u);
  EXPECT_EQ(frames.last, 31u);
  EXPECT_EQ(reserve.result->values.at(1).key->text, "prev");

  const Query map = query("map 0xc3ffe000-0x00000000:\n  c3ffe000-c4000000 none");
  EXPECT_EQ(std::get<Range>(map.arguments.at(0).form).first, 0xc3ffe000u);
  EXPECT_EQ(map.lines.at(0).text, "c3ffe000-c4000000 none");
  EXPECT_EQ(map.lines.at(0).at, (Position{3, 3}));
}

TEST(TranscriptLayout, errors_of_system_calls_may_be_explained) {
  const Call it = call("mlock(0x40000000, 4096) = -1 ENOMEM (Cannot allocate memory)");
  EXPECT_TRUE(std::get<Number>(it.result->values.at(0).value.form).negative);
  EXPECT_EQ(*name_of(it.result->values.at(1).value), "ENOMEM");
  EXPECT_EQ(it.result->explanation->text, "(Cannot allocate memory)");
}

TEST(TranscriptLayout, a_question_differs_from_an_empty_answer) {
  EXPECT_FALSE(query("tree:").empty);
  EXPECT_EQ(query("tree: (empty)").empty, (Position{2, 7}));
  EXPECT_EQ(query("pte 1 0x40000000:").arguments.size(), 2u);
  EXPECT_EQ(query("pde pgd 1:").arguments.size(), 1u);
  EXPECT_EQ(*name_of(query("slabs size-32(DMA):").arguments.at(0)), "size-32(DMA)");
}

TEST(TranscriptLayout, the_layout_of_the_author_survives) {
  const std::string text =
      "# two machines,\twith a tab\n"
      "\n"
      "boot   family=slab  l1=32   \n"
      "   \n"
      "kmalloc( 0x0064,   GFP_KERNEL|GFP_DMA )   =  size-128(DMA):0[0]  \n"
      "|get_pages(size-128(DMA):0,order=0, gfp=0xf)\n"
      "# between effects\n"
      "|   get_pages(x)\n"
      "mlock(1)=-1   ENOMEM   (no (room))   \n"
      "[pid  7]   load( )\n"
      "slabs   size-128  :   \n"
      "    two more blanks, and three at the end   \n"
      "chain  :(empty)\n"
      "set a=1,2..3   b=x|y\n"
      "bug() = BUG\n"
      "\n"
      "boot\n"
      "free_area:";
  EXPECT_EQ(print(parsed(text)), text);
}

TEST(TranscriptLayout, what_a_program_adds_is_printed_with_single_blanks) {
  File file = parsed(boot + "kmalloc( 100,0 )\nchain:\n# end\n");
  std::get<Call>(file.lines.at(1).content).result =
      Result{{}, {{std::nullopt, parse_value("size-128:0[0]")}}, std::nullopt};
  std::get<Query>(file.lines.at(2).content).lines.push_back({{}, "*kmem_cache"});
  Call effect{std::nullopt, {{}, "get_pages"}, {}, {}, std::nullopt};
  effect.arguments.push_back({std::nullopt, parse_value("size-128:0")});
  effect.arguments.push_back({Word{{}, "order"}, parse_value("0")});
  file.lines.insert(file.lines.begin() + 2, Line{{}, 0, Effect{std::move(effect)}});
  EXPECT_EQ(print(file), boot +
                             "kmalloc( 100,0 ) = size-128:0[0]\n| get_pages(size-128:0, order=0)\n"
                             "chain:\n  *kmem_cache\n# end\n");
}

TEST(TranscriptLayout, an_ending_is_recognised) {
  EXPECT_EQ(*ending(*call("kmalloc(131073, 0) = BUG").result), "BUG");
  EXPECT_EQ(*ending(*call("msync(1) = HANG").result), "HANG");
  EXPECT_EQ(ending(*call("kmalloc(1, 0) = NULL").result), nullptr);
  EXPECT_EQ(ending(*call("mlock(1) = -1 BUG").result), nullptr);
}

TEST(TranscriptLayout, names_are_told_from_other_values) {
  for (const char* name : {"session", "size-64(DMA)", "a.b/c", "-", "x[", "0x"})
    EXPECT_TRUE(is_name(name)) << name;
  for (const char* other : {"", "a b", "a,b", "a(b", "a)b", "12", "0x1f", "a:1", "a:1[2]", "1..2", "NULL", "BUG",
                            "a|b", "a=b", "\"a\"", "\xc3\xa4", "a\tb"})
    EXPECT_FALSE(is_name(other)) << other;
}

}  // namespace
}  // namespace refmm::transcript
