// Pages of the book about scenarios, spec/book/scenarios/NAME.md: prose whose numbers come from the run.
//
//   The fork takes 2<!--fork_frames--> frames.
//
//   <!--picture after_fork-->
//   ```
//   ...
//   ```
//
// A value stands before the comment that names its figure, a value with blanks in backticks; a picture is the fenced block below
// the comment that names it. Between fences and within backticks there are no comments.
#pragma once

#include <refmm/spec/transcript_source.hpp>
#include <refmm/tests/scenario.hpp>
#include <refmm/tests/scenario_figure.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace refmm::scenario {

/// A value of the run in a page.
struct PulledFigure {
  std::string name;
  Position at;        // of the name
  std::size_t begin;  // the value in its line, from byte `begin` up to but not including `end`
  std::size_t end;
};

/// A picture of the run in a page.
struct PulledPicture {
  std::string name;
  Position at;          // of the name
  std::uint32_t first;  // the lines of the block, from line `first` up to but not including `end`
  std::uint32_t end;
};

struct Page {
  transcript::Source source;
  std::vector<PulledFigure> figures;  // in their order
  std::vector<PulledPicture> pictures;
};

/// Reads a page. Throws InputError for a comment that is neither a figure nor a picture, and for a picture without a block.
Page read_page(transcript::Source source);

/// The page with the values and pictures of a run. Throws InputError for one that the run does not have.
std::string brought_up_to_date(const Page& page, const Figures& figures, const Pictures& pictures);

/// Something in a page that the run says otherwise.
struct Outdated {
  Position at;
  std::string name;
  std::string has, is;  // of a picture its first line that differs
};

/// What is not as the run says. Throws InputError for what the run does not have.
std::vector<Outdated> outdated(const Page& page, const Figures& figures, const Pictures& pictures);

/// The numbers in the prose that nothing keeps up to date: words that begin with a digit, outside of blocks, backticks, links,
/// brackets and pulled figures. The name of the kernel, 2.4.0, is none.
std::vector<transcript::Word> loose_numbers(const Page& page);

/// What was kept of a run, and neither the scenario nor its page speaks of.
std::vector<std::string> unused_of_kept(const Scenario& scenario, const Page& page);

}  // namespace refmm::scenario
