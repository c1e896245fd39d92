// Lookups and changes of the area tree beside std::map, flat_map, ICL's interval_map and Boost.Intrusive's trees.
//
//   build/release/bin/vma_benchmark                  tables of ratios, in about a minute
//   build/release/bin/vma_benchmark --benchmark_filter=/faults/ --benchmark_out=figures.json
//
// All indexes do the same work on the same kind of address space: 2n slots of 64 KiB, n of which have an area of 4 to 16 pages.
// Areas are objects of an object cache with every index; they were made, and entered, in a random order (flat_map, for which
// that takes seconds, got them at once). The area tree takes nodes from an object cache, std::map from malloc or ("slab map") from
// kmalloc, the others from malloc or none. The measurements are taken in a random order of all, so that noise of the
// machine hits all alike, and medians of the processor's time are compared. Every lookup reads the area that it found.
//
//   find    find_vma at random addresses, in areas and in holes
//   faults  addresses in areas: half in the area of the last one, 40 % in a neighbour of it, 10 % anywhere
//   cached  the same, and all but the area tree have 2.4.0's mmap_cache in front of them
//   churn   munmap of an area at random and mmap of another one in a free slot: find, erase, free; make, insert
//   punch   the middle of an area is unmapped (its end moves, the rest is a new area) and mapped again (it joins both)
//
// The last table shows find_hole, which bounds of gaps in the nodes make fast, beside the walk along the list of get_unmapped_area.
#include <refmm/tests/vma_benchmark_indexes.hpp>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace refmm::vma_benchmark {
namespace {

// ---- Address spaces ---------------------------------------------------------------------------------------------

constexpr Word page_size = 4096;
constexpr Word slot_size = 16 * page_size;
constexpr Word base = Word{1} << 30;

/// An exchange of areas: the one in one slot for one in another.
struct Exchange {
  std::uint32_t unmapped;
  std::uint32_t mapped;
};

/// What is done to an address space of `areas` areas, the same for all indexes.
struct Script {
  static constexpr std::size_t length = 1 << 16;

  explicit Script(std::size_t number) : areas(number) {
    slots.resize(2 * number);
    std::iota(slots.begin(), slots.end(), 0);
    std::ranges::shuffle(slots, random);
    std::vector<std::uint32_t> order(slots.begin(), slots.begin() + static_cast<std::ptrdiff_t>(number));
    std::ranges::sort(order);
    std::size_t place = 0;
    for (std::size_t i = 0; i < length; ++i) {
      anywhere.push_back(base + random() % (2 * number * slot_size));
      place = next_fault(place);
      faults.push_back(inside(order[place]));
      punched.push_back(inside(order[random() % number]));
    }
    add_exchanges();
  }

  /// The area of a slot.
  static Word start_of(std::uint32_t slot) { return base + slot * slot_size; }
  static Word end_of(std::uint32_t slot) { return start_of(slot) + (4 + slot * 7 % 13) * page_size; }

  std::size_t areas;
  std::vector<std::uint32_t> slots;  // the first half have areas, in the order in which they are made
  std::vector<Word> anywhere;
  std::vector<Word> faults;
  std::vector<Word> punched;
  std::vector<Exchange> exchanges;  // after all of them everything is as it was

 private:
  Word inside(std::uint32_t slot) { return start_of(slot) + random() % (end_of(slot) - start_of(slot)); }

  std::size_t next_fault(std::size_t place) {
    const auto die = random() % 10;
    if (die == 0) return random() % areas;
    if (die <= 2) return place == 0 ? 0 : place - 1;
    if (die <= 4) return std::min(place + 1, areas - 1);
    return place;
  }

  void add_exchanges() {
    std::vector<std::uint32_t> now = slots;
    for (std::size_t i = 0; i < length / 2; ++i) {
      std::uint32_t& unmapped = now[random() % areas];
      std::uint32_t& mapped = now[areas + random() % areas];
      exchanges.push_back({unmapped, mapped});
      std::swap(unmapped, mapped);
    }
    for (std::size_t i = length / 2; i-- != 0;) exchanges.push_back({exchanges[i].mapped, exchanges[i].unmapped});
  }

  std::mt19937_64 random{1};
};

const Script& script_of(std::size_t areas) {
  static std::map<std::size_t, Script> scripts;
  return scripts.try_emplace(areas, areas).first->second;
}

/// An address space with an index. One is made for all rounds that leave it as it was, and one that exchanges its areas.
template <class Index>
class Space {
 public:
  enum Use { kept, exchanged };

  static Space& of(std::size_t areas, Use use) {
    static std::map<std::pair<std::size_t, Use>, Space> spaces;
    return spaces.try_emplace({areas, use}, areas).first->second;
  }

  explicit Space(std::size_t areas) {
    const Script& script = script_of(areas);
    std::vector<Area*> made;
    for (std::size_t i = 0; i < areas; ++i)
      made.push_back(make(Script::start_of(script.slots[i]), Script::end_of(script.slots[i])));
    if constexpr (requires { index.build(made); }) {
      std::ranges::sort(made, {}, &Area::vm_end);
      index.build(made);
    } else {
      for (Area* const area : made) index.insert(*area);
    }
  }

