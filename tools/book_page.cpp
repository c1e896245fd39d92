#include <refmm/spec/diagnostic.hpp>
#include <refmm/tools/book_page.hpp>
#include <refmm/tools/clause_reference.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <regex>
#include <sstream>
#include <utility>

namespace refmm::book {
namespace {

/// The text between `begin` and the first `end` behind it, where there is one.
std::optional<std::string_view> up_to(std::string_view text, std::size_t begin, std::string_view end) {
  const std::size_t at = text.find(end, begin);
  return at == text.npos ? std::nullopt : std::optional(text.substr(begin, at - begin));
}

/// The first clause that a reference means, if its name is one of an area.
const Clause* clause_meant(std::string_view name) {
  for (const auto& table : clause_tables) {
    for (const Clause& clause : table) {
      if (means(name, clause.name)) return &clause;
    }
  }
  return nullptr;
}

bool is_name(std::string_view text) {
  return text.find('.') != text.npos && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || c == '_' || c == '.' || c == '*';
         });
}

std::string without_backticks(std::string_view text) {
  std::string plain(text);
  std::erase(plain, '`');
  std::ranges::replace(plain, '\n', ' ');
  return plain;
}

/// A word or a few that the prose explains; not the title of a paragraph, which begins with a capital: **Two kernels.**
bool is_term(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (text.empty() || text.ends_with('.')) return false;
  return text.size() < 2 || std::isupper(at(0)) == 0 || std::isupper(at(1)) != 0;
}

/// Reads a paragraph from its beginning to its end.
class Linker {
 public:
  Linker(std::string_view text, const std::function<std::string(std::string_view)>& label_of_heading,
         const std::function<void(std::string)>& terms)
      : text_(text), label_of_heading_(label_of_heading), terms_(terms) {}

  std::string linked() {
    while (at_ < text_.size()) {
      if (text_[at_] == '`')
        code();
      else if (text_.substr(at_, 4) == "<!--")
        skip_comment();
      else if (text_[at_] == '[')
        reference();
      else
        other();
    }
    return std::move(out_);
  }

 private:
  void copy(std::size_t count) {
    out_ += text_.substr(at_, count);
    at_ += std::min(count, text_.size() - at_);
  }

  /// A span of code is copied as it is.
  void code() {
    const std::size_t marks = std::min(text_.find_first_not_of('`', at_), text_.size()) - at_;
    const std::string mark(marks, '`');
    const auto inside = up_to(text_, at_ + marks, mark);
    copy(inside ? inside->size() + 2 * marks : marks);
  }

  void skip_comment() {
    const auto comment = up_to(text_, at_, "-->");
    at_ = comment ? at_ + comment->size() + 3 : text_.size();
  }

  void reference() {
    const auto inside = up_to(text_, at_ + 1, "]");
    const std::size_t behind = inside ? at_ + inside->size() + 2 : text_.size();
    const bool has_target = behind < text_.size() && text_[behind] == '(';
    if (inside && has_target && text_.substr(behind, 2) == "(#") {
      const auto target = up_to(text_, behind + 2, ")");
      if (!target) return copy(1);
      out_ += link(*inside, label_of_heading_(*target));
      at_ = behind + 2 + target->size() + 1;
    } else if (const Clause* clause =
                   inside && !has_target && is_name(*inside) ? clause_meant(*inside) : nullptr) {
      out_ += *inside == clause->name ? fmt::format("{{ref}}`{}`", clause->name) : link(*inside, clause->name);
      at_ = behind;
    } else {
      copy(1);
    }
  }

  void other() {
    if (text_.substr(at_, 2) == "**") {
      if (in_bold_ && terms_) {
        const std::string term = without_backticks(text_.substr(bold_, at_ - bold_));
        if (is_term(term)) terms_(term);
      }
      in_bold_ = !in_bold_;
      bold_ = at_ + 2;
      return copy(2);
    }
    copy(1);
  }

  std::string_view text_;
  const std::function<std::string(std::string_view)>& label_of_heading_;
  const std::function<void(std::string)>& terms_;
  std::size_t at_ = 0, bold_ = 0;
  bool in_bold_ = false;
  std::string out_{};
};

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream stream{std::string(text)};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The fence that a block begins with, as Sphinx has it.
std::string opening_fence(const std::string& line) {
  if (line == "```") return "```text";
  if (line == "```mmt corrected") return "```{code-block} mmt\n:class: corrected";
  if (line.starts_with("```c ")) return "```{code-block} c\n:caption: " + line.substr(5);
  return line;
}

/// `## The words`, without the marks.
std::string title_of(const std::string& heading) {
  return heading.substr(std::min(heading.find_first_not_of("# "), heading.size()));
}

/// Reads the Markdown of a page line by line.
class Page {
 public:
  Page(std::string_view name, std::string_view file, std::string_view text, Pages& pages)
      : name_(name), file_(file), lines_(lines_of(text)), pages_(pages) {
    bool in_block = false;
    for (const std::string& line : lines_) {
      in_block = in_block != line.starts_with("```");
      if (!in_block && line.starts_with('#')) slugs_.push_back(slug(title_of(line)));
    }
  }

  std::string myst() {
    for (number_ = 0; number_ < lines_.size();) {
      const std::string& line = lines_[number_];
      if (line.starts_with("```"))
        block();
      else if (line.starts_with('#'))
        heading();
      else if (line.empty() || line.starts_with("    "))
        put(lines_[number_++]);
      else
        paragraph();
    }
    end_clause();
    return std::move(out_);
  }

 private:
  void put(std::string_view line) { out_.append(line).append("\n"); }

  [[noreturn]] void refuse(const std::string& what, std::size_t line) const {
    throw InputError(
        {.file = std::string(file_), .at = {static_cast<std::uint32_t>(line + 1), 0}, .message = what});
  }

