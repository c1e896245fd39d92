#include <refmm/spec/since_notation.hpp>
#include <refmm/spec/strace_maps.hpp>
#include <refmm/tools/run_strace.hpp>
#include <refmm/tools/strace_report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace refmm::command {
namespace {

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
    const auto version = since::version_of(options.era);
    if (!version || *version < since::linux_2_4_0)
      return usage_error(fmt::format("--era takes a version of Linux from 2.4.0 on, as in 5.10 or 2.6.12, not {}",
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
