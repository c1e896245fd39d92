// The user's heap in place of malloc beside those of glibc, mimalloc and jemalloc: time and peak memory of the same loads.
//
//   build/release/bin/malloc_benchmark                     a table of ratios, in about two minutes
//   build/release/bin/malloc_benchmark --operations 100000 --repetitions 1 --load larson
//
// Every measurement is a process of its own, with the allocator in place of malloc (LD_PRELOAD), so that its memory is its own. The
// processes of all allocators take turns, and medians are compared. Times are of the load alone, without starting the process.
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace refmm {
namespace {

// ---- Loads ----------------------------------------------------------------------------------------------------------

/// Numbers as random as a load needs them, and fast. Marsaglia's xorshift64*.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15 + 1) {}
  /// `end` fits in 32 bits.
  std::uint64_t below(std::uint64_t end) {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return (state_ * 0x2545f4914f6cdd1d >> 32) * end >> 32;
  }

 private:
  std::uint64_t state_;
};

using Blocks = std::vector<void*>;

/// A block with its first and last byte written, as a program would.
void* block_of(std::size_t bytes) {
  auto* const block = static_cast<char*>(std::malloc(bytes));
  if (block == nullptr) {
    fmt::print(stderr, "malloc_benchmark: malloc({}) returned NULL\n", bytes);
    std::exit(3);
  }
  block[0] = 1;
  block[bytes - 1] = 1;
  return block;
}

void free_all(Blocks& blocks) {
  for (void* const block : blocks) std::free(block);
}

/// P.-A. Larson and M. Krishnan's server: each thread replaces random blocks, and leaves those that it has to a thread that follows.
void larson(std::uint64_t operations, unsigned threads) {
  constexpr std::size_t blocks_of_thread = 1000, rounds = 10;
  std::vector<Blocks> slices(threads);
  Random sizes(1);
  for (Blocks& slice : slices) {
    for (std::size_t i = 0; i < blocks_of_thread; ++i) slice.push_back(block_of(8 + sizes.below(1000)));
  }
  for (std::size_t round = 0; round < rounds; ++round) {
    std::vector<std::thread> running;
    for (unsigned thread = 0; thread < threads; ++thread) {
      Blocks& slice = slices[(thread + round) % threads];
      running.emplace_back([&slice, seed = round * threads + thread, count = operations / rounds / threads] {
        Random random(seed);
        for (std::uint64_t i = 0; i < count; ++i) {
          void*& block = slice[random.below(slice.size())];
          std::free(block);
          block = block_of(8 + random.below(1000));
        }
      });
    }
    for (std::thread& thread : running) thread.join();
  }
  for (Blocks& slice : slices) free_all(slice);
}

/// S. Ignatchenko's alloc-test: of many places some are used far more than others, and small blocks are far more frequent than large.
void alloc_test(std::uint64_t operations) {
  constexpr std::uint64_t places_log = 17, largest_log = 13;
  Blocks places(std::size_t{1} << places_log);
  Random random(2);
  for (std::uint64_t i = 0; i < operations; ++i) {
    const std::uint64_t range = std::uint64_t{1} << (4 + random.below(places_log - 3));
    void*& block = places[random.below(range)];
    if (block != nullptr) {
      std::free(block);
      block = nullptr;
    } else {
      block = block_of(1 + random.below(std::uint64_t{8} << random.below(largest_log - 2)));
    }
  }
  free_all(places);
}

/// Nodes of a few sizes, many at a time, freed in the order in which they were made, in the reverse, or at random.
void nodes(std::uint64_t operations) {
  constexpr std::array<std::size_t, 5> sizes{16, 24, 48, 64, 120};
  Random random(3);
  Blocks blocks;
  for (std::uint64_t done = 0; done < operations; done += blocks.size()) {
    blocks.clear();
    const std::uint64_t count = 100 + random.below(20'000);
    for (std::uint64_t i = 0; i < count; ++i) blocks.push_back(block_of(sizes[random.below(sizes.size())]));
    const std::uint64_t order = random.below(3);
    if (order == 0) std::ranges::reverse(blocks);
    for (std::size_t i = blocks.size() - 1; order == 1 && i > 0; --i)
      std::swap(blocks[i], blocks[random.below(i + 1)]);
    free_all(blocks);
  }
}

/// Buffers of 2 KB to 400 KB that live for a while.
void buffers(std::uint64_t operations) {
  Blocks places(200);
  Random random(4);
  for (std::uint64_t i = 0; i < operations / 10; ++i) {
    void*& block = places[random.below(places.size())];
    std::free(block);
    block = block_of(2048 + random.below(std::uint64_t{4096} << random.below(8)));
  }
  free_all(places);
}

/// Arrays that grow a little at a time, several at once.
void growing(std::uint64_t operations) {
  struct Array {
    void* block = nullptr;
    std::size_t bytes = 0;
  };
  std::array<Array, 20> arrays;
  Random random(5);
  for (std::uint64_t i = 0; i < operations / 4; ++i) {
    Array& array = arrays[random.below(arrays.size())];
    array.bytes = array.bytes > 100'000 ? 16 : array.bytes + 16 + random.below(16 + array.bytes / 2);
    array.block = std::realloc(array.block, array.bytes);
    static_cast<char*>(array.block)[array.bytes - 1] = 1;
  }
  for (const Array& array : arrays) std::free(array.block);
}

/// One thread makes messages, the other frees them.
void messages(std::uint64_t operations) {
  std::vector<std::atomic<void*>> ring(1024);
  const std::uint64_t count = operations / 4;
  std::thread consumer([&] {
    for (std::uint64_t i = 0; i < count; ++i) {
      std::atomic<void*>& place = ring[i % ring.size()];
      void* message = nullptr;
      while ((message = place.exchange(nullptr, std::memory_order_acquire)) == nullptr) std::this_thread::yield();
      std::free(message);
    }
  });
  Random random(6);
  for (std::uint64_t i = 0; i < count; ++i) {
    void* const message = block_of(16 + random.below(500));
    std::atomic<void*>& place = ring[i % ring.size()];
    while (place.load(std::memory_order_relaxed) != nullptr) std::this_thread::yield();
    place.store(message, std::memory_order_release);
  }
  consumer.join();
}

struct Load {
  const char* name;
  const char* what;
  void (*run)(std::uint64_t operations);
};
constexpr std::array loads{
    Load{"larson", "1 thread", [](std::uint64_t operations) { larson(operations, 1); }},
    Load{"larson-2", "2 threads", [](std::uint64_t operations) { larson(operations, 2); }},
    Load{"larson-8", "8 threads", [](std::uint64_t operations) { larson(operations, 8); }},
    Load{"alloc-test", "to 8 KB", alloc_test},
    Load{"nodes", "16 to 120 B", nodes},
    Load{"buffers", "2 to 512 KB", buffers},
    Load{"growing", "realloc", growing},
    Load{"messages", "2 threads", messages},
};

/// As a process of its own: prints nanoseconds and the peak of resident memory in KB.
int run_load(const Load& load, std::uint64_t operations) {
  const auto start = std::chrono::steady_clock::now();
  load.run(operations);
  const std::chrono::nanoseconds time = std::chrono::steady_clock::now() - start;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("{} {}\n", time.count(), usage.ru_maxrss);
  return 0;
}

// ---- Measurements -----------------------------------------------------------------------------------------------------

struct Allocator {
  const char* name;
  const char* environment;
};
constexpr std::array allocators{
    Allocator{"refmm", "LD_PRELOAD=" REFMM_MALLOC_LIBRARY},
    Allocator{"no caches", "REFMM_MALLOC_CACHE=0 LD_PRELOAD=" REFMM_MALLOC_LIBRARY},
    Allocator{"glibc", "LD_PRELOAD="},
    Allocator{"mimalloc", "LD_PRELOAD=" REFMM_MIMALLOC_LIBRARY},
    Allocator{"jemalloc", "LD_PRELOAD=" REFMM_JEMALLOC_LIBRARY},
};

struct Measurement {
  double nanoseconds, kilobytes;
};

Measurement measured(const std::string& program, const Allocator& allocator, const Load& load,
                     std::uint64_t operations) {
  const std::string command =
      fmt::format("{} '{}' --run {} --operations {}", allocator.environment, program, load.name, operations);
  std::FILE* const output = popen(command.c_str(), "r");
  Measurement measurement{};
  const bool is_read =
      output != nullptr && std::fscanf(output, "%lf %lf", &measurement.nanoseconds, &measurement.kilobytes) == 2;
  const int status = output == nullptr ? -1 : pclose(output);
  if (!is_read || status != 0) {
    fmt::print(stderr, "malloc_benchmark: this failed, with status {}: {}\n", status, command);
    std::exit(3);
  }
  return measurement;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

void print_row(const Load& load, const std::vector<double>& values, bool as_ratios) {
  fmt::print("{:<11} {:<12}", load.name, load.what);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (as_ratios && i > 0)
      fmt::print(" {:>10.2f}", values[i] / values[0]);
    else
      fmt::print(" {:>10.1f}", values[i]);
  }
  fmt::print("\n");
  std::fflush(stdout);
}

void print_head(const char* unit) {
  fmt::print("{:<24}", "");
  for (const Allocator& allocator : allocators) fmt::print(" {:>10}", allocator.name);
  fmt::print("\n{:<24} {:>10}\n", "", unit);
}

int compare(const std::string& program, const std::string& only, std::uint64_t operations, unsigned repetitions) {
  std::map<std::string, std::vector<double>> peaks;
  fmt::print("Time as a multiple of refmm's (above 1: refmm is faster)\n\n");
  print_head("ns");
  for (const Load& load : loads) {
    if (!only.empty() && only != load.name) continue;
    std::array<std::vector<double>, allocators.size()> times, kilobytes;
    for (unsigned repetition = 0; repetition < repetitions; ++repetition) {
      for (std::size_t i = 0; i < allocators.size(); ++i) {
        const Measurement measurement = measured(program, allocators[i], load, operations);
        times[i].push_back(measurement.nanoseconds / static_cast<double>(operations));
        kilobytes[i].push_back(measurement.kilobytes / 1024);
      }
    }
    std::vector<double> medians;
    for (std::size_t i = 0; i < allocators.size(); ++i) {
      medians.push_back(median(times[i]));
      peaks[load.name].push_back(median(kilobytes[i]));
    }
    print_row(load, medians, true);
  }
  fmt::print("\nPeak of resident memory as a multiple of refmm's (above 1: refmm needs less)\n\n");
  print_head("MB");
  for (const Load& load : loads) {
    if (peaks.contains(load.name)) print_row(load, peaks[load.name], true);
  }
  return 0;
}

}  // namespace
}  // namespace refmm

int main(int argc, char** argv) {
  CLI::App app{"The user's heap beside other allocators"};
  std::string load, run;
  std::uint64_t operations = 4'000'000;
  unsigned repetitions = 5;
  std::vector<std::string> names;
  for (const refmm::Load& known : refmm::loads) names.emplace_back(known.name);
  app.add_option("--load", load, "This load only")->check(CLI::IsMember(names));
  app.add_option("--run", run, "Run this load once in this process")->check(CLI::IsMember(names));
  app.add_option("--operations", operations, "How long a load is")->check(CLI::Range(1000, 1'000'000'000));
  app.add_option("--repetitions", repetitions, "Processes for each load and allocator")
      ->check(CLI::Range(1, 1000));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  for (const refmm::Load& known : refmm::loads) {
    if (run == known.name) return refmm::run_load(known, operations);
  }
  return refmm::compare(argv[0], load, operations, repetitions);
}
