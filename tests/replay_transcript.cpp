#include <refmm/tests/replay_difference.hpp>
#include <refmm/tests/replay_slab.hpp>
#include <refmm/tests/replay_transcript.hpp>

#include <fmt/format.h>

#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <variant>

namespace refmm::replay {

using transcript::Line;

namespace {

constexpr const char* the_transcript = "transcript";
constexpr const char* the_model = "model";
constexpr const char* the_implementation = "implementation";

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

std::vector<std::string> result_lines(const std::string& result) {
  return {result.empty() ? std::string("(no result)") : "= " + result};
}

/// A transcript of one family.
template <class Family>
class FamilyTranscript final : public Transcript {
 public:
  FamilyTranscript(const transcript::Source& source, const Options& options, const Line& line,
                   const transcript::Boot& boot, bool is_script);

  void set(const Line& line, const transcript::Set& set) override;
  std::vector<std::string> call(const Line& line, transcript::Call& call,
                                std::span<const transcript::Effect* const> effects) override;
  void query(const Line& line, transcript::Query& query) override;
  void leave_out_call() override { ++replayed_.not_compared; }
  bool agrees() const override { return replayed_.agrees(); }
  Replayed take() override { return std::move(replayed_); }

 private:
  using Notation = NotationOf<Family>;
  using State = typename Family::State;
  using Command = typename Family::Command;
  using Result = typename Family::Result;
  using Effects = std::vector<typename Family::Effect>;
  using Lines = std::vector<std::string>;

  /// What somebody says of a call; nothing of what they do not speak of.
  struct Said {
    std::optional<std::string> result{};
    std::optional<Effects> effects{};
  };

  void begin_line(Position at);
  bool is_alive(const Line& line);
  typename Subject<Family>::Answer apply(const Line& line, const Command& command) const;
  Said said_of_call(const Command& command, const transcript::Call& call,
                    std::span<const transcript::Effect* const> effects) const;
  void explain(Position at, const transcript::Call& call, const std::string& result, const Effects& effects);
  static Lines effect_lines(const Effects& effects);
  void compare(Position at, const transcript::Call& call, const Said& expected, const Said& found,
               const char* reference, const char* subject);
  void compare(Position at, const transcript::Query& query, const Lines& expected, const Lines& found,
               const char* reference, const char* subject);
  void add(Disagreement disagreement);

