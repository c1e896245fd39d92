#include <refmm/model/slab.hpp>
#include <refmm/tests/replay_slab.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <variant>

namespace refmm::replay {

using transcript::Line;

namespace {

constexpr const char* the_transcript = "transcript";
constexpr const char* the_model = "model";
constexpr const char* the_implementation = "implementation";

bool returns_something(const slab::Command& command) {
  return !std::holds_alternative<slab::CacheFree>(command) && !std::holds_alternative<slab::Kfree>(command) &&
         !std::holds_alternative<slab::CacheReap>(command);
}

bool is_bug(const slab::Result& result) {
  const auto* refused = std::get_if<slab::Refused>(&result);
  return refused && slab::is_bug(refused->refusal);
}

/// As the transcript has it, without what is asked of it.
std::string text_of(transcript::Call call) {
  call.result.reset();
  return print(Line{{}, 0, std::move(call)});
}

std::string text_of(const transcript::Query& query) {
  return print(Line{{}, 0, transcript::Query{query.name, query.arguments, query.colon, std::nullopt, {}}});
}

std::string text_of(const Line& line) {
  if (const auto* call = std::get_if<transcript::Call>(&line.content)) return text_of(*call);
  if (const auto* query = std::get_if<transcript::Query>(&line.content)) return text_of(*query);
  return print(line);
}

std::string without_blanks_at_end(std::string_view text) {
  return std::string(text.substr(0, text.find_last_not_of(' ') + 1));
}

// ---- The first field that differs -----------------------------------------------------------------------------

/// `session:3[7]` in its parts; what a subject returns need not be anything that a transcript can say.
struct ObjectParts {
  std::string_view cache, slab, index;
};

std::optional<ObjectParts> parts_of_object(std::string_view text) {
  const std::size_t bracket = text.rfind('['), colon = text.rfind(':', bracket);
  if (bracket == text.npos || colon == text.npos || !text.ends_with(']')) return std::nullopt;
  return ObjectParts{text.substr(0, colon), text.substr(colon + 1, bracket - colon - 1),
                     text.substr(bracket + 1, text.size() - bracket - 2)};
}

/// Of two results, as they are written.
Difference field_of_results(const std::string& expected, const std::string& found) {
  const auto left = parts_of_object(expected), right = parts_of_object(found);
  const auto difference = [](const char* path, std::string_view one, std::string_view other) {
    const auto text = [](std::string_view of) { return std::string(of.empty() ? "nothing" : of); };
    return Difference{path, text(one), text(other)};
  };
  if (!left || !right) return difference("the result", expected, found);
  if (left->cache != right->cache) return difference("the cache", left->cache, right->cache);
  if (left->slab != right->slab) return difference("the slab", left->slab, right->slab);
  return difference("the index", left->index, right->index);
}

std::vector<std::string_view> words_in(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t begin = line.find_first_not_of(' '); begin < line.size();) {
    const std::size_t end = std::min(line.find(' ', begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    begin = line.find_first_not_of(' ', end);
  }
  return words;
}

/// Of two lines of blocks: `inuse` of `inuse=3`, else the number of the word.
Difference field_of_lines(std::size_t number, std::string_view expected, std::string_view found) {
  const auto left = words_in(expected), right = words_in(found);
  const auto word = [](const auto& words, std::size_t i) {
    return i < words.size() ? std::string(words[i]) : std::string("absent");
  };
  std::size_t i = 0;
  while (i < left.size() && i < right.size() && left[i] == right[i]) ++i;
  std::string expected_word = word(left, i), found_word = word(right, i);
  const std::size_t equals = expected_word.find('=');
  if (equals == std::string::npos || found_word.substr(0, equals + 1) != expected_word.substr(0, equals + 1))
    return {fmt::format("word {} of line {}", i + 1, number), expected_word, found_word};
  return {fmt::format("{} in line {}", expected_word.substr(0, equals), number), expected_word.substr(equals + 1),
          found_word.substr(equals + 1)};
}

Difference field_of_blocks(const std::vector<std::string>& expected, const std::vector<std::string>& found) {
  std::size_t i = 0;
  while (i < expected.size() && i < found.size() && expected[i] == found[i]) ++i;
  if (i < expected.size() && i < found.size()) return field_of_lines(i + 1, expected[i], found[i]);
  return {fmt::format("line {}", i + 1), i < expected.size() ? expected[i] : "absent",
          i < found.size() ? found[i] : "absent"};
}

std::vector<std::string> result_lines(const std::string& result) {
  return {result.empty() ? std::string("(no result)") : "= " + result};
}

std::vector<std::string> effect_lines(const std::vector<slab::Effect>& effects) {
  std::vector<std::string> lines;
  lines.reserve(effects.size());
  for (const slab::Effect& effect : effects) lines.push_back("| " + slab::notation(effect));
  if (lines.empty()) lines.emplace_back("(no effects)");
  return lines;
}

}  // namespace

// ---- Lines ----------------------------------------------------------------------------------------------------

SlabTranscript::SlabTranscript(const transcript::Source& source, const Options& options, const Line& line,
                               const transcript::Boot& boot, bool is_script)
    : source_(source),
      options_(options),
      is_script_(is_script),
      boot_(slab::read_boot(source, line, boot)),
      state_(model::boot(boot_.machine)),
      replayed_{.boot = line.at} {
  begin_line(line.at);
  replayed_.coverage.note(because_);
  if (is_alive(line)) options_.implementation->reset(boot_.machine);
}

void SlabTranscript::set(const Line& line, const transcript::Set& set) {
  begin_line(line.at);
  const slab::Command knobs = slab::read_set(source_, line, set);
  auto outcome = model::step(boot_.machine, std::move(state_), knobs);
  state_ = std::move(outcome.state);
  because_ = std::move(outcome.because);
  replayed_.coverage.note(because_);
  if (is_alive(line)) options_.implementation->apply(knobs);
}

std::vector<slab::Effect> SlabTranscript::call(const Line& line, transcript::Call& call,
                                               std::span<const transcript::Effect* const> effects) {
  begin_line(line.at);
  const slab::Command command = slab::read_call(source_, call, state_, holdings_);
  const Said transcript = said_of_call(command, call, effects);
  const bool asks_result = returns_something(command) && !call.result;
  const bool asks_effects = boot_.all_effects && !transcript.effects;

  auto outcome = model::step(boot_.machine, std::move(state_), command);
  state_ = std::move(outcome.state);
  because_ = std::move(outcome.because);
  ++replayed_.calls;
  replayed_.coverage.note(because_);
  if (options_.explain) explain(line.at, call, outcome.result, outcome.effects);

  // The model's results are compared in any case: what the calls that follow mean depends on them.
  const std::string result = slab::notation(outcome.result);
  Said model{result, std::nullopt};
  if (options_.model && transcript.effects) model.effects = outcome.effects;
  compare(line.at, call, transcript, model, the_transcript, the_model);

  if (is_alive(line)) {
    const auto answer = apply(line, command);
    const Said implementation{slab::notation(answer.result), answer.effects};
    compare(line.at, call, transcript, implementation, the_transcript, the_implementation);
    Said unsaid;
    if (!transcript.result) unsaid.result = result;
    if (asks_effects) unsaid.effects = outcome.effects;
    compare(line.at, call, unsaid, implementation, the_model, the_implementation);
  }
  if (!agrees()) return {};

  holdings_.note(command, outcome.result, line.at);
  if (is_bug(outcome.result)) bug_ = line.at;
  if (asks_result) {
    call.result = transcript::Result{{}, {{std::nullopt, transcript::parse_value(result)}}, std::nullopt};
    ++replayed_.filled;
  }
  return asks_effects ? std::move(outcome.effects) : Effects{};
}

void SlabTranscript::query(const Line& line, transcript::Query& query) {
  begin_line(line.at);
  const slab::Question question = slab::read_query(source_, query, state_, holdings_);
  const bool asks = query.lines.empty() && !query.empty;
  Lines transcript;
  for (const auto& said : query.lines) transcript.push_back(without_blanks_at_end(said.text));

  const Lines model = slab::answer(question, state_);
  if (options_.model && !asks) compare(line.at, query, transcript, model, the_transcript, the_model);
  if (is_alive(line)) {
    const Lines implementation = slab::answer(question, options_.implementation->observe());
    compare(line.at, query, asks ? model : transcript, implementation, asks ? the_model : the_transcript,
            the_implementation);
  }
  if (!asks || !agrees()) return;
  for (const std::string& answered : model) query.lines.push_back({{}, answered});
  ++replayed_.filled;
}

// ---- Parts of a line ------------------------------------------------------------------------------------------

void SlabTranscript::begin_line(Position at) {
  if (bug_)
    throw source_.error({.at = at,
                         .message = fmt::format("nothing is defined after the usage error in line {}", bug_->line),
                         .expected = "`boot`, a comment, or the end of the file",
                         .found = in_backticks(source_.line(at.line))});
  if (options_.progress) options_.progress(at);
}

/// True if there is an implementation to carry the line out.
bool SlabTranscript::is_alive(const Line& line) {
  if (options_.implementation == nullptr) return false;
  if (!options_.death || options_.death->at != line.at) return true;
  add({.about = Disagreement::About::end,
       .at = line.at,
       .line = text_of(line),
       .reference = the_transcript,
       .subject = the_implementation,
       .expected = {"(it goes on)"},
       .found = {fmt::format("({})", options_.death->how)},
       .field = {"the subject", "goes on", options_.death->how},
       .because = because_});
  return false;
}

/// What the implementation does. The model's memory has no end, that of its machine has one.
SlabSubject::Answer SlabTranscript::apply(const Line& line, const slab::Command& command) const {
  try {
    return options_.implementation->apply(command);
  } catch (const std::length_error& error) {
    throw source_.error({.at = line.at,
                         .message = fmt::format("the implementation cannot carry this out: {}", error.what()),
                         .expected = "slabs that fit into the machine",
                         .found = in_backticks(source_.line(line.at.line)),
                         .hint = "--subject model"});
  }
}

SlabTranscript::Said SlabTranscript::said_of_call(const slab::Command& command, const transcript::Call& call,
                                                  std::span<const transcript::Effect* const> effects) const {
  Said said;
  if (call.result) said.result = slab::read_result(source_, command, *call.result);
  // With effects=all a call without any says that it has none; but a question does not.
  const bool is_question = returns_something(command) ? !call.result : is_script_;
  if (effects.empty() && (!boot_.all_effects || is_question)) return said;
  said.effects.emplace();
  for (const transcript::Effect* effect : effects)
    said.effects->push_back(slab::read_effect(source_, effect->call));
  return said;
}

void SlabTranscript::explain(Position at, const transcript::Call& call, const slab::Result& result,
                             const Effects& effects) {
  Explanation explanation{at, text_of(call), slab::notation(result), {}, because_};
  for (const slab::Effect& effect : effects) explanation.effects.push_back(slab::notation(effect));
  replayed_.explanations.push_back(std::move(explanation));
}

/// Of what both speak of.
void SlabTranscript::compare(Position at, const transcript::Call& call, const Said& expected, const Said& found,
                             const char* reference, const char* subject) {
  using enum Disagreement::About;
  if (expected.result && found.result && *expected.result != *found.result) {
    add({.about = Disagreement::About::result,
         .at = at,
         .line = text_of(call),
         .reference = reference,
         .subject = subject,
         .expected = result_lines(*expected.result),
         .found = result_lines(*found.result),
         .field = field_of_results(*expected.result, *found.result),
         .because = because_});
  } else if (expected.effects && found.effects && *expected.effects != *found.effects) {
    add({.about = Disagreement::About::effects,
         .at = at,
         .line = text_of(call),
         .reference = reference,
         .subject = subject,
         .expected = effect_lines(*expected.effects),
         .found = effect_lines(*found.effects),
         .field = first_difference(*expected.effects, *found.effects, "effects").value(),
         .because = because_});
  }
}

void SlabTranscript::compare(Position at, const transcript::Query& query, const Lines& expected,
                             const Lines& found, const char* reference, const char* subject) {
  if (expected == found) return;
  add({.about = Disagreement::About::block,
       .at = at,
       .line = text_of(query),
       .reference = reference,
       .subject = subject,
       .expected = expected,
       .found = found,
       .field = field_of_blocks(expected, found),
       .because = because_});
}

/// Two subjects that differ in the same way are one disagreement.
void SlabTranscript::add(Disagreement disagreement) {
  for (Disagreement& other : replayed_.disagreements) {
    if (other.subject == disagreement.subject) return;
    if (other.about != disagreement.about || other.found != disagreement.found) continue;
    other.subject = "model and implementation";
    return;
  }
  replayed_.disagreements.push_back(std::move(disagreement));
}

}  // namespace refmm::replay
