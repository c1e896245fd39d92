// Pages of the book as MyST, the Markdown that Sphinx reads: every clause has its name as a permanent anchor and what is tied to it below
// its prose, names of clauses are links, and figures stand where the prose asks for them.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/tools/book_figures.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::book {

/// A bold word of the prose, and where it stands.
struct Term {
  std::string term;
  std::string label;    // of the clause or of the section
  std::string heading;  // that it stands below
  std::string page;     // the title of the page
};

/// What is needed to write pages, and what is collected on the way.
struct Pages {
  std::function<std::string(const Clause&)> evidence;  // what is written below the prose of a clause
  std::vector<Figure> figures;
  std::vector<Term> terms{};
  std::map<std::string, std::string> places_of_figures{};  // labels, by the names of the figures
  std::map<std::string, std::string> images{};             // files from the root on, by their names in images/
  std::vector<std::string> titles{};
};

/// A page in Markdown, called `name` in the book (slab, scenarios/fork) and `file` where it is complained of. Throws InputError with
/// the line of a clause, a heading or a figure that there is not.
std::string myst(std::string_view name, std::string_view file, std::string_view text, Pages& pages);

/// A paragraph: references become links, comments go. `terms` is told of each bold word, without its marks.
std::string linked(std::string_view paragraph,
                   const std::function<std::string(std::string_view)>& label_of_heading,
                   const std::function<void(std::string)>& terms = {});

/// A link to a label, with a text of its own.
std::string link(std::string_view text, std::string_view label);

/// The label of a heading on a page: slab--the-words.
std::string label_of(std::string_view page, std::string_view heading);

/// The label of a file of the kernel in the index of functions: functions--mm-slab-c.
std::string label_of_source(std::string_view source);

/// The anchor that GitHub makes of a heading.
std::string slug(std::string_view heading);

}  // namespace refmm::book
