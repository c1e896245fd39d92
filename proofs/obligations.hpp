// Obligations: what Z3 proved, as SMT-LIB 2, for another solver to judge.
//
// NAME.smt2 holds one problem for each path of theorem NAME, each complete with its logic and ended by (reset): the conditions of
// the path, the facts of multiplication that the proof used (proofs/symbolic/products.hpp), and the negated claim. Every
// problem must be unsat.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace refmm {

class Obligations {
 public:
  /// Opens FOLDER/NAME.smt2 anew; the folder is made. Throws std::filesystem::filesystem_error where that is not possible.
  Obligations(const std::filesystem::path& folder, std::string_view theorem);

  /// Adds a problem, as z3::solver::to_smt2 writes one. Throws std::filesystem::filesystem_error where the disk is full.
  void add(const std::string& problem);

 private:
  std::string theorem_;
  std::filesystem::path file_;
  std::ofstream stream_;
  unsigned paths_ = 0;
};

}  // namespace refmm