  Area* make(Word start, Word end) { return objects_.make(start, end); }
  void free(Area* area) { objects_.destroy(area); }

  void unmap(Word addr) {
    const auto place = index.find(addr);
    Area* const area = index.at(place);
    index.erase(place);
    free(area);
  }

 private:
  impl::HostPages pages_;
  Slabs slabs_{pages_};
  impl::ObjectCache<Area> objects_{slabs_, "area", slab::SLAB_HWCACHE_ALIGN};

 public:
  Index index{slabs_};
  std::size_t next_exchange = 0;
};

// ---- Rounds: each does its work once for the address or the exchange at a place of the script ------------------------------

Word read(const Area* area) { return area == nullptr ? 0 : area->vm_start; }

template <class Index>
struct Find {
  explicit Find(std::size_t areas)
      : index(Space<Index>::of(areas, Space<Index>::kept).index), addresses(script_of(areas).anywhere) {}
  Word operator()(std::size_t i) { return read(index.at(index.find(addresses[i]))); }

  Index& index;
  const std::vector<Word>& addresses;
};

template <class Index>
struct Faults : Find<Index> {
  explicit Faults(std::size_t areas) : Find<Index>(areas), faults(script_of(areas).faults) {}
  Word operator()(std::size_t i) { return read(this->index.at(this->index.find(faults[i]))); }

  const std::vector<Word>& faults;
};

template <class Index>
struct Cached : Faults<Index> {
  using Faults<Index>::Faults;
  Word operator()(std::size_t i) { return read(cache.find(this->faults[i])); }

  WithMmapCache<Index> cache{this->index};
};
template <>
struct Cached<Tree> : Faults<Tree> {
  using Faults<Tree>::Faults;
};

template <class Index>
struct Churn {
  explicit Churn(std::size_t areas)
      : space(Space<Index>::of(areas, Space<Index>::exchanged)), exchanges(script_of(areas).exchanges) {}
  Word operator()(std::size_t) {
    const auto [unmapped, mapped] = exchanges[space.next_exchange++ % Script::length];
    space.unmap(Script::start_of(unmapped));
    Area* const area = space.make(Script::start_of(mapped), Script::end_of(mapped));
    space.index.insert(*area);
    return area->vm_start;
  }

  Space<Index>& space;
  const std::vector<Exchange>& exchanges;
};

template <class Index>
struct Punch {
  explicit Punch(std::size_t areas)
      : space(Space<Index>::of(areas, Space<Index>::kept)), punched(script_of(areas).punched) {}
  Word operator()(std::size_t i) {
    Index& index = space.index;
    const auto place = index.find(punched[i]);
    const Area* const area = index.at(place);
    const Word end = area->vm_end;
    const Word hole = area->vm_start + page_size;
    Area* const rest = space.make(hole + page_size, end);
    index.set_end(place, hole);
    index.insert_behind(place, *rest);

    const auto before = index.find(hole - 1);
    index.erase(index.next(before));
    space.free(rest);
    index.set_end(before, end);
    return end;
  }

