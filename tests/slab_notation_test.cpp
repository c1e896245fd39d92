// The notation of the slab family: what lines mean, and what is refused because it means nothing.

#include <refmm/model/slab.hpp>
#include <refmm/spec/slab_notation.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/notation_lines.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

namespace refmm::slab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

OneLine one_line(const std::string& line) {
  return refmm::one_line("boot family=slab l1=32 ram_pages=16384", line);
}

/// A caller in the middle of its work: a cache `conn`, the object conn:0[0] held, conn:0[1] given back in line 7, a cache
/// `gone` destroyed in line 9.
class Caller : public testing::Test {
 protected:
  Caller() {
    run(CacheCreate{"conn", 300, 0, 0, false, false});
    run(CacheAlloc{"conn", SLAB_KERNEL});
    run(CacheAlloc{"conn", SLAB_KERNEL});
    run(CacheFree{{"conn", 0, 1}}, {7, 1});
    run(CacheCreate{"gone", 100, 0, 0, false, false});
    run(CacheDestroy{"gone"}, {9, 1});
  }

  void run(const Command& command, Position at = {2, 1}) {
    auto outcome = model::step(i386_2_4_0, std::move(state_), command);
    state_ = std::move(outcome.state);
    holdings_.note(command, outcome.result, at);
  }

  Command call(const std::string& line) const {
    const OneLine one = one_line(line);
    return read_call(one.source(), one.as<transcript::Call>(), state_, holdings_);
  }
  Question query(const std::string& line) const {
    const OneLine one = one_line(line);
    return read_query(one.source(), one.as<transcript::Query>(), state_, holdings_);
  }

  State state_ = model::boot(i386_2_4_0);
  Holdings holdings_{};
};

// ---- Calls ----------------------------------------------------------------------------------------------------

TEST_F(Caller, is_understood_and_written_the_same) {
  for (const char* line :
       {"kmem_cache_create(\"new\", 100, 32, SLAB_NO_REAP|SLAB_HWCACHE_ALIGN, ctor, dtor)",
        "kmem_cache_create(NULL, 0, 4294967295, 0x1, NULL, NULL)", "kmem_cache_destroy(conn)",
        "kmem_cache_destroy(NULL)", "kmem_cache_shrink(size-64(DMA))", "kmem_cache_shrink(NULL)",
        "kmem_cache_shrink(kmem_cache)", "kmem_cache_alloc(conn, SLAB_ATOMIC)", "kmem_cache_alloc(kmem_cache, 0)",
        "kmem_cache_free(conn, conn:0[0])", "kmalloc(131073, GFP_KERNEL|GFP_DMA)", "kfree(conn:0[0])",
        "kfree(NULL)", "kmem_find_general_cachep(0, GFP_DMA)", "kmem_cache_reap(GFP_KSWAPD)"}) {
    EXPECT_EQ(notation(call(line)), line);
  }
}

TEST_F(Caller, may_spell_flags_and_numbers_in_other_ways) {
  EXPECT_EQ(call("kmalloc(0x64, SLAB_NFS)"), Command(Kmalloc{100, SLAB_KERNEL}));
  EXPECT_EQ(call("kmalloc(100, GFP_DMA|0x7)"), Command(Kmalloc{100, SLAB_KERNEL | GFP_DMA}));
  EXPECT_EQ(call("kmalloc(100, 15)"), Command(Kmalloc{100, SLAB_KERNEL | GFP_DMA}));
  EXPECT_EQ(call("[pid 1] kmalloc(1, 0)"), Command(Kmalloc{1, 0}));
}

TEST_F(Caller, may_use_a_name_that_is_too_long) {
  const std::string name(200, 'x');
  const Command command = call("kmem_cache_create(\"" + name + "\", 100, 0, 0, NULL, NULL)");
  EXPECT_EQ(model::step(i386_2_4_0, state_, command).result, Result(Refused{Refusal::name_too_long}));
  EXPECT_NO_THROW(call("kmem_cache_create(\"with blanks and too long\", 100, 0, 0, NULL, NULL)"));
}

