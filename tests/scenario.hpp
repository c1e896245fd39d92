// Scenarios: transcripts that tell why a mechanism of the memory manager exists.
//
// A scenario is an ordinary transcript, tests/scenarios/NAME.mmt. Its comments are the narration; those that begin with `#:` are
// directives, which say what is counted, read and drawn where. A figure has a name, `{name}` in the narration is replaced by it.
// The notation is defined in tests/scenarios/README.md. To carry a scenario out: scenario_run.hpp.
#pragma once

#include <refmm/spec/transcript.hpp>
#include <refmm/tests/scenario_figure.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace refmm::scenario {

/// A section of the narration begins.
struct Heading {
  std::string text;
};

/// Comments that follow each other: text, or lines that stand as they are because they are indented.
struct Paragraph {
  std::vector<transcript::Word> lines;
  bool as_it_is;
};

/// A line of the transcript that is shown, without its effects; a call with its effects and the clauses that decided it if it is
/// to be explained.
struct Shown {
  std::size_t line;  // among those of the file
  bool explained;
};

/// The state here is drawn.
struct Draw {
  transcript::Word picture;
};

/// Counting begins anew; it does so at each `boot`, too.
struct FromHere {};

/// A figure is how many things there were since counting began.
struct Count {
  enum class Of { calls, effects, decisions };
  transcript::Word figure;
  Of of;
  transcript::Word what;  // `store`, `alloc_page(GFP_USER)`, a clause; empty for all calls
};

/// A figure is what the line above says: a setting of `boot`, an argument or the result of a call, the answer to a query.
struct Read {
  transcript::Word figure;
  transcript::Word key;  // `result`, `argument`, `answer`, or the name that the value stands behind
  std::size_t argument;  // from 1; 0 for all else
  Position above;
};

/// A figure follows from others.
struct Derive {
  transcript::Word figure;
  Arithmetic value;
};

struct Part {
  Position at;
  std::variant<Heading, Paragraph, Shown, Draw, FromHere, Count, Read, Derive> content;
};

struct Scenario {
  std::string name;   // fork
  std::string title;  // what it shows
  transcript::File file;
  std::vector<Part> parts;     // in the order of the lines
  std::optional<Kept> kept{};  // of a run whose figures differ each time
};

/// Reads a scenario, and what was kept of a run if there is such a file. Throws InputError at the first place that is not in the
/// notation: a directive that there is not, a figure that is not known, known twice, or not used.
Scenario read(std::string name, transcript::Source source,
              const std::optional<transcript::Source>& kept = std::nullopt);

/// Loads `tests/scenarios/NAME.mmt` and `NAME.figures` beside it, if there is one. Throws InputError.
Scenario load(const std::string& path);

/// The names of figures in a line of narration, `{name}`, each at its place. Throws InputError for a brace without a name.
std::vector<transcript::Word> figures_in(const transcript::Source& source, const transcript::Word& line);

/// The figures that the narration and arithmetic use, each time at its place.
std::vector<transcript::Word> figures_spoken_of(const Scenario& scenario);

}  // namespace refmm::scenario
