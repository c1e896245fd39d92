// alloc+free of the native object cache beside malloc, mimalloc, jemalloc and Boost's pools.
//
//   build/release/bin/slab_benchmark                  a table of ratios, in about a minute
//   build/release/bin/slab_benchmark --benchmark_filter=/32/ --benchmark_out=figures.json
//
// Every allocator runs the same round: it hands out `count` objects, a word is written into each, and they go back in
// the reverse order (LIFO), in the same order (FIFO) or in a random one. Rounds are repeated in a random order of all
// allocators, so that noise of the machine hits all alike, and medians are compared. Time per object includes
// reading its address from an array, in random order for random frees.
//
// What the competitors are: malloc, mimalloc and jemalloc (tests/host_allocators.hpp) serve several threads
// and sizes; the slab allocator serves one thread, as Boost's pools do with a null mutex. fast_pool_allocator
// locks a mutex by default: both are shown. object_pool frees in time proportional to its free list, so it is
// shown for few objects only. "small pages" is the slab allocator without huge pages from the host.
#include <refmm/impl/object_cache.hpp>
#include <refmm/tests/host_allocators.hpp>

#include <benchmark/benchmark.h>
#include <boost/pool/object_pool.hpp>
#include <boost/pool/pool_alloc.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace refmm {
namespace {

template <std::size_t size>
struct alignas(4) Object {
  std::array<std::byte, size> bytes;
};

// ---- Competitors: allocate() and release(object) of objects of one size ---------------------------------------

template <std::size_t size, bool huge_pages = true>
class Slab {
 public:
  void* allocate() { return cache_.allocate(); }
  void release(void* object) { cache_.release(object); }

 private:
  impl::HostPages pages_{{.huge_pages = huge_pages}};
  impl::SlabAllocator<impl::HostPages> slabs_{pages_};
  impl::ObjectCache<Object<size>> cache_{slabs_, "benchmark"};
};

template <std::size_t size>
struct Malloc {
  void* allocate() { return std::malloc(size); }
  void release(void* object) { std::free(object); }
};

template <std::size_t size>
class Mimalloc {
 public:
  void* allocate() { return malloc_(size); }
  void release(void* object) { free_(object); }

 private:
  void* (*malloc_)(std::size_t) = mimalloc<void*(std::size_t)>("mi_malloc");
  void (*free_)(void*) = mimalloc<void(void*)>("mi_free");
};

template <std::size_t size>
struct Jemalloc {
  void* allocate() { return jemalloc_malloc(size); }
  void release(void* object) { jemalloc_free(object); }
};

template <std::size_t size>
class ObjectPool {
 public:
  void* allocate() { return pool_.malloc(); }
  void release(void* object) { pool_.free(static_cast<Object<size>*>(object)); }

 private:
  boost::object_pool<Object<size>> pool_;
};

/// Its pool is one for the whole process. It ends here, for frees in random order would leave it shuffled for good.
template <std::size_t size, class Mutex>
class FastPool {
 public:
  FastPool() = default;
  FastPool(const FastPool&) = delete;
  FastPool& operator=(const FastPool&) = delete;
  ~FastPool() {
    boost::singleton_pool<boost::fast_pool_allocator_tag, sizeof(Object<size>),
                          boost::default_user_allocator_new_delete, Mutex, 32, 0>::purge_memory();
  }

  void* allocate() { return pool_.allocate(); }
  void release(void* object) { pool_.deallocate(static_cast<Object<size>*>(object)); }

 private:
  boost::fast_pool_allocator<Object<size>, boost::default_user_allocator_new_delete, Mutex> pool_;
};

// ---- The round ------------------------------------------------------------------------------------------------

enum class Order { lifo, fifo, random };
constexpr std::array orders{Order::lifo, Order::fifo, Order::random};
constexpr std::array order_names{"LIFO", "FIFO", "random"};

std::vector<std::uint32_t> free_order(std::size_t count, Order order) {
  std::vector<std::uint32_t> indices(count);
  std::iota(indices.begin(), indices.end(), 0);
  if (order == Order::lifo) std::ranges::reverse(indices);
  if (order == Order::random) std::ranges::shuffle(indices, std::mt19937(1));
  return indices;
}

template <class Competitor>
void alloc_and_free(benchmark::State& state, std::size_t count, Order order) {
  Competitor competitor;
  std::vector<void*> objects(count);
  const std::vector<std::uint32_t> indices = free_order(count, order);
  const auto round = [&] {
    for (void*& object : objects) {
      object = competitor.allocate();
      *static_cast<volatile std::uint32_t*>(object) = 1;
    }
    for (const std::uint32_t index : indices) competitor.release(objects[index]);
  };
  round();
  for (auto _ : state) round();
}

// ---- All rounds -----------------------------------------------------------------------------------------------

/// A row of the table: all allocators on one size, number and order.
struct Row {
  std::size_t size;
  std::size_t count;
  const char* order;

