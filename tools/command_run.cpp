// refmm run FILE|FOLDER...: transcripts, carried out on the model and on the implementation; or with --strace a log.
#include <refmm/spec/nearest.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/foreign_process.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tools/check_subject.hpp>
#include <refmm/tools/command.hpp>
#include <refmm/tools/completion.hpp>
#include <refmm/tools/progress.hpp>
#include <refmm/tools/run_files.hpp>
#include <refmm/tools/run_report.hpp>
#include <refmm/tools/run_strace.hpp>
#include <refmm/tools/run_subjects.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::command {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> paths{};
  std::string subject{};  // model, impl, both, kernel, or a library; empty if none was chosen
  std::string profile = "as-built";
  bool explain = false;
  bool picture = false;
  bool fill = false;
  std::string mutant{};
  StraceOptions strace{};
};

/// What is found out before anything is printed or written: an input that cannot be understood leaves no trace.
struct Findings {
  struct Filled {
    fs::path path;
    std::string text;
    std::size_t count;
  };
  std::string text{};
  std::vector<Filled> filled{};
  std::size_t transcripts = 0, calls = 0, differ = 0, pictures = 0;
  std::size_t with_corrected = 0, left_out = 0, lookups_of_model = 0;
};

void add(const fs::path& path, const replay::Report& report, bool colour, Findings& findings) {
  std::size_t filled = 0;
  bool agrees = true;
  for (const replay::Replayed& replayed : report.transcripts) {
    ++findings.transcripts;
    findings.calls += replayed.calls;
    findings.pictures += replayed.pictures.size();
    if (replayed.parting) {
      findings.with_corrected += replayed.parting->calls;
      findings.left_out += replayed.parting->left_out;
    }
    findings.lookups_of_model += replayed.lookups_of_model;
    filled += replayed.filled;
    findings.text += text_of(replayed, path.string(), colour);
    if (replayed.agrees()) continue;
    ++findings.differ;
    agrees = false;
  }
  if (filled == 0) return;
  if (agrees) {
    findings.filled.push_back({path, print(report.file), filled});
  } else {
    findings.text += fmt::format("{}: its questions are left open, because it differs\n", path.string());
  }
}

Exit show(const Findings& findings, bool fill) {
  fmt::print("{}", findings.text);
  for (const auto& [path, text, count] : findings.filled) {
    if (fill) {
      replace_text(path, text);
      fmt::print("{}: {} answers filled in\n", path.string(), count);
    } else {
      fmt::print("{}", text);
    }
  }
  if (findings.with_corrected != 0)
    fmt::print("{} calls were compared with the corrected model, as defects of 2.4.0 had decided\n",
               findings.with_corrected);
  if (findings.left_out != 0)
    fmt::print("{} calls were of the model alone, behind misuse at which the corrected kernel ends\n",
               findings.left_out);
  if (findings.lookups_of_model != 0)
    fmt::print("{} blocks show structures for lookups; the implementation has its own, so they are the model's\n",
               findings.lookups_of_model);
  fmt::print("{}, {}: {} agree, {} differ\n", counted(findings.transcripts, "transcript"),
             counted(findings.calls, "call"), findings.transcripts - findings.differ, findings.differ);
  return findings.differ == 0 ? Exit::agree : Exit::difference;
}

/// Says what is wrong with --subject.
std::optional<Exit> refuse_subject(const Options& options) {
  const std::string& subject = options.subject;
  if (names_library(subject) && !options.mutant.empty())
    return usage_error("--mutant is a mistake of the implementation: it needs --subject impl or both");
  constexpr std::array<std::string_view, 5> names{"", "model", "impl", "both", "kernel"};
  if (std::ranges::find(names, subject) != names.end() || names_library(subject)) return std::nullopt;
  return usage_error(fmt::format(
      "there is no subject {}; there are model, impl, both, kernel (the one that is running, for the family "
      "since), and shared libraries, as in --subject ./mine.so",
      in_backticks(subject)));
}

Exit carry_out(const Options& options);

Exit run(const Options& options) try {
  if (!options.strace.log.empty()) {
    StraceOptions strace = options.strace;
    strace.explain = options.explain;
    return run_strace(strace);
  }
  if (options.paths.empty())
    return usage_error("there is nothing to run: name transcripts, or a log with --strace");
  if (const auto refused = refuse_subject(options)) return *refused;
  return carry_out(options);
} catch (const LibraryError& error) {
  return usage_error(error.what());
}

