// Scenarios carried out on the model: what each call did, the figures, the pictures.
#pragma once

#include <refmm/tests/replay.hpp>
#include <refmm/tests/scenario.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace refmm::scenario {

/// What the model made of a scenario. Where it differs from the transcript there are no figures and no pictures.
struct Performed {
  replay::Report report;
  std::map<std::uint32_t, replay::Explanation> explanations{};  // of the calls, by their lines
  Figures figures{};                                            // those of the kept run, too
  std::map<std::string, replay::Picture, std::less<>> pictures{};
  bool agrees() const;
};

/// Carries a scenario out. Throws InputError for what replaying refuses, for figures that the run does not have, and for counts of
/// what never happens anywhere in it: a slip of the pen would look the same.
Performed perform(const Scenario& scenario);

/// A line of narration with the values of its figures.
std::string with_figures(const transcript::Source& source, const transcript::Word& line, const Figures& figures);

/// The pictures as lines of text, those of the kept run too.
Pictures pictures_of(const Scenario& scenario, const Performed& performed);

}  // namespace refmm::scenario
