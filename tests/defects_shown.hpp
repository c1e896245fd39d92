// What is to be true of the defects of any family: each breaks the laws that it is said to break, all by itself, too, and the
// corrected kernel keeps all laws where the kernel as it was built breaks them.
//
// A family has showings: scripts of which the last call shows a defect, each with its `broken_by`, a row of spec/AREA_defects.hpp.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/tests/laws_of_recordings.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {

/// What the last call of a showing came to.
struct Shown {
  std::vector<std::string_view> broken_laws;
  Because because;
};

inline std::string listed(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names) text += " " + std::string(name);
  return text;
}

inline bool has(const std::vector<std::string_view>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// The last part of the name of a defect: that of the switch that mends it.
inline std::string_view switch_of(const Clause& defect) { return defect.name.substr(defect.name.rfind('.') + 1); }

/// The kernel of which each switch is `mended(name)`.
template <class Kernel>
Kernel with_switches(Kernel kernel, const auto& mended) {
  for_each_field(kernel.corrected, [&](const char* field, bool& is_mended) { is_mended = mended(field); });
  return kernel;
}

/// The corrected kernel but for the defect.
template <class Kernel>
Kernel corrected_but_for(const Kernel& corrected, const Clause& defect) {
  return with_switches(corrected, [&](std::string_view field) { return field != switch_of(defect); });
}

/// Shown on the kernel as it was built, it breaks the law.
inline void expect_broken_as_said(const auto& broken_by, const Shown& shown) {
  EXPECT_TRUE(has(shown.broken_laws, broken_by.law))
      << broken_by.law << " is not broken by " << broken_by.defect->name << ", but" << listed(shown.broken_laws);
}

/// The defect is among what decided the last call: it is not what earlier ones have left that breaks the law.
inline void expect_to_decide(const auto& broken_by, const Shown& shown) {
  EXPECT_TRUE(std::ranges::find(shown.because, broken_by.defect) != shown.because.end())
      << broken_by.defect->name << " does not decide";
}

/// Shown on the corrected kernel but for the defect, it breaks the law.
inline void expect_broken_alone(const auto& broken_by, const Shown& shown) {
  EXPECT_TRUE(has(shown.broken_laws, broken_by.law))
      << broken_by.law << " is not broken by " << broken_by.defect->name << " alone, but"
      << listed(shown.broken_laws);
}

/// Shown on the corrected kernel, no law is broken.
inline void expect_nothing_broken(const auto& broken_by, const Shown& shown) {
  EXPECT_EQ(listed(shown.broken_laws), "") << broken_by.defect->name;
}

/// The names of the defects among the clauses.
std::set<std::string> names_of_defects(const auto& clauses) {
  std::set<std::string> names;
  for (const Clause& clause : clauses) {
    if (clause.kind == ClauseKind::defect) names.insert(std::string(clause.name));
  }
  return names;
}

/// What defects are said to break, and what showings show, are the same, and all defects are among them. `elsewhere` is what tests of their own show,
/// as "defect law".
void expect_all_shown(const auto& clauses, const auto& broken_by, const auto& showings,
                      const std::set<std::string>& elsewhere = {}) {
  const auto in_words = [](const auto& row) { return std::string(row.defect->name) + " " + std::string(row.law); };
  std::set<std::string> said, said_defects, shown = elsewhere;
  for (const auto& row : broken_by) {
    said.insert(in_words(row));
    said_defects.insert(std::string(row.defect->name));
  }
  for (const auto& showing : showings) shown.insert(in_words(showing.broken_by));
  EXPECT_EQ(shown, said);
  EXPECT_EQ(said_defects, names_of_defects(clauses));
}

/// There is a switch for each defect, and no other one.
void expect_a_switch_for_each(const auto& clauses, const auto& switches) {
  std::set<std::string> names, defects;
  for_each_field(switches, [&](const char* field, bool) { names.insert(field); });
  for (const std::string& name : names_of_defects(clauses)) defects.insert(name.substr(name.rfind('.') + 1));
  EXPECT_EQ(defects, names);
}

}  // namespace refmm
