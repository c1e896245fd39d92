// What no session of the random check comes to, or what only the implementation has: the heap of impl/ in states that are made for it.
#include <refmm/model/malloc.hpp>
#include <refmm/tests/malloc_lockstep.hpp>

#include <gtest/gtest.h>

#include <concepts>
#include <cstdint>
#include <limits>
#include <ostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace refmm {
namespace {

using malloc::Calloc, malloc::Free, malloc::LoadWord, malloc::Malloc, malloc::MallocTrim, malloc::Memset,
    malloc::Number, malloc::Realloc, malloc::Refusal, malloc::Refused, malloc::Sbrk, malloc::StoreWord;

template <std::unsigned_integral W>
malloc::Boot<W> boot_with(const malloc::BasicParameters<W>& parameters, W data = 0x08050000) {
  if constexpr (sizeof(W) == 4)
    return {{vma::corrected, parameters, malloc::all_corrected}, data, data + 0x1000};
  else
    return {{vma::corrected_64, parameters, malloc::all_corrected}, data, data + 0x1000};
}
template <std::unsigned_integral W>
malloc::Boot<W> usual_boot(W data = 0x08050000) {
  return boot_with<W>(malloc::default_parameters<W>, data);
}

/// A heap of impl/ in its process.
template <std::unsigned_integral W>
struct Heap {
  impl::HostPages pages{{.huge_pages = false}};
  impl::SlabAllocator<impl::HostPages> slabs{pages};
  impl::AreaCaches<W> caches{slabs};
  MallocMachine<W> machine;

  explicit Heap(const malloc::Boot<W>& boot) : machine(caches, slabs, boot) {}
};

/// The model and the implementation, which are to agree.
template <std::unsigned_integral W>
class Both {
 public:
  explicit Both(const malloc::Boot<W>& boot) : boot_(boot), heap_(boot), state_(model::boot<W>(boot)) {}

  malloc::Result<W> operator()(const malloc::Command<W>& command) {
    auto outcome = model::step<W>(boot_.allocator, std::move(state_), command);
    const auto answer = heap_.machine.apply(command);
    ++commands_;
    EXPECT_EQ(answer.result, outcome.result) << "of command " << commands_;
    EXPECT_EQ(answer.effects, outcome.effects) << "of command " << commands_;
    state_ = std::move(outcome.state);
    return answer.result;
  }
  W block(const malloc::Command<W>& command) {
    const auto result = (*this)(command);
    const auto* address = std::get_if<malloc::Address<W>>(&result);
    EXPECT_TRUE(address) << "of command " << commands_;
    return address ? address->value : 0;
  }
  void expect_same_state() const {
    malloc::State<W> seen{};
    heap_.machine.observe(seen);
    EXPECT_EQ(seen, malloc::canonical(boot_.allocator.parameters, state_));
  }
  W word(W addr) { return std::get<Number<W>>((*this)(LoadWord<W>{addr})).value; }

