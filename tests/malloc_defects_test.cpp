// Each defect of a heap without checks decides what the book says it decides, also where every other check is made; and the hardened
// heap ends the program there, or refuses the call.

#include <refmm/spec/malloc_allocator.hpp>
#include <refmm/spec/malloc_defects.hpp>
#include <refmm/spec/malloc_invariant.hpp>
#include <refmm/spec/malloc_step_laws.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/tests/malloc_script.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace refmm::malloc {
namespace {

/// A script that shows a defect.
struct Showing {
  ClauseRef defect;
  Refusal hardened;  // how it ends, or what is answered, where the check is made
  const char* script;
  bool (*shows)(const Carried& last);  // what the last call comes to without the check
};

bool returns(const Carried& made, std::uint32_t addr) {
  const auto* address = std::get_if<Address<std::uint32_t>>(&made.result);
  return address && address->value == addr;
}
bool counts(const Carried& made, std::uint32_t value) {
  const auto* number = std::get_if<Number<std::uint32_t>>(&made.result);
  return number && number->value == value;
}

const Showing showings[] = {
    // What passes for a chunk in static data becomes a block.
    {"defect.malloc.pointer", Refusal::invalid_pointer,
     "malloc(16)\nstore_word(0x0804a804, 33)\nstore_word(0x0804a824, 33)\nstore_word(0x0804a844, 33)\n"
     "free(0x0804a808)\nmalloc(24)\n",
     [](const Carried& last) { return returns(last, 0x0804a808); }},
    // A chunk of 8 bytes is on a list.
    {"defect.malloc.pointer", Refusal::invalid_size,
     "malloc(16)\nmalloc(16)\nstore_word(0x0804b004, 9)\nstore_word(0x0804b00c, 17)\nfree(0x0804b008)\n",
     [](const Carried& last) {
       return word_at(last.after, address_of_fd(head_of_list(last.after, 1))) == 0x0804b000;
     }},
    // A flag that is written into a tag unmaps a page of the heap.
    {"defect.malloc.pointer", Refusal::invalid_pointer,
     "malloc(16)\nmalloc(5000)\nstore_word(0x0804b004, 27)\nfree(0x0804b008)\n",
     [](const Carried& last) {
       return !is_inside_areas(last.after, {0x0804b000, 0x0804b001}) &&
              is_inside_areas(last.after, {0x0804c000, last.after.top_end});
     }},
    {"defect.malloc.double_free", Refusal::double_free,
     "malloc(16)\nmalloc(16)\nfree(0x0804b008)\nfree(0x0804b008)\nmalloc(16)\nmalloc(16)\n",
     [](const Carried& last) {
       return returns(last, 0x0804b008) && block_at(last.before.blocks, 0x0804b008u) != nullptr;
     }},
    // The last word of the second block says that the chunk in front of the third begins where the first did.
    {"defect.malloc.prev_size", Refusal::corrupted_prev_size,
     "malloc(248)\nmalloc(252)\nmalloc(248)\nmalloc(16)\nfree(0x0804b008)\nstore_word(0x0804b200, 512)\n"
     "store_byte(0x0804b204, 0)\nfree(0x0804b208)\nmalloc(400)\n",
     [](const Carried& last) {
       return returns(last, 0x0804b008) && block_at(last.after.blocks, 0x0804b108u) != nullptr;
     }},
    // A word of the program's own is overwritten with another that it chose.
    {"defect.malloc.links", Refusal::corrupted_links,
     "malloc(32)\nmalloc(16)\nstore_word(0x0804a800, 0x08048000)\nfree(0x0804b008)\n"
     "store_word(0x0804b008, 0x0804a7f4)\nstore_word(0x0804b00c, 0x0804a900)\nmalloc(32)\nload_word(0x0804a800)\n",
     [](const Carried& last) { return counts(last, 0x0804a900); }},
    // The top reaches into the mapping of another block, and so does what is taken from it.
    {"defect.malloc.top", Refusal::corrupted_top,
     "malloc(16)\nmalloc(200000)\nstore_word(0x0804b01c, 0xfffffff9)\nset "
     "rlimit_as=0\nmalloc(0x37fb50e4)\nmalloc(16)\n",
     [](const Carried& last) { return returns(last, 0x40000108); }},
    {"defect.malloc.product", Refusal::product_wraps, "calloc(65536, 65537)\nmalloc_usable_size(0x0804b008)\n",
     [](const Carried& last) { return counts(last, 65540); }},
};

/// The last part of the name: that of the switch.
std::string_view switch_of(const Clause& defect) { return defect.name.substr(defect.name.rfind('.') + 1); }

/// A process of which the heap makes all checks but one.
std::string all_checks_but(std::string_view name) {
  std::string checks;
  for_each_field(all_corrected, [&](const char* field, bool) {
    if (field != name) checks += (checks.empty() ? "" : "|") + std::string(field);
  });
  return "boot family=malloc checks=" + checks;
}

bool decides(const Carried& made, ClauseRef clause) {
  return std::ranges::find(made.because, clause) != made.because.end();
}

void expect_shown(const Showing& showing, const std::string& boot) {
  const std::vector<Carried> calls = carried_out(showing.script, boot);
  EXPECT_TRUE(std::ranges::any_of(calls, [&](const Carried& made) { return decides(made, showing.defect); }))
      << showing.defect->name << " does not decide after " << boot << "\n"
      << showing.script;
  EXPECT_TRUE(showing.shows(calls.back())) << showing.defect->name << " is not shown after " << boot << "\n"
                                           << showing.script;
}

TEST(MallocDefects, EachIsShownByTheHeapWithoutChecks) {
  for (const Showing& showing : showings) expect_shown(showing, "boot family=malloc");
}

TEST(MallocDefects, EachIsShownAllByItself) {
  for (const Showing& showing : showings) expect_shown(showing, all_checks_but(switch_of(*showing.defect)));
}

TEST(MallocDefects, TheHardenedHeapEndsTheProgramOrRefuses) {
  for (const Showing& showing : showings) {
    std::set<Refusal> refusals;
    for (const Carried& made : carried_out(showing.script, "boot family=malloc checks=all")) {
      for (const ClauseRef clause : made.because)
        EXPECT_NE(clause->kind, ClauseKind::defect) << clause->name << " decides in spite of the check";
      if (const auto why = refusal(made.transition())) refusals.insert(*why);
    }
    EXPECT_TRUE(refusals.contains(showing.hardened)) << showing.script << " is not refused";
  }
}

TEST(MallocDefects, BreakTheLawsThatTheyAreSaidToBreak) {
  for (const BrokenBy& row : broken_by) {
    const auto law = std::ranges::find(step_laws, row.law, &StepLaw<Transition>::name);
    ASSERT_NE(law, step_laws.end()) << "no law is called " << row.law;
    const auto showing = std::ranges::find(showings, row.defect, &Showing::defect);
    ASSERT_NE(showing, std::end(showings)) << row.defect->name;
    const auto breaks = [&](const Carried& made) {
      return decides(made, row.defect) && !law->holds(made.transition());
    };
    EXPECT_TRUE(std::ranges::any_of(carried_out(showing->script, "boot family=malloc"), breaks)) << row.law;
  }
}

TEST(MallocDefects, AllAreShownAndEachHasASwitchOfItsName) {
  std::set<std::string_view> switches, defects, shown;
  for_each_field(all_corrected, [&](const char* field, bool) { switches.insert(field); });
  for (const Clause& clause : clauses) {
    if (clause.kind == ClauseKind::defect) defects.insert(switch_of(clause));
  }
  for (const Showing& showing : showings) shown.insert(switch_of(*showing.defect));
  EXPECT_EQ(defects, switches);
  EXPECT_EQ(shown, switches);
}

}  // namespace
}  // namespace refmm::malloc
