// The address space of impl/ by itself and, at both word widths, beside the model; its memory, its failures, its copy.
#include <refmm/impl/host_pages.hpp>
#include <refmm/impl/object_cache.hpp>
#include <refmm/impl/vma.hpp>
#include <refmm/model/vma.hpp>
#include <refmm/spec/difference.hpp>
#include <refmm/spec/vma_invariant.hpp>
#include <refmm/spec/vma_state.hpp>
#include <refmm/tests/vma_address_space.hpp>

#include <gtest/gtest.h>

#include <array>
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

using impl::AddressSpace;
using impl::AreaCaches;
using impl::Files;
using impl::HostPages;
using impl::NoPaging;
using impl::SlabAllocator;

template <class Word>
constexpr vma::BasicKernel<Word> kernel = [] {
  if constexpr (sizeof(Word) == 8)
    return vma::corrected_64;
  else
    return vma::corrected;
}();

template <class Word>
vma::Boot<Word> plain_boot() {
  constexpr Word infinity = ~Word{0};
  return {.kernel = kernel<Word>,
          .end_code = 0x8048000,
          .start_data = 0x8049000,
          .brk = 0x804a123,
          .stack_start = kernel<Word>.machine.task_size - 0x3000,
          .stack_end = kernel<Word>.machine.task_size - 0x1000,
          .knobs = {.free_pages = 100000,
                    .buffer_pages = 0,
                    .cache_pages = 0,
                    .swap_pages = 0,
                    .overcommit = false,
                    .physpages = 100000,
                    .rlimit_as = infinity,
                    .rlimit_data = infinity,
                    .rlimit_stack = Word{8} << 20,
                    .rlimit_memlock = infinity,
                    .cap_ipc_lock = true,
                    .max_map_count = 65536,
                    .fail_vma = 0,
                    .fail_shmem = 0,
                    .fail_move = 0}};
}

// ---- Beside the model -----------------------------------------------------------------------------------------------

/// Commands with arguments from few slots: they meet often. The refinement test has the generator that reaches everything;
/// this one is small enough to be read, and for any word.
template <class Word>
class Arguments {
 public:
  explicit Arguments(std::uint64_t seed) : random_(seed) {}

  vma::Command<Word> next() {
    const auto odd = static_cast<Word>(one_in(12) ? below(4096) : 0);
    const Word addr = place() + odd, len = length();
    const auto fd = static_cast<std::int32_t>(one_in(8) ? below(12) - 1 : 3 + below(5));
    const auto prot = static_cast<Word>(one_in(20) ? below(16) : below(8));
    const Word pgoff = one_in(10) ? ~Word{0} - below(6) : below(6);
    switch (below(24)) {
      case 0:
        return vma::Open{names[below(3)], static_cast<std::uint32_t>(below(4))};
      case 1:
        return vma::Close{fd};
      case 2:
      case 3:
        return vma::Mmap<Word>{addr, len, prot, map_flags(), fd, below(6) * 4096};
      case 4:
      case 5:
        return vma::Mmap2<Word>{addr, len, prot, map_flags(), fd, pgoff};
      case 6:
        return vma::DoMmap<Word>{addr, len, prot, map_flags(), fd, below(6) * 4096};
      case 7:
      case 8:
        return vma::Munmap<Word>{addr, len};
      case 9:
        return vma::Brk<Word>{0x8048000 + below(12) * 0x800};
      case 10:
        return vma::DoBrk<Word>{addr, len};
      case 11:
      case 12:
        return vma::Mprotect<Word>{addr, len, prot};
      case 13:
      case 14:
      case 15:
        return vma::Mremap<Word>{addr, length(), len, one_in(20) ? below(8) : below(4), place()};
      case 16:
        return vma::Mlock<Word>{addr, len};
      case 17:
        return vma::Munlock<Word>{addr, len};
      case 18:
        return one_in(2) ? vma::Command<Word>(vma::Mlockall<Word>{below(5)}) : vma::Munlockall{};
      case 19:
        return vma::FindExtendVma<Word>{addr};
      case 20:
        return lookup(addr, len);
      case 21:
        return one_in(10) ? vma::Command<Word>(vma::ExitMmap{}) : vma::GetUnmappedArea<Word>{addr, len};
      default:
        return knobs();
    }
  }

