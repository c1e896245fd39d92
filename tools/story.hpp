// The story of a file of transcripts: what happens step by step, why, and what is wrong at the end.
//
// It is told as data, from the calls carried out on the model; story_html.cpp makes a page of it and story_text.cpp text
// for a terminal.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/to_scale.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tools/story_picture.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace refmm::story {

/// A query of the transcript, and what the model answers it.
struct Asked {
  std::string query;
  std::vector<std::string> lines;
};

/// A boot, a `set` or a call, carried out.
struct Step {
  std::uint32_t line;  // of the file
  std::string call;
  std::string result{};  // empty of a call that returns nothing
  std::vector<std::string> effects{};
  Because because{};                 // each clause once
  std::vector<std::string> lead{};   // comments above the call
  std::vector<std::string> notes{};  // comments below it, which speak of it: indented ones
  std::vector<Asked> asked{};
  Gallery::Hung picture{};             // the state behind it
  std::vector<std::string> drawing{};  // the same as text, if it was asked for
};

/// The step at which something is wrong.
struct Failure {
  std::size_t step;                                          // position in its section
  std::string headline;                                      // a sentence
  std::string clause{};                                      // that is violated; empty where nobody has said
  std::string law{};                                         // what the law says, and its clause
  std::string field{};                                       // a sentence: what differs, and what each side has
  std::string reference = "reference", subject = "subject";  // the names of the two sides
  std::vector<std::string> expected{}, found{};              // what each has, as lines of a transcript
  bool abridged = false;                                     // `found` has only the lines that differ
  std::optional<Gallery::Hung> picture{};                    // the subject's state, where it could be observed
  std::vector<std::string> drawing{};                        // the same as text, if it was asked for
};

/// One transcript of the file.
struct Section {
  std::string family;
  std::vector<Step> steps;
  std::optional<Failure> failure{};
  std::string remark{};                   // what else is to be said, a sentence
  std::size_t left_out = 0;               // calls behind the failure
  std::size_t undrawn = 0;                // steps at the end without pictures, for there are too many
  std::span<const to_scale::Ink> inks{};  // of the drawings
};

struct Story {
  std::string file;                  // its name
  std::vector<std::string> preface;  // the comments before the first boot, without their marks
  std::string replay;                // the command that shows it again, if the file names one
  std::vector<Section> sections;
  Gallery gallery;
  bool agrees() const;
};

struct Options {
  /// The kernel that the model is. Without it: what the file's own command says, else corrected beside a subject, else as built.
  std::optional<replay::Profile> profile{};
  /// The subject beside the model, if any. It is carried out in a process of its own.
  replay::Implementations subject{};
  /// Text drawings of every step are made, too.
  bool drawings = false;
  /// Pictures may take so many bytes; the steps behind have none.
  std::size_t most_bytes = 12'000'000;
};

/// Tells a file. Throws InputError like replay::run.
Story tell(const transcript::Source& source, const Options& options);

/// What it comes to, in a sentence.
std::string headline(const Story& story);

/// The story as one page of HTML, complete in itself.
std::string html(const Story& story);

/// The same in one call: for who has a transcript in hand, whatever made it.
std::string html(const std::string& file_name, const std::string& transcript, const Options& options = {});

/// Writes a page; folders that are missing on the way are made. Throws InputError with the reason if it cannot be written.
void write_page(const std::filesystem::path& path, const std::string& page);

/// The story for a terminal of so many columns.
std::string text(const Story& story, std::size_t columns, bool colour);

}  // namespace refmm::story
