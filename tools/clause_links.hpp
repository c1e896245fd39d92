// What is tied to a clause: its laws, tests and recordings. A folder of the source tree that is not there (a command
// that was moved to another machine) ties nothing.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/tools/law_list.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace refmm {

std::vector<LawEntry> laws_of(const Clause& clause);

/// The sources of tests/ that name the clause, relative to the folder of the project.
std::vector<std::filesystem::path> tests_of(const Clause& clause);

}  // namespace refmm
