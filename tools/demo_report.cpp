#include <refmm/spec/to_scale.hpp>
#include <refmm/tools/clause_text.hpp>
#include <refmm/tools/demo_report.hpp>
#include <refmm/tools/run_report.hpp>

#include <fmt/format.h>

#include <map>
#include <sstream>
#include <variant>

namespace refmm::command {

namespace {

constexpr std::size_t margin = 4;  // of what is not narration

/// Lines behind the margin.
std::string indented(const std::string& text) {
  std::istringstream lines(text);
  std::string shown;
  for (std::string line; std::getline(lines, line);)
    shown += line.empty() ? "\n" : fmt::format("{:{}}{}\n", "", margin, line);
  return shown;
}

class Teller {
 public:
  Teller(const scenario::Scenario& scenario, const scenario::Performed& performed, std::size_t columns,
         bool colour)
      : scenario_(scenario), performed_(performed), columns_(columns), colour_(colour) {
    for (const transcript::Line& line : performed.report.file.lines) {
      if (line.at.line != 0) lines_.emplace(line.at.line, &line);
    }
  }

  std::string tell() {
    text_ = scenario_.title + "\n";
    for (const scenario::Part& part : scenario_.parts)
      std::visit([&](const auto& content) { tell(content); }, part.content);
    if (scenario_.kept) {
      begin(Kind::narration);
      text_ += wrapped(fmt::format("What was measured was printed by {}, on {}.", scenario_.kept->command,
                                   scenario_.kept->machine),
                       0, columns_);
    }
    return std::move(text_);
  }

 private:
  enum class Kind { title, heading, narration, lines, block };

  /// A blank line before what is of another kind, or stands by itself.
  void begin(Kind kind) {
    if (kind != last_ || kind != Kind::lines) text_ += "\n";
    last_ = kind;
  }

  void tell(const scenario::Heading& heading) {
    begin(Kind::heading);
    text_ += "== " + heading.text + "\n";
  }

  void tell(const scenario::Paragraph& paragraph) {
    begin(Kind::narration);
    std::string told;
    for (const transcript::Word& line : paragraph.lines)
      told += with_figures(*scenario_.file.source, line, performed_.figures) + "\n";
    text_ += paragraph.as_it_is ? told : wrapped(told, 0, columns_);
  }

  void tell(const scenario::Shown& shown) {
    const Position at = scenario_.file.lines[shown.line].at;
    begin(shown.explained ? Kind::block : Kind::lines);
    text_ += indented(print(*lines_.at(at.line)));
    if (!shown.explained) return;
    const replay::Explanation& explanation = performed_.explanations.at(at.line);
    std::string why;
    for (const std::string& effect : explanation.effects) why += fmt::format("| {}\n", effect);
    text_ += indented(why + text_of(explanation.because, "because", columns_ - margin));
  }

  void tell(const scenario::Draw& draw) {
    begin(Kind::block);
    const replay::Picture& picture = performed_.pictures.find(draw.picture.text)->second;
    std::string lines;
    for (const std::string& line : picture.lines)
      lines += (colour_ ? to_scale::coloured(line, picture.inks) : line) + "\n";
    text_ += indented(lines);
  }

  void tell(const scenario::FromHere&) {}
  void tell(const scenario::Count&) {}
  void tell(const scenario::Read&) {}
  void tell(const scenario::Derive&) {}

  const scenario::Scenario& scenario_;
  const scenario::Performed& performed_;
  std::size_t columns_;
  bool colour_;
  std::map<std::uint32_t, const transcript::Line*> lines_{};
  Kind last_ = Kind::title;
  std::string text_{};
};

}  // namespace

std::string text_of(const scenario::Scenario& scenario, const scenario::Performed& performed, std::size_t columns,
                    bool colour) {
  return Teller(scenario, performed, columns, colour).tell();
}

}  // namespace refmm::command
