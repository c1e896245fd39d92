// Every conjunct of the invariant can fail, and is then the one that is named.

#include <refmm/spec/vma_invariant.hpp>
#include <refmm/tests/vma_script.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>

namespace refmm::vma {
namespace {

/// 40 areas, so that there is a tree; the first three are of a file: a shared one, a private one, one that denies writing. The
/// fourth is locked. All can be told apart, and there is a hole behind each.
VmaState lawful() {
  VmaScript script;
  script.open("a").open("b", FMODE_READ);
  script.map_file(0, 2, 3, 0, PROT_READ, MAP_SHARED).map_file(4, 2, 3, 8);
  script.run(
      DoMmap<std::uint32_t>{VmaScript::at(8), 8192, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_DENYWRITE, 4, 0});
  for (std::uint32_t area = 3; area < 40; ++area) script.map(4 * area, 2);
  script.lock(12, 2);
  return script.run(FindVma<std::uint32_t>{VmaScript::at(4)}).state();
}

struct Tampering {
  std::string_view broken;
  void (*tamper)(VmaState& state);
};

TreeNode& root(VmaState& state) {
  return *std::ranges::find(state.lookup.nodes, *state.lookup.mmap_avl, &TreeNode::area);
}

constexpr Tampering tamperings[] = {
    {"areas_stand_in_the_order_of_their_addresses",
     [](VmaState& state) { std::swap(state.mm.areas[4], state.mm.areas[5]); }},
    {"areas_stand_in_the_order_of_their_addresses",
     [](VmaState& state) { state.mm.areas[4].vm_end = state.mm.areas[6].vm_end; }},
    {"no_address_is_in_two_areas",
     [](VmaState& state) { state.mm.areas[4].vm_end = state.mm.areas[5].vm_start + 4096; }},
    {"areas_are_whole_pages", [](VmaState& state) { state.mm.areas[4].vm_end += 1; }},
    {"areas_are_whole_pages", [](VmaState& state) { state.mm.areas[4].vm_start -= 1; }},
    {"areas_have_a_page", [](VmaState& state) { state.mm.areas[4].vm_end = state.mm.areas[4].vm_start; }},
    {"areas_end_inside_the_task", [](VmaState& state) { state.mm.areas.back().vm_end = 0xc0001000; }},
    {"areas_permit_only_what_they_may", [](VmaState& state) { state.mm.areas[4].vm_flags &= ~VM_MAYWRITE; }},
    {"areas_permit_only_what_they_may", [](VmaState& state) { state.mm.areas[0].vm_flags &= ~VM_MAYSHARE; }},
    {"total_vm_is_the_pages_of_the_areas", [](VmaState& state) { state.mm.total_vm += 1; }},
    {"locked_vm_is_the_pages_of_the_locked_areas", [](VmaState& state) { state.mm.locked_vm = 0; }},
    {"locked_vm_is_the_pages_of_the_locked_areas",
     [](VmaState& state) { state.mm.areas[5].vm_flags |= VM_LOCKED; }},
    {"map_count_is_the_number_of_areas", [](VmaState& state) { state.mm.map_count -= 1; }},
    {"areas_map_files_that_are_there", [](VmaState& state) { state.mm.areas[4].vm_file = 9; }},
    {"references_are_descriptor_and_areas", [](VmaState& state) { state.files[0].f_count += 1; }},
    {"references_are_descriptor_and_areas", [](VmaState& state) { state.files[0].fd.reset(); }},
    {"references_are_descriptor_and_areas", [](VmaState& state) { state.mm.areas[4].vm_file = 1; }},
    {"references_are_descriptor_and_areas",
     [](VmaState& state) {
       state.files.push_back({.number = 9, .inode = "a", .f_mode = FMODE_READ, .f_count = 0, .fd = {}});
     }},
    {"write_counts_are_writers_less_denywrite_areas", [](VmaState& state) { state.inodes[0].i_writecount = 0; }},
    {"write_counts_are_writers_less_denywrite_areas", [](VmaState& state) { state.inodes[1].i_writecount = 0; }},
    {"i_mmap_has_the_private_areas_of_the_file", [](VmaState& state) { state.inodes[0].i_mmap.clear(); }},
    {"i_mmap_has_the_private_areas_of_the_file",
     [](VmaState& state) { state.inodes[0].i_mmap.push_back(state.mm.areas[0].id); }},
    {"i_mmap_has_the_private_areas_of_the_file",
     [](VmaState& state) { state.inodes[0].i_mmap.front() = state.mm.areas[4].id; }},
    {"i_mmap_shared_has_the_shared_areas_of_the_file",
     [](VmaState& state) { state.inodes[0].i_mmap_shared.clear(); }},
    {"i_mmap_shared_has_the_shared_areas_of_the_file",
     [](VmaState& state) { state.inodes[1].i_mmap_shared.push_back(state.mm.areas[2].id); }},
    {"what_was_found_last_is_an_area", [](VmaState& state) { state.lookup.mmap_cache = 99; }},
    {"many_areas_have_a_tree",
     [](VmaState& state) {
       state.lookup.mmap_avl.reset();
       state.lookup.nodes.clear();
     }},
    {"the_tree_holds_the_areas_in_the_order_of_the_list", [](VmaState& state) { state.lookup.nodes.pop_back(); }},
    {"the_tree_holds_the_areas_in_the_order_of_the_list",
     [](VmaState& state) { std::swap(root(state).left, root(state).right); }},
    {"the_tree_holds_the_areas_in_the_order_of_the_list",
     [](VmaState& state) { root(state).left = root(state).area; }},
    {"the_tree_holds_the_areas_in_the_order_of_the_list", [](VmaState& state) { root(state).left.reset(); }},
    {"the_tree_is_balanced_and_its_heights_are_right", [](VmaState& state) { root(state).height += 1; }},
};

TEST(VmaInvariant, HoldsOfTheStateThatIsTamperedWith) {
  const VmaState state = lawful();
  for (const auto& conjunct : invariant) EXPECT_TRUE(conjunct.holds(state)) << conjunct.name;
  EXPECT_TRUE(state.lookup.mmap_avl);
}

TEST(VmaInvariant, NamesTheConjunctThatIsBroken) {
  for (const Tampering& tampering : tamperings) {
    VmaState state = lawful();
    tampering.tamper(state);
    const auto broken = broken_conjunct(state);
    ASSERT_TRUE(broken) << "nothing is broken where it should be " << tampering.broken;
    EXPECT_EQ(broken->name, tampering.broken) << "row " << &tampering - tamperings;
  }
}

TEST(VmaInvariant, EveryConjunctIsTamperedWith) {
  std::set<std::string_view> stated, tampered;
  for (const auto& conjunct : invariant) stated.insert(conjunct.name);
  for (const Tampering& tampering : tamperings) tampered.insert(tampering.broken);
  EXPECT_EQ(tampered, stated);
}

/// Trees by hand: what is no tree is told apart from what is one, and no walk goes round for ever.
TEST(VmaInvariant, KnowsWhatIsNoTree) {
  const auto holds = [](const VmaState& state) {
    return holds::the_tree_holds_the_areas_in_the_order_of_the_list(state) &&
           holds::the_tree_is_balanced_and_its_heights_are_right(state);
  };
  VmaState chain = lawful();
  chain.lookup.nodes.clear();
  for (std::size_t place = 0; place < chain.mm.areas.size(); ++place) {
    const bool last = place + 1 == chain.mm.areas.size();
    const auto height = static_cast<std::uint32_t>(chain.mm.areas.size() - place);
    chain.lookup.nodes.push_back({.area = chain.mm.areas[place].id,
                                  .left = {},
                                  .right = last ? std::nullopt : std::optional(chain.mm.areas[place + 1].id),
                                  .height = height});
  }
  chain.lookup.mmap_avl = chain.mm.areas.front().id;
  EXPECT_TRUE(holds::the_tree_holds_the_areas_in_the_order_of_the_list(chain));
  EXPECT_FALSE(holds(chain)) << "a chain is not balanced";
  chain.lookup.nodes.back().right = chain.mm.areas.front().id;
  EXPECT_FALSE(holds(chain)) << "the last node leads back to the first";
}

/// [vma.tree.threshold]: a state that shows no lookups (canonical, spec/vma_state.hpp) breaks no law about them.
TEST(VmaInvariant, AsksForNoTreeOfStatesThatDoNotShowOne) { EXPECT_FALSE(broken_conjunct(canonical(lawful()))); }

}  // namespace
}  // namespace refmm::vma
