// refmm demo [NAME]: scenarios, which tell why a mechanism exists, carried out and told.
#include <refmm/spec/nearest.hpp>
#include <refmm/tests/scenario.hpp>
#include <refmm/tests/scenario_page.hpp>
#include <refmm/tests/scenario_run.hpp>
#include <refmm/tools/clause_text.hpp>
#include <refmm/tools/command.hpp>
#include <refmm/tools/completion.hpp>
#include <refmm/tools/demo_report.hpp>
#include <refmm/tools/progress.hpp>
#include <refmm/tools/run_files.hpp>
#include <refmm/tools/run_report.hpp>
#include <refmm/tools/scenario_texts.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::command {
namespace {

namespace fs = std::filesystem;

constexpr auto footer =
    "A scenario is a transcript with a narration. It is carried out on the model as it is told: results, "
    "effects,\n"
    "clauses, pictures and figures are those of this run.\n"
    "\n"
    "Examples:\n"
    "  refmm demo                                               which scenarios there are\n"
    "  refmm demo fork                                          tells one\n"
    "  refmm demo tests/scenarios/fork.mmt                      the file, as it is now\n"
    "  refmm demo fork --page spec/book/scenarios/fork.md       writes its figures into its page of the book\n"
    "\n"
    "Exit codes:\n"
    "  0  the scenario was told, or the page is up to date\n"
    "  1  the scenario differs from the model\n"
    "  2  the command line, the scenario or the page cannot be understood\n"
    "  3  refmm itself failed\n";

struct Options {
  std::string name{};
  std::string page{};
};

constexpr std::string_view transcript_ending = ".mmt";

/// Of `tests/scenarios/fork.mmt`.
std::string name_of(const EmbeddedFile& embedded) { return fs::path(embedded.file).stem().string(); }

std::vector<std::string> embedded_names() {
  std::vector<std::string> names;
  for (const EmbeddedFile& embedded : scenario::embedded()) {
    if (embedded.file.ends_with(transcript_ending)) names.push_back(name_of(embedded));
  }
  return names;
}

/// The file of the scenario that has this ending, if there is one.
std::optional<transcript::Source> embedded_source(std::string_view name, std::string_view ending) {
  for (const EmbeddedFile& embedded : scenario::embedded()) {
    if (embedded.file.ends_with(ending) && name_of(embedded) == name)
      return transcript::Source(std::string(embedded.file), std::string(embedded.text));
  }
  return std::nullopt;
}

scenario::Scenario embedded_scenario(const std::string& name) {
  return scenario::read(name, *embedded_source(name, transcript_ending), embedded_source(name, ".figures"));
}

Exit list() {
  std::size_t width = 0;
  for (const std::string& name : embedded_names()) width = std::max(width, name.size());
  for (const std::string& name : embedded_names())
    fmt::print("{:<{}}  {}\n", name, width, embedded_scenario(name).title);
  return Exit::agree;
}

Exit unknown(const std::string& name) {
  const std::vector<std::string> names = embedded_names();
  return usage_error(fmt::format("there is no scenario {}{}\nrefmm demo lists them all.", name,
                                 did_you_mean(name, std::vector<std::string_view>(names.begin(), names.end()))));
}

/// Where the scenario and the model part.
Exit differs(const scenario::Scenario& scenario, const scenario::Performed& performed) {
  for (const replay::Replayed& replayed : performed.report.transcripts) {
    for (const replay::Disagreement& disagreement : replayed.disagreements)
      fmt::print("{}", text_of(disagreement, scenario.file.source->file()));
  }
  return Exit::difference;
}

Exit write_page(const scenario::Scenario& scenario, const scenario::Performed& performed,
                const std::string& file) {
  const scenario::Page page = scenario::read_page(transcript::load(file));
  const auto pictures = pictures_of(scenario, performed);
  const std::vector<scenario::Outdated> outdated = scenario::outdated(page, performed.figures, pictures);
  for (const auto& [at, name, has, is] : outdated)
    fmt::print("{}:{}:{}: {} is {}{}\n", file, at.line, at.column, name, in_backticks(is),
               has.empty() ? "" : ", was " + in_backticks(has));
  if (!outdated.empty()) replace_text(file, brought_up_to_date(page, performed.figures, pictures));
  fmt::print("{}: {} figures, {} pictures, {} brought up to date\n", file, page.figures.size(),
             page.pictures.size(), outdated.size());
  return Exit::agree;
}

Exit run(const Options& options) {
  if (options.name.empty()) {
    if (!options.page.empty()) return usage_error("--page needs the name of the scenario that the page is about");
    return list();
  }
  const bool is_file = options.name.ends_with(transcript_ending);
  if (!is_file && !embedded_source(options.name, transcript_ending)) return unknown(options.name);
  const scenario::Scenario scenario = is_file ? scenario::load(options.name) : embedded_scenario(options.name);
  const scenario::Performed performed = perform(scenario);
  if (!performed.agrees()) return differs(scenario, performed);
  if (!options.page.empty()) return write_page(scenario, performed, options.page);
  constexpr std::size_t most_columns = 100;
  const std::size_t columns = std::min(terminal_columns().value_or(80), most_columns);
  fmt::print("{}", text_of(scenario, performed, columns, shows_colours()));
  return Exit::agree;
}

completion::Values values() {
  return {{"NAME", completion::or_files(completion::names(embedded_names()))}, {"--page", completion::files()}};
}

}  // namespace

SubCommand add_demo(CLI::App& refmm) {
  CLI::App* app = refmm.add_subcommand("demo", "Tell a scenario: why a mechanism exists, shown by a run of it");
  app->footer(footer);
  const auto options = std::make_shared<Options>();
  app->add_option("NAME", options->name, "A scenario, or a file that is one (*.mmt); without it all are listed");
  app->add_option("--page", options->page,
                  "A page of the book about it, whose figures and pictures are brought up to date");
  return {app, [options] { return run(*options); }, values};
}

}  // namespace refmm::command
