// Taking and giving back blocks of frames, beside the scheme of 2.4.0 and beside the model.
//
//   build/release/bin/buddy_benchmark                 a table of ratios, in about half a minute
//   build/release/bin/buddy_benchmark --benchmark_filter=/churn/ --benchmark_out=figures.json
//
// All zones get the same requests and, being stacks, answer them with the same blocks. The measurements are taken in a random order
// of all, so that noise of the machine hits all alike, and medians of the processor's time are compared. Times are for one call.
//
//   one       a frame is taken from a zone with nothing else in use, and given back: all orders are split, and merged again
//   lifo      a thousand frames are taken and given back, the last one first
//   churn     blocks of random orders, small ones more often, are taken and given back at random, three quarters of the zone in use
//   fragment  all frames are taken one by one; the even ones are given back, then the odd ones, and everything merges
//   boot      all frames of the zone are given to the lists; the time is that for one frame
#include <refmm/tests/buddy_benchmark_zones.hpp>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace refmm::buddy_benchmark {
namespace {

// ---- Loads: each does its work once, and tells how many calls that were ----------------------------------------------------

template <class Zone>
struct Load {
  explicit Load(std::uint32_t number) : frames(number), zone(number) { zone.boot_free(0, frames - 1); }

  std::uint32_t frames;
  Zone zone;
};

template <class Zone>
struct One : Load<Zone> {
  using Load<Zone>::Load;
  std::size_t operator()() {
    for (int i = 0; i < 64; ++i) this->zone.give(*this->zone.take(0), 0);
    return 2 * 64;
  }
};

template <class Zone>
struct Lifo : Load<Zone> {
  using Load<Zone>::Load;
  std::size_t operator()() {
    std::array<Pfn, 1000> taken;
    for (Pfn& pfn : taken) pfn = *this->zone.take(0);
    for (std::size_t i = taken.size(); i-- != 0;) this->zone.give(taken[i], 0);
    return 2 * taken.size();
  }
};

template <class Zone>
struct Churn : Load<Zone> {
  explicit Churn(std::uint32_t frames) : Load<Zone>(frames), slots(frames / 2) {
    std::mt19937 random(1);
    for (Request& request : requests) {
      request.slot = static_cast<std::uint32_t>(random() % slots.size());
      request.order = static_cast<std::uint32_t>(std::countr_zero(random() | 0x40u));
    }
    for (int i = 0; i < 8; ++i) (*this)();
  }

  std::size_t operator()() {
    constexpr std::size_t part = 512;
    for (std::size_t i = 0; i < part; ++i) {
      const Request& request = requests[(next + i) % requests.size()];
      Slot& slot = slots[request.slot];
      if (slot.taken) {
        this->zone.give(*slot.taken, slot.order);
        slot.taken.reset();
      } else {
        slot = {this->zone.take(request.order), request.order};
      }
    }
    next = (next + part) % requests.size();
    return part;
  }

