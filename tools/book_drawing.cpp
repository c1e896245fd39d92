#include <refmm/tools/book_drawing.hpp>
#include <refmm/tools/story_templates.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>
#include <stdexcept>

namespace refmm::book {
namespace {

constexpr double width_of_character = 6.7;  // of the labels, which are monospaced
constexpr double line_height = 16;

/// What has no colour of its own: nothing is said by it.
constexpr std::array<std::string_view, 5> tones_without_legend{"blank", "gap", "head", "empty", "cell"};

/// The lines of the style of stories that give tones their colours, for what stands in a drawing.
std::string tone_rules() {
  const auto style =
      std::ranges::find(story::templates(), std::string_view("tools/story.css"), &EmbeddedFile::file);
  if (style == story::templates().end()) throw std::logic_error("there is no style of stories");
  std::string rules;
  std::istringstream lines{std::string(style->text)};
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('.') || line.find("--h:") == line.npos || line.find(".cell {") == 0) continue;
    // Several rules stand in a line, `.heap { --h: 135; } .stack { --h: 285; }`, and several tones may share one.
    std::istringstream parts(line);
    for (std::string selector, body; std::getline(parts, selector, '{') && std::getline(parts, body, '}');) {
      std::string scoped;
      std::istringstream tones(selector);
      for (std::string tone; std::getline(tones, tone, ',');) {
        std::erase(tone, ' ');
        scoped += fmt::format("{}.refmm-figure {}", scoped.empty() ? "" : ", ", tone);
      }
      rules += fmt::format("{} {{{}}}\n", scoped, body);
    }
  }
  return rules;
}

constexpr auto light =
    "--paper: #ffffff; --ink: #1d2125; --faint: #5d6670; --line: #b9b6ae; --link: #0b62a8; --l: 84%; --edge: 52%;";
constexpr auto dark =
    "--paper: #131416; --ink: #e6e8ea; --faint: #9aa4ae; --line: #4a525b; --link: #6db3f2; --l: 27%; --edge: 58%;";

/// All rules are for drawings only, as a page has these, too. The page may be light where the system is dark, and the other way round.
std::string style() {
  std::string rules = fmt::format(
      ".refmm-figure {{ {} --s: 55%; --h: 210; }}\n"
      "@media (prefers-color-scheme: dark) {{ .refmm-figure {{ {} }} }}\n"
      "body[data-theme=\"light\"] .refmm-figure {{ {} }}\n"
      "body[data-theme=\"dark\"] .refmm-figure {{ {} }}\n"
      "@media print {{ .refmm-figure, body[data-theme] .refmm-figure {{ {} }} }}\n",
      light, dark, light, dark, light);
  rules +=
      ".refmm-figure text { font-family: \"DejaVu Sans\", \"Liberation Sans\", sans-serif; font-size: 11.5px; "
      "fill: var(--ink); }\n"
      ".refmm-figure text.title { font-size: 13.5px; font-weight: 700; }\n"
      ".refmm-figure text.head { font-weight: 700; }\n"
      ".refmm-figure text.note, .refmm-figure text.tick { fill: var(--faint); }\n"
      ".refmm-figure text.label, .refmm-figure text.middle, .refmm-figure text.tick { font-family: \"DejaVu Sans "
      "Mono\", "
      "monospace; font-size: 11px; white-space: pre; }\n"
      ".refmm-figure text.tick { font-size: 9.5px; paint-order: stroke; stroke: var(--paper); stroke-width: 3px; "
      "}\n"
      ".refmm-figure text.middle { text-anchor: middle; }\n"
      ".refmm-figure path { fill: none; stroke: var(--faint); stroke-width: 1.2; }\n"
      ".refmm-figure path.link { stroke: var(--link); stroke-width: 1.4; }\n"
      ".refmm-figure path.edge { stroke: var(--line); stroke-dasharray: 3 3; }\n"
      ".refmm-figure .tip { fill: context-stroke; stroke: none; }\n"
      ".refmm-figure .paper { fill: var(--paper); }\n"
      ".refmm-figure rect.box { fill: hsl(var(--h) var(--s) var(--l)); stroke: hsl(var(--h) var(--s) "
      "var(--edge)); }\n";
  rules += tone_rules();
  rules +=
      ".refmm-figure rect.hole, .refmm-figure rect.gap { fill: none; stroke-dasharray: 3 3; stroke: var(--line); "
      "}\n"
      ".refmm-figure rect.empty { fill: none; stroke: var(--line); stroke-width: .4; }\n";
  return rules;
}

}  // namespace