TEST_F(Caller, is_refused_what_means_nothing) {
  const Bad bad_calls[] = {
      {"kmem_cache_aloc(conn, 0)", 1, "no such call", "`kmem_cache_alloc`", "kmem_cache_alloc"},
      {"munmap(0x40000000, 4096)", 1, "no such call", "`kmalloc`"},
      {"[pid 2] kfree(NULL)", 1, "no processes", "without `[pid N]`"},
      {"kmalloc(100)", 12, "wrong number of arguments", "2: size, flags"},
      {"kmalloc()", 9, "wrong number of arguments", "2: size, flags"},
      {"kmalloc(100, 0, 0)", 17, "wrong number of arguments", "2: size, flags"},
      {"kmalloc(100, 0, x=0)", 17, "wrong number of arguments", "2: size, flags"},
      {"kmalloc(size=100, 0)", 9, "arguments of kmalloc", "without a key"},
      {"kmalloc(many, 0)", 9, "is a number", "32 bits"},
      {"kmalloc(-1, 0)", 9, "is a number", "32 bits"},
      {"kmalloc(4294967296, 0)", 9, "is a number", "32 bits"},
      {"kmalloc(100, GFP_KERNAL)", 14, "no such flag", "`GFP_KERNEL`", "GFP_KERNEL"},
      {"kmalloc(100, GFP_DMA|FAST)", 22, "no such flag", "flags of an allocation"},
      {"kmalloc(100, GFP_DMA|0x1ffffffff)", 22, "no such flag", "or a number"},
      {"kmalloc(100, -1)", 14, "no flags", "flags of an allocation"},
      {"kmalloc(100, conn:0[0])", 14, "no flags", "flags of an allocation"},
      {"kmem_cache_create(conn, 100, 0, 0, NULL, NULL)", 19, "is a text", "in quotes", "\"conn\""},
      {"kmem_cache_create(\"a b\", 100, 0, 0, NULL, NULL)", 19, "no transcript can write", "a name"},
      {"kmem_cache_create(\"12\", 100, 0, 0, NULL, NULL)", 19, "no transcript can write", "a name"},
      {"kmem_cache_create(\"\", 100, 0, 0, NULL, NULL)", 19, "no transcript can write", "a name"},
      {"kmem_cache_create(\"NULL\", 100, 0, 0, NULL, NULL)", 19, "no transcript can write", "a name"},
      {"kmem_cache_create(\"a:0[1]\", 100, 0, 0, NULL, NULL)", 19, "no transcript can write", "a name"},
      {"kmem_cache_create(\"kmem_cache\", 100, 0, 0, NULL, NULL)", 19, "slab.create.name_of_head", "another name"},
      {"kmem_cache_create(\"x\", 100, 0, SLAB_REAP, NULL, NULL)", 32, "no such flag", "flags of a cache"},
      {"kmem_cache_create(\"x\", 100, 0, 0, dtor, NULL)", 35, "either there or not", "`ctor` or `NULL`"},
      {"kmem_cache_create(\"x\", 100, 0, 0, ctor, 1)", 41, "either there or not", "`dtor` or `NULL`"},
      {"kmem_cache_alloc(con, 0)", 18, "no such cache", "a cache", "conn"},
      {"kmem_cache_alloc(NULL, 0)", 18, "null pointer", "a cache"},
      {"kmem_cache_alloc(\"conn\", 0)", 18, "no such cache", "a cache"},
      {"kmem_cache_alloc(gone, 0)", 18, "destroyed in line 9", "a cache"},
      {"kmem_cache_shrink(gone)", 19, "destroyed in line 9", "a cache, or `NULL`"},
      {"kmem_cache_destroy(gone)", 20, "destroyed in line 9", "a cache, or `NULL`"},
      {"kmem_cache_destroy(kmem_cache)", 20, "slab.destroy.head", "another cache"},
      {"kmem_cache_destroy(size-64)", 20, "go on to use", "objects in use"},
      {"kmem_cache_free(conn, conn:0)", 23, "no object", "`cache:SLAB[INDEX]`"},
      {"kmem_cache_free(conn, NULL)", 23, "no object", "`cache:SLAB[INDEX]`"},
      {"kmem_cache_free(conn, conn:0[1])", 23, "freed already, in line 7", "the caller's"},
      {"kmem_cache_free(conn, conn:0[2])", 23, "never given", "the caller's"},
      {"kmem_cache_free(conn, conn:1[0])", 23, "never given", "the caller's"},
      {"kmem_cache_free(size-64, conn:0[0])", 17, "not of this cache", "cache of the object", "conn"},
      {"kmem_cache_free(gone, gone:0[0])", 17, "destroyed in line 9", "a cache"},
      {"kfree(gone:0[0])", 7, "destroyed in line 9", "a cache that exists"},
      {"kfree(nowhere:0[0])", 7, "no such cache", "a cache that exists"},
      {"kfree(kmem_cache:0[3])", 7, "never given this object: it holds a descriptor", "or `NULL`"},
      {"kfree(0)", 7, "no object", "`cache:SLAB[INDEX]`"},
  };
  for (const Bad& bad : bad_calls) expect_refused(bad, 2, [&] { call(bad.line); });
}

