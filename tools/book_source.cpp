// book_source FOLDER [ROOT]: writes the book as MyST, which Sphinx makes a site and a PDF of (tools/book). The pages come from
// spec/book/ of the source tree, what is tied to each clause from the code, the figures from the model.
#include <refmm/spec/diagnostic.hpp>
#include <refmm/tools/book.hpp>
#include <refmm/tools/book_definitions.hpp>
#include <refmm/tools/book_evidence.hpp>
#include <refmm/tools/book_figures.hpp>
#include <refmm/tools/book_indices.hpp>
#include <refmm/tools/book_page.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace refmm::book {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw InputError({.file = file.string(), .message = "the page cannot be read"});
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream stream(file, std::ios::binary);
  stream << text;
  if (!stream.flush()) throw std::runtime_error(file.string() + " could not be written");
}

/// The pages of a folder of the book, by name.
std::vector<std::string> pages_in(const fs::path& root, const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(root / "spec" / "book" / folder)) {
    if (entry.path().extension() == ".md") names.push_back(folder + "/" + entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> names_of_chapters() {
  std::vector<std::string> names;
  for (const Chapter& chapter : chapters()) names.push_back(fs::path(chapter.file).stem());
  return names;
}

/// A part of the book: its title, and its pages in their order.
struct Part {
  std::string title;
  std::vector<std::string> names;
};

/// The contents: in the site beside every page, in print a list.
std::string contents_of(const std::vector<Part>& parts) {
  std::string trees, list;
  for (const auto& [title, names] : parts) {
    trees +=
        fmt::format("```{{toctree}}\n:caption: {}\n:maxdepth: 2\n\n{}\n```\n\n", title, fmt::join(names, "\n"));
    list += fmt::format("- {}\n", title);
    for (const std::string& name : names) list += fmt::format("  - {{doc}}`{}`\n", name);
  }
  return fmt::format("`````{{only}} print\n{}`````\n\n{}", list, trees);
}

void write_book(const fs::path& folder, const fs::path& root) {
  const Definitions definitions(root);
  Pages pages{.evidence = [&](const Clause& clause) { return evidence(clause, definitions); },
              .figures = figures(root)};
  const auto write_pages = [&](const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      const fs::path file = fs::path("spec") / "book" / (name + ".md");
      write(folder / (name + ".md"), myst(name, file.string(), read(root / file), pages));
    }
  };
  const std::vector<std::string> scenarios = pages_in(root, "scenarios"), guides = pages_in(root, "guides");
  const std::vector<std::string> about{"how-established", "citing"};
  write_pages(names_of_chapters());
  write_pages(about);
  write_pages(scenarios);
  write_pages(guides);
  for (const Figure& figure : pages.figures) write(folder / "figures" / (figure.name + ".svg"), figure.svg);
  for (const auto& [name, file] : pages.images) write(folder / "images" / name, read(root / file));
  write(folder / "index-of-clauses.md", index_of_clauses());
  write(folder / "index-of-functions.md", index_of_functions());
  write(folder / "index-of-terms.md", index_of_terms(pages));
  write(folder / "figures.md", list_of_figures(pages));
  write(folder / "traceability.md", traceability());
  const std::string preface =
      myst("preface", "spec/book/preface.md", read(root / "spec" / "book" / "preface.md"), pages);
  const std::string contents =
      contents_of({{"The semantics", names_of_chapters()},
                   {"How it is known", {"how-established", "traceability", "citing"}},
                   {"Scenarios", scenarios},
                   {"Guides", guides},
                   {"Indices", {"figures", "index-of-clauses", "index-of-functions", "index-of-terms"}}});
  write(folder / "index.md", preface + "\n" + contents);
}

}  // namespace
}  // namespace refmm::book

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::fputs("usage: book_source FOLDER [ROOT]\n", stderr);
    return 2;
  }
  try {
    refmm::book::write_book(argv[1], argc == 3 ? argv[2] : ".");
  } catch (const refmm::InputError& error) {
    std::fputs(error.what(), stderr);
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "book_source: {}\n", error.what());
    return 3;
  }
}
