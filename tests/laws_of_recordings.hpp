// What is to be true of the laws of any family and its recordings.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/tests/transcript_recordings.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {

/// A call of a recording, carried out on a kernel.
struct JudgedCall {
  Because because;
  std::vector<std::string_view> broken_laws;  // by the call, or by the state that it leaves
  std::string where;                          // file and line
};

/// Carries out the calls of a recording, up to the first of which the function returns false or that ends everything. Returns how
/// many.
using CarryOut =
    std::function<std::size_t(const std::filesystem::path&, const std::function<bool(const JudgedCall&)>&)>;

/// The names of the laws that a transition breaks, and of the conjuncts that do not hold of `after`, the state that it leaves;
/// nullptr if the transition has ended everything.
template <class Transition, class Laws, class Conjuncts, class After>
std::vector<std::string_view> laws_broken_by(const Transition& transition, const Laws& laws,
                                             const Conjuncts& conjuncts, const After* after) {
  std::vector<std::string_view> broken;
  for (const auto& law : laws) {
    if (!law.holds(transition)) broken.push_back(law.name);
  }
  if (!after) return broken;
  for (const auto& conjunct : conjuncts) {
    if (!conjunct.holds(*after)) broken.push_back(conjunct.name);
  }
  return broken;
}

/// Every law is kept at every call; there are more than so many.
inline void expect_laws_kept(const std::string& family, const CarryOut& carry_out, std::size_t calls_exceed) {
  std::size_t calls = 0;
  for (const auto& path : recordings(family)) {
    calls += carry_out(path, [](const JudgedCall& call) {
      for (const std::string_view law : call.broken_laws) ADD_FAILURE() << call.where << ": " << law;
      return call.broken_laws.empty();
    });
  }
  EXPECT_GT(calls, calls_exceed);
}

/// Where a call breaks a law, a defect decides that `broken_by` says to break it; at least so many defects are met so. What comes
/// after the first broken law of a recording is no lawful state any more, and is not looked at.
template <class BrokenBy>
void expect_laws_broken_only_through_defects(const std::string& family, const CarryOut& carry_out,
                                             const BrokenBy& broken_by, std::size_t least_defects) {
  const auto is_said_to_break = [&](ClauseRef defect, std::string_view law) {
    return std::ranges::any_of(
        broken_by, [&](const auto& row) { return row.defect->name == defect->name && row.law == law; });
  };
  std::map<std::string_view, int> first_broken_by;
  for (const auto& path : recordings(family)) {
    carry_out(path, [&](const JudgedCall& call) {
      if (call.broken_laws.empty()) return true;
      const auto defect = std::ranges::find_if(call.because, [&](ClauseRef clause) {
        return std::ranges::any_of(call.broken_laws,
                                   [&](std::string_view law) { return is_said_to_break(clause, law); });
      });
      if (defect != call.because.end()) {
        ++first_broken_by[(*defect)->name];
        return false;
      }
      std::string because;
      for (const ClauseRef clause : call.because) because += " " + std::string(clause->name);
      ADD_FAILURE() << call.where << ": " << call.broken_laws.front()
                    << " is broken by no defect that is said to:" << because;
      return false;
    });
  }
  for (const auto& [defect, times] : first_broken_by) fmt::print("{:4} recordings: {}\n", times, defect);
  EXPECT_GE(first_broken_by.size(), least_defects);
}

}  // namespace refmm
