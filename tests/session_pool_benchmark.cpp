// A pool of sessions over its day on the native object cache, malloc, mimalloc and jemalloc: time and resident memory.
//
//   build/release/bin/session_pool_benchmark                        tables, in three minutes
//   build/release/bin/session_pool_benchmark --series series.txt    also what tools/plot-session-pool draws
//   build/release/bin/session_pool_benchmark --survivors oldest --bytes 4096
//
// The pool grows to its peak; there sessions end and begin at random; most end; what is free is given back, by each allocator
// with what it has for that; and the pool grows again. What can be given back depends on which sessions are left, so all of it is
// done three times: with random survivors, with those that began first, and with neighbours in memory.
//
// Each allocator has a process of its own (session_pool_benchmark_worker.hpp), and all get the same calls. Phases are cut into
// slices, which the processes do in turn, in a random order each time: noise of the machine hits all alike. Time is that of the
// processor, the kernel's work for the process included. All of it is repeated, with other calls; medians are shown, with the
// least and the most.
#include <refmm/tests/session_pool_benchmark_report.hpp>
#include <refmm/tests/session_pool_benchmark_worker.hpp>
#include <refmm/tools/progress.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace refmm::session_pool {
namespace {

struct Options {
  Plan plan{};
  double churn = 1;
  std::uint32_t repetitions = 5;
  std::vector<std::string> survivors{survivor_names.begin(), survivor_names.end()};
  std::string series{};
  std::string figures{};
};

/// Each process does each slice, in turn.
Run run(const Plan& plan, std::uint32_t repetition) {
  std::array<std::unique_ptr<Worker>, allocators.size()> workers;
  for (std::size_t i = 0; i < workers.size(); ++i) workers[i] = std::make_unique<Worker>(i, plan);
  std::mt19937 random(repetition);
  std::array<std::size_t, allocators.size()> order;
  std::iota(order.begin(), order.end(), 0);
  Run run;
  for (std::size_t i = 0; i < phases; ++i) {
    const auto phase = static_cast<Phase>(i);
    for (std::uint32_t slice = 0; slice < plan.slices_of(phase); ++slice) {
      std::ranges::shuffle(order, random);
      for (const std::size_t allocator : order)
        run[allocator][i].push_back(workers[allocator]->measure(phase, slice));
    }
  }
  return run;
}

/// The plan with what the options say in other words. Throws CLI::ValidationError if nobody can carry it out.
Plan plan_of(const Options& options) {
  Plan plan = options.plan;
  if (plan.off_peak >= plan.peak) throw CLI::ValidationError("--off-peak", "must be less than --peak");
  if (plan.slices > plan.peak) throw CLI::ValidationError("--slices", "must not be more than --peak");
  plan.churned = static_cast<std::uint32_t>(options.churn * plan.peak);
  return plan;
}

/// Memory that the host can give without taking it from others, in bytes; nothing if it does not say.
std::optional<double> available() {
  std::ifstream file("/proc/meminfo");
  double kilobytes = 0;
  for (std::string name, rest; file >> name; std::getline(file, rest)) {
    if (name == "MemAvailable:" && file >> kilobytes) return kilobytes * 1024;
  }
  return std::nullopt;
}

/// All processes are at the peak at once, and none of what they have may be paged out.
void refuse_too_large(const Plan& plan) {
  constexpr double books = 24, rounding = 1.25;
  const double needed = (static_cast<double>(plan.bytes) * rounding + books) * plan.peak * allocators.size();
  if (const auto there = available(); there && *there < needed)
    throw std::runtime_error(fmt::format(
        "this needs {:.0f} MiB of memory, and {:.0f} are available: try a smaller --peak or smaller --bytes",
        needed / (1 << 20), *there / (1 << 20)));
}

int measure(const Options& options, int argc, char** argv) {
  Plan plan = plan_of(options);
  refuse_too_large(plan);
  std::ofstream series;
  if (!options.series.empty()) {
    series.open(options.series);
    if (!series) throw std::runtime_error(fmt::format("{} cannot be written", options.series));
  }
  Figures figures;
  command::ProgressLine progress;
  for (const std::string& survivors : options.survivors) {
    plan.survivors = static_cast<Survivors>(std::ranges::find(survivor_names, survivors) - survivor_names.begin());
    std::vector<Run> runs;
    for (std::uint32_t i = 0; i < options.repetitions; ++i) {
      progress.show(fmt::format("{} survivors: {} of {}", survivors, i + 1, options.repetitions));
      plan.seed = i + 1;
      runs.push_back(run(plan, i));
    }
    progress.clear();
    const Report report(plan, runs);
    fmt::print("{}", report.text());
    if (series.is_open()) series << report.series();
    report.add_to(figures);
    std::fflush(stdout);
  }
  if (series.is_open() && !series.flush())
    throw std::runtime_error(fmt::format("{} cannot be written", options.series));
  if (!options.figures.empty()) figures.write(options.figures, argc, argv);
  return 0;
}

}  // namespace
}  // namespace refmm::session_pool

int main(int argc, char** argv) {
  using namespace refmm::session_pool;
  if (argc == 3 && std::string(argv[1]) == serve_option) return serve(argv[2]);
  std::signal(SIGPIPE, SIG_IGN);  // a process that ended early is told of in words

  Options options;
  CLI::App app(
      "Time and resident memory of a pool of sessions on the object cache, malloc, mimalloc and jemalloc");
  app.option_defaults()->always_capture_default();
  app.add_option("--bytes", options.plan.bytes, "Of a session")->check(CLI::Range(8, 65536));
  app.add_option("--peak", options.plan.peak, "Sessions at the peak")->check(CLI::Range(2, 100'000'000));
  app.add_option("--off-peak", options.plan.off_peak, "Sessions that are left when most have ended");
  app.add_option("--churn", options.churn, "Sessions replaced at the peak, as a multiple of it")
      ->check(CLI::Range(0.0, 40.0));
  app.add_option("--slices", options.plan.slices, "That each phase is cut into")->check(CLI::Range(1, 10'000));
  app.add_option("--repetitions", options.repetitions, "Of everything")->check(CLI::Range(1, 1000));
  app.add_option("--survivors", options.survivors, "Which sessions are left: random, oldest, neighbours")
      ->delimiter(',')
      ->check(CLI::IsMember(std::vector<std::string>(survivor_names.begin(), survivor_names.end())));
  app.add_option("--series", options.series, "A file for memory over time, which tools/plot-session-pool draws");
  app.add_option("--figures", options.figures, "A file for the figures, as JSON");
  try {
    app.parse(argc, argv);
    return measure(options, argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "session_pool_benchmark: {}\n", error.what());
    return 2;
  }
}
