#include <refmm/proofs/obligations.hpp>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace refmm {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view declares = "(declare-fun ", asserts = "(assert";
constexpr std::string_view beginning = "(set-option :incremental true)\n(set-logic QF_UFBV)\n";

/// How long the form is that the text begins with, from its parenthesis to the one that closes it. |Symbols| may hold any.
std::size_t length_of_form(std::string_view text) {
  std::size_t depth = 0, at = 0;
  bool quoted = false;
  do {
    const char c = text.at(at++);
    if (c == '|') quoted = !quoted;
    if (!quoted && c == '(') ++depth;
    if (!quoted && c == ')') --depth;
  } while (depth != 0);
  return at;
}

std::string_view symbol_of(std::string_view declaration) {
  declaration.remove_prefix(declares.size());
  const std::size_t end = declaration.front() == '|' ? declaration.find('|', 1) + 1 : declaration.find(' ');
  return declaration.substr(0, end);
}

[[noreturn]] void cannot_write(const fs::path& file) {
  throw fs::filesystem_error("cannot be written", file, std::error_code(errno, std::generic_category()));
}

}  // namespace

Obligations::Obligations(const fs::path& folder, std::string_view theorem)
    : theorem_(theorem), file_(folder / (theorem_ + ".smt2")) {
  fs::create_directories(folder);
  stream_.open(file_);
  stream_ << beginning;
  if (!stream_) cannot_write(file_);
}

void Obligations::add(const std::vector<std::string_view>& conditions) {
  std::vector<Script> scripts;
  for (const std::string_view condition : conditions) scripts.push_back(parts_of(condition));
  declare(scripts);
  std::string all = "true";
  for (const Script& script : scripts) {
    if (!script.assertion.empty()) all.append(" ").append(name_of(script.assertion));
  }
  stream_ << "; " << theorem_ << ", path " << ++paths_ << "\n(push 1)\n(assert (and " << all
          << "))\n(set-info :status unsat)\n(check-sat)\n(pop 1)\n"
          << std::flush;
  if (!stream_) cannot_write(file_);
}

/// Comments and the status, which is unknown to who wrote it, are left out.
auto Obligations::parts_of(std::string_view text) -> Script {
  Script script;
  for (std::size_t begin = text.find("\n("); begin != text.npos; begin = text.find("\n(", begin)) {
    text.remove_prefix(begin + 1);
    begin = length_of_form(text);
    const std::string_view form = text.substr(0, begin);
    if (form.starts_with(declares)) script.declarations.push_back(form);
    if (form.starts_with(asserts)) script.assertion = form;
  }
  return script;
}

void Obligations::declare(const std::vector<Script>& scripts) {
  std::map<std::string_view, std::string_view> of_path;
  for (const Script& script : scripts) {
    for (const std::string_view declaration : script.declarations) of_path[symbol_of(declaration)] = declaration;
  }
  const bool otherwise = std::ranges::any_of(of_path, [this](const auto& declared) {
    const auto known = declarations_.find(declared.first);
    return known != declarations_.end() && known->second != declared.second;
  });
  if (otherwise) {
    stream_ << "(reset)\n" << beginning;
    names_.clear();
    declarations_.clear();
  }
  for (const auto& [symbol, declaration] : of_path) {
    if (declarations_.emplace(symbol, declaration).second) stream_ << declaration << '\n';
  }
}

std::string_view Obligations::name_of(std::string_view assertion) {
  const auto [known, anew] = names_.try_emplace(std::string(assertion), "");
  if (anew) {
    known->second = "condition_" + std::to_string(names_.size());
    assertion.remove_prefix(asserts.size());
    stream_ << "(define-fun " << known->second << " () Bool" << assertion << '\n';
  }
  return known->second;
}

}  // namespace refmm
