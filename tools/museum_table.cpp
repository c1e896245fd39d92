// The museum for people.
#include <refmm/tests/museum.hpp>
#include <refmm/tools/check_report.hpp>
#include <refmm/tools/museum.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace refmm::museum {

namespace {

constexpr std::size_t width_of_name = 52;

std::string row(std::string_view name, std::string_view seeds, std::string_view median, std::string_view worst,
                std::string_view length, std::string_view by) {
  return fmt::format("{:<{}} {:>6} {:>7} {:>7} {:>6}  {}\n", name, width_of_name, seeds, median, worst, length,
                     by);
}

std::string in_words(const Found& found) {
  std::string text = found.by;
  if (!found.what.empty()) text += " " + found.what;
  if (!found.clause.empty()) text += " [" + found.clause + "]";
  if (found.lengths.size() > 1 && found.seeds != 0)
    text += fmt::format(", {} of {} transcripts alike", found.alike, found.lengths.size());
  return text;
}

/// The share of a whole in percent.
double percent(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

/// How many of some numbers are how large, in classes that double.
std::string distribution(const std::vector<std::uint64_t>& numbers) {
  std::map<std::uint64_t, std::size_t> counts;  // by the largest of the class
  for (const std::uint64_t number : numbers) {
    std::uint64_t most = 1;
    while (most < number) most *= 2;
    ++counts[most];
  }
  std::string text;
  std::size_t so_far = 0;
  for (const auto& [most, count] : counts) {
    so_far += count;
    text += fmt::format("{}up to {}: {:.0f} %", text.empty() ? "" : ", ", most, percent(so_far, numbers.size()));
  }
  return text;
}

}  // namespace

std::string head() { return row("mistake", "seeds", "median", "worst", "length", "found by"); }

std::string rows(const Mistake& mistake) {
  if (mistake.found.empty()) return row(mistake.name, "", "", "", "", "NOTHING");
  std::string text;
  for (const Found& found : mistake.found) {
    const std::string_view name = text.empty() ? std::string_view(mistake.name) : "";
    const std::string length = found.lengths.empty() ? "" : std::to_string(spread_of(found.lengths).median);
    if (found.seeds == 0) {
      text += row(name, "", "", "", length, in_words(found));
    } else {
      const auto tests = spread_of(found.tests);
      text += row(name, fmt::format("{}/{}", found.tests.size(), found.seeds), command::thousands(tests.median),
                  command::thousands(tests.most), length, in_words(found));
    }
  }
  return text;
}

std::string summary(const std::vector<Mistake>& mistakes) {
  std::map<std::string, std::size_t> ways;
  std::size_t found = 0, with_all_seeds = 0, random = 0;
  std::vector<std::uint64_t> lengths;
  std::vector<double> seconds, shrinking;
  for (const Mistake& mistake : mistakes) {
    found += !mistake.found.empty();
    for (const Found& one : mistake.found) {
      ++ways[one.by];
      if (one.seeds == 0) continue;
      ++random;
      with_all_seeds += one.tests.size() == one.seeds;
      lengths.insert(lengths.end(), one.lengths.begin(), one.lengths.end());
      seconds.insert(seconds.end(), one.seconds.begin(), one.seconds.end());
      shrinking.insert(shrinking.end(), one.shrinking.begin(), one.shrinking.end());
    }
  }
  std::string text =
      fmt::format("{} mistake{}, {} found:", mistakes.size(), mistakes.size() == 1 ? "" : "s", found);
  for (const auto& [by, count] : ways) text += fmt::format(" {} by {},", count, by);
  text.back() = '\n';
  if (!seconds.empty()) {
    const auto time = spread_of(seconds);
    text += fmt::format(
        "{} of the {} that are looked for at random are found with every seed; time to find: "
        "median {:.2f} s, worst {:.1f} s\n",
        with_all_seeds, random, time.median, time.most);
  }
  if (!lengths.empty()) {
    text += fmt::format("lengths of {} transcripts: {}\n", lengths.size(), distribution(lengths));
  }
  if (!shrinking.empty()) {
    const auto time = spread_of(shrinking);
    text += fmt::format("time to shrink: median {:.2f} s, worst {:.1f} s\n", time.median, time.most);
  }
  return text;
}

}  // namespace refmm::museum
