// The address space of impl/ by itself: its memory, its failures, and what later kernels got wrong.
#include <refmm/spec/difference.hpp>
#include <refmm/spec/vma_invariant.hpp>
#include <refmm/tests/vma_impl_fixture.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace refmm {
namespace {

TYPED_TEST_SUITE(VmaImplementation, VmaImplementationWords);

TYPED_TEST(VmaImplementation, KeepsTheBooksForAProgram) {
  using Word = TypeParam;
  using Layer = NoPaging<Word>;
  Layer layer(kernel<Word>.machine);
  Files<Layer> files(this->slabs, layer);
  AddressSpace<Layer> mm(kernel<Word>.machine, this->caches, files, layer);

  const auto mapped = mm.mmap(0, 1 << 20, this->readable, this->anonymous, -1, 0);
  ASSERT_TRUE(mapped);
  EXPECT_EQ(*mapped, this->base);
  EXPECT_TRUE(mm.munmap(*mapped + 0x4000, 0x1000));
  EXPECT_EQ(mm.map_count(), 2u);
  EXPECT_EQ(mm.total_vm(), 255u);
  EXPECT_EQ(mm.find_vma_intersection(*mapped + 0x4000, *mapped + 0x5000), nullptr);
  EXPECT_EQ(mm.find_vma(*mapped + 0x4000)->vm_pgoff, 5u);
  const auto hole = mm.get_unmapped_area(0, 0x1000);
  ASSERT_TRUE(hole);
  EXPECT_EQ(*hole, *mapped + 0x4000);
  const auto none = mm.get_unmapped_area(0, kernel<Word>.machine.task_size);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.refusal(), vma::Refusal::no_gap);
}

TYPED_TEST(VmaImplementation, TakesItsAreasFromASlabAndGivesThemBack) {
  using Word = TypeParam;
  using Layer = NoPaging<Word>;
  Layer layer(kernel<Word>.machine);
  Files<Layer> files(this->slabs, layer);
  constexpr Word count = 2000;
  {
    AddressSpace<Layer> mm(kernel<Word>.machine, this->caches, files, layer);
    for (Word i = 0; i < count; ++i)
      ASSERT_TRUE(mm.mmap(this->base + i * 0x2000, 0x1000, this->readable, this->fixed, -1, 0));
    EXPECT_EQ(this->caches.areas_in_use(), count);
    EXPECT_EQ(mm.map_count(), count);
    EXPECT_GT(this->caches.nodes_in_use(), count / 64);
    ASSERT_TRUE(mm.munmap(this->base, count * 0x1000));
    EXPECT_EQ(this->caches.areas_in_use(), count / 2);
    mm.exit_mmap();
    EXPECT_EQ(this->caches.areas_in_use(), 0u);
    EXPECT_LT(this->caches.nodes_in_use(), 10u) << "only what the next call may need is kept";
    EXPECT_EQ(mm.map_count(), 0u);

    // The address space may be used again, beside another one.
    AddressSpace<Layer> other(kernel<Word>.machine, this->caches, files, layer);
    ASSERT_TRUE(other.mmap(0, 0x1000, this->readable, this->anonymous, -1, 0));
    ASSERT_TRUE(mm.mmap(0, 0x1000, this->readable, this->anonymous, -1, 0));
    EXPECT_EQ(this->caches.areas_in_use(), 2u);
  }
  EXPECT_EQ(this->caches.areas_in_use(), 0u);
  EXPECT_EQ(this->caches.nodes_in_use(), 0u);
}