 private:
  malloc::Boot<W> boot_;
  Heap<W> heap_;
  malloc::State<W> state_;
  int commands_ = 0;
};

// ---- Large requests ----

using W = std::uint32_t;

/// There is room for it nowhere: the heap stands in the middle of the address space.
TEST(MallocRare, TheLargestRequestIsAskedOfTheKernel) {
  constexpr W largest = 0x7fffdfff;
  Both<W> both(usual_boot<W>(0x50000000));
  const W block = both.block(Malloc<W>{100});
  EXPECT_EQ(both(Malloc<W>{largest}), malloc::Result<W>(Refused{Refusal::no_memory}));
  EXPECT_EQ(both(Realloc<W>{block, largest}), malloc::Result<W>(Refused{Refusal::no_memory}));
  EXPECT_EQ(both(Malloc<W>{largest + 1}), malloc::Result<W>(Refused{Refusal::too_large}));
  EXPECT_EQ(both(Realloc<W>{block, largest + 1}), malloc::Result<W>(Refused{Refusal::too_large}));
}

/// Then a request is too large before it is one for a mapping.
TEST(MallocRare, AThresholdMayBeAboveTheLargestRequest) {
  auto parameters = malloc::default_parameters<W>;
  parameters.mmap_threshold = std::numeric_limits<W>::max();
  Both<W> both(boot_with<W>(parameters));
  EXPECT_EQ(both(Malloc<W>{0xfffffff8}), malloc::Result<W>(Refused{Refusal::too_large}));
}

/// All sizes have many bits in common: the tree of them is as deep as trees become.
template <std::unsigned_integral Word>
void take_free_chunks_of_many_sizes(Word bytes) {
  constexpr Word count = 60, step = 2 * sizeof(Word);
  auto parameters = malloc::default_parameters<Word>;
  parameters.mmap_threshold = parameters.trim_threshold = std::numeric_limits<Word>::max();
  Both<Word> both(boot_with<Word>(parameters));
  std::vector<Word> blocks;
  for (Word i = 0; i < count; ++i) {
    blocks.push_back(both.block(Malloc<Word>{bytes + i * step}));
    both(Malloc<Word>{1});
  }
  for (const Word block : blocks) both(Free<Word>{block});
  for (Word i = 0; i < count; ++i) {
    const Word each = 7 * i % count;
    EXPECT_EQ(both.block(Malloc<Word>{bytes + each * step}), blocks[static_cast<std::size_t>(each)]) << each;
  }
}

TEST(MallocRare, ManySizesAreOnOneList) {
  for (const W bytes : {1020u, (1u << 20) - 4}) take_free_chunks_of_many_sizes<std::uint32_t>(bytes);
  for (const W bytes : {1016u, (1u << 20) - 8}) take_free_chunks_of_many_sizes<std::uint64_t>(bytes);
}

/// On the way to where it would be only smaller ones are found; the one that fits was passed at the root.
TEST(MallocRare, AChunkThatFitsIsFoundBesideTheWay) {
  Both<W> both(usual_boot<W>());
  std::vector<W> blocks;
  for (const W bytes : {1020u, 1028u, 1532u}) {
    blocks.push_back(both.block(Malloc<W>{bytes}));
    both(Malloc<W>{1});
  }
  for (const W block : blocks) both(Free<W>{block});
  EXPECT_EQ(both.block(Malloc<W>{1036}), blocks[2]);
}

/// The heap has room for hardly one chunk more of their sizes, by which an observer knows that he need not go on.
TEST(MallocRare, AllFreeChunksAreSeenWhereThereIsHardlyAnythingElse) {
  auto boot = usual_boot<W>();
  boot.brk += 0x238;
  Both<W> both(boot);
  std::vector<W> blocks;
  for (int i = 0; i < 14; ++i) {
    blocks.push_back(both.block(Malloc<W>{i < 13 ? 508u : 516u}));
    both(Malloc<W>{1});
  }
  for (const W block : blocks) both(Free<W>{block});
  both.expect_same_state();
}

// ---- What stands in memory ----

/// Somebody wrote to the page in which the heap goes on, and gave it back.
TEST(MallocRare, CallocClearsWhatSomebodyElseLeft) {
  Both<W> both(usual_boot<W>());
  both(Malloc<W>{4000});
  both(Sbrk<W>{4096});
  both(Memset<W>{0x08052000, 65, 4096});
  both(Sbrk<W>{W{0} - 4000});
  EXPECT_EQ(both.block(Malloc<W>{100}), 0x08052068u);
  const W block = both.block(Calloc<W>{100, 1});
  for (W offset = 0; offset < 100; offset += 4) EXPECT_EQ(both.word(block + offset), 0u) << offset;
}

/// Nothing of the old top is left but two fences, of 8 bytes each.
TEST(MallocRare, ATopOfTheSmallestSizeBecomesFences) {
  Both<W> both(usual_boot<W>());
  both(Malloc<W>{4076});
  both(Sbrk<W>{16});
  both(Malloc<W>{100});
  for (const W fence : {0x08051ff0u, 0x08051ff8u}) EXPECT_EQ(both.word(fence + 4), 8 | malloc::PREV_INUSE);
}

/// Behind the links of a free chunk stands what it was filled with, up to its size at its end.
TEST(MallocRare, FreedMemoryIsFilledIfThatIsAskedFor) {
  for (const W perturb : {0u, 1u, 0x55u}) {
    auto parameters = malloc::default_parameters<W>;
    parameters.perturb = perturb;
    Both<W> both(boot_with<W>(parameters));
    const W block = both.block(Malloc<W>{100}), last = both.block(Malloc<W>{100});
    for (const W each : {block, last}) both(Memset<W>{each, 7, 100});
    for (const W each : {block, last}) both(Free<W>{each});
    for (W offset = 8; offset < 92; offset += 4)
      EXPECT_EQ(both.word(block + offset), (perturb == 0 ? 7 : perturb) * 0x01010101) << offset;
    both.word(last + 96);  // of the last one, that word was its own
  }
}

// ---- Damage ----

TEST(MallocRare, ATopThatIsTooSmallIsNotTrimmed) {
  Both<W> both(usual_boot<W>());
  const W block = both.block(Malloc<W>{100});
  both(StoreWord<W>{block + 100, 8 | malloc::PREV_INUSE});
  EXPECT_EQ(both(MallocTrim<W>{0}), malloc::Result<W>(Number<W>{0}));
}

/// At 32 bits the flags have all the bits that are none of a size.
TEST(MallocRare, At64BitsASizeIsAMultipleOfTwoWords) {
  using W64 = std::uint64_t;
  Both<W64> both(usual_boot<W64>());
  const W64 block = both.block(Malloc<W64>{100});
  both(Malloc<W64>{100});
  both(StoreWord<W64>{block - 8, (112 + 8) | malloc::PREV_INUSE});
  EXPECT_EQ(both(Free<W64>{block}), malloc::Result<W64>(Refused{Refusal::invalid_size}));
}

// The links of a tree are no words of the model (impl/malloc_tree.hpp). Chunks that follow each other, each with a small one behind it:
// when the first three are free, the first is the root, the second its lower child, and the third its upper one.
constexpr W small = 16;
constexpr W root = 0x08051000, behind_root = root + 1024;
constexpr W lower = behind_root + small, behind_lower = lower + 1032;
constexpr W upper = behind_lower + small, behind_upper = upper + 1536;
constexpr W same = behind_upper + small, behind_same = same + 1024;  // as large as the root
constexpr W other = behind_same + small;                             // below the lower one

constexpr W fd(W chunk) { return chunk + 8; }
constexpr W bk(W chunk) { return chunk + 12; }
constexpr W child(W chunk, W side) { return chunk + 16 + 4 * side; }
constexpr W parent(W chunk) { return chunk + 24; }
constexpr malloc::Command<W> free_of(W chunk) { return Free<W>{chunk + 8}; }

struct Damage {
  const char* name;
  std::vector<malloc::Command<W>> commands;  // of which the last one is noticed