TEST_F(Caller, may_name_the_head_inside_an_interrupt_where_everything_is_a_usage_error) {
  run(SetKnobs{{}, {}, {}, true});
  EXPECT_EQ(model::step(i386_2_4_0, state_, call("kmem_cache_destroy(kmem_cache)")).result,
            Result(Refused{Refusal::destroy_in_interrupt}));
  EXPECT_EQ(
      model::step(i386_2_4_0, state_, call("kmem_cache_create(\"kmem_cache\", 100, 0, 0, NULL, NULL)")).result,
      Result(Refused{Refusal::create_in_interrupt}));
}

TEST_F(Caller, may_destroy_a_general_cache_that_stays) {
  run(Kmalloc{64, SLAB_KERNEL});
  EXPECT_EQ(model::step(i386_2_4_0, state_, call("kmem_cache_destroy(size-64)")).result, Result(Status{1}));
}

TEST_F(Caller, holds_what_was_handed_out_again) {
  EXPECT_TRUE(holdings_.handout({"conn", 0, 1})->freed);
  run(CacheAlloc{"conn", SLAB_KERNEL});
  EXPECT_FALSE(holdings_.handout({"conn", 0, 1})->freed);
  EXPECT_NO_THROW(call("kfree(conn:0[1])"));
}

TEST_F(Caller, forgets_objects_with_their_cache) {
  run(CacheFree{{"conn", 0, 0}});
  run(CacheDestroy{"conn"}, {20, 1});
  EXPECT_EQ(holdings_.handout({"conn", 0, 0}), nullptr);
  EXPECT_EQ(holdings_.destroyed("conn"), (Position{20, 1}));
  run(CacheCreate{"conn", 300, 0, 0, false, false});
  const auto error = error_of([&] { call("kfree(conn:0[0])"); });
  ASSERT_TRUE(error);
  EXPECT_THAT(error->message, HasSubstr("never given"));
}

// ---- Queries --------------------------------------------------------------------------------------------------

TEST_F(Caller, asks) {
  EXPECT_THAT(answer(query("slabs conn:"), state_), ElementsAre("*0 inuse=1 free=1..12 colouroff=96 mgmt=+0"));
  EXPECT_THAT(answer(query("order conn:"), state_),
              ElementsAre("full none", "partial 0", "free none", "firstnotfull 0"));
  EXPECT_EQ(answer(query("cache conn:"), state_), cache_block(state_.chain.at(1)));
  EXPECT_EQ(answer(query("chain:"), state_), chain_block(state_));
  EXPECT_EQ(answer(query("slabinfo:"), state_), slabinfo_block(state_));
}

TEST_F(Caller, asks_subjects_that_have_lost_something) {
  const Question slabs = query("slabs conn:"), order = query("order conn:");
  State lost = state_;
  lost.chain.at(1).firstnotfull = BUFCTL_END;
  EXPECT_THAT(answer(order, lost), testing::Contains("firstnotfull nowhere"));
  EXPECT_THAT(answer(slabs, lost), ElementsAre("0 inuse=1 free=1..12 colouroff=96 mgmt=+0"));
  std::erase_if(lost.chain, [](const Cache& cache) { return cache.name == "conn"; });
  EXPECT_THAT(answer(slabs, lost), IsEmpty());
}

TEST_F(Caller, is_refused_what_cannot_be_asked) {
  const Bad bad_queries[] = {
      {"slab conn:", 1, "no such query", "`slabs NAME:`"},
      {"slabs:", 6, "about one cache", "the name of a cache"},
      {"slabs conn size-32:", 12, "about one cache", "`:`"},
      {"chain conn:", 7, "about all caches", "`:`"},
      {"slabs con:", 7, "no such cache", "a cache that exists", "conn"},
      {"cache gone:", 7, "destroyed in line 9", "a cache that exists"},
  };
  for (const Bad& bad : bad_queries) expect_refused(bad, 2, [&] { query(bad.line); });
}

