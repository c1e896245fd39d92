// What shells are told of a command line: sub-commands, options, and what can stand behind them.
//
// Options and their descriptions come from the parser itself; only what their values can be is said beside it.
#pragma once

#include <CLI/CLI.hpp>

#include <concepts>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace refmm::completion {

/// What a value can be. Nothing is offered where neither names nor paths can stand.
struct Words {
  std::vector<std::string> names{};
  bool files = false;
  bool folders = false;
};

inline Words files() { return {{}, true, false}; }
inline Words folders() { return {{}, false, true}; }
inline Words nothing() { return {}; }

/// These names; `names` is any range of what a string can be made of.
Words names(const auto& names) {
  Words words;
  for (const auto& name : names) words.names.emplace_back(name);
  return words;
}

inline Words or_files(Words words) {
  words.files = true;
  return words;
}

/// What the values of an option (`--area`) or an argument (`FILE`) can be.
using Values = std::map<std::string, Words, std::less<>>;

struct Option {
  std::vector<std::string> names;  // with their dashes
  std::string description;         // its first line
  bool takes_value;
  Words words;
};

struct SubCommandLine {
  std::string name, description;
  std::vector<Option> options;
  Words arguments;  // what can stand for any of its arguments
};

/// What the parser of a sub-command takes. Throws std::logic_error where `values` has what the parser does not know, or
/// lacks an option whose value is a name or a path.
SubCommandLine line_of(const CLI::App& app, const Values& values);

/// The scripts, to be read by a shell.
std::string for_bash(const std::vector<SubCommandLine>& lines);
std::string for_zsh(const std::vector<SubCommandLine>& lines);
std::string for_fish(const std::vector<SubCommandLine>& lines);

}  // namespace refmm::completion
