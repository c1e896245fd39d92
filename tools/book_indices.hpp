// The indices of the book, and its table of clauses, as pages in MyST.
#pragma once

#include <refmm/tools/book_page.hpp>

#include <string>

namespace refmm::book {

/// All clauses with their kinds and their rules, by area.
std::string index_of_clauses();

/// The functions of 2.4.0 that clauses are about, by file.
std::string index_of_functions();

/// The words that the prose explains, and where.
std::string index_of_terms(const Pages& pages);

/// The figures, and where they stand.
std::string list_of_figures(const Pages& pages);

/// What holds each clause up, area by area.
std::string traceability();

}  // namespace refmm::book