// ---- Machines and knobs ---------------------------------------------------------------------------------------

BootLine boot(const std::string& line) {
  const auto file = transcript::parse({"line.mmt", line + "\n"});
  return read_boot(*file.source, file.lines[0], std::get<transcript::Boot>(file.lines[0].content));
}

TEST(Boot, is_understood_and_written_the_same) {
  for (const char* line :
       {"boot family=slab l1=16 ram_pages=1", "boot family=slab l1=128 ram_pages=4294967295 effects=all"}) {
    const BootLine read = boot(line);
    EXPECT_EQ(boot_notation(read.machine, read.all_effects), line);
  }
  EXPECT_EQ(boot("boot ram_pages=0x4000 l1=32 family=slab").machine, i386_2_4_0);
}

TEST(Boot, is_refused_for_machines_that_there_are_not) {
  const Bad bad_boots[] = {
      {"boot", 1, "lacks `family`", "`family=...`", "boot family=slab l1=32 ram_pages=16384"},
      {"boot family=slab ram_pages=1", 1, "lacks `l1`", "`l1=...`"},
      {"boot family=slab l1=32", 1, "lacks `ram_pages`", "`ram_pages=...`"},
      {"boot family=vma", 13, "family `vma` cannot be replayed yet", "slab"},
      {"boot family=slab l1=33 ram_pages=1", 21, "no kernel", "16, 32, 64 or 128"},
      {"boot family=slab l1=big ram_pages=1", 21, "no kernel", "16, 32, 64 or 128"},
      {"boot family=slab l1=-32 ram_pages=1", 21, "no kernel", "16, 32, 64 or 128"},
      {"boot family=slab l1=32,64 ram_pages=1", 24, "one value", "a blank"},
      {"boot family=slab l1=32 ram_pages=0", 34, "is a number", "from 1 to"},
      {"boot family=slab l1=32 ram_pages=4294967296", 34, "is a number", "from 1 to"},
      {"boot family=slab l1=32 ram_pages=1 l1=32", 36, "set already", "once"},
      {"boot family=slab l1=32 ram_page=1", 24, "no such setting", "`ram_pages`", "ram_pages"},
      {"boot family=slab l1=32 ram_pages=1 effects=some", 44, "effects", "`all`"},
  };
  for (const Bad& bad : bad_boots) expect_refused(bad, 1, [&] { boot(bad.line); });
}

SetKnobs set(const std::string& line) {
  const OneLine one = one_line(line);
  return read_set(one.source(), one.line(), one.as<transcript::Set>());
}

TEST(Set, is_understood_and_written_the_same) {
  for (const char* line :
       {"set fail_pages=0", "set reap_before=3 fail_skip=2 fail_pages=4294967295 in_interrupt=1",
        "set in_interrupt=0"}) {
    EXPECT_EQ(notation(Command(set(line))), line);
  }
}

TEST(Set, is_refused_for_knobs_that_there_are_not) {
  const Bad bad_sets[] = {
      {"set", 1, "nothing is set", "`fail_pages`"},
      {"set fail_page=1", 5, "no such setting", "`fail_pages`", "fail_pages"},
      {"set fail_pages=1 fail_pages=2", 18, "set already", "once"},
      {"set fail_pages=1,2", 18, "one value", "a blank"},
      {"set fail_pages=all", 16, "`fail_pages` is a number", "32 bits"},
      {"set in_interrupt=2", 18, "`in_interrupt` is a number", "from 0 to 1"},
  };
  for (const Bad& bad : bad_sets) expect_refused(bad, 2, [&] { set(bad.line); });
}

// ---- Results and effects --------------------------------------------------------------------------------------

std::string result(const Command& command, const std::string& text) {
  const OneLine one = one_line("f() = " + text);
  return read_result(one.source(), command, *one.as<transcript::Call>().result);
}

TEST(Result, is_understood) {
  const Command create = CacheCreate{"a", 100, 0, 0, false, false};
  EXPECT_EQ(result(create, "a"), "a");
  EXPECT_EQ(result(create, "NULL"), "NULL");
  EXPECT_EQ(result(create, "BUG"), "BUG");
  EXPECT_EQ(result(CacheShrink{"a"}, "0x1"), "1");
  EXPECT_EQ(result(CacheDestroy{"a"}, "0"), "0");
  EXPECT_EQ(result(Kmalloc{1, 0}, "size-32(DMA):0x0[03]"), "size-32(DMA):0[3]");
  EXPECT_EQ(result(FindGeneralCachep{1, 0}, "size-32"), "size-32");
}

