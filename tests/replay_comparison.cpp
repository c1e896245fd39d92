#include <refmm/tests/replay_comparison.hpp>

#include <utility>
#include <variant>

namespace refmm::replay {

using transcript::Line;

std::string text_of(transcript::Call call) {
  call.result.reset();
  return print(Line{{}, 0, std::move(call)});
}

std::string text_of(const transcript::Query& query) {
  return print(Line{{}, 0, transcript::Query{query.name, query.arguments, query.colon, std::nullopt, {}}});
}

std::string text_of(const Line& line) {
  if (const auto* call = std::get_if<transcript::Call>(&line.content)) return text_of(*call);
  if (const auto* query = std::get_if<transcript::Query>(&line.content)) return text_of(*query);
  return print(line);
}

std::vector<std::string> result_lines(const std::string& result) {
  return {result.empty() ? std::string("(no result)") : "= " + result};
}

std::optional<Disagreement> disagreement_of(Position at, const transcript::Query& query, const Sides& sides,
                                            const std::vector<std::string>& expected,
                                            const std::vector<std::string>& found) {
  if (expected == found) return std::nullopt;
  return Disagreement{.about = Disagreement::About::block,
                      .at = at,
                      .line = text_of(query),
                      .reference = sides.reference,
                      .subject = sides.subject,
                      .expected = expected,
                      .found = found,
                      .field = field_of_blocks(expected, found),
                      .because = sides.because};
}

void add(std::vector<Disagreement>& disagreements, std::optional<Disagreement> disagreement) {
  if (!disagreement) return;
  for (Disagreement& other : disagreements) {
    if (other.subject == disagreement->subject) return;
    if (other.about != disagreement->about || other.found != disagreement->found) continue;
    other.subject = "model and implementation";
    return;
  }
  disagreements.push_back(std::move(*disagreement));
}

}  // namespace refmm::replay