  Space<Index>& space;
  const std::vector<Word>& punched;
};

/// Lengths for which the first fit is at the beginning, or far away.
Word length_of(std::size_t i) { return (1 + i * 7 % 12) * slot_size; }

struct FindHole : Find<Tree> {
  using Find<Tree>::Find;
  Word operator()(std::size_t i) { return index.tree().find_hole(base, length_of(i), Word{1} << 47).value_or(0); }
};

/// get_unmapped_area of 2.4.0.
struct WalkList : Find<Tree> {
  using Find<Tree>::Find;
  Word operator()(std::size_t i) {
    Word candidate = base;
    for (const Area* area = index.find(base); area != nullptr; area = area->vm_next) {
      if (candidate + length_of(i) <= area->vm_start) break;
      candidate = area->vm_end;
    }
    return candidate;
  }
};

// ---- All rounds -------------------------------------------------------------------------------------------------

constexpr std::array sizes{std::size_t{10}, std::size_t{1000}, std::size_t{65536}};
constexpr std::array workloads{"find", "faults", "cached", "churn", "punch"};
constexpr const char* ours = "area tree";
constexpr std::array competitors{"std::map", "slab map", "flat_map", "interval_map", "avl_set", "rb set"};

std::string name_of(const char* index, const char* workload, std::size_t areas) {
  return fmt::format("{}/{}/{}", index, workload, areas);
}

/// Shows on a terminal that something is going on.
void show_progress() {
  static const bool on_terminal = isatty(STDERR_FILENO) != 0;
  static int measured = 0;
  if (on_terminal) fmt::print(stderr, "\r{} measurements ", ++measured);
}

/// Goes through the script, a part of it in each iteration.
template <class Round>
void add(const char* index, const char* workload, std::size_t areas) {
  benchmark::RegisterBenchmark(name_of(index, workload, areas).c_str(), [areas](benchmark::State& state) {
    constexpr std::size_t part = 256;
    show_progress();
    Round round(areas);
    std::size_t next = 0;
    for (auto _ : state) {
      Word sum = 0;
      for (std::size_t i = 0; i < part; ++i) sum += round(next + i);
      benchmark::DoNotOptimize(sum);
      next = (next + part) % Script::length;
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(part));
  });
}

template <class Index>
void add_index(const char* index) {
  for (const std::size_t areas : sizes) {
    add<Find<Index>>(index, "find", areas);
    add<Faults<Index>>(index, "faults", areas);
    add<Cached<Index>>(index, "cached", areas);
    add<Churn<Index>>(index, "churn", areas);
    add<Punch<Index>>(index, "punch", areas);
  }
}

void add_all() {
  add_index<Tree>(ours);
  add_index<MallocMap>("std::map");
  add_index<SlabMap>("slab map");
  add_index<FlatMap>("flat_map");
  add_index<IntervalMap>("interval_map");
  add_index<AvlSet>("avl_set");
  add_index<RbSet>("rb set");
  for (const std::size_t areas : sizes) {
    add<FindHole>(ours, "hole", areas);
    add<WalkList>("list", "hole", areas);
  }
}

// ---- The tables -------------------------------------------------------------------------------------------------

/// Collects times, and prints how many times longer than the area tree the others take.
class Ratios final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      if (run.run_type == Run::RT_Iteration)
        times_[run.run_name.function_name].push_back(1e9 / run.counters.at("items_per_second").value);
  }

  void print() {
    fmt::print("Time as a multiple of the area tree's (above 1: the area tree is faster)\n\n");
    fmt::print("{:<7} {:>6} {:>9}", "work", "areas", "tree, ns");
    for (const char* const index : competitors) fmt::print("  {:>{}}", index, width(index));
    fmt::print("\n");
    for (const char* const workload : workloads)
      for (const std::size_t areas : sizes) print(workload, areas);
    for (const std::size_t areas : sizes) print_holes(areas);
    fmt::print("\n{}",
               aims_ == ""
                   ? "The area tree leads in every row, and is twice as fast as std::map in lookups at 65536.\n"
                   : "Not met:\n" + aims_);
  }

 private:
  static std::size_t width(const std::string& index) { return std::max<std::size_t>(index.size(), 6); }

  void print(const char* workload, std::size_t areas) {
    const double own = median(ours, workload, areas);
    if (own == 0) return;
    fmt::print("{:<7} {:>6} {:>9.1f}", workload, areas, own);
    for (const char* const index : competitors) {
      const double ratio = median(index, workload, areas) / own;
      fmt::print("  {:>{}}", ratio == 0 ? "-" : fmt::format("{:.2f}", ratio), width(index));
      judge(index, workload, areas, ratio);
    }
    fmt::print("\n");
  }

  void judge(const std::string& index, const std::string& workload, std::size_t areas, double ratio) {
    const bool lookup = workload == "find" || workload == "faults";
    const double aim = index == "std::map" && lookup && areas == sizes.back() ? 2 : 1;
    if (ratio != 0 && ratio < aim)
      aims_ += fmt::format("  {} at {} areas: {:.2f} of {}, aimed at {}\n", workload, areas, ratio, index, aim);
  }

  void print_holes(std::size_t areas) {
    const double own = median(ours, "hole", areas);
    const double list = median("list", "hole", areas);
    if (own == 0 || list == 0) return;
    if (areas == sizes.front())
      fmt::print("\n{:<7} {:>6} {:>9}  {:>12}\n", "work", "areas", "tree, ns", "list walked");
    fmt::print("{:<7} {:>6} {:>9.1f}  {:>12.2f}\n", "hole", areas, own, list / own);
  }

  /// In nanoseconds; 0 if it was not measured.
  double median(const char* index, const char* workload, std::size_t areas) {
    const auto found = times_.find(name_of(index, workload, areas));
    if (found == times_.end()) return 0;
    std::vector<double>& times = found->second;
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::ranges::nth_element(times, middle);
    return *middle;
  }

  std::map<std::string, std::vector<double>> times_;
  std::string aims_;
};

}  // namespace
}  // namespace refmm::vma_benchmark

int main(int argc, char** argv) {
  // What is given on the command line comes later and wins.
  std::vector<std::string> arguments{argv[0], "--benchmark_enable_random_interleaving=true",
                                     "--benchmark_repetitions=15", "--benchmark_min_time=0.01"};
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  int count = static_cast<int>(pointers.size());
  benchmark::Initialize(&count, pointers.data());
  if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) return 2;

  refmm::vma_benchmark::add_all();
  refmm::vma_benchmark::Ratios ratios;
  if (benchmark::RunSpecifiedBenchmarks(&ratios) == 0) {
    fmt::print(stderr,
               "vma_benchmark: no benchmark has a name that the filter matches, such as std::map/find/1000\n");
    return 2;
  }
  fmt::print(stderr, "\n");
  ratios.print();
}
