#include <refmm/spec/nearest.hpp>
#include <refmm/tests/scenario_run.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

namespace refmm::scenario {

using transcript::Line;
using transcript::Source;
using transcript::Word;

namespace {

/// True of a call or effect that is called `what`, or begins with its name and first arguments.
bool is_what(std::string_view line, std::string_view what) {
  const bool with_arguments = what.ends_with(')');
  if (with_arguments) what.remove_suffix(1);
  if (!line.starts_with(what) || line.size() == what.size()) return false;
  const char behind = line[what.size()];
  return with_arguments ? behind == ',' || behind == ')' || what.ends_with('(') : behind == '(';
}

/// `[pid 1] store(0x40000000, 1)` without the process.
std::string_view without_process(std::string_view call) {
  return call.starts_with('[') ? call.substr(call.find("] ") + 2) : call;
}

std::string_view name_in(std::string_view line) { return line.substr(0, line.find('(')); }

/// The words of an answer.
std::vector<std::string> words_of(const std::vector<transcript::BlockLine>& lines) {
  std::vector<std::string> words;
  for (const auto& [at, text] : lines) {
    std::istringstream stream(text);
    for (std::string word; stream >> word;) words.push_back(std::move(word));
  }
  return words;
}

/// The values behind a key, `free=57` or `free 57`.
std::vector<std::string> values_behind(const std::vector<std::string>& words, const std::string& key) {
  std::vector<std::string> values;
  for (std::size_t i = 0; i != words.size(); ++i) {
    if (words[i].starts_with(key + "=")) values.push_back(words[i].substr(key.size() + 1));
    if (words[i] == key && i + 1 != words.size()) values.push_back(words[i + 1]);
  }
  return values;
}

class Performer {
 public:
  Performer(const Scenario& scenario, Performed& performed) : scenario_(scenario), performed_(performed) {
    for (const Line& line : performed.report.file.lines) {
      if (line.at.line != 0) lines_.emplace(line.at.line, &line);
    }
    if (scenario.kept) performed.figures = scenario.kept->figures;
  }

  void perform() {
    for (const Part& part : scenario_.parts) {
      at_ = part.at.line;
      std::visit([&](const auto& content) { take(content); }, part.content);
    }
  }

 private:
  const Source& source() const { return *scenario_.file.source; }

  void take(const Heading&) {}
  void take(const Paragraph&) {}
  void take(const FromHere&) { from_ = at_; }
  void take(const Shown& shown) {
    if (std::holds_alternative<transcript::Boot>(scenario_.file.lines[shown.line].content)) from_ = at_;
  }

  void take(const Draw& draw) {
    for (const replay::Replayed& replayed : performed_.report.transcripts) {
      const auto picture = std::ranges::find(replayed.pictures, at_, [](const auto& p) { return p.at.line; });
      if (picture == replayed.pictures.end()) continue;
      performed_.pictures.emplace(draw.picture.text, *picture);
      return;
    }
    throw source().error({.at = draw.picture.at,
                          .message = "there is nothing to draw here",
                          .expected = "a machine of a family that has pictures, before its end",
                          .found = in_backticks(draw.picture.text)});
  }

  void take(const Count& count) {
    std::int64_t number = 0;
    bool happens = false;
    for (const auto& [line, explanation] : performed_.explanations) {
      const std::int64_t times = times_of(count, explanation);
      happens = happens || times != 0;
      if (line > from_ && line < at_) number += times;
    }
    if (!happens) throw never_happens(count);
    performed_.figures[count.figure.text] = figure_of(number);
  }

  static std::int64_t times_of(const Count& count, const replay::Explanation& explanation) {
    const std::string& what = count.what.text;
    switch (count.of) {
      case Count::Of::calls:
        return what.empty() || is_what(without_process(explanation.call), what) ? 1 : 0;
      case Count::Of::effects:
        return std::ranges::count_if(explanation.effects,
                                     [&](const auto& effect) { return is_what(effect, what); });
      case Count::Of::decisions:
        return std::ranges::any_of(explanation.because, [&](ClauseRef clause) { return clause->name == what; })
                   ? 1
                   : 0;
    }
    return 0;
  }

