#include <refmm/model/slab.hpp>
#include <refmm/spec/slab_notation.hpp>
#include <refmm/tests/check_counterexample.hpp>
#include <refmm/tests/check_view.hpp>

#include <fmt/core.h>

#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace refmm {

namespace {

std::string call_notation(const slab::Command& command, const std::string& result) {
  return slab::notation(command) + (result.empty() ? "" : " = " + result);
}

/// The transcript as the model has it, and the model's state at its end.
struct Reference {
  std::string text;
  std::string last_call{};
  slab::State state;
};

Reference reference(const shrink::Script& script, bool with_effects) {
  Reference made{slab::boot_notation(script.machine, with_effects) + '\n', "", model::boot(script.machine)};
  for (const slab::Command& command : shrink::commands_of(script)) {
    auto outcome = model::step(script.machine, std::move(made.state), command);
    made.state = std::move(outcome.state);
    made.last_call = slab::notation(command);
    made.text += call_notation(command, slab::notation(outcome.result)) + '\n';
    if (!with_effects) continue;
    for (const slab::Effect& effect : outcome.effects) made.text += "| " + slab::notation(effect) + '\n';
  }
  return made;
}

std::string block_text(std::string_view query, const std::vector<std::string>& lines, std::string_view prefix) {
  std::string text = fmt::format("{}{}:{}\n", prefix, query, lines.empty() ? " (empty)" : "");
  for (const std::string& line : lines) text += fmt::format("{}  {}\n", prefix, line);
  return text;
}

/// What the subject did, as comments.
std::string subject_text(const Testimony& testimony, const std::string& last_call) {
  constexpr std::string_view mark = "# ! ";
  using Kind = Finding::Kind;
  switch (testimony.finding.kind) {
    case Kind::result:
      return fmt::format("{}{}{}\n", mark, last_call,
                         testimony.result.empty() ? " (no result)" : " = " + testimony.result);
    case Kind::effects: {
      if (testimony.effects.empty()) return fmt::format("{}(no effects)\n", mark);
      std::string text;
      for (const std::string& effect : testimony.effects) text += fmt::format("{}| {}\n", mark, effect);
      return text;
    }
    case Kind::state:
      if (testimony.query.empty()) return "";
      return block_text(testimony.query, testimony.block, mark);
    case Kind::crash:
    case Kind::hang:
      return fmt::format("{}{}: {}\n", mark, last_call, testimony.finding.difference.found);
    case Kind::law:
      break;
  }
  return "";
}

std::string_view headline(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::result:
      return "The subject answers the last call otherwise than the reference.";
    case Finding::Kind::effects:
      return "The last call has other effects in the subject than in the reference.";
    case Finding::Kind::state:
      return "The last call leaves the subject in another state than the reference.";
    case Finding::Kind::law:
      return "Reference and subject agree, and break a law with the last call.";
    case Finding::Kind::crash:
      return "The subject does not survive the last call.";
    case Finding::Kind::hang:
      return "The subject does not come back from the last call.";
  }
  return "";
}

/// FNV-1a, for names of files.
std::string short_hash(std::string_view text) {
  std::uint32_t hash = 2166136261u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return fmt::format("{:08x}", hash);
}

}  // namespace

Counterexample counterexample(const shrink::Script& failing, Testimony testimony, std::string_view replay) {
  const Finding& finding = testimony.finding;
  const Reference made = reference(failing, finding.kind == Finding::Kind::effects);
  std::string body = made.text;
  if (!testimony.query.empty()) {
    body += block_text(testimony.query, block_of(testimony.query, made.state), "");
  }
  body += subject_text(testimony, made.last_call);
  const std::string name = fmt::format("{}-{}.mmt", finding.clause->name, short_hash(body));

  std::string head = fmt::format("# {}\n#\n", headline(finding.kind));
  const auto line = [&](std::string_view label, std::string_view text) {
    head += fmt::format("#   {:<8} {}\n", label, text);
  };
  line("clause", finding.clause->name);
  if (!finding.sentence.empty()) line("law", finding.sentence);
  const Difference& difference = finding.difference;
  if (!difference.path.empty())
    line("field", fmt::format("{} is {} in the reference, {} in the subject",
                              place_in_words(difference.path, made.state), difference.expected, difference.found));
  std::string because;
  for (const ClauseRef clause : finding.because)
    because += (because.empty() ? "" : ", ") + std::string(clause->name);
  line("decided", because);
  line("replay", fmt::format("refmm run {} {}", name, replay));
  return {failing, std::move(testimony), name, head + body};
}

std::filesystem::path write(const Counterexample& counterexample, const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::filesystem::path path = folder / counterexample.file_name;
  std::ofstream file(path, std::ios::binary);
  file << counterexample.text;
  file.close();
  if (!file) throw std::runtime_error(fmt::format("{}: cannot be written", path.string()));
  return path;
}

}  // namespace refmm