TEST(Result, is_refused_where_a_call_cannot_have_it) {
  const Command create = CacheCreate{"a", 100, 0, 0, false, false};
  const Command alloc = CacheAlloc{"a", 0};
  const std::pair<Command, const char*> impossible[] = {{create, "3"},
                                                        {create, "a:0[1]"},
                                                        {create, "a b"},
                                                        {alloc, "3"},
                                                        {alloc, "a"},
                                                        {alloc, "a:0"},
                                                        {alloc, "-1 ENOMEM"},
                                                        {alloc, "OOPS"},
                                                        {alloc, "HANG"},
                                                        {alloc, "x=a:0[1]"},
                                                        {CacheShrink{"a"}, "2"},
                                                        {CacheShrink{"a"}, "NULL"},
                                                        {CacheDestroy{"a"}, "-1"},
                                                        {CacheFree{}, "0"},
                                                        {Kfree{}, "BUG"},
                                                        {CacheReap{}, "1"},
                                                        {FindGeneralCachep{}, "BUG"},
                                                        {alloc, "-1 ENOMEM (why)"}};
  for (const auto& [command, text] : impossible) {
    const auto error = error_of([&, &command = command, &text = text] { result(command, text); });
    ASSERT_TRUE(error) << text;
    EXPECT_EQ(error->at.line, 2u);
    EXPECT_THAT(error->message, HasSubstr("cannot have this result"));
    EXPECT_FALSE(error->expected.empty());
    EXPECT_THAT(error->found, HasSubstr("="));
  }
}

Effect effect(const std::string& text) {
  const OneLine one = one_line("f()\n| " + text);
  return read_effect(one.source(), one.as<transcript::Effect>().call);
}

TEST(Effect, is_understood_and_written_the_same) {
  for (const char* line :
       {"get_pages(a:3, order=0, gfp=0x7)", "get_pages(size-64(DMA), order=5, gfp=0xf) = NULL",
        "mgmt(a:3) = size-64:0[2]", "mgmt(a:3) = NULL", "ctor(a:3, 30, SLAB_CTOR_CONSTRUCTOR|SLAB_CTOR_ATOMIC)",
        "dtor(a:3, 30)", "free_pages(a:3, order=1)", "mgmt_free(a:3, size-64:0[2])"}) {
    EXPECT_EQ(notation(effect(line)), line);
  }
}

TEST(Effect, is_refused_where_there_is_no_such) {
  const Bad bad_effects[] = {
      {"get_page(a:3, order=0, gfp=0x7)", 3, "no such effect", "`get_pages`", "get_pages"},
      {"get_pages(a:3, order=0)", 25, "wrong number of arguments", "3: slab, order=N, gfp=N"},
      {"get_pages(a:3, 0, gfp=0x7)", 18, "arguments of get_pages", "`order=N`"},
      {"get_pages(a:3, gfp=0x7, order=0)", 18, "arguments of get_pages", "`order=N`"},
      {"get_pages(a, order=0, gfp=0x7)", 13, "no slab", "`cache:SLAB`"},
      {"get_pages(a:3, order=0, gfp=0x7) = NULL", 13, "no name of a cache", "the name of a cache"},
      {"get_pages(a:3, order=0, gfp=0x7) = a:3[0]", 36, "no such result", "`= NULL`"},
      {"get_pages(a:3, order=x, gfp=0x7)", 24, "is a number", "32 bits"},
      {"mgmt(a:3)", 12, "has a result", "an object"},
      {"mgmt(a:3) = a b", 13, "no such result", "an object"},
      {"mgmt(a:3) = a", 15, "no object", "`cache:SLAB[INDEX]`"},
      {"mgmt(a:3[1]) = a:0[0]", 8, "no slab", "`cache:SLAB`"},
      {"ctor(a:3, 30, SLAB_CTOR)", 17, "no such flag", "`SLAB_CTOR_CONSTRUCTOR`"},
      {"dtor(a:3, 30) = 0", 17, "no such result", "the end of the line"},
  };
  for (const Bad& bad : bad_effects) expect_refused(bad, 3, [&] { effect(bad.line); });
}

}  // namespace
}  // namespace refmm::slab
