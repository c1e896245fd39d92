#include <refmm/spec/strace_maps.hpp>
#include <refmm/tools/run_strace.hpp>
#include <refmm/tools/strace_report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

namespace refmm::command {
namespace {

/// `6.18` or `2.6.12`; nothing of anything else, or of what was before 2.4.0.
std::optional<since::Version> version_in(std::string_view text) {
  std::vector<std::uint32_t> numbers;
  for (const char* at = text.data(); numbers.size() < 3;) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(at, text.data() + text.size(), number);
    if (error != std::errc{}) return std::nullopt;
    numbers.push_back(number);
    if (end == text.data() + text.size()) break;
    if (*end != '.' || numbers.size() == 3) return std::nullopt;
    at = end + 1;
  }
  numbers.resize(3);
  const since::Version version{numbers[0], numbers[1], numbers[2]};
  return version < since::linux_2_4_0 ? std::nullopt : std::optional(version);
}

/// A text of which no line is a call, or that has more lines that are not understood than calls, is no log.
void must_be_log(const strace::Log& log) {
  std::size_t calls = 0, gaps = 0;
  for (const strace::Record& record : log.records) {
    if (record.call() != nullptr) ++calls;
    if (std::holds_alternative<strace::Gap>(record.event)) ++gaps;
  }
  if (calls > gaps) return;
  if (!log.diagnostics.empty()) throw InputError(log.diagnostics.front());
  throw log.source.error(
      {.message = "there is no call in it",
       .expected = "what strace prints, as of `strace -f -e trace=memory,desc,process -o LOG PROGRAM`",
       .hint = "refmm trace -- PROGRAM records a log and judges it"});
}

}  // namespace

Exit run_strace(const StraceOptions& options) {
  strace::ReplayOptions replaying;
  if (!options.era.empty()) {
    const auto version = version_in(options.era);
    if (!version)
      return usage_error(fmt::format("--era takes a version of Linux from 2.4 on, as in 5.10 or 2.6.12, not {}",
                                     in_backticks(options.era)));
    replaying.version = *version;
  }
  const strace::Log log = strace::read(transcript::load(options.log));
  must_be_log(log);
  if (!options.maps.empty()) replaying.maps = strace::read_maps(transcript::load(options.maps));
  for (const Diagnostic& diagnostic : log.diagnostics) fmt::print("{}", print(diagnostic));
  if (log.more_diagnostics != 0) fmt::print("and {} more\n", log.more_diagnostics);

  const strace::ReplayReport report = strace::replay(log, replaying);
  if (options.explain) fmt::print("{}", explanations(log, report));
  fmt::print("{}{}", mistakes(log, report), summary(log, report, replaying.version));
  return report.agrees() ? Exit::agree : Exit::difference;
}

}  // namespace refmm::command
