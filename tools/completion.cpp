#include <refmm/tools/completion.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>

namespace refmm::completion {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// In single quotes, as bash and zsh take them.
std::string quoted(const std::string& text) { return "'" + replaced(text, "'", "'\\''") + "'"; }

// ---- The parser -----------------------------------------------------------------------------------------------------

/// Its names with dashes; of an argument the name that the help shows.
std::vector<std::string> names_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  if (names.empty()) names.push_back(option.get_name());
  return names;
}

/// Numbers and times cannot be offered.
bool is_measured(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return std::ranges::any_of(std::initializer_list<std::string_view>{"NUMBER", "TIME", "I/N"},
                             [&](std::string_view measure) { return type.find(measure) != type.npos; });
}

Words words_of(const CLI::App& app, const CLI::Option& option, const Values& values, std::set<std::string>& used) {
  for (const std::string& name : names_of(option)) {
    const auto found = values.find(name);
    if (found == values.end()) continue;
    used.insert(name);
    return found->second;
  }
  if (option.get_items_expected_max() > 0 && !is_measured(option))
    throw std::logic_error(
        fmt::format("nothing is said of the values of {} {}", app.get_name(), option.get_name()));
  return nothing();
}

void add(Words& all, const Words& more) {
  all.names.insert(all.names.end(), more.names.begin(), more.names.end());
  all.files |= more.files;
  all.folders |= more.folders;
}

// ---- bash -----------------------------------------------------------------------------------------------------------

constexpr std::string_view bash_begin = R"(# Completion of refmm in bash, as `refmm completion bash` writes it.
_refmm() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} names= files= folders=
  # bash takes --area=slab apart at the sign.
  if [[ $word == = ]]; then
    word=
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  ((COMP_CWORD == 1)) && before=
  case ${COMP_WORDS[1]}:$before in
)";

constexpr std::string_view bash_end = R"(  esac
  COMPREPLY=()
  [[ $names ]] && mapfile -t COMPREPLY < <(compgen -W "$names" -- "$word")
  if [[ $files || $folders ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen "${files:-$folders}" -- "$word")
  fi
}
complete -F _refmm refmm
)";

std::string bash_words(const Words& words) {
  std::string assigned = fmt::format("names={}", quoted(fmt::format("{}", fmt::join(words.names, " "))));
  if (words.files) assigned += " files=-f";
  if (words.folders) assigned += " folders=-d";
  return assigned;
}

std::string bash_case(const std::string& pattern, const std::string& then) {
  return fmt::format("    {}) {} ;;\n", pattern, then);
}

std::string bash_of(const SubCommandLine& line) {
  std::string cases;
  std::vector<std::string> options;
  for (const Option& option : line.options) {
    options.insert(options.end(), option.names.begin(), option.names.end());
    if (!option.takes_value) continue;
    std::vector<std::string> patterns;
    for (const std::string& name : option.names) patterns.push_back(fmt::format("{}:{}", line.name, name));
    cases += bash_case(fmt::format("{}", fmt::join(patterns, " | ")), bash_words(option.words));
  }
  cases += bash_case(line.name + ":*", fmt::format("if [[ $word == -* ]]; then {}; else {}; fi",
                                                   bash_words({.names = options}), bash_words(line.arguments)));
  return cases;
}

// ---- zsh ------------------------------------------------------------------------------------------------------------

/// A description where brackets and colons have a meaning.
std::string zsh_text(const std::string& text) {
  std::string escaped = replaced(text, "\\", "\\\\");
  for (const char* special : {"[", "]", ":"}) escaped = replaced(escaped, special, std::string("\\") + special);
  return escaped;
}

/// What can stand there, as _arguments takes it.
std::string zsh_action(const Words& words) {
  const std::string names = fmt::format("{}", fmt::join(words.names, " "));
  if (words.files && !words.names.empty())
    return fmt::format("_alternative \"names:name:({})\" \"files:file:_files\"", names);
  if (words.files) return "_files";
  if (words.folders) return "_files -/";
  return words.names.empty() ? " " : fmt::format("({})", names);
}

