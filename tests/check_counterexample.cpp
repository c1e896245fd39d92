#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/check_counterexample.hpp>
#include <refmm/tests/difference_in_words.hpp>
#include <refmm/tests/fault_check.hpp>
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/malloc_check.hpp>
#include <refmm/tests/slab_check.hpp>
#include <refmm/tests/vma_check.hpp>
#include <refmm/tests/whole_file.hpp>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace refmm {

namespace {

std::string call_notation(const std::string& call, const std::string& result) {
  return call + (result.empty() ? "" : " = " + result);
}

// ---- What matters --------------------------------------------------------------------------------------------------------

constexpr std::size_t widest_line = 110;

/// Words in lines that begin alike, broken where they get too long.
std::string wrapped(const std::string& first, const std::string& margin, const std::vector<std::string>& words) {
  std::string text, line = first;
  for (const std::string& word : words) {
    if (line.size() > margin.size() && line.size() + 1 + word.size() > widest_line) {
      text += line + '\n';
      line = margin;
    }
    line += ' ' + word;
  }
  return text + line + '\n';
}

/// Comments below a call.
std::string explanation_text(const Explanation::OfCall& call) {
  const std::string margin = "#    ";
  std::string text;
  if (!call.arguments.empty()) {
    std::vector<std::string> words = call.arguments;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) words[i] += ',';
    text += wrapped(margin, margin, words);
  }
  if (!call.without.empty()) text += wrapped(margin, margin, {"without it:", call.without});
  return text;
}

// ---- The transcript ------------------------------------------------------------------------------------------------------

/// The transcript as the model has it, and the model's state at its end.
template <class Family>
struct Reference {
  std::string boot;                  // the first line
  std::vector<std::string> calls{};  // each with its result, and its effects where they are shown
  std::string last_call{};
  std::string last_result{};
  std::vector<std::string> last_effects{};
  typename Family::State state;

  std::vector<std::string> block_of(std::string_view query) const {
    return Checking<Family>::block_of(query, state);
  }
};

template <class Family>
Reference<Family> reference(const shrink::Script<Family>& script, bool with_effects) {
  using Own = Checking<Family>;
  Reference<Family> made{.boot = Own::boot_notation(script.boot, with_effects) + '\n',
                         .state = Family::boot(script.boot)};
  for (const auto& command : shrink::commands_of(script)) {
    auto outcome = Family::step(script.boot, std::move(made.state), command);
    made.state = std::move(outcome.state);
    made.last_call = Own::notation(command);
    made.last_result = Own::notation(command, outcome.result);
    made.last_effects.clear();
    made.calls.push_back(call_notation(made.last_call, made.last_result) + '\n');
    for (const auto& effect : outcome.effects) {
      made.last_effects.push_back(Own::notation(effect));
      if (with_effects) made.calls.back() += "| " + made.last_effects.back() + '\n';
    }
  }
  return made;
}

/// The calls, and below each what of it matters.
template <class Family>
std::string text_of(const Reference<Family>& reference, const Explanation& explanation) {
  std::string text = reference.boot;
  for (std::size_t i = 0; i < reference.calls.size(); ++i) {
    text += reference.calls[i];
    if (i < explanation.calls.size()) text += explanation_text(explanation.calls[i]);
  }
  return text;
}

constexpr std::string_view mark = "# ! ";

std::string block_text(std::string_view query, const std::vector<std::string>& lines) {
  std::string text = fmt::format("{}:{}\n", query, lines.empty() ? " (empty)" : "");
  for (const std::string& line : lines) text += fmt::format("  {}\n", line);
  return text;
}

/// The lines of the subject's block that are not the reference's, up to a handful; `...` for the others.
std::string differing_lines(std::string_view query, const std::vector<std::string>& lines,
                            const std::vector<std::string>& expected) {
  constexpr std::size_t handful = 8;
  std::string text = fmt::format("{}{}:{}\n", mark, query, lines.empty() ? " (empty)" : "");
  std::size_t shown = 0;
  bool skipping = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool differs = i >= expected.size() || lines[i] != expected[i];
    if (differs && shown < handful) text += fmt::format("{}  {}\n", mark, lines[i]);
    if (!differs && !skipping) text += fmt::format("{}  ...\n", mark);
    if (differs) ++shown;
    skipping = !differs;
  }
  if (shown > handful) text += fmt::format("{}  ... and {} more lines that differ\n", mark, shown - handful);
  if (lines.size() < expected.size())
    text += fmt::format("{}  (no more lines; the reference has {} more)\n", mark, expected.size() - lines.size());
  return text;
}