/// When the slab allocator has no pages, calls are refused for want of a structure, and nothing else changes.
TYPED_TEST(VmaImplementation, StaysAsItIsWhenTheHostHasNoMemory) {
  using Word = TypeParam;
  using Layer = NoPaging<Word>;
  HostPages few({.max_pages = 24});
  SlabAllocator<HostPages> slabs(few);
  AreaCaches<Word> caches(slabs);
  Layer layer(kernel<Word>.machine);
  Files<Layer> files(slabs, layer);
  AddressSpace<Layer> mm(kernel<Word>.machine, caches, files, layer);

  Word mapped = 0;
  for (;; ++mapped) {
    const auto area = mm.mmap(this->base + mapped * 0x4000, 0x3000, this->readable, this->fixed, -1, 0);
    if (area) continue;
    // The new area was had, perhaps; then the spare one of the unmapping is missing, but nothing is mapped there.
    EXPECT_EQ(area.refusal(), vma::Refusal::no_area_structure);
    break;
  }
  ASSERT_GT(mapped, 100u);
  const std::size_t in_use = caches.areas_in_use();
  EXPECT_EQ(in_use, mapped);

  const auto middle = this->base + 0x1000;
  EXPECT_EQ(mm.munmap(middle, 0x1000).refusal(), vma::Refusal::no_area_structure);
  EXPECT_EQ(mm.mprotect(middle, 0x1000, vma::PROT_NONE).refusal(), vma::Refusal::no_area_structure);
  EXPECT_EQ(mm.mlock(middle, 0x1000).refusal(), vma::Refusal::no_structure_to_lock);
  EXPECT_EQ(mm.mremap(middle, 0x1000, 0x4000, vma::MREMAP_MAYMOVE, 0).refusal(), vma::Refusal::no_area_structure);
  EXPECT_EQ(mm.do_brk(this->base + mapped * 0x4000, 0x1000).refusal(), vma::Refusal::no_area_structure);
  EXPECT_EQ(mm.mmap(0, 0x1000, this->readable, vma::MAP_SHARED | vma::MAP_ANONYMOUS, -1, 0).refusal(),
            vma::Refusal::no_area_structure);
  EXPECT_EQ(caches.areas_in_use(), in_use);
  EXPECT_EQ(mm.map_count(), mapped);
  EXPECT_EQ(mm.total_vm(), mapped * 3);
  EXPECT_EQ(mm.locked_vm(), 0u);
  for (const auto& area : mm.areas()) {
    EXPECT_EQ(area.vm_end - area.vm_start, 0x3000u);
    EXPECT_EQ(area.vm_flags & vma::VM_ACCESS, vma::VM_READ);
  }

  mm.exit_mmap();
  EXPECT_EQ(caches.areas_in_use(), 0u);
  EXPECT_TRUE(mm.mmap(0, 0x1000, this->readable, this->anonymous, -1, 0));
}

/// A move whose source cannot be unmapped for want of the spare structure is undone: the file has the references it had.
TYPED_TEST(VmaImplementation, TakesBackAMoveThatCannotBeFinished) {
  using Word = TypeParam;
  const vma::Boot<Word> boot = plain_boot<Word>();
  VmaMachine<Word> machine(this->caches, this->slabs, boot);
  ASSERT_EQ(machine.apply(vma::Open{"a", vma::FMODE_READ}), vma::Result<Word>(vma::Descriptor{3}));
  machine.apply(vma::DoMmap<Word>{this->base, 0x3000, vma::PROT_READ,
                                  vma::MAP_PRIVATE | vma::MAP_FIXED | vma::MAP_DENYWRITE, 3, 0});
  vma::SetKnobs<Word> second_fails{};
  second_fails.fail_vma = 2;
  machine.apply(second_fails);
  vma::State<Word> before{}, after{};
  machine.observe(before);

  const auto result = machine.apply(vma::Mremap<Word>{
      this->base, 0x3000, 0x5000, vma::MREMAP_MAYMOVE | vma::MREMAP_FIXED, this->base * 2 - 0x10000});
  EXPECT_EQ(result, vma::Result<Word>(vma::Refused{vma::Refusal::no_area_structure}));
  machine.observe(after);
  before.knobs.fail_vma = 0;
  EXPECT_EQ(to_text(after), to_text(before));
  EXPECT_EQ(before.inodes.at(0).i_writecount, -1);
}

TYPED_TEST(VmaImplementation, DropsTheFilesThatItMapsAtItsEnd) {
  using Word = TypeParam;
  using Layer = NoPaging<Word>;
  Layer layer(kernel<Word>.machine);
  Files<Layer> files(this->slabs, layer);
  {
    AddressSpace<Layer> mm(kernel<Word>.machine, this->caches, files, layer);
    const auto fd = files.open("a", vma::FMODE_READ | vma::FMODE_WRITE);
    ASSERT_TRUE(fd);
    const auto number = static_cast<std::int32_t>(*fd);
    ASSERT_TRUE(mm.mmap(0, 0x3000, this->readable, vma::MAP_SHARED, number, 0));
    ASSERT_TRUE(mm.mmap(0, 0x1000, this->readable, vma::MAP_SHARED | vma::MAP_ANONYMOUS, -1, 0));
    ASSERT_TRUE(files.close(number));
    EXPECT_EQ(files.close(number).refusal(), vma::Refusal::descriptor_not_open);
    EXPECT_EQ(files.files().size(), 2u);
    EXPECT_EQ(files.named("a").i_writecount, 1);
    EXPECT_EQ(files.named("a").i_mmap_shared.size(), 1u);
  }
  EXPECT_TRUE(files.files().empty());
  EXPECT_EQ(files.inodes().size(), 1u);
  EXPECT_EQ(files.named("a").i_writecount, 0);
}

/// Takes all the memory that there is for areas and for nodes of their tree, and lets go of some.
class Hog {
 public:
  explicit Hog(AreaCaches<std::uint32_t>& caches) : caches_(caches) {}
  ~Hog() { leave(~std::size_t{0}, ~std::size_t{0}); }