  const transcript::Source& source_;
  const Options& options_;
  Subject<Family>* implementation_;
  bool is_script_;
  typename Notation::BootLine boot_;
  State state_;
  typename Notation::Memory memory_{};
  Because because_{Notation::boot_clause};  // of the last command
  std::optional<Position> ended_{};         // by the call behind which nothing is defined
  Replayed replayed_;
};

// ---- Lines ----------------------------------------------------------------------------------------------------

template <class Family>
FamilyTranscript<Family>::FamilyTranscript(const transcript::Source& source, const Options& options,
                                           const Line& line, const transcript::Boot& boot, bool is_script)
    : source_(source),
      options_(options),
      implementation_(Notation::subject(options)),
      is_script_(is_script),
      boot_(Notation::read_boot(source, line, boot)),
      state_(Family::boot(boot_.boot)),
      replayed_{.boot = line.at} {
  begin_line(line.at);
  replayed_.coverage.note(because_);
  if (is_alive(line)) implementation_->reset(boot_.boot);
}

template <class Family>
void FamilyTranscript<Family>::set(const Line& line, const transcript::Set& set) {
  begin_line(line.at);
  const Command knobs = Notation::read_set(source_, line, set);
  auto outcome = Family::step(boot_.boot, std::move(state_), knobs);
  state_ = std::move(outcome.state);
  because_ = std::move(outcome.because);
  replayed_.coverage.note(because_);
  if (is_alive(line)) implementation_->apply(knobs);
}

template <class Family>
std::vector<std::string> FamilyTranscript<Family>::call(const Line& line, transcript::Call& call,
                                                        std::span<const transcript::Effect* const> effects) {
  begin_line(line.at);
  const Command command = Notation::read_call(source_, call, state_, memory_);
  const Said transcript = said_of_call(command, call, effects);
  const bool asks_result = Notation::returns_something(command) && !call.result;
  const bool asks_effects = boot_.all_effects && !transcript.effects;

  auto outcome = Family::step(boot_.boot, std::move(state_), command);
  state_ = std::move(outcome.state);
  because_ = std::move(outcome.because);
  ++replayed_.calls;
  replayed_.coverage.note(because_);
  const std::string result = Notation::notation(command, outcome.result);
  if (options_.explain) explain(line.at, call, result, outcome.effects);

  // The model's results are compared in any case: what the calls that follow mean depends on them.
  Said model{result, std::nullopt};
  if (options_.model && transcript.effects) model.effects = outcome.effects;
  compare(line.at, call, transcript, model, the_transcript, the_model);

  if (is_alive(line)) {
    const auto answer = apply(line, command);
    const Said implementation{Notation::notation(command, answer.result), answer.effects};
    compare(line.at, call, transcript, implementation, the_transcript, the_implementation);
    Said unsaid;
    if (!transcript.result) unsaid.result = result;
    if (asks_effects) unsaid.effects = outcome.effects;
    compare(line.at, call, unsaid, implementation, the_model, the_implementation);
  }
  if (!agrees()) return {};

  Notation::remember(memory_, command, outcome.result, line.at);
  if (Family::ends_everything(outcome.result)) ended_ = line.at;
  if (asks_result) {
    call.result = transcript::Result{{}, Notation::values_of_result(result), std::nullopt};
    ++replayed_.filled;
  }
  std::vector<std::string> added;
  if (asks_effects)
    for (const auto& effect : outcome.effects) added.push_back(Notation::notation(effect));
  return added;
}

template <class Family>
void FamilyTranscript<Family>::query(const Line& line, transcript::Query& query) {
  begin_line(line.at);
  const auto question = Notation::read_query(source_, query, state_, memory_);
  const bool asks = query.lines.empty() && !query.empty;
  Lines transcript;
  for (const auto& said : query.lines) transcript.push_back(without_blanks_at_end(said.text));

  const Lines model = Notation::answer(question, state_);
  if (options_.model && !asks) compare(line.at, query, transcript, model, the_transcript, the_model);
  if (is_alive(line)) {
    const Lines implementation = Notation::answer(question, implementation_->observe());
    compare(line.at, query, asks ? model : transcript, implementation, asks ? the_model : the_transcript,
            the_implementation);
  }
  if (!asks || !agrees()) return;
  for (const std::string& answered : model) query.lines.push_back({{}, answered});
  ++replayed_.filled;
}

// ---- Parts of a line ------------------------------------------------------------------------------------------

template <class Family>
void FamilyTranscript<Family>::begin_line(Position at) {
  if (ended_)
    throw source_.error(
        {.at = at,
         .message = fmt::format("nothing is defined after the usage error in line {}", ended_->line),
         .expected = "`boot`, a comment, or the end of the file",
         .found = in_backticks(source_.line(at.line))});
  if (options_.progress) options_.progress(at);
}

/// True if there is an implementation to carry the line out.
template <class Family>
bool FamilyTranscript<Family>::is_alive(const Line& line) {
  if (implementation_ == nullptr) return false;
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
template <class Family>
typename Subject<Family>::Answer FamilyTranscript<Family>::apply(const Line& line, const Command& command) const {
  try {
    return implementation_->apply(command);
  } catch (const std::length_error& error) {
    throw source_.error({.at = line.at,
                         .message = fmt::format("the implementation cannot carry this out: {}", error.what()),
                         .expected = Notation::what_fits,
                         .found = in_backticks(source_.line(line.at.line)),
                         .hint = "--subject model"});
  }
}

template <class Family>
typename FamilyTranscript<Family>::Said FamilyTranscript<Family>::said_of_call(
    const Command& command, const transcript::Call& call,
    std::span<const transcript::Effect* const> effects) const {
  Said said;
  if (call.result) said.result = Notation::read_result(source_, command, *call.result);
  // With effects=all a call without any says that it has none; but a question does not.
  const bool is_question = Notation::returns_something(command) ? !call.result : is_script_;
  if (effects.empty() && (!boot_.all_effects || is_question)) return said;
  said.effects.emplace();
  for (const transcript::Effect* effect : effects)
    said.effects->push_back(Notation::read_effect(source_, effect->call));
  return said;
}

template <class Family>
void FamilyTranscript<Family>::explain(Position at, const transcript::Call& call, const std::string& result,
                                       const Effects& effects) {
  Explanation explanation{at, text_of(call), result, {}, because_};
  for (const auto& effect : effects) explanation.effects.push_back(Notation::notation(effect));
  replayed_.explanations.push_back(std::move(explanation));
}

template <class Family>
std::vector<std::string> FamilyTranscript<Family>::effect_lines(const Effects& effects) {
  Lines lines;
  lines.reserve(effects.size());
  for (const auto& effect : effects) lines.push_back("| " + Notation::notation(effect));
  if (lines.empty()) lines.emplace_back("(no effects)");
  return lines;
}

/// Of what both speak of.
template <class Family>
void FamilyTranscript<Family>::compare(Position at, const transcript::Call& call, const Said& expected,
                                       const Said& found, const char* reference, const char* subject) {
  using enum Disagreement::About;
  if (expected.result && found.result && *expected.result != *found.result) {
    add({.about = Disagreement::About::result,
         .at = at,
         .line = text_of(call),
         .reference = reference,
         .subject = subject,
         .expected = result_lines(*expected.result),
         .found = result_lines(*found.result),
         .field = Notation::field_of_results(*expected.result, *found.result),
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

template <class Family>
void FamilyTranscript<Family>::compare(Position at, const transcript::Query& query, const Lines& expected,
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
template <class Family>
void FamilyTranscript<Family>::add(Disagreement disagreement) {
  for (Disagreement& other : replayed_.disagreements) {
    if (other.subject == disagreement.subject) return;
    if (other.about != disagreement.about || other.found != disagreement.found) continue;
    other.subject = "model and implementation";
    return;
  }
  replayed_.disagreements.push_back(std::move(disagreement));
}

}  // namespace

std::unique_ptr<Transcript> begin_transcript(const transcript::Source& source, const Options& options,
                                             const Line& line, const transcript::Boot& boot, bool is_script) {
  return std::make_unique<FamilyTranscript<SlabFamily>>(source, options, line, boot, is_script);
}

}  // namespace refmm::replay
