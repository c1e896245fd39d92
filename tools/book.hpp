// The book, spec/book/AREA.md: the prose of the clauses.
//
// A clause begins with a heading and a line that says its kind and its source; its prose goes on to the next heading:
//
//   ### slab.order
//   *must* · mm/slab.c: slab_t
//
//   The slabs of a cache stand in one list ...
//
// Between fences (```) there are no headings. A block that is fenced and marked `mmt` is an example: a complete transcript, of
// the kernel as it was built; marked `mmt corrected`, of the kernel in which its defects are mended.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/tools/embedded_file.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::book {

/// A file of the book.
using Chapter = EmbeddedFile;

/// The chapters, as they were when refmm was built.
std::span<const Chapter> chapters();

/// What the book says of one clause.
struct Entry {
  std::string name;
  std::string kind;    // must, may, unspecified, defect
  std::string source;  // mm/slab.c:kmem_cache_grow
  std::string prose;   // its paragraphs, without blank lines around them
  std::string_view file;
  std::uint32_t line;  // of the heading, from 1
};

/// The entries of a chapter in its order. What has no kind or no source there has an empty one.
std::vector<Entry> entries(const Chapter& chapter);

/// A transcript that the book shows.
struct Example {
  std::string text;  // its lines, without the fences
  std::string_view file;
  std::uint32_t line;   // of its first line, from 1
  std::string heading;  // that it stands below: the name of a clause, or of a section
  bool corrected;       // it is of the kernel without its defects
};

/// The examples of a chapter in its order.
std::vector<Example> examples(const Chapter& chapter);

/// The entry of the clause called `name` in any chapter, or none.
const Entry* find_entry(std::string_view name);

/// The first sentence of a prose, on one line.
std::string first_sentence(std::string_view prose);

/// The word that the book writes for a kind.
constexpr std::string_view kind_name(ClauseKind kind) {
  switch (kind) {
    case ClauseKind::must:
      return "must";
    case ClauseKind::may:
      return "may";
    case ClauseKind::unspecified:
      return "unspecified";
    case ClauseKind::defect:
      return "defect";
  }
  return "";
}

}  // namespace refmm::book
