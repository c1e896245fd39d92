// What two sides say of one line, compared. Part of replay.hpp.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/difference.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/difference_in_words.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/replay_difference.hpp>
#include <refmm/tests/replay_notation.hpp>

#include <optional>
#include <string>
#include <vector>

namespace refmm::replay {

/// As the transcript has it, without what is asked of it.
std::string text_of(transcript::Call call);
std::string text_of(const transcript::Query& query);
std::string text_of(const transcript::Line& line);

/// Who is compared with whom, and why the reference says what it says.
struct Sides {
  const char* reference;
  const char* subject;
  const Because& because;
};

/// What somebody says of a call; nothing of what they do not speak of.
template <class Family>
struct Said {
  std::optional<std::string> result{};
  std::optional<std::vector<typename Family::Effect>> effects{};
};

/// A result as a line of a disagreement.
std::vector<std::string> result_lines(const std::string& result);

/// Effects as transcripts write them.
template <class Family>
std::vector<std::string> notations_of(const std::vector<typename Family::Effect>& effects) {
  std::vector<std::string> notations;
  notations.reserve(effects.size());
  for (const auto& effect : effects) notations.push_back(NotationOf<Family>::notation(effect));
  return notations;
}

/// Effects as lines of a disagreement.
template <class Family>
std::vector<std::string> effect_lines(const std::vector<typename Family::Effect>& effects) {
  std::vector<std::string> lines = notations_of<Family>(effects);
  for (std::string& line : lines) line = "| " + line;
  if (lines.empty()) lines.emplace_back("(no effects)");
  return lines;
}

/// The disagreement over a call, of what both sides speak of.
template <class Family>
std::optional<Disagreement> disagreement_of(Position at, const transcript::Call& call, const Sides& sides,
                                            const Said<Family>& expected, const Said<Family>& found) {
  const auto over = [&](Disagreement::About about, std::vector<std::string> left, std::vector<std::string> right,
                        Difference field) {
    return Disagreement{about,
                        at,
                        text_of(call),
                        sides.reference,
                        sides.subject,
                        std::move(left),
                        std::move(right),
                        std::move(field),
                        sides.because};
  };
  if (expected.result && found.result && *expected.result != *found.result)
    return over(Disagreement::About::result, result_lines(*expected.result), result_lines(*found.result),
                NotationOf<Family>::field_of_results(*expected.result, *found.result));
  if (expected.effects && found.effects && *expected.effects != *found.effects)
    return over(Disagreement::About::effects, effect_lines<Family>(*expected.effects),
                effect_lines<Family>(*found.effects),
                in_notation(first_difference(*expected.effects, *found.effects, "effects").value(),
                            {.effects = notations_of<Family>(*expected.effects)},
                            {.effects = notations_of<Family>(*found.effects)}));
  return std::nullopt;
}

/// The disagreement over the answer to a query.
std::optional<Disagreement> disagreement_of(Position at, const transcript::Query& query, const Sides& sides,
                                            const std::vector<std::string>& expected,
                                            const std::vector<std::string>& found);

/// Adds a disagreement; two subjects that differ in the same way are one.
void add(std::vector<Disagreement>& disagreements, std::optional<Disagreement> disagreement);

}  // namespace refmm::replay
