// The kernel's mappings of impl/ beside 2.4.0's list of areas, the TLB beside the walk, and the two ways to share tables.
//
//   build/release/bin/kernel_map_benchmark                  tables of ratios, in about half a minute
//   build/release/bin/kernel_map_benchmark --benchmark_filter=vmalloc --benchmark_out=figures.json
//
// The measurements are taken in a random order of all, so that noise of the machine hits all alike, and medians are compared.
//
//   vmalloc, ioremap  with so many areas of 1 to 4 pages there, one at random goes and another one of 1 to 4 pages is made: frames,
//                     entries and flushes included; the two kernels differ in nothing but the structure that areas stand in
//   access            a byte of one of 16 pages: the TLB has its page, or the tables are walked
//   pgd_alloc         a directory is made and given back: from a fresh frame, or from the quick list
//   fork              a fresh directory, where tables appear on demand, and where all are there from boot
//   first access      of a process to a slot of the kernel that is younger than its directory; with all tables there, no slot is
#include <refmm/tests/kernel_map_benchmark_kernels.hpp>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace refmm::kernel_map_benchmark {
namespace {

using kernel_map::Sharing;

constexpr std::array sizes{std::size_t{10}, std::size_t{1000}, std::size_t{10000}};

/// Shows on a terminal that something is going on.
void show_progress() {
  static const bool on_terminal = isatty(STDERR_FILENO) != 0;
  static int measured = 0;
  if (on_terminal) fmt::print(stderr, "\r{} measurements ", ++measured);
}

/// An item is one call of `round`; it is called many times in an iteration.
template <class Round>
void run_parts(benchmark::State& state, Round& round) {
  constexpr std::size_t part = 64;
  show_progress();
  for (auto _ : state) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < part; ++i) sum += round();
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(part));
}

// ---- Areas ------------------------------------------------------------------------------------------------------

/// One area goes, another one comes.
template <class Kernel, bool with_frames>
class Churn {
 public:
  explicit Churn(std::size_t areas) {
    while (areas_.size() < areas) areas_.push_back(make());
    for (std::size_t i = 0; i < areas; ++i) (*this)();
  }
  static Churn& of(std::size_t areas) {
    static std::map<std::size_t, Churn> churns;
    return churns.try_emplace(areas, areas).first->second;
  }
  Address operator()() {
    Address& area = areas_[random_() % areas_.size()];
    kernel_.vfree(area);
    return area = make();
  }

 private:
  Address make() {
    const Address size = (1 + static_cast<Address>(random_() % 4)) * impl::page_size;
    return with_frames ? kernel_.vmalloc(size) : kernel_.ioremap(0x60000000, size);
  }

  Kernel kernel_;
  std::mt19937 random_{1};
  std::vector<Address> areas_;
};

template <class Kernel>
void add_areas(const char* kernel) {
  for (const std::size_t areas : sizes) {
    benchmark::RegisterBenchmark(
        fmt::format("vmalloc/{}/{}", areas, kernel).c_str(),
        [areas](benchmark::State& state) { run_parts(state, Churn<Kernel, true>::of(areas)); });
    benchmark::RegisterBenchmark(
        fmt::format("ioremap/{}/{}", areas, kernel).c_str(),
        [areas](benchmark::State& state) { run_parts(state, Churn<Kernel, false>::of(areas)); });
  }
}

// ---- Accesses and directories -----------------------------------------------------------------------------------

constexpr paging::Access kernel_reads{.user = false, .write = false, .wp = true};

void add_accesses() {
  static OrderedKernel machine;
  static const Address area = machine.vmalloc(16 * impl::page_size);
  static impl::Processor<BareMemory> cpu(machine.memory, true);
  cpu.load_cr3(machine.kernel.paging().swapper_pg_dir);
  static std::uint32_t next = 0;
  const auto addr = [] { return area + (++next * 7 % 16 << impl::page_shift | 20); };
  benchmark::RegisterBenchmark("access/0/TLB", [addr](benchmark::State& state) {
    const auto round = [&] { return cpu.access(addr(), kernel_reads).phys; };
    run_parts(state, round);
  });
  benchmark::RegisterBenchmark("access/0/walk", [addr](benchmark::State& state) {
    const auto round = [&] { return cpu.walk(addr(), kernel_reads).phys; };
    run_parts(state, round);
  });
}

void add_directories() {
  static OrderedKernel machine;
  static auto& paging = machine.kernel.paging();
  benchmark::RegisterBenchmark("pgd_alloc/0/fresh", [](benchmark::State& state) {
    static_cast<void>(paging.check_pgt_cache(0, 0));
    const auto round = [] {
      const Pfn pgd = *paging.pgd_alloc();
      paging.pgd_free(pgd);
      return pgd;
    };
    run_parts(state, round);
  });
  benchmark::RegisterBenchmark("pgd_alloc/0/quick", [](benchmark::State& state) {
    const auto round = [] {
      const Pfn pgd = *paging.pgd_alloc();
      paging.pgd_free_fast(pgd);
      return pgd;
    };
    run_parts(state, round);
  });
}