std::string xml(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '&')
      safe += "&amp;";
    else if (c == '"')
      safe += "&quot;";
    else
      safe += c;
  }
  return safe;
}

double width_of(std::size_t characters) { return static_cast<double>(characters) * width_of_character; }

namespace {

/// Characters of UTF-8: bytes that do not continue one.
std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

std::string fitting(std::string_view text, double width) {
  const auto room = static_cast<std::size_t>(std::max(0.0, width) / width_of_character);
  if (characters_in(text) <= room) return std::string(text);
  const std::size_t blank = text.find(' ');
  return blank != text.npos && characters_in(text.substr(0, blank)) <= room ? std::string(text.substr(0, blank))
                                                                            : "";
}

void Drawing::box(double x, double y, double width, double height, std::string_view tone,
                  std::string_view detail) {
  if (tone == "blank") return;
  if (std::ranges::find(tones_, tone) == tones_.end()) tones_.emplace_back(tone);
  elements_ += fmt::format("<rect class=\"box {}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"",
                           xml(tone), x, y, width, height);
  elements_ += detail.empty() ? "/>\n" : fmt::format("><title>{}</title></rect>\n", xml(detail));
}

void Drawing::text(double x, double y, std::string_view kind, std::string_view text) {
  if (text.empty()) return;
  elements_ += fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", kind, x, y, xml(text));
}

void Drawing::path(std::string_view kind, std::string_view points) {
  const bool has_arrow = kind != "edge";
  elements_ += fmt::format("<path class=\"{}\" d=\"{}\"{}/>\n", kind, points,
                           has_arrow ? " marker-end=\"url(#refmm-arrow)\"" : "");
}

void Drawing::paragraph(double x, std::string_view kind, std::string_view text) {
  const auto most = static_cast<std::size_t>((width_ - x) / 6.1);
  std::istringstream words{std::string(text)};
  std::string line;
  const auto put = [&] {
    this->text(x, at_ + 12, kind, line);
    at_ += line_height;
    line.clear();
  };
  for (std::string word; words >> word;) {
    if (!line.empty() && characters_in(line) + 1 + characters_in(word) > most) put();
    line += (line.empty() ? "" : " ") + word;
  }
  if (!line.empty()) put();
}

void Drawing::legend() {
  double x = 0;
  go_on(6);
  const std::vector<std::string> used = tones_;
  for (const std::string& tone : used) {
    if (std::ranges::find(tones_without_legend, tone) != tones_without_legend.end()) continue;
    const double needed = 22 + width_of(tone.size());
    if (x + needed > width_) {
      x = 0;
      go_on(line_height + 2);
    }
    box(x, at_, 12, 12, tone);
    text(x + 17, at_ + 10, "note", tone);
    x += needed + 6;
  }
  go_on(line_height + 4);
}

std::string Drawing::svg(std::string_view title, std::string_view description) const {
  constexpr double margin = 8;
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"refmm-figure\" role=\"img\" viewBox=\"{0:.0f} {0:.0f} "
      "{1:.0f} {2:.0f}\" "
      "width=\"{1:.0f}\" height=\"{2:.0f}\" style=\"max-width: 100%; height: auto\">\n"
      "<title>{3}</title>\n<desc>{4}</desc>\n<style>\n{5}</style>\n"
      "<defs><marker id=\"refmm-arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"6\" "
      "markerHeight=\"6\" "
      "orient=\"auto-start-reverse\"><path class=\"tip\" d=\"M 0 0 L 8 4 L 0 8 z\"/></marker></defs>\n"
      "<rect class=\"paper\" x=\"{0:.0f}\" y=\"{0:.0f}\" width=\"{1:.0f}\" height=\"{2:.0f}\"/>\n{6}</svg>\n",
      -margin, width_ + 2 * margin, at_ + 2 * margin, xml(title), xml(description), style(), elements_);
}

}  // namespace refmm::book
