// What refmm check prints of its checks.
#pragma once

#include <refmm/tests/check.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace refmm::command {

/// `12,345`.
std::string thousands(std::uint64_t number);

/// `running: 1,200 runs, 130,000 commands, 80 of 120 clauses, 3 s left`.
std::string in_words(const CheckProgress& progress);

/// The areas of a family that are meant by `chosen`: all of them, or the one of that name if it is among them.
template <class Family>
std::vector<std::string_view> chosen_areas(std::string_view chosen) {
  std::vector<std::string_view> areas;
  for (const std::string_view area : areas_of<Family>()) {
    if (chosen == "all" || chosen == area) areas.push_back(area);
  }
  return areas;
}

/// A run, by its number from 0, that failed after so many commands, and how it does.
template <class Family>
void show_found(std::uint64_t run, std::size_t commands, const Counterexample<Family>& found) {
  fmt::print("\nrun {} differs after {} commands: {} [{}]\n", run + 1, commands, found.summary,
             found.testimony.finding.clause->name);
  std::fflush(stdout);
}

/// The file of a failing run while it is shrunk: it is there before the shrinking begins, and holds the best so far.
class UnderWayFile {
 public:
  explicit UnderWayFile(std::filesystem::path folder) : folder_(std::move(folder)) {}

  template <class Family>
  void keep(const UnderWay<Family>& failing, std::uint64_t seed) {
    const bool is_first = path_.empty();
    path_ =
        write_file(folder_, fmt::format("under-way-{}-seed-{}-run-{}.mmt", Family::name, seed, failing.run + 1),
                   failing.best.text);
    if (!is_first) return;
    show_found(failing.run, failing.commands, failing.best);
  }

  /// Takes it away, when the counterexample is written.
  void remove();

 private:
  std::filesystem::path folder_, path_{};
};

/// The counterexample, which was written to `path`, and how it was come by. `replay` are the options of refmm run.
template <class Family>
void show_failure(const typename CheckReport<Family>::Failure& failure, const std::filesystem::path& path,
                  std::string_view replay) {
  fmt::print("shrunk to {} in {:.1f} s, {} tries{}; explained in {:.1f} s:\n\n{}\n",
             failure.shrunk.script.items.size(), failure.shrinking.count(), thousands(failure.shrunk.tries),
             failure.shrunk.finished ? "" : " (not finished)", failure.explaining.count(),
             failure.counterexample.text);
  fmt::print("written to {}\nreplay it with refmm run {} {}\n", path.string(), path.string(), replay);
}

}  // namespace refmm::command
