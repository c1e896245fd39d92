// Faults and forks of impl/ beside the model and beside the kernel of the host.
//
//   build/release/bin/fault_benchmark                  a table of ratios, in two minutes; tools/plot draws it
//   build/release/bin/fault_benchmark --benchmark_filter=/100000/ --benchmark_out=figures.json
//
// All do the same calls on so many pages: the implementation with nobody to tell of its effects; the model, its commands one by one; and
// the host, whose processor faults, in a process that has little else. An item is a page. The frames of the implementation are memory
// that it has touched before, as a machine has its memory. The measurements are taken in a random order of all, so that noise of the
// machine hits all alike, and medians are compared.
//
//   anonymous  a store into each page of new memory: a fault, a frame, zeros
//   zero       a load from each page of new memory
//   file       a load from each page of a file that is in the cache; the host maps sixteen at a fault
//   copy       after a fork, a store of the child into each page: a fault, a frame, a copy
//   fork       a process with so many pages makes a child
//   unmap      of so many pages
#include <refmm/impl/process.hpp>
#include <refmm/model/process.hpp>
#include <refmm/spec/fault_kernel.hpp>
#include <refmm/tests/fault_benchmark_host.hpp>

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
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace refmm::fault_benchmark {
namespace {

using W = std::uint32_t;

constexpr W page_size = impl::page_size;
constexpr W base = 0x40000000, file_base = 0x80000000;
constexpr W readable_and_writable = vma::PROT_READ | vma::PROT_WRITE;
constexpr W anonymous = vma::MAP_PRIVATE | vma::MAP_ANONYMOUS | vma::MAP_FIXED;

/// A machine for a process of so many pages, a child that copies them, and a file of as many.
process::Boot<W> boot(W pages) {
  return {.kernel = fault::corrected,
          .ram_pages = 3 * pages + pages / 256 + 64,
          .swap_pages = 0,
          .page_cluster = 0,
          .files = {pages * page_size},
          .overcommit = true,
          .survive = false};
}

void check(bool done) {
  if (!done) throw std::logic_error("a measured call was refused");
}

template <class Timed>
double seconds_of(Timed timed) {
  const auto start = std::chrono::steady_clock::now();
  timed();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// ---- Who is measured --------------------------------------------------------------------------------------------------

/// The implementation.
class Machine {
 public:
  explicit Machine(W pages) : machine_(boot(pages)) {}

  void map(W start, W bytes) {
    check(bool(machine_.mm(1).mmap(start, bytes, readable_and_writable, anonymous, -1, 0)));
  }
  void map_file(W start, W bytes) {
    if (fd_ < 0) fd_ = static_cast<int>(*machine_.open(1, vma::FMODE_READ));
    check(bool(machine_.mm(1).mmap(start, bytes, vma::PROT_READ, vma::MAP_PRIVATE | vma::MAP_FIXED, fd_, 0)));
  }
  void unmap(W start, W bytes) { check(bool(machine_.mm(1).munmap(start, bytes))); }
  void store(W pid, W addr) { check(bool(machine_.store(pid, addr, 1))); }
  void load(W pid, W addr) { check(bool(machine_.load(pid, addr))); }
  W fork() {
    const auto child = machine_.fork(1);
    check(bool(child));
    return *child;
  }
  void exit(W pid) { check(bool(machine_.exit(pid))); }

 private:
  impl::ProcessMachine<> machine_;
  int fd_ = -1;
};

/// The model.
class Oracle {
 public:
  explicit Oracle(W pages) : boot_(boot(pages)), state_(model::boot<W>(boot_)) {}

  void map(W start, W bytes) { run(1, vma::Mmap<W>{start, bytes, readable_and_writable, anonymous, -1, 0}); }
  void map_file(W start, W bytes) {
    if (std::exchange(opened_, true) == false) run(1, vma::Open{"file1", vma::FMODE_READ});
    run(1, vma::Mmap<W>{start, bytes, vma::PROT_READ, vma::MAP_PRIVATE | vma::MAP_FIXED, 3, 0});
  }
  void unmap(W start, W bytes) { run(1, vma::Munmap<W>{start, bytes}); }
  void store(W pid, W addr) { run(pid, process::Store<W>{addr, 1}); }
  void load(W pid, W addr) { run(pid, process::Load<W>{addr}); }
  W fork() { return std::get<process::Pid<W>>(run(1, process::Fork{})).value; }
  void exit(W pid) { run(pid, process::Exit{}); }

 private:
  process::Result<W> run(W pid, process::Call<W> call) {
    auto outcome = model::step<W>(boot_, std::move(state_), process::OfProcess<W>{pid, std::move(call)});
    check(!process::is_refused(outcome.result));
    state_ = std::move(outcome.state);
    return outcome.result;
  }

  process::Boot<W> boot_;
  process::State<W> state_;
  bool opened_ = false;
};

/// Either of them at work on so many pages.
template <class Who>
class Worker {
 public:
  explicit Worker(W pages) : who_(pages), pages_(pages) {
    // Every frame that is measured has been touched before, and the file is in the cache.
    seconds(Work::copy);
    seconds(Work::file);
  }

  double seconds(Work work) {
    switch (work) {
      case Work::file:
        return file();
      case Work::copy:
      case Work::fork:
        return child(work == Work::copy);
      default:
        break;
    }
    who_.map(base, bytes());
    if (work == Work::zero) {
      const double loaded = seconds_of([&] { load(base); });
      who_.unmap(base, bytes());
      return loaded;
    }
    const double stored = seconds_of([&] { store(1); });
    const double unmapped = seconds_of([&] { who_.unmap(base, bytes()); });
    return work == Work::anonymous ? stored : unmapped;
  }

 private:
  W bytes() const { return pages_ * page_size; }
  void store(W pid) {
    for (W place = 0; place != pages_; ++place) who_.store(pid, base + place * page_size);
  }
  void load(W start) {
    for (W place = 0; place != pages_; ++place) who_.load(1, start + place * page_size);
  }
  double file() {
    who_.map_file(file_base, bytes());
    const double loaded = seconds_of([&] { load(file_base); });
    who_.unmap(file_base, bytes());
    return loaded;
  }
  double child(bool stores) {
    who_.map(base, bytes());
    store(1);
    W child = 0;
    const double forked = seconds_of([&] { child = who_.fork(); });
    const double stored = stores ? seconds_of([&] { store(child); }) : 0;
    who_.exit(child);
    who_.unmap(base, bytes());
    return stores ? stored : forked;
  }

  Who who_;
  W pages_;
};

// ---- All measurements -------------------------------------------------------------------------------------------------

constexpr std::array<std::size_t, 7> sizes{100, 300, 1000, 3000, 10000, 30000, 100000};
constexpr std::size_t most_of_model = 1000;  // its steps take time proportional to the pages

struct NamedWork {
  const char* name;
  Work work;
};
constexpr std::array works{NamedWork{"anonymous", Work::anonymous}, NamedWork{"zero", Work::zero},
                           NamedWork{"file", Work::file},           NamedWork{"copy", Work::copy},
                           NamedWork{"fork", Work::fork},           NamedWork{"unmap", Work::unmap}};

std::string name_of(const char* work, std::size_t pages, const char* who) {
  return fmt::format("{}/{}/{}", work, pages, who);
}

/// Shows on a terminal that something is going on.
void show_progress() {
  static const bool on_terminal = isatty(STDERR_FILENO) != 0;
  static int measured = 0;
  if (on_terminal) fmt::print(stderr, "\r{} measurements ", ++measured);
}

void add(const NamedWork& work, std::size_t pages, const char* who, auto seconds) {
  benchmark::RegisterBenchmark(name_of(work.name, pages, who).c_str(), [=](benchmark::State& state) {
    show_progress();
    for (auto _ : state) state.SetIterationTime(seconds(work.work, pages));
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(pages));
  })->UseManualTime();
}

template <class Who>
double seconds_of_worker(Work work, std::size_t pages) {
  static std::map<std::size_t, Worker<Who>> workers;
  return workers.try_emplace(pages, static_cast<W>(pages)).first->second.seconds(work);
}

void add_all(Host& host) {
  for (const NamedWork& work : works) {
    for (const std::size_t pages : sizes) {
      add(work, pages, "impl", seconds_of_worker<Machine>);
      add(work, pages, "host", [&host](Work done, std::size_t size) { return host.seconds(done, size); });
      if (pages <= most_of_model) add(work, pages, "model", seconds_of_worker<Oracle>);
    }
  }
}

// ---- The tables -------------------------------------------------------------------------------------------------------

/// Collects times, and prints how many times longer than the implementation the others take.
class Ratios final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      if (run.run_type == Run::RT_Iteration)
        times_[run.run_name.function_name].push_back(1e9 / run.counters.at("items_per_second").value);
  }

  void print() {
    fmt::print("Time of a page as a multiple of the implementation's (above 1: the implementation is faster)\n\n");
    fmt::print("{:<10} {:>7} {:>9} {:>10} {:>7} {:>7}\n", "work", "pages", "impl, ns", "all, ms", "host", "model");
    for (const NamedWork& work : works)
      for (const std::size_t pages : sizes) print(work.name, pages);
  }

 private:
  void print(const char* work, std::size_t pages) {
    const double own = median(work, pages, "impl");
    if (own == 0) return;
    const auto ratio = [&](const char* who) {
      const double other = median(work, pages, who);
      return other == 0 ? std::string("-") : fmt::format("{:.2f}", other / own);
    };
    fmt::print("{:<10} {:>7} {:>9.1f} {:>10.3f} {:>7} {:>7}\n", work, pages, own,
               own * static_cast<double>(pages) / 1e6, ratio("host"), ratio("model"));
  }

  /// In nanoseconds; 0 if it was not measured.
  double median(const char* work, std::size_t pages, const char* who) {
    const auto found = times_.find(name_of(work, pages, who));
    if (found == times_.end()) return 0;
    std::vector<double>& times = found->second;
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::ranges::nth_element(times, middle);
    return *middle;
  }

  std::map<std::string, std::vector<double>> times_;
};

}  // namespace
}  // namespace refmm::fault_benchmark

int main(int argc, char** argv) {
  using namespace refmm::fault_benchmark;
  Host host;  // before anything large
  // What is given on the command line comes later and wins.
  std::vector<std::string> arguments{argv[0], "--benchmark_enable_random_interleaving=true",
                                     "--benchmark_repetitions=9", "--benchmark_min_time=0.005"};
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  int count = static_cast<int>(pointers.size());
  benchmark::Initialize(&count, pointers.data());
  if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) return 2;

  add_all(host);
  Ratios ratios;
  if (benchmark::RunSpecifiedBenchmarks(&ratios) == 0) {
    fmt::print(stderr,
               "fault_benchmark: no benchmark has a name that the filter matches, such as fork/1000/host\n");
    return 2;
  }
  fmt::print(stderr, "\n");
  ratios.print();
}