  struct Request {
    std::uint32_t slot;
    std::uint32_t order;
  };
  struct Slot {
    std::optional<Pfn> taken;
    std::uint32_t order;
  };
  std::vector<Request> requests = std::vector<Request>(1 << 18);
  std::vector<Slot> slots;
  std::size_t next = 0;
};

template <class Zone>
struct Fragment : Load<Zone> {
  using Load<Zone>::Load;
  std::size_t operator()() {
    for (std::uint32_t i = 0; i < this->frames; ++i) benchmark::DoNotOptimize(*this->zone.take(0));
    for (Pfn pfn = 0; pfn < this->frames; pfn += 2) this->zone.give(pfn, 0);
    for (Pfn pfn = 1; pfn < this->frames; pfn += 2) this->zone.give(pfn, 0);
    return 2 * this->frames;
  }
};

/// What was given is taken again first, in the largest blocks: a call for hundreds of frames.
template <class Zone>
struct Boot : Load<Zone> {
  using Load<Zone>::Load;
  std::size_t operator()() {
    for (std::uint32_t order = orders; order-- != 0;) {
      while (this->zone.take(order)) {
      }
    }
    this->zone.boot_free(0, this->frames - 1);
    return this->frames;
  }
};

// ---- All loads -------------------------------------------------------------------------------------------------------------

constexpr std::array sizes{4096u, 16384u, 262144u};
constexpr std::array loads{"one", "lifo", "churn", "fragment", "boot"};
constexpr const char* ours = "impl";
constexpr std::array competitors{"2.4.0", "2.4.0 small pages", "model"};

std::string name_of(const char* zone, const char* load, std::uint32_t frames) {
  return fmt::format("{}/{}/{}", zone, load, frames);
}

/// Shows on a terminal that something is going on.
void show_progress() {
  static const bool on_terminal = isatty(STDERR_FILENO) != 0;
  static int measured = 0;
  if (on_terminal) fmt::print(stderr, "\r{} measurements ", ++measured);
}

template <class Load>
Load& load_of(std::uint32_t frames) {
  static std::map<std::uint32_t, Load> kept;
  return kept.try_emplace(frames, frames).first->second;
}

template <class Load>
void add(const char* zone, const char* load, std::uint32_t frames) {
  benchmark::RegisterBenchmark(name_of(zone, load, frames).c_str(), [frames](benchmark::State& state) {
    show_progress();
    Load& round = load_of<Load>(frames);
    round();
    std::size_t calls = 0;
    for (auto _ : state) calls += round();
    state.SetItemsProcessed(static_cast<std::int64_t>(calls));
  });
}

template <class Zone>
void add_zone(const char* zone, std::span<const std::uint32_t> measured = sizes) {
  for (const std::uint32_t frames : measured) {
    add<One<Zone>>(zone, "one", frames);
    add<Lifo<Zone>>(zone, "lifo", frames);
    add<Churn<Zone>>(zone, "churn", frames);
    add<Fragment<Zone>>(zone, "fragment", frames);
    add<Boot<Zone>>(zone, "boot", frames);
  }
}

// ---- The table -------------------------------------------------------------------------------------------------------------

/// Collects times, and prints how many times longer than the page allocator of impl/ the others take.
class Ratios final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      if (run.run_type == Run::RT_Iteration)
        times_[run.run_name.function_name].push_back(1e9 / run.counters.at("items_per_second").value);
  }

  void print() {
    fmt::print("Time as a multiple of that of impl/buddy.hpp (above 1: impl/buddy.hpp is faster)\n\n");
    fmt::print("{:<8} {:>7} {:>9}", "load", "frames", "impl, ns");
    for (const char* const zone : competitors) fmt::print("  {:>{}}", zone, width(zone));
    fmt::print("\n");
    for (const char* const load : loads)
      for (const std::uint32_t frames : sizes) print(load, frames);
    fmt::print("\n{}", behind_ == "" ? "impl/buddy.hpp leads in every row.\n" : "Behind:\n" + behind_);
  }

 private:
  static std::size_t width(const std::string& zone) { return std::max<std::size_t>(zone.size(), 6); }

  void print(const char* load, std::uint32_t frames) {
    const double own = median(ours, load, frames);
    if (own == 0) return;
    fmt::print("{:<8} {:>7} {:>9.2f}", load, frames, own);
    for (const char* const zone : competitors) {
      const double ratio = median(zone, load, frames) / own;
      fmt::print("  {:>{}}", ratio == 0 ? "-" : fmt::format("{:.2f}", ratio), width(zone));
      if (ratio != 0 && ratio < 1)
        behind_ += fmt::format("  {} of {} frames: {:.2f} of {}\n", load, frames, ratio, zone);
    }
    fmt::print("\n");
  }

  /// In nanoseconds; 0 if it was not measured.
  double median(const char* zone, const char* load, std::uint32_t frames) {
    const auto found = times_.find(name_of(zone, load, frames));
    if (found == times_.end()) return 0;
    std::vector<double>& times = found->second;
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::ranges::nth_element(times, middle);
    return *middle;
  }

  std::map<std::string, std::vector<double>> times_;
  std::string behind_;
};

}  // namespace
}  // namespace refmm::buddy_benchmark

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

  using namespace refmm::buddy_benchmark;
  add_zone<Ours>(ours);
  add_zone<Scheme<WholePage>>("2.4.0");
  add_zone<Scheme<SmallPage>>("2.4.0 small pages");
  add_zone<Model>("model", std::span(sizes).first(1));
  Ratios ratios;
  if (benchmark::RunSpecifiedBenchmarks(&ratios) == 0) {
    fmt::print(stderr,
               "buddy_benchmark: no benchmark has a name that the filter matches, such as impl/churn/4096\n");
    return 2;
  }
  fmt::print(stderr, "\n");
  ratios.print();
}