 private:
  static constexpr std::array<const char*, 3> names{"a", "b", "c"};

  Word below(Word limit) { return static_cast<Word>(random_() % limit); }
  bool one_in(Word count) { return below(count) == 0; }

  Word place() {
    const Word task_size = kernel<Word>.machine.task_size, base = kernel<Word>.machine.task_unmapped_base;
    const std::array<Word, 6> bases{0, base, base, 0x8048000, task_size, base + (Word{1} << 22) - 0x4000};
    const Word where = bases[below(bases.size())];
    return (where == task_size ? where - 0x8000 : where) + below(10) * 4096;
  }
  Word length() {
    if (one_in(30)) return ~Word{0} - below(8192);
    if (one_in(30)) return kernel<Word>.machine.task_size - below(3) * 4096;
    return one_in(6) ? below(20000) : below(6) * 4096;
  }
  Word map_flags() {
    static constexpr std::array<Word, 10> often{0x22, 0x32, 0x21, 0x31, 0x1, 0x2, 0x11, 0x12, 0x112, 0x132};
    Word flags = often[below(often.size())];
    if (one_in(6)) flags |= vma::MAP_NORESERVE;
    if (one_in(4)) flags |= vma::MAP_DENYWRITE;
    if (one_in(20)) flags ^= below(16);
    return flags;
  }
  vma::Command<Word> lookup(Word addr, Word len) {
    if (one_in(3)) return vma::FindVma<Word>{addr};
    if (one_in(2)) return vma::FindVmaPrev<Word>{addr};
    return vma::FindVmaIntersection<Word>{addr, addr + len};
  }
  vma::Command<Word> knobs() {
    vma::SetKnobs<Word> set{};
    switch (below(8)) {
      case 0:
        set.fail_vma = static_cast<std::uint32_t>(1 + below(3));
        break;
      case 1:
        set.fail_shmem = static_cast<std::uint32_t>(below(3));
        set.fail_move = static_cast<std::uint32_t>(below(3));
        break;
      case 2:
        set.max_map_count = 1 + below(10);
        break;
      case 3:
        set.free_pages = one_in(3) ? Word{100000} : below(30);
        break;
      case 4:
        set.rlimit_as = one_in(2) ? ~Word{0} : below(40) * 4096;
        set.rlimit_memlock = one_in(2) ? ~Word{0} : below(20) * 4096;
        set.cap_ipc_lock = !one_in(4);
        break;
      case 5:
        set.rlimit_stack = one_in(3) ? Word{8} << 20 : below(10) * 4096;
        set.rlimit_data = one_in(2) ? ~Word{0} : below(8) * 4096;
        break;
      case 6:
        set.file = vma::FileAttributes{names[below(3)], static_cast<std::uint32_t>(one_in(2) ? 0x40 : below(256))};
        break;
      default:
        set.max_map_count = Word{65536};
        set.free_pages = Word{100000};
        set.rlimit_as = set.rlimit_memlock = ~Word{0};
        break;
    }
    return set;
  }

  std::mt19937_64 random_;
};

template <class Word>
class VmaImplementation : public testing::Test {
 protected:
  using Layer = NoPaging<Word>;
  using Space = AddressSpace<Layer>;
  static constexpr Word base = kernel<Word>.machine.task_unmapped_base;
  static constexpr Word anonymous = vma::MAP_PRIVATE | vma::MAP_ANONYMOUS;
  static constexpr Word fixed = anonymous | vma::MAP_FIXED;
  static constexpr Word readable = vma::PROT_READ;

  HostPages pages;
  SlabAllocator<HostPages> slabs{pages};
  AreaCaches<Word> caches{slabs};
};

using Words = testing::Types<std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(VmaImplementation, Words);