  std::string name() const { return fmt::format("{}/{}/{}", size, count, order); }
};

constexpr const char* ours = "slab";
constexpr std::array competitors{"malloc",    "mimalloc",           "jemalloc",   "object_pool",
                                 "fast_pool", "unlocked fast_pool", "small pages"};

/// Shows on a terminal that something is going on.
void show_progress() {
  static const bool on_terminal = isatty(STDERR_FILENO) != 0;
  static int measured = 0;
  if (on_terminal) fmt::print(stderr, "\r{} measurements ", ++measured);
}

template <class Competitor>
void add(const char* competitor, const Row& row, Order order) {
  const std::string name = fmt::format("{}/{}", competitor, row.name());
  benchmark::RegisterBenchmark(name.c_str(), [count = row.count, order](benchmark::State& state) {
    show_progress();
    alloc_and_free<Competitor>(state, count, order);
  })->UseRealTime();
}

template <std::size_t size>
void add_size(std::vector<Row>& rows) {
  using boost::details::pool::default_mutex;
  using boost::details::pool::null_mutex;
  for (const std::size_t count : {1000u, 100000u}) {
    for (std::size_t i = 0; i < orders.size(); ++i) {
      const Row& row = rows.emplace_back(size, count, order_names[i]);
      add<Slab<size>>(ours, row, orders[i]);
      add<Malloc<size>>("malloc", row, orders[i]);
      add<Mimalloc<size>>("mimalloc", row, orders[i]);
      add<Jemalloc<size>>("jemalloc", row, orders[i]);
      if (count <= 1000) add<ObjectPool<size>>("object_pool", row, orders[i]);
      add<FastPool<size, default_mutex>>("fast_pool", row, orders[i]);
      add<FastPool<size, null_mutex>>("unlocked fast_pool", row, orders[i]);
      add<Slab<size, false>>("small pages", row, orders[i]);
    }
  }
}

// ---- The table ------------------------------------------------------------------------------------------------

/// Collects times, and prints how many times longer than the slab allocator each competitor takes.
class Ratios final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      if (run.run_type == Run::RT_Iteration)
        times_[run.run_name.function_name].push_back(run.real_accumulated_time /
                                                     static_cast<double>(run.iterations));
  }

  void print(const std::vector<Row>& rows) {
    fmt::print(
        "Time of alloc+free as a multiple of the slab allocator's (above 1: the slab allocator is faster)\n\n");
    fmt::print("{:>5} {:>8} {:<7}", "bytes", "objects", "frees");
    for (const char* const competitor : competitors) fmt::print("  {:>{}}", competitor, width(competitor));
    fmt::print("\n");
    for (const Row& row : rows) {
      const double own = median(ours, row);
      if (own == 0) continue;
      fmt::print("{:>5} {:>8} {:<7}", row.size, row.count, row.order);
      for (const char* const competitor : competitors) {
        const double time = median(competitor, row);
        fmt::print("  {:>{}}", time == 0 ? "-" : fmt::format("{:.2f}", time / own), width(competitor));
      }
      fmt::print("\n");
    }
  }

 private:
  static std::size_t width(const std::string& competitor) { return std::max<std::size_t>(competitor.size(), 5); }

  /// 0 if it was not measured.
  double median(const char* competitor, const Row& row) {
    const auto found = times_.find(fmt::format("{}/{}", competitor, row.name()));
    if (found == times_.end()) return 0;
    std::vector<double>& times = found->second;
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::ranges::nth_element(times, middle);
    return *middle;
  }

  std::map<std::string, std::vector<double>> times_;
};

}  // namespace
}  // namespace refmm

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

  std::vector<refmm::Row> rows;
  refmm::add_size<32>(rows);
  refmm::add_size<100>(rows);
  refmm::add_size<1000>(rows);
  refmm::Ratios ratios;
  if (benchmark::RunSpecifiedBenchmarks(&ratios) == 0) {
    fmt::print(stderr,
               "slab_benchmark: no benchmark has a name that the filter matches, such as slab/32/1000/LIFO\n");
    return 2;
  }
  fmt::print(stderr, "\n");
  ratios.print(rows);
}
