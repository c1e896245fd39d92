#include <refmm/spec/diagnostic.hpp>
#include <refmm/tools/check_sessions.hpp>
#include <refmm/tools/run_files.hpp>
#include <refmm/tools/story.hpp>

namespace refmm::command {

void write_story(const std::filesystem::path& transcript, const std::string& text,
                 const replay::Implementations& subjects) {
  const auto page = std::filesystem::path(transcript).replace_extension(".html");
  try {
    story::write_page(page, story::html(transcript.filename().string(), text, {.subject = subjects}));
    fmt::print("look at it in {}\n", page.string());
  } catch (const InputError& error) {
    fmt::print(stderr, "refmm: there is no page of it: {}", error.what());
  }
}

Exit hand_over(const std::vector<CheckSummary>& summaries, const std::string& json, const std::string& junit) {
  if (!json.empty()) write_text(json, to_json(summaries));
  if (!junit.empty()) write_text(junit, to_junit(summaries));
  const bool differs =
      std::ranges::any_of(summaries, [](const CheckSummary& summary) { return summary.failure.has_value(); });
  return differs ? Exit::difference : Exit::agree;
}

}  // namespace refmm::command
