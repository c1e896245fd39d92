// The printer of transcripts. What was parsed goes back to the column where it stood.

#include <refmm/spec/transcript.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>

namespace refmm::transcript {
namespace {

class Printer {
 public:
  void line(const Line& line) {
    start_of_line_ = text_.size();
    std::visit([&](const auto& content) { print(content); }, line.content);
    if (const auto* query = std::get_if<Query>(&line.content)) {
      blanks_up_to(line.end);
      block(*query);
    } else {
      blanks_up_to(line.end);
    }
  }

  void end_line() { text_ += '\n'; }
  std::string take() { return std::move(text_); }

 private:
  void print(const Blank&) {}
  void print(const Comment& comment) { text_ += comment.text; }
  void print(const Boot& boot) { print_settings("boot", boot.settings); }
  void print(const Set& set) { print_settings("set", set.settings); }

  void print_settings(std::string_view keyword, const std::vector<Setting>& settings) {
    text_ += keyword;
    for (const Setting& setting : settings) {
      place(setting.key.at, " ");
      text_ += setting.key.text;
      const char* separator = "=";
      for (const Value& value : setting.values) {
        text_ += separator;
        text_ += value.text;
        separator = ",";
      }
    }
  }

  void print(const Effect& effect) {
    text_ += '|';
    place(effect.call.name.at, " ");
    print(effect.call);
  }

  void print(const Call& call) {
    if (call.process) {
      text_ += call.process->text;
      place(call.name.at, " ");
    }
    text_ += call.name.text;
    text_ += '(';
    const char* gap = "";
    for (const Argument& argument : call.arguments) {
      if (*gap != '\0') text_ += ',';
      print(argument, gap);
      gap = " ";
    }
    place(call.close, "");
    text_ += ')';
    if (call.result) print(*call.result);
  }

  void print(const Result& result) {
    place(result.at, " ");
    text_ += '=';
    for (const Argument& value : result.values) print(value, " ");
    if (result.explanation) {
      place(result.explanation->at, " ");
      text_ += result.explanation->text;
    }
  }

  void print(const Argument& argument, std::string_view gap) {
    place(argument.key ? argument.key->at : argument.value.at, gap);
    if (argument.key) {
      text_ += argument.key->text;
      text_ += '=';
    }
    text_ += argument.value.text;
  }

  void print(const Query& query) {
    text_ += query.name.text;
    for (const Value& argument : query.arguments) {
      place(argument.at, " ");
      text_ += argument.text;
    }
    place(query.colon, "");
    text_ += ':';
    if (query.empty) {
      place(*query.empty, " ");
      text_ += "(empty)";
    }
  }

  void block(const Query& query) {
    for (const BlockLine& line : query.lines) {
      end_line();
      text_ += "  ";
      text_ += line.text;
    }
  }

  /// Goes to the column of a node that has a place; writes `gap` before one that has none.
  void place(Position at, std::string_view gap) {
    if (at.line == 0) {
      text_ += gap;
    } else {
      blanks_up_to(at.column);
    }
  }

  void blanks_up_to(std::uint32_t column) {
    const std::size_t here = text_.size() - start_of_line_ + 1;
    if (column > here) text_.append(column - here, ' ');
  }

  std::string text_;
  std::size_t start_of_line_ = 0;
};

}  // namespace

std::string print(const Line& line) {
  Printer printer;
  printer.line(line);
  return printer.take();
}

std::string print(const File& file) {
  Printer printer;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    printer.line(file.lines[i]);
    if (i + 1 < file.lines.size() || file.ends_with_line_end) printer.end_line();
  }
  return printer.take();
}

}  // namespace refmm::transcript