  void block() {
    put(opening_fence(lines_[number_++]));
    while (number_ < lines_.size() && !lines_[number_].starts_with("```")) put(lines_[number_++]);
    put("```");
    ++number_;
  }

  void heading() {
    const std::string line = lines_[number_++];
    const std::string title = title_of(line);
    end_clause();
    clause_ = line.starts_with("### ") ? find_clause(title) : nullptr;
    heading_ = title;
    if (line.starts_with("# ")) {
      page_title_ = title;
      pages_.titles.push_back(title);
    }
    label_ = clause_ != nullptr ? title : line.starts_with("# ") ? label_of(name_, "") : label_of(name_, title);
    put("(" + label_ + ")=");
    // Sphinx has no heading that skips a rank.
    level_ = std::min(line.find_first_not_of('#'), level_ + 1);
    put(std::string(level_, '#') + " " + title);
    if (clause_ == nullptr) return;
    while (number_ < lines_.size() && lines_[number_].empty()) ++number_;
    put("");
    put(kind_line(lines_[number_++]));
  }

  /// `*must* · mm/slab.c: kmem_cache_grow`, with a link to what else is of that file.
  std::string kind_line(const std::string& line) const {
    constexpr std::string_view middle = " · ";
    const std::size_t at = line.find(middle);
    if (at == line.npos) refuse("expected the kind and the source of the clause", number_);
    return line.substr(0, at) + std::string(middle) +
           link(line.substr(at + middle.size()), label_of_source(clause_->source));
  }

  void end_clause() {
    if (clause_ != nullptr) put("\n" + pages_.evidence(*clause_));
    clause_ = nullptr;
  }

  void paragraph() {
    const std::size_t first = number_;
    std::string text;
    for (; number_ < lines_.size() && !lines_[number_].empty() && !lines_[number_].starts_with("```"); ++number_)
      text += lines_[number_] + "\n";
    if (text.starts_with("<!--figure ")) return figure(text.substr(11, text.find("-->") - 11), first);
    const auto label_of_heading = [&](std::string_view anchor) {
      if (std::ranges::find(slugs_, anchor) == slugs_.end())
        refuse(fmt::format("the page has no heading #{}", anchor), first);
      return label_of(name_, anchor);
    };
    const std::string line = linked(text, label_of_heading, [&](std::string term) {
      pages_.terms.push_back({std::move(term), label_, heading_, page_title_});
    });
    if (line.find_first_not_of(" \n") != line.npos) out_ += with_images(line, first);
  }

  /// Images that stand beside a page, or anywhere in the tree, come with the book.
  std::string with_images(const std::string& text, std::size_t line) {
    static const std::regex image(R"re((!\[[^\]]*\]\()([^):]+)\))re");
    std::string out;
    auto behind = text.begin();
    for (std::sregex_iterator match(text.begin(), text.end(), image), end; match != end; ++match) {
      const auto path = (std::filesystem::path(file_).parent_path() / (*match)[2].str()).lexically_normal();
      const std::string name = path.filename();
      if (const auto kept = pages_.images.emplace(name, path.string()).first; kept->second != path.string())
        refuse(fmt::format("there are two images {}: {} and {}", name, kept->second, path.string()), line);
      out.append(behind, (*match)[0].first).append((*match)[1]).append("/images/" + name + ")");
      behind = (*match)[0].second;
    }
    return out.append(behind, text.end());
  }

  void figure(const std::string& name, std::size_t line) {
    const auto figure = std::ranges::find(pages_.figures, name, &Figure::name);
    if (figure == pages_.figures.end()) refuse(fmt::format("there is no figure {}", name), line);
    if (!pages_.places_of_figures.emplace(name, "figure-" + name).second)
      refuse(fmt::format("the figure {} stands in two places", name), line);
    const std::string up = name_.find('/') == name_.npos ? "" : "../";
    put(fmt::format("(figure-{})=", name));
    put("`````{container} figure-of-the-model");
    put(fmt::format("```{{raw}} html\n:file: {}figures/{}.svg\n```\n", up, name));
    put(fmt::format("**{}.** {} *Drawn from the model's state in* `{}`.", figure->title,
                    linked(figure->caption, {}), figure->recording));
    put("`````");
  }

  std::string_view name_, file_;
  std::vector<std::string> lines_;
  Pages& pages_;
  std::vector<std::string> slugs_{};
  std::size_t number_ = 0, level_ = 0;
  const Clause* clause_ = nullptr;
  std::string label_{}, heading_{}, page_title_{};
  std::string out_{};
};

std::string dashed(std::string_view text) {
  std::string name(text);
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '-');
  return name;
}

}  // namespace

std::string linked(std::string_view paragraph,
                   const std::function<std::string(std::string_view)>& label_of_heading,
                   const std::function<void(std::string)>& terms) {
  return Linker(paragraph, label_of_heading, terms).linked();
}

std::string link(std::string_view text, std::string_view label) {
  std::string plain = without_backticks(text);
  return fmt::format("{{ref}}`{} <{}>`", plain, label);
}

std::string slug(std::string_view heading) {
  std::string anchor;
  for (const char c : heading) {
    if (c == ' ')
      anchor += '-';
    else if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_')
      anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return anchor;
}

std::string label_of(std::string_view page, std::string_view heading) {
  return dashed(page) + (heading.empty() ? "" : "--" + slug(heading));
}

std::string label_of_source(std::string_view source) {
  return "functions--" + dashed(source.substr(0, source.find(':')));
}

std::string myst(std::string_view name, std::string_view file, std::string_view text, Pages& pages) {
  return Page(name, file, text, pages).myst();
}

}  // namespace refmm::book