  InputError never_happens(const Count& count) const {
    std::set<std::string_view> names;
    for (const auto& [line, explanation] : performed_.explanations) {
      if (count.of == Count::Of::calls) names.insert(name_in(without_process(explanation.call)));
      if (count.of == Count::Of::effects) {
        for (const std::string& effect : explanation.effects) names.insert(name_in(effect));
      }
      if (count.of == Count::Of::decisions) {
        for (const ClauseRef clause : explanation.because) names.insert(clause->name);
      }
    }
    const std::vector<std::string_view> happening(names.begin(), names.end());
    const auto near = nearest(count.what.text, happening);
    return source().error({.at = count.what.at,
                           .message = "this happens nowhere in the scenario, so it cannot be counted",
                           .expected = "something that happens in it at least once",
                           .found = in_backticks(count.what.text),
                           .hint = fmt::format("{}", fmt::join(near, ", "))});
  }

  void take(const Read& read) {
    const std::vector<std::string> values = values_of(read);
    if (values.size() != 1)
      throw source().error({.at = read.key.at,
                            .message = values.empty()
                                           ? fmt::format("line {} says nothing of it", read.above.line)
                                           : fmt::format("line {} says it more than once", read.above.line),
                            .expected = "a name that one value stands behind",
                            .found = in_backticks(read.key.text)});
    performed_.figures[read.figure.text] = figure_of(values.front());
  }

  std::vector<std::string> values_of(const Read& read) const {
    const Line& above = *lines_.at(read.above.line);
    if (const auto* boot = std::get_if<transcript::Boot>(&above.content)) return settings(boot->settings, read);
    if (const auto* set = std::get_if<transcript::Set>(&above.content)) return settings(set->settings, read);
    if (const auto* query = std::get_if<transcript::Query>(&above.content)) {
      std::vector<std::string> words = words_of(query->lines);
      return read.key.text == "answer" ? words : values_behind(words, read.key.text);
    }
    const auto& call = std::get<transcript::Call>(above.content);
    if (read.argument != 0) return {call.arguments[read.argument - 1].value.text};
    if (!call.result) return {};
    std::string result;
    for (const auto& [key, value] : call.result->values) result += (result.empty() ? "" : " ") + value.text;
    return {result};
  }

  static std::vector<std::string> settings(const std::vector<transcript::Setting>& settings, const Read& read) {
    std::vector<std::string> values;
    for (const auto& [key, of_key] : settings) {
      if (key.text != read.key.text) continue;
      for (const transcript::Value& value : of_key) values.push_back(value.text);
    }
    return values;
  }

  void take(const Derive& derive) {
    performed_.figures[derive.figure.text] = figure_of(value_of(source(), derive.value, performed_.figures));
  }

  const Scenario& scenario_;
  Performed& performed_;
  std::map<std::uint32_t, const Line*> lines_{};
  std::uint32_t at_ = 0;    // the line of the part under way
  std::uint32_t from_ = 0;  // where counting began
};

}  // namespace

bool Performed::agrees() const {
  return std::ranges::all_of(report.transcripts,
                             [](const replay::Replayed& replayed) { return replayed.agrees(); });
}

Performed perform(const Scenario& scenario) {
  replay::Options options{.explain = true};
  for (const Part& part : scenario.parts) {
    if (std::holds_alternative<Draw>(part.content)) options.picture_at.push_back(part.at.line);
  }
  Performed performed{replay::run(scenario.file, options)};
  if (!performed.agrees()) return performed;
  for (const replay::Replayed& replayed : performed.report.transcripts) {
    for (const replay::Explanation& explanation : replayed.explanations)
      performed.explanations.emplace(explanation.at.line, explanation);
  }
  Performer(scenario, performed).perform();
  return performed;
}

std::string with_figures(const Source& source, const Word& line, const Figures& figures) {
  std::string text = line.text;
  const std::vector<Word> names = figures_in(source, line);
  for (auto name = names.rbegin(); name != names.rend(); ++name)
    text.replace(name->at.column - line.at.column - 1, name->text.size() + 2,
                 figures.find(name->text)->second.text);
  return text;
}

Pictures pictures_of(const Scenario& scenario, const Performed& performed) {
  Pictures pictures;
  if (scenario.kept) pictures = scenario.kept->pictures;
  for (const auto& [name, picture] : performed.pictures) pictures.emplace(name, picture.lines);
  return pictures;
}

}  // namespace refmm::scenario