  /// From now on so many areas and nodes can be had, if no more come back.
  void leave(std::size_t areas, std::size_t nodes) {
    while (auto* const area = caches_.make()) areas_.push_back(area);
    while (void* const node = caches_.nodes().allocate()) nodes_.push_back(node);
    for (; areas != 0 && !areas_.empty(); --areas, areas_.pop_back()) caches_.destroy(areas_.back());
    for (; nodes != 0 && !nodes_.empty(); --nodes, nodes_.pop_back()) caches_.nodes().release(nodes_.back());
  }

 private:
  AreaCaches<std::uint32_t>& caches_;
  std::vector<impl::VmArea<std::uint32_t>*> areas_;
  std::vector<void*> nodes_;
};

/// Requests for memory that really fail, at any point: the state is always lawful, and nothing is lost.
TEST(VmaImplementationWithoutMemory, IsLawful) {
  HostPages few({.max_pages = 24});
  SlabAllocator<HostPages> slabs(few);
  AreaCaches<std::uint32_t> caches(slabs);
  const vma::Boot<std::uint32_t> boot = plain_boot<std::uint32_t>();
  std::size_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    VmaMachine<std::uint32_t> machine(caches, slabs, boot);
    for (const char* name : {"a", "b", "c"}) machine.apply(vma::Open{name, vma::FMODE_READ | vma::FMODE_WRITE});
    Hog hog(caches);
    Arguments<std::uint32_t> arguments(seed);
    std::mt19937_64 random(seed);
    vma::State<std::uint32_t> seen{};
    for (int i = 0; i < 150; ++i) {
      hog.leave(random() % 4, random() % 3);
      const auto command = arguments.next();
      if (std::holds_alternative<vma::Open>(command)) continue;
      const auto result = machine.apply(command);
      const auto* why = std::get_if<vma::Refused>(&result);
      if (why != nullptr &&
          (why->refusal == vma::Refusal::no_area_structure || why->refusal == vma::Refusal::no_structure_to_lock))
        ++refused;
      machine.observe(seen);
      for (const auto& conjunct : vma::invariant) {
        if (std::string_view(conjunct.clause->name).starts_with("vma.tree.")) continue;
        ASSERT_TRUE(conjunct.holds(seen)) << conjunct.name << ", seed " << seed << ": " << to_text(command);
      }
    }
  }
  EXPECT_GT(refused, 300u);
  EXPECT_EQ(caches.areas_in_use(), 0u);
  EXPECT_EQ(caches.nodes_in_use(), 0u);
}

// ---- What later kernels got wrong -------------------------------------------------------------------------------------

TYPED_TEST(VmaImplementation, HasNoneOfTheMistakesThatLaterKernelsBecameKnownFor) {
  using Word = TypeParam;
  const Word task_size = kernel<Word>.machine.task_size;
  const vma::Boot<Word> boot = plain_boot<Word>();
  VmaMachine<Word> machine(this->caches, this->slabs, boot);
  const auto refusal_of = [&](const vma::Command<Word>& command) {
    const auto result = machine.apply(command);
    const auto* const refused = std::get_if<vma::Refused>(&result);
    return refused == nullptr ? "done" : to_text(refused->refusal);
  };

  // CVE-2003-0961: do_brk beyond the end of the task, where nothing is mapped.
  EXPECT_EQ(refusal_of(vma::DoBrk<Word>{task_size - 0x1000, 0x2000}), "range_outside_task");

  // CVE-2003-0985: an area of no pages.
  EXPECT_EQ(refusal_of(vma::Mmap<Word>{this->base, 0x3000, 1, this->fixed, -1, 0}), "done");
  EXPECT_EQ(refusal_of(vma::Mremap<Word>{this->base, 0, 0, 3, this->base + 0x8000}), "length_zero");

  // CVE-2004-0077: at the limit on areas a hole in the destination cannot be made.
  EXPECT_EQ(refusal_of(vma::Mmap<Word>{this->base + 0x8000, 0x3000, 1, this->fixed, -1, 0}), "done");
  vma::SetKnobs<Word> limit{};
  limit.max_map_count = Word{3};
  machine.apply(limit);
  EXPECT_EQ(refusal_of(vma::Mremap<Word>{this->base, 0x1000, 0x1000, 3, this->base + 0x9000}), "too_many_areas");
  vma::State<Word> seen{};
  machine.observe(seen);
  EXPECT_EQ(seen.mm.areas.size(), 3u) << "the stack is one of them";
}

std::string text_of(const char* file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(AddressSpaceExample, IsWhatTheHeaderShows) {
  std::istringstream example(text_of("tests/address_space_example.cpp"));
  std::string shown;
  for (std::string line; std::getline(example, line);) shown += line.empty() ? "//\n" : "//   " + line + "\n";
  EXPECT_GT(shown.size(), 500u);
  EXPECT_NE(text_of("impl/vma.hpp").find("//\n" + shown + "//\n"), std::string::npos) << shown;
}

}  // namespace
}  // namespace refmm
