// Obligations: what Z3 proved, as SMT-LIB 2, for another solver to judge.
//
// NAME.smt2 asks about each path of theorem NAME, between (push 1) and (pop 1): its conditions, the facts of multiplication that the
// proof used (proofs/symbolic/products.hpp), and the negated claim. Every answer must be unsat. A condition that many paths have is
// defined once, so that the file is short and a solver keeps what it found out about the condition. Only where a path gives a symbol
// another sort, as a block of a larger order has fewer bits, (reset) begins anew.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {

class Obligations {
 public:
  /// Opens FOLDER/NAME.smt2 anew; the folder is made. Throws std::filesystem::filesystem_error where that is not possible.
  Obligations(const std::filesystem::path& folder, std::string_view theorem);

  /// Adds a path. Of each of its conditions a script, as z3::solver::to_smt2 writes one: declarations and an assertion.
  /// Throws std::filesystem::filesystem_error where the disk is full.
  void add(const std::vector<std::string_view>& conditions);

 private:
  /// What a script declares, and its assertion; empty if what it asserts is true anyway.
  struct Script {
    std::vector<std::string_view> declarations;
    std::string_view assertion;
  };

  static Script parts_of(std::string_view text);
  void declare(const std::vector<Script>& scripts);
  std::string_view name_of(std::string_view assertion);

  std::string theorem_;
  std::filesystem::path file_;
  std::ofstream stream_;
  std::map<std::string, std::string, std::less<>> declarations_;  // by symbol
  std::map<std::string, std::string, std::less<>> names_;         // of conditions, by their assertions
  unsigned paths_ = 0;
};

}  // namespace refmm