Exit carry_out(const Options& options) {
  const bool with_mutant = !options.mutant.empty();
  const std::vector<std::string_view> mutants = mutant_names();
  if (with_mutant && std::ranges::find(mutants, options.mutant) == mutants.end())
    return usage_error(
        fmt::format("there is no mutant {}{}", options.mutant, did_you_mean(options.mutant, mutants)));
  if (with_mutant && (options.subject == "model" || options.subject == "kernel"))
    return usage_error("--mutant is a mistake of the implementation: it needs --subject impl or both");
  const std::string subject = !options.subject.empty() ? options.subject : with_mutant ? "impl" : "model";

  const bool is_foreign = names_library(subject);
  const bool is_kernel = subject == "kernel";
  Subjects subjects(subject != "model" && !is_foreign && !is_kernel, options.mutant);
  if (is_kernel) {
    for (const unsigned bits : {32u, 64u}) {
      if (const auto refusal = no_running_kernel(bits))
        return usage_error(fmt::format("the running kernel cannot be asked: {}", refusal->why));
    }
    subjects.take_running_kernel();
  }
  std::optional<ForeignSubjects> foreign_subjects;
  if (is_foreign) {
    foreign_subjects.emplace(subject);
    foreign::bound_memory();
  }

  std::vector<fs::path> paths;
  for (const std::string& path : options.paths) {
    // What is written is named, file by file.
    const auto meant = options.fill ? std::vector<fs::path>{path} : transcripts_at(path);
    paths.insert(paths.end(), meant.begin(), meant.end());
  }

  ProgressLine line;
  Findings findings;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    line.show(fmt::format("{} of {}: {}", i + 1, paths.size(), paths[i].string()));
    auto file = transcript::parse(transcript::load(paths[i]));
    if (is_foreign) foreign_subjects->must_have_families_of(file);
    replay::Options replaying{
        .model = subject == "model" || subject == "both",
        .profile = options.profile == "corrected" ? replay::Profile::corrected : replay::Profile::as_built,
        .implementation = is_foreign ? foreign_subjects->implementations() : subjects.implementations(),
        .explain = options.explain,
        .picture = options.picture};
    if (with_mutant || is_foreign) replaying.death = replay::rehearse(file, replaying);
    add(paths[i], replay::run(std::move(file), replaying), shows_colours(), findings);
  }
  line.clear();
  if (options.picture && findings.pictures == 0)
    findings.text += "there is nothing to draw: behind a usage error nothing is defined\n";
  return show(findings, options.fill);
}

completion::Values values() {
  return {{"FILE|FOLDER", completion::files()},
          {"--subject", completion::or_files(completion::names(std::array{"model", "impl", "both", "kernel"}))},
          {"--mutant", completion::names(mutant_names())},
          {"--strace", completion::files()},
          {"--maps", completion::files()},
          {"--era", completion::names(std::array{"2.4.0", "6.18"})},
          {"--profile", completion::names(std::array{"as-built", "corrected"})}};
}

}  // namespace

SubCommand add_run(CLI::App& refmm) {
  CLI::App* app = refmm.add_subcommand("run", "Carry transcripts out: fill in what they ask, test what they say");
  const auto options = std::make_shared<Options>();
  CLI::Option* files = app->add_option("FILE|FOLDER", options->paths, "Transcripts, or folders of them (*.mmt)");
  CLI::Option* strace =
      app->add_option("--strace", options->strace.log,
                      "A log of strace in their place: which of its results Linux of an era may not give")
          ->excludes(files);
  app->add_option("--maps", options->strace.maps,
                  "What /proc/PID/maps of the first process of the log was when its program began")
      ->needs(strace);
  app->add_option("--era", options->strace.era, "The version of Linux that the log is of; 6.18 if not given")
      ->needs(strace);
  CLI::Option* subject = app->add_option(
      "--subject", options->subject,
      "Who is compared with them: the model (default), the implementation (impl), both, or your own "
      "memory manager in a shared library (./mine.so)");
  subject->excludes(strace);
  app->add_option("--profile", options->profile,
                  "The kernel that the model is: 2.4.0 as-built (default), or corrected; recordings differ from a "
                  "corrected "
                  "one where they show a defect")
      ->excludes(strace)
      ->check(CLI::IsMember({"as-built", "corrected"}));
  app->add_flag("--explain", options->explain, "Show each call with its result and the clauses that decided it");
  app->add_flag(
         "--picture", options->picture,
         "Draw slabs, address spaces, page tables and page frames, after each query for what they show and at the "
         "end of each "
         "transcript")
      ->excludes(strace);
  app->add_flag("--fill", options->fill, "Write the answers into the files")->excludes(strace);
  app->add_option("--mutant", options->mutant,
                  "A mistake that the implementation is to make; a wrong name lists what is near")
      ->excludes(strace);
  return {app, [options] { return run(*options); }, values};
}

}  // namespace refmm::command