TYPED_TEST(VmaImplementation, DoesWhatTheModelDoes) {
  using Word = TypeParam;
  constexpr std::uint64_t sessions = 300;
  constexpr int commands = 120;
  std::size_t refusals = 0;
  for (std::uint64_t seed = 1; seed <= sessions; ++seed) {
    const vma::Boot<Word> boot = plain_boot<Word>();
    vma::State<Word> state = model::boot(boot);
    VmaMachine<Word> machine(this->caches, this->slabs, boot);
    machine.take_effects();
    vma::State<Word> seen{};
    Arguments<Word> arguments(seed);
    for (int i = 0; i < commands; ++i) {
      const vma::Command<Word> command = arguments.next();
      auto expected = model::step<Word>(boot.kernel, std::move(state), command);
      const vma::Result<Word> result = machine.apply(command);
      const std::string where =
          "seed " + std::to_string(seed) + ", command " + std::to_string(i) + ": " + to_text(command);
      ASSERT_EQ(to_text(result), to_text(expected.result)) << where;
      const auto effects = machine.take_effects();
      if (effects != expected.effects) {
        ASSERT_EQ(to_text(effects), to_text(expected.effects)) << where;
      }
      state = std::move(expected.state);
      machine.observe(seen);
      if (seen != vma::canonical(state)) {
        ASSERT_EQ(to_text(seen), to_text(vma::canonical(state))) << where;
      }
      if (std::holds_alternative<vma::Refused>(result)) ++refusals;
    }
  }
  EXPECT_GT(refusals, sessions * commands / 10);
  EXPECT_LT(refusals, sessions * commands / 10 * 8);
  EXPECT_EQ(this->caches.areas_in_use(), 0u);
}

/// Forks an address space that random commands have made; request `fail_vma` for an area fails.
template <class Word>
void expect_fork_as_in_model(AreaCaches<Word>& caches, SlabAllocator<HostPages>& slabs, std::uint64_t seed,
                             std::uint32_t fail_vma) {
  const vma::Boot<Word> boot = plain_boot<Word>();
  model::VmaStep<Word> so_far{model::boot(boot), vma::Nothing{}, {}, {}};
  VmaMachine<Word> machine(caches, slabs, boot);
  Arguments<Word> arguments(seed);
  const auto both = [&](const vma::Command<Word>& command) {
    so_far = model::step<Word>(boot.kernel, std::move(so_far.state), command);
    machine.apply(command);
  };
  for (int i = 0; i < 60; ++i) both(arguments.next());
  vma::SetKnobs<Word> fails{};
  fails.fail_vma = fail_vma;
  both(fails);
  machine.take_effects();

  const VmaFork<Word> seen = machine.fork();
  auto forked = model::dup_mmap<Word>(std::move(so_far));
  EXPECT_EQ(to_text(seen.result), to_text(forked.so_far.result)) << seed;
  EXPECT_EQ(to_text(seen.effects), to_text(forked.so_far.effects)) << seed;
  EXPECT_EQ(to_text(seen.parent), to_text(vma::canonical(forked.so_far.state))) << seed;
  const vma::Mm<Word> parent = std::exchange(forked.so_far.state.mm, forked.child);
  EXPECT_EQ(to_text(seen.child), to_text(vma::canonical(forked.so_far.state))) << seed;

  auto ended = model::step<Word>(boot.kernel, std::move(forked.so_far.state), vma::ExitMmap{});
  EXPECT_EQ(to_text(seen.effects_of_end), to_text(ended.effects)) << seed;
  ended.state.mm = parent;
  vma::State<Word> after{};
  machine.observe(after);
  EXPECT_EQ(to_text(after), to_text(vma::canonical(ended.state))) << seed;
}

TYPED_TEST(VmaImplementation, IsCopiedAsInTheModel) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    expect_fork_as_in_model<TypeParam>(this->caches, this->slabs, seed, 0);
    expect_fork_as_in_model<TypeParam>(this->caches, this->slabs, seed, 1 + static_cast<std::uint32_t>(seed % 4));
  }
  EXPECT_EQ(this->caches.areas_in_use(), 0u);
}

// ---- By itself ------------------------------------------------------------------------------------------------------

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
    EXPECT_GT(this->caches.nodes_in_use(), count / 32);
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
