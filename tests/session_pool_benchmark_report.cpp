#include <refmm/tests/session_pool_benchmark_report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace refmm::session_pool {
namespace {

constexpr std::size_t cache = 0;
constexpr auto give_back = static_cast<std::size_t>(Phase::give_back);

std::string with_blanks_removed_from_end(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

double total(const std::vector<Measured>& slices) {
  return std::accumulate(slices.begin(), slices.end(), 0.0,
                         [](double sum, const Measured& slice) { return sum + slice.seconds; });
}

}  // namespace

Spread Report::seconds(std::size_t allocator, std::size_t phase) const {
  std::vector<double> values;
  for (const Run& run : runs_) values.push_back(total(run[allocator][phase]));
  return spread(values);
}

Spread Report::ratio(std::size_t allocator, std::size_t phase) const {
  std::vector<double> values;
  for (const Run& run : runs_) values.push_back(total(run[allocator][phase]) / total(run[cache][phase]));
  return spread(values);
}

Spread Report::resident(std::size_t allocator, std::size_t phase) const {
  std::vector<double> values;
  for (const Run& run : runs_) values.push_back(run[allocator][phase].back().resident);
  return spread(values);
}

std::string Report::row_of_times(std::size_t phase) const {
  const double own = seconds(cache, phase).median;
  const std::string each =
      phase == give_back ? "-" : fmt::format("{:.1f}", own * 1e9 / plan_.operations(static_cast<Phase>(phase)));
  std::string row = fmt::format("{:<10} {:>9.2f} {:>9}", phase_names[phase], own * 1e3, each);
  for (std::size_t i = 1; i < allocators.size(); ++i) {
    const Spread others = ratio(i, phase);
    row += fmt::format("  {:<17}", phase == give_back ? fmt::format("{:.2f} ms", seconds(i, phase).median * 1e3)
                                                      : fmt::format("{:.2f} ({:.2f}-{:.2f})", others.median,
                                                                    others.least, others.most));
  }
  return with_blanks_removed_from_end(row) + "\n";
}

std::string Report::text() const {
  const char* const survivors = survivor_names[static_cast<std::size_t>(plan_.survivors)];
  std::string text = fmt::format(
      "Survivors: {}. {} sessions of {} bytes at the peak, {} off-peak\n\n"
      "Time of a phase as a multiple of the object cache's (above 1: the object cache is faster), in brackets\n"
      "the least and the most of {} repetitions. How long giving back takes depends on how much it is\n\n",
      survivors, plan_.peak, plan_.bytes, plan_.off_peak, runs_.size());
  std::string head = fmt::format("{:<10} {:>9} {:>9}", "phase", "cache, ms", "each, ns");
  for (std::size_t i = 1; i < allocators.size(); ++i) head += fmt::format("  {:<17}", allocators[i]);
  text += with_blanks_removed_from_end(head) + "\n";
  for (std::size_t phase = 0; phase < phases; ++phase) text += row_of_times(phase);
  text += fmt::format("\n{:<10}", "MiB after");
  for (const char* const allocator : allocators) text += fmt::format(" {:>12}", allocator);
  text += "\n";
  for (std::size_t phase = 0; phase < phases; ++phase) {
    text += fmt::format("{:<10}", phase_names[phase]);
    for (std::size_t i = 0; i < allocators.size(); ++i)
      text += fmt::format(" {:>12.1f}", resident(i, phase).median);
    text += "\n";
  }
  const double sessions = static_cast<double>(plan_.bytes) / (1 << 20);
  return text + fmt::format("\nThe sessions themselves are {:.1f} MiB at the peak and {:.1f} MiB off-peak.\n\n",
                            sessions * plan_.peak, sessions * plan_.off_peak);
}

std::string Report::series() const {
  std::string text;
  for (std::size_t i = 0; i < allocators.size(); ++i) {
    double seconds = 0;
    for (std::size_t phase = 0; phase < phases; ++phase) {
      for (const Measured& slice : runs_.front()[i][phase]) {
        seconds += slice.seconds;
        text += fmt::format("{} \"{}\" \"{}\" {:.6f} {:.2f}\n",
                            survivor_names[static_cast<std::size_t>(plan_.survivors)], allocators[i],
                            phase_names[phase], seconds, slice.resident);
      }
    }
  }
  return text;
}

void Report::add_to(Figures& figures) const {
  const std::string survivors = survivor_names[static_cast<std::size_t>(plan_.survivors)];
  figures.add_picture(survivors, text());
  for (std::size_t i = 0; i < allocators.size(); ++i)
    figures.add(name_of_figure(fmt::format("{}_left_{}", survivors, allocators[i])), resident(i, give_back).median,
                1);
}

}  // namespace refmm::session_pool
