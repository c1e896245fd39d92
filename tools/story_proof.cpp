#include <refmm/tools/story_proof.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <utility>

namespace refmm::story {

namespace {

std::string in_words(std::uint32_t value) {
  return value >= 0x10000 ? fmt::format("{:#x}", value) : fmt::format("{}", value);
}

/// An input: its value, or if it is a list or a map its elements in their order.
Row row_of(const std::string& name, const std::vector<std::uint32_t>& values) {
  Row row{name, values.size() == 1 ? "" : fmt::format("{} words", values.size()), Form::list, {}};
  for (std::size_t i = 0; i < values.size(); ++i)
    row.cells.push_back({fmt::format("{}", i), "memory", in_words(values[i]),
                         fmt::format("{}[{}] = {} = {:#x}", name, i, values[i], values[i]), 0, 0});
  return row;
}

}  // namespace

Story of_refutation(const Theorem& theorem, const Proof& proof, const std::string& replay) {
  const auto& [inputs, misstep, replayed] = proof.counterexample;
  Story story{.file = std::string(theorem.name),
              .preface = {fmt::format("The theorem {} is about {}.", theorem.name, theorem.scope)},
              .replay = replay,
              .sections = {},
              .gallery = {}};
  Panel panel{"inputs", "as Z3 found them", {}};
  for (const auto& [name, values] : inputs) panel.rows.push_back(row_of(name, values));
  Step step{
      .line = 0, .call = fmt::format("{}, for {}", theorem.name, theorem.scope), .because = {theorem.clause}};
  for (const ClauseRef clause : theorem.reaches)
    if (clause != theorem.clause) step.because.push_back(clause);
  step.picture = story.gallery.hang({{std::move(panel)}});
  Failure failure{.step = 0,
                  .headline = "On these inputs the model breaks the law.",
                  .clause = std::string(theorem.clause->name),
                  .law = std::string(theorem.name),
                  .field = refmm::in_words(inputs)};
  if (!misstep.empty()) failure.field += fmt::format("; the model does what it must not: {}", misstep);
  Section section{.family = "proof", .steps = {std::move(step)}, .failure = std::move(failure)};
  section.remark = replayed ? "Replayed: the model, run on these inputs, breaks the law."
                            : "Not replayed: on these inputs alone the model does not break it.";
  story.sections.push_back(std::move(section));
  return story;
}

}  // namespace refmm::story