/// What the subject did, as comments.
template <class Family>
std::string subject_text(const Testimony& testimony, const Reference<Family>& reference) {
  const std::string& last_call = reference.last_call;
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
      return differing_lines(testimony.query, testimony.block, reference.block_of(testimony.query));
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

/// What differs, where it does; nothing if it is not in one place.
template <class Family>
std::vector<std::string> field_in_words(const Testimony& testimony, const Reference<Family>& reference) {
  const Difference difference =
      in_notation(testimony.finding.difference, {reference.last_result, reference.last_effects},
                  {testimony.result, testimony.effects});
  if (difference.path.empty()) return {};
  return in_words(Checking<Family>::place_in_words(difference.path, reference.state), difference);
}

/// A line of the head.
std::string head_line(std::string_view label, const std::vector<std::string>& words) {
  return wrapped(fmt::format("#   {:<8}", label), fmt::format("#   {:<8}", ""), words);
}

/// The clauses that decided, each once, in the order in which they first applied.
std::vector<std::string> names_of(const Because& because) {
  std::vector<std::string> names;
  for (const ClauseRef clause : because) {
    if (std::ranges::find(names, clause->name) == names.end()) names.emplace_back(clause->name);
  }
  return names;
}

}  // namespace

template <class Family>
Counterexample<Family> counterexample(const shrink::Script<Family>& failing, Testimony testimony,
                                      std::string_view replay, Explanation explanation) {
  const Finding& finding = testimony.finding;
  const Reference<Family> made = reference(failing, finding.kind == Finding::Kind::effects);
  std::string end;
  if (!testimony.query.empty()) end += block_text(testimony.query, made.block_of(testimony.query));
  end += subject_text(testimony, made);
  // The same bug has the same name, whether or not there was time to explain it.
  const std::string name = fmt::format("{}-{}.mmt", finding.clause->name, short_hash(text_of(made, {}) + end));

  std::string head = fmt::format("# {}\n#\n", headline(finding.kind));
  head += head_line("clause", {std::string(finding.clause->name)});
  if (!finding.sentence.empty()) {
    std::vector<std::string> law{std::string(finding.sentence)};
    if (finding.law && finding.law != finding.clause) law.push_back(fmt::format("[{}]", finding.law->name));
    head += head_line("law", law);
  }
  const std::vector<std::string> field = field_in_words(testimony, made);
  if (!field.empty()) head += head_line("field", field);
  head += head_line("decided", names_of(finding.because));
  if (!explanation.together.empty()) head += head_line("anywhere", {explanation.together});
  if (!explanation.why_not.empty()) head += head_line("matters", {"was not looked into:", explanation.why_not});
  head += head_line("replay", {fmt::format("refmm run {} {}", name, replay)});
  std::string text = head + '\n' + text_of(made, explanation) + end;
  return {
      .script = failing,
      .testimony = std::move(testimony),
      .explanation = std::move(explanation),
      .summary = field.empty() ? std::string(headline(finding.kind)) : fmt::format("{}", fmt::join(field, " ")),
      .file_name = name,
      .text = std::move(text)};
}

template Counterexample<BuddyFamily> counterexample(const shrink::Script<BuddyFamily>&, Testimony,
                                                    std::string_view, Explanation);
template Counterexample<SlabFamily> counterexample(const shrink::Script<SlabFamily>&, Testimony, std::string_view,
                                                   Explanation);
template Counterexample<KernelMapFamily> counterexample(const shrink::Script<KernelMapFamily>&, Testimony,
                                                        std::string_view, Explanation);
template Counterexample<VmaFamily> counterexample(const shrink::Script<VmaFamily>&, Testimony, std::string_view,
                                                  Explanation);
template Counterexample<FaultFamily> counterexample(const shrink::Script<FaultFamily>&, Testimony,
                                                    std::string_view, Explanation);
template Counterexample<MallocFamily> counterexample(const shrink::Script<MallocFamily>&, Testimony,
                                                     std::string_view, Explanation);

std::filesystem::path write_file(const std::filesystem::path& folder, const std::string& name,
                                 const std::string& text) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::filesystem::path path = folder / name;
  try {
    write_whole(path, text);
  } catch (const std::filesystem::filesystem_error& failed) {
    throw std::runtime_error(fmt::format("{}: cannot be written: {}", path.string(), failed.code().message()));
  }
  return path;
}

}  // namespace refmm
