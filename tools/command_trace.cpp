// refmm trace -- PROGRAM ARGUMENTS...: a program of today under strace, what it asked of the kernel judged by the model, and the address
// space that it ended with compared.
#include <refmm/spec/since_notation.hpp>
#include <refmm/spec/strace_maps.hpp>
#include <refmm/tests/conform_kernel.hpp>
#include <refmm/tests/strace_replay_areas.hpp>
#include <refmm/tools/command.hpp>
#include <refmm/tools/completion.hpp>
#include <refmm/tools/run_files.hpp>
#include <refmm/tools/strace_report.hpp>
#include <refmm/tools/temporary_name.hpp>
#include <refmm/tools/traced_program.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace refmm::command {
namespace {

struct Options {
  std::vector<std::string> command{};
  std::string keep{};
  bool explain = false;
};

std::vector<strace::Mapping> maps_of(const std::string& text, const std::string& name) {
  return strace::read_maps(transcript::Source(name, text));
}

std::string how_it_ended(const TracedProgram& traced) {
  if (traced.signal) return fmt::format("the program was killed by {}", strsignal(*traced.signal));
  return fmt::format("the program ended with {}", traced.status.value_or(0));
}

std::string kib(strace::Native bytes) { return fmt::format("{} KiB", bytes / 1024); }

/// What the comparison of the areas at the end comes to.
std::string in_words(const strace::AreaComparison& comparison) {
  std::string text;
  for (const strace::AreaDifference& difference : comparison.differences) {
    text += fmt::format("{:x}-{:x}\n  refmm   {}\n  kernel  {}\n", difference.range.begin, difference.range.end,
                        difference.model, difference.kernel);
  }
  text += fmt::format(
      "areas of the first process at its end: {} compared, {}\n", kib(comparison.compared),
      comparison.agrees() ? "all as the model has them" : counted(comparison.differences.size(), "difference"));
  const auto note = [&](strace::Native bytes, std::string_view what) {
    if (bytes != 0) text += fmt::format("{:>12}  {}\n", kib(bytes), what);
  };
  note(comparison.presence, "only for being there: the kernel's own, and memory with what is not modelled");
  note(comparison.stack, "that the stack grew by, which no call shows");
  note(comparison.unknown,
       "of which the log does not tell: the program called execve, or had calls that are not modelled");
  return text;
}

/// Compares the areas at the end, if they were seen.
bool compare_end(const TracedProgram& traced, const strace::ReplayReport& report) {
  if (!traced.end || !report.first) {
    fmt::print("the areas at the end were not compared: {}\n",
               traced.signal ? "the program was killed" : "the kernel does not let it be held when it exits");
    return true;
  }
  const auto comparison = strace::compare_areas(*report.first, maps_of(*traced.end, "maps at the end"));
  fmt::print("{}", in_words(comparison));
  return comparison.agrees();
}

/// Where the log stays: where it was asked for; a difference is kept in any case, as no other run has the same addresses.
std::string kept_in(const Options& options, bool agrees) {
  if (!options.keep.empty()) return options.keep;
  return agrees ? "" : "difference.strace";
}

Exit judge(const Options& options, const TracedProgram& traced, const transcript::Source& source) {
  strace::ReplayOptions replaying{.version = conform::running_version(),
                                  .maps = maps_of(traced.begin, "maps at the beginning")};
  const strace::Log log = strace::read(source);
  for (const Diagnostic& diagnostic : log.diagnostics) fmt::print("{}", print(diagnostic));
  const strace::ReplayReport report = strace::replay(log, replaying);
  if (options.explain) fmt::print("{}", explanations(log, report));
  fmt::print("{}{}", mistakes(log, report), summary(log, report, replaying.version));
  const bool agrees = compare_end(traced, report) && report.agrees();
  fmt::print("{}\n", how_it_ended(traced));
  const std::string kept = kept_in(options, agrees);
  if (!kept.empty()) {
    write_text(kept, source.text());
    write_text(kept + ".maps", traced.begin);
    fmt::print("to repeat: refmm run --strace {} --maps {}.maps --era {}\n", kept, kept,
               since::notation(replaying.version));
  }
  return agrees ? Exit::agree : Exit::difference;
}

Exit run(const Options& options) {
  const TemporaryName temporary;
  std::fflush(stdout);
  const auto traced = trace(options.command, temporary.path());
  if (const auto* untraceable = std::get_if<Untraceable>(&traced)) {
    fmt::print(stderr, "refmm: {}\n", untraceable->why);
    if (!untraceable->hint.empty()) fmt::print(stderr, "  try: {}\n", untraceable->hint);
    return Exit::usage;
  }
  const std::string name = options.keep.empty() ? options.command.front() : options.keep;
  return judge(options, std::get<TracedProgram>(traced), {name, transcript::load(temporary.path()).text()});
}

completion::Values values() { return {{"--keep", completion::files()}, {"PROGRAM", completion::files()}}; }

}  // namespace

SubCommand add_trace(CLI::App& refmm) {
  CLI::App* app = refmm.add_subcommand(
      "trace", "Run a program under strace: judge what it asks of memory areas, and compare those it ends with");
  const auto options = std::make_shared<Options>();
  app->add_option("PROGRAM", options->command, "The program and its arguments, behind --")->required();
  app->add_option("--keep", options->keep,
                  "Where the log is to stay; the areas at the beginning are put beside it, in FILE.maps");
  app->add_flag("--explain", options->explain,
                "Show each call about memory areas with the clauses that decided it");
  return {app, [options] { return run(*options); }, values};
}

}  // namespace refmm::command