// ---- Sharing ----------------------------------------------------------------------------------------------------

/// Processes that are older than a table of the kernel access it for the first time.
class FirstAccess {
 public:
  static constexpr std::size_t processes = 256;

  explicit FirstAccess(Sharing sharing) : machine_(sharing) {}

  /// Seconds for all of them.
  double operator()() {
    auto& paging = machine_.kernel.paging();
    std::vector<Pfn> pgds(processes);
    for (Pfn& pgd : pgds) pgd = *paging.pgd_alloc();
    const Address area =
        machine_.ioremap(0x60000000, impl::pgdir_size);  // reaches into a slot that nothing was in
    const auto start = std::chrono::steady_clock::now();
    std::uint32_t sum = 0;
    for (const Pfn pgd : pgds) sum += *paging.read(pgd, area + impl::pgdir_size - 1, false);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    benchmark::DoNotOptimize(sum);
    for (const Pfn pgd : pgds) paging.pgd_free(pgd);
    return taken.count();
  }
  /// Whether the range has room for another one.
  bool goes_on() const { return machine_.kernel.areas().size() < 150; }

 private:
  OrderedKernel machine_;
};

void add_sharing(const char* name, Sharing sharing) {
  benchmark::RegisterBenchmark(fmt::format("fork/0/{}", name).c_str(), [sharing](benchmark::State& state) {
    OrderedKernel machine(sharing);
    auto& paging = machine.kernel.paging();
    const auto round = [&] {
      const Pfn pgd = *paging.pgd_alloc();
      paging.pgd_free(pgd);
      return pgd;
    };
    run_parts(state, round);
  });
  benchmark::RegisterBenchmark(fmt::format("first access/0/{}", name).c_str(), [sharing](benchmark::State& state) {
    show_progress();
    std::optional<FirstAccess> access(sharing);
    for (auto _ : state) {
      if (!access->goes_on()) access.emplace(sharing);
      state.SetIterationTime((*access)());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(FirstAccess::processes));
  })->UseManualTime();
}

// ---- The tables -------------------------------------------------------------------------------------------------

/// Collects times, and prints how they compare.
class Ratios final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      if (run.run_type == Run::RT_Iteration)
        times_[run.run_name.function_name].push_back(1e9 / run.counters.at("items_per_second").value);
  }

  void print() {
    fmt::print("{:<14} {:>6}  {:>19}  {:>19}  {:>6}\n", "work", "areas", "one, ns", "other, ns", "ratio");
    for (const char* const work : {"vmalloc", "ioremap"})
      for (const std::size_t areas : sizes) print(work, areas, "ordered", "list");
    print("access", 0, "TLB", "walk");
    print("pgd_alloc", 0, "quick", "fresh");
    print("fork", 0, "preallocated", "lazy");
    print("first access", 0, "preallocated", "lazy");
    fmt::print("\nRatios above 1: the one is faster than the other.\n");
  }

 private:
  void print(const std::string& work, std::size_t areas, const char* one, const char* other) {
    const double first = median(fmt::format("{}/{}/{}", work, areas, one));
    const double second = median(fmt::format("{}/{}/{}", work, areas, other));
    if (first == 0 || second == 0) return;
    fmt::print("{:<14} {:>6}  {:>12} {:>6.1f}  {:>12} {:>6.1f}  {:>6.2f}\n", work,
               areas == 0 ? "" : fmt::format("{}", areas), one, first, other, second, second / first);
  }

  /// In nanoseconds; 0 if it was not measured.
  double median(const std::string& name) {
    const auto found = times_.find(name);
    if (found == times_.end()) return 0;
    std::vector<double>& times = found->second;
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::ranges::nth_element(times, middle);
    return *middle;
  }

  std::map<std::string, std::vector<double>> times_;
};

}  // namespace
}  // namespace refmm::kernel_map_benchmark

int main(int argc, char** argv) {
  using namespace refmm::kernel_map_benchmark;
  // What is given on the command line comes later and wins.
  std::vector<std::string> arguments{argv[0], "--benchmark_enable_random_interleaving=true",
                                     "--benchmark_repetitions=9", "--benchmark_min_time=0.01"};
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  int count = static_cast<int>(pointers.size());
  benchmark::Initialize(&count, pointers.data());
  if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) return 2;

  add_areas<OrderedKernel>("ordered");
  add_areas<ListKernel>("list");
  add_accesses();
  add_directories();
  add_sharing("lazy", refmm::kernel_map::Sharing::lazy);
  add_sharing("preallocated", refmm::kernel_map::Sharing::preallocated);
  Ratios ratios;
  if (benchmark::RunSpecifiedBenchmarks(&ratios) == 0) {
    fmt::print(
        stderr,
        "kernel_map_benchmark: no benchmark has a name that the filter matches, such as vmalloc/1000/list\n");
    return 2;
  }
  fmt::print(stderr, "\n");
  ratios.print();
}