std::string zsh_of(const SubCommandLine& line) {
  std::string arguments;
  for (const Option& option : line.options) {
    for (const std::string& name : option.names) {
      const std::string text =
          fmt::format("{}[{}]", name + (option.takes_value ? "=" : ""), zsh_text(option.description));
      arguments += fmt::format(" \\\n        {}",
                               quoted(option.takes_value ? text + ":value:" + zsh_action(option.words) : text));
    }
  }
  if (!line.arguments.names.empty() || line.arguments.files || line.arguments.folders)
    arguments += fmt::format(" \\\n        {}", quoted("*:argument:" + zsh_action(line.arguments)));
  return fmt::format("    {})\n      _arguments{} ;;\n", line.name, arguments);
}

// ---- fish -----------------------------------------------------------------------------------------------------------

/// In single quotes, in which fish takes two characters for themselves only behind a backslash.
std::string fish_quoted(const std::string& text) {
  return "'" + replaced(replaced(text, "\\", "\\\\"), "'", "\\'") + "'";
}

std::string fish_words(const Words& words) {
  std::string offered = words.files ? " -F" : " -f";
  std::string names = fmt::format("{}", fmt::join(words.names, " "));
  if (words.folders) names += "(__fish_complete_directories)";
  if (!names.empty()) offered += " -a " + fish_quoted(names);
  return offered;
}

std::string fish_of(const SubCommandLine& line) {
  const std::string begin = fmt::format("complete -c refmm -n '__fish_seen_subcommand_from {}'", line.name);
  std::string completes = fmt::format("complete -c refmm -n __fish_use_subcommand -f -a {} -d {}\n", line.name,
                                      fish_quoted(line.description));
  completes += begin + fish_words(line.arguments) + '\n';
  for (const Option& option : line.options) {
    completes += begin;
    for (const std::string& name : option.names)
      completes += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (option.takes_value) completes += " -r" + fish_words(option.words);
    completes += " -d " + fish_quoted(option.description) + '\n';
  }
  return completes;
}

}  // namespace

SubCommandLine line_of(const CLI::App& app, const Values& values) {
  SubCommandLine line{app.get_name(), first_line(app.get_description()), {}, {}};
  std::set<std::string> used;
  for (const CLI::Option* option : app.get_options()) {
    const Words words = words_of(app, *option, values, used);
    if (option->get_positional()) {
      add(line.arguments, words);
    } else {
      line.options.push_back(
          {names_of(*option), first_line(option->get_description()), option->get_items_expected_max() > 0, words});
    }
  }
  for (const auto& [name, words] : values) {
    if (!used.contains(name)) throw std::logic_error(fmt::format("{} has no {}", app.get_name(), name));
  }
  return line;
}

std::string for_bash(const std::vector<SubCommandLine>& lines) {
  std::vector<std::string> names{"--help", "--version"};
  std::string cases;
  for (const SubCommandLine& line : lines) {
    names.push_back(line.name);
    cases += bash_of(line);
  }
  return fmt::format("{}{}{}{}", bash_begin, bash_case("*:", bash_words({.names = names})), cases, bash_end);
}

std::string for_zsh(const std::vector<SubCommandLine>& lines) {
  std::string described, cases;
  for (const SubCommandLine& line : lines) {
    described += "    " + quoted(line.name + ":" + replaced(line.description, ":", "\\:")) + '\n';
    cases += zsh_of(line);
  }
  return fmt::format(
      "#compdef refmm\n"
      "# Completion of refmm in zsh, as `refmm completion zsh` writes it.\n"
      "_refmm() {{\n"
      "  local -a commands=(\n{}  )\n"
      "  if ((CURRENT == 2)); then\n"
      "    _describe sub-command commands\n"
      "    return\n"
      "  fi\n"
      "  local command=$words[2]\n"
      "  shift words\n"
      "  ((CURRENT--))\n"
      "  case $command in\n{}  esac\n"
      "}}\n"
      "_refmm \"$@\"\n",
      described, cases);
}

std::string for_fish(const std::vector<SubCommandLine>& lines) {
  std::string completes =
      "# Completion of refmm in fish, as `refmm completion fish` writes it.\n"
      "complete -c refmm -n __fish_use_subcommand -f -l version -d 'Print the version'\n"
      "complete -c refmm -l help -d 'Explain the command, or a sub-command'\n";
  for (const SubCommandLine& line : lines) completes += fish_of(line);
  return completes;
}

}  // namespace refmm::completion
