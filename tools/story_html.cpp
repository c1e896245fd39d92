#include <refmm/spec/json.hpp>
#include <refmm/tools/book.hpp>
#include <refmm/tools/story.hpp>
#include <refmm/tools/story_templates.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace refmm::story {

namespace {

/// The clauses of a story, each once, with their text from the book.
class Clauses {
 public:
  std::size_t number(std::string_view name) {
    const auto [kept, is_new] = numbers_.try_emplace(std::string(name), numbers_.size());
    if (is_new) {
      const book::Entry* entry = book::find_entry(name);
      list_.push_back(entry == nullptr ? Json::array({std::string(name), "", "", ""})
                                       : Json::array({entry->name, entry->kind, entry->source, entry->prose}));
    }
    return kept->second;
  }
  Json take() { return std::move(list_); }

 private:
  std::map<std::string, std::size_t> numbers_{};
  Json list_ = Json::array();
};

Json of(const Step& step, Clauses& clauses) {
  Json because = Json::array(), asked = Json::array();
  for (const ClauseRef clause : step.because) because.push_back(clauses.number(clause->name));
  for (const auto& [query, lines] : step.asked) asked.push_back({{"query", query}, {"lines", lines}});
  return {{"line", step.line},       {"call", step.call},  {"result", step.result},
          {"effects", step.effects}, {"because", because}, {"lead", step.lead},
          {"notes", step.notes},     {"asked", asked},     {"picture", step.picture}};
}

Json of(const std::optional<Failure>& failure, Clauses& clauses) {
  if (!failure) return nullptr;
  return {{"step", failure->step},
          {"headline", failure->headline},
          {"clause", failure->clause.empty() ? Json(nullptr) : Json(clauses.number(failure->clause))},
          {"law", failure->law},
          {"field", failure->field},
          {"reference", failure->reference},
          {"subject", failure->subject},
          {"expected", failure->expected},
          {"found", failure->found},
          {"abridged", failure->abridged},
          {"picture", failure->picture ? Json(*failure->picture) : Json(nullptr)}};
}

Json of(const Section& section, Clauses& clauses) {
  Json steps = Json::array();
  for (const Step& step : section.steps) steps.push_back(of(step, clauses));
  return {{"family", section.family},
          {"steps", steps},
          {"failure", of(section.failure, clauses)},
          {"remark", section.remark},
          {"left_out", section.left_out},
          {"undrawn", section.undrawn}};
}

/// The name of its file, without the folder.
std::string name_of(const Story& story) { return std::filesystem::path(story.file).filename().string(); }

std::string joined(const std::vector<std::string>& texts) {
  std::string text = "[";
  for (const std::string& one : texts) text += (text.size() == 1 ? "" : ",\n") + one;
  return text + "]";
}

/// The story as JSON that can stand in a page: nothing in it ends a script.
std::string json_of(const Story& story) {
  Clauses clauses;
  Json sections = Json::array();
  for (const Section& section : story.sections) sections.push_back(of(section, clauses));
  const Json frame{{"file", name_of(story)}, {"headline", headline(story)}, {"preface", story.preface},
                   {"replay", story.replay}, {"sections", sections},        {"clauses", clauses.take()}};
  std::string text = frame.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.pop_back();
  text += ",\n\"panels\":" + joined(story.gallery.panels()) + ",\n\"rows\":" + joined(story.gallery.rows()) + "}";
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    if (c == '<')
      safe += "\\u003c";
    else
      safe += c;
  }
  return safe;
}

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) safe += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
  return safe;
}

std::string_view template_called(std::string_view name) {
  for (const EmbeddedFile& file : templates()) {
    if (file.file == name) return file.text;
  }
  throw std::logic_error(fmt::format("there is no template {}", name));
}

}  // namespace

std::string html(const Story& story) {
  std::string_view page = template_called("tools/story.html");
  const std::map<std::string_view, std::string> parts{
      {"@TITLE@", escaped(name_of(story))},
      {"@STYLE@", std::string(template_called("tools/story.css"))},
      {"@STORY@", json_of(story)},
      {"@SCRIPT@",
       std::string(template_called("tools/story.js")) + std::string(template_called("tools/story_page.js"))}};
  std::string text;
  while (!page.empty()) {
    const std::size_t at = page.find('@'), end = page.find('@', at + 1);
    text += page.substr(0, at);
    if (at == page.npos || end == page.npos) break;
    text += parts.at(page.substr(at, end + 1 - at));
    page.remove_prefix(end + 1);
  }
  return text;
}

void write_page(const std::filesystem::path& path, const std::string& page) {
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  errno = 0;
  std::ofstream file(path, std::ios::binary);
  file << page;
  file.close();
  if (!file) {
    const std::string reason = std::generic_category().message(errno != 0 ? errno : EIO);
    throw InputError({.file = path.string(), .message = fmt::format("the page cannot be written: {}", reason)});
  }
}

}  // namespace refmm::story
