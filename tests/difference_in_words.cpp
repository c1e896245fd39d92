#include <refmm/tests/difference_in_words.hpp>

#include <charconv>
#include <cstddef>
#include <string_view>

namespace refmm {

Difference in_notation(const Difference& difference, const Answered& reference, const Answered& subject) {
  // Two refusals may read alike; then their names tell them apart.
  if (difference.path.starts_with("result") && reference.result != subject.result)
    return {"result", reference.result, subject.result};
  constexpr std::string_view effect = "effects[";
  if (!difference.path.starts_with(effect) || difference.path.back() != ']') return difference;
  std::size_t position = 0;
  std::from_chars(difference.path.data() + effect.size(), difference.path.data() + difference.path.size(),
                  position);
  const auto at = [&](const std::vector<std::string>& effects) {
    return position < effects.size() ? effects[position] : std::string("absent");
  };
  return {difference.path, at(reference.effects), at(subject.effects)};
}

std::vector<std::string> in_words(const std::string& place, const Difference& difference) {
  const auto said = [](const std::string& text) { return text.empty() ? "nothing" : text; };
  return {place, "is", said(difference.expected), "in the reference,", said(difference.found), "in the subject"};
}

}  // namespace refmm