  friend void PrintTo(const Damage& damage, std::ostream* out) { *out << damage.name; }
};

class DamagedTree : public testing::TestWithParam<Damage> {};

TEST_P(DamagedTree, IsNoticed) {
  Heap<W> heap(usual_boot<W>());
  for (const W bytes : {1020u, 1028u, 1532u, 1020u, 1036u}) {
    heap.machine.apply(Malloc<W>{bytes});
    heap.machine.apply(Malloc<W>{1});
  }
  for (const W chunk : {root, lower, upper}) heap.machine.apply(free_of(chunk));
  for (const auto& command : GetParam().commands) {
    const bool is_last = &command == &GetParam().commands.back();
    const auto answer = heap.machine.apply(command);
    EXPECT_EQ(answer.result == malloc::Result<W>(Refused{Refusal::corrupted_links}), is_last);
  }
}

using Store = StoreWord<W>;

INSTANTIATE_TEST_SUITE_P(
    All, DamagedTree,
    testing::Values(
        Damage{"ring_where_another_is_put_on_it", {Store{fd(root), lower}, free_of(same)}},
        Damage{"ring_of_the_size_that_fits", {Store{fd(root), lower}, Malloc<W>{1020}}},
        Damage{"parent_on_the_way_down", {Store{parent(lower), upper}, free_of(other)}},
        Damage{"next_of_one_that_leaves", {free_of(same), Store{fd(same), upper}, free_of(behind_same)}},
        Damage{"previous_of_one_that_leaves", {free_of(same), Store{bk(same), upper}, free_of(behind_same)}},
        Damage{"parent_on_the_way_to_a_leaf", {Store{parent(upper), lower}, free_of(behind_root)}},
        Damage{"root_that_is_none", {Store{parent(lower), lower}, free_of(behind_lower)}},
        Damage{"child_of_another", {Store{parent(lower), upper}, free_of(behind_lower)}},
        Damage{"circle_where_a_size_is_looked_for",
               {Store{child(lower, 0), lower}, Store{child(lower, 1), lower}, Malloc<W>{1036}}},
        Damage{"circle_where_the_smallest_is_looked_for", {Store{child(lower, 0), lower}, Malloc<W>{600}}}),
    [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace refmm
