#include <refmm/spec/notation_values.hpp>
#include <refmm/tests/complaint.hpp>
#include <refmm/tests/replay_buddy.hpp>
#include <refmm/tests/replay_comparison.hpp>
#include <refmm/tests/replay_family_transcript.hpp>
#include <refmm/tests/replay_fault.hpp>
#include <refmm/tests/replay_kernel_map.hpp>
#include <refmm/tests/replay_malloc.hpp>
#include <refmm/tests/replay_since.hpp>
#include <refmm/tests/replay_slab.hpp>
#include <refmm/tests/replay_transcript.hpp>
#include <refmm/tests/replay_vma.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace refmm::replay {

using transcript::Line;

namespace {

constexpr const char* the_transcript = "transcript";
constexpr const char* the_model = "model";
constexpr const char* the_corrected_model = "corrected model";
constexpr const char* the_implementation = "implementation";

/// What the transcript has under a query.
std::vector<std::string> said_of_query(const transcript::Query& query) {
  std::vector<std::string> said;
  for (const auto& [at, text] : query.lines) said.push_back(text.substr(0, text.find_last_not_of(' ') + 1));
  return said;
}

}  // namespace

// ---- Lines ----------------------------------------------------------------------------------------------------

template <class Family>
FamilyTranscript<Family>::FamilyTranscript(const transcript::Source& source, const Options& options,
                                           const Line& line, const transcript::Boot& boot, bool is_script)
    : source_(source),
      options_(options),
      implementation_(Notation::subject(options)),
      is_script_(is_script),
      boot_(Notation::read_boot(source, line, boot)),
      model_{boot_.boot},
      replayed_{.boot = line.at} {
  begin_line(line.at);
  const auto corrected = Notation::corrected(boot_.boot);
  if (corrected && options_.profile == Profile::corrected) {
    other_.emplace(std::exchange(model_, {*corrected}));
  } else if (corrected && implementation_ != nullptr) {
    other_.emplace(Model<Family>{*corrected});
  }
  replayed_.coverage.note(model_.because);
  if (other_) note_defects(line.at, (options_.profile == Profile::corrected ? *other_ : model_).because);
  if (is_alive(line)) {
    implementation_->reset(corrected.value_or(boot_.boot));
    add_complaint(line);
  }
}

template <class Family>
void FamilyTranscript<Family>::set(const Line& line, const transcript::Set& set) {
  begin_line(line.at);
  const Command knobs = Notation::read_set(source_, line, set);
  step_model(knobs, knobs, line.at);
  if (is_alive(line)) implementation_->apply(knobs);
}

template <class Family>
std::vector<std::string> FamilyTranscript<Family>::call(const Line& line, transcript::Call& call,
                                                        std::span<const transcript::Effect* const> effects) {
  begin_line(line.at);
  const Command command = Notation::read_call(source_, call, model_.state, memory_);
  const Said<Family> transcript = said_of_call(command, call, effects);

  const Command for_other = for_corrected(command);
  const Answer model = step_model(command, for_other, line.at);
  ++replayed_.calls;
  const std::string result = Notation::notation(command, model.result);
  if (options_.explain) explain(line.at, call, result, model);

  // The model's results are compared in any case: what the calls that follow mean depends on them.
  Said<Family> said_by_model{result, std::nullopt};
  if (options_.model && transcript.effects) said_by_model.effects = model.effects;
  add(replayed_.disagreements,
      disagreement_of(line.at, call, {the_transcript, the_model, model_.because}, transcript, said_by_model));
  if (is_alive(line)) compare_call(line, call, for_other, transcript, model);
  if (!agrees()) return {};
  // Where the corrected kernel notices misuse that 2.4.0 lets pass, it comes to its end, and the implementation with it.
  if (other_ && options_.profile == Profile::as_built && Family::ends_everything(answer_of_other_.result)) {
    other_.reset();
    has_left_implementation_ = std::exchange(implementation_, nullptr) != nullptr;
  } else if (has_left_implementation_) {
    ++replayed_.parting->left_out;
  }
  if (is_apart_ && other_) {
    is_apart_ = !Notation::same(model_.state, other_->state);
    if constexpr (requires { Notation::forget_corrected(memory_); }) {
      if (!is_apart_) Notation::forget_corrected(memory_);
    }
  }

  Notation::remember(memory_, command, model.result, line.at);
  if (Family::ends_everything(model.result)) ended_ = line.at;
  if (!result.empty() && !call.result) {
    call.result = transcript::Result{{}, Notation::values_of_result(result), std::nullopt};
    ++replayed_.filled;
  }
  Lines added;
  const bool breaks_off = call.result && transcript::ending(*call.result) != nullptr;
  if (boot_.all_effects && !transcript.effects && !breaks_off)
    std::ranges::transform(model.effects, std::back_inserter(added),
                           [](const auto& effect) { return Notation::notation(effect); });
  return added;
}

template <class Family>
void FamilyTranscript<Family>::query(const Line& line, transcript::Query& query) {
  begin_line(line.at);
  const auto question = Notation::read_query(source_, query, model_.state, memory_);
  const bool asks = query.lines.empty() && !query.empty;
  const Lines model = Notation::answer(question, model_.state);
  if (options_.model && !asks)
    add(replayed_.disagreements,
        disagreement_of(line.at, query, {the_transcript, the_model, model_.because}, said_of_query(query), model));
  if (is_alive(line)) compare_query(line, query, question, model);
  if constexpr (requires { Notation::draws(question); }) {
    if (Notation::draws(question)) draw_once(line.at, text_of(query));
  }
  if (!asks || !agrees()) return;
  for (const std::string& answered : model) query.lines.push_back({{}, answered});
  if (model.empty()) query.empty.emplace();
  ++replayed_.filled;
}

template <class Family>
void FamilyTranscript<Family>::draw(const Line& comment) {
  if (!ended_) add_picture(comment.at, "");
}

template <class Family>
Replayed FamilyTranscript<Family>::take() {
  if (!ended_) draw_once(here_, "");
  return std::move(replayed_);
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
  here_ = at;
  if (options_.progress) options_.progress(at);
}

/// True if there is an implementation to carry the line out.
template <class Family>
bool FamilyTranscript<Family>::is_alive(const Line& line) {
  if (implementation_ == nullptr) return false;
  if (!options_.death || options_.death->at != line.at) return true;
  add(replayed_.disagreements, Disagreement{.about = Disagreement::About::end,
                                            .at = line.at,
                                            .line = text_of(line),
                                            .reference = the_transcript,
                                            .subject = the_implementation,
                                            .expected = {"(it goes on)"},
                                            .found = {fmt::format("({})", options_.death->how)},
                                            .field = {"the subject", "goes on", options_.death->how},
                                            .because = model_.because});
  return false;
}

/// Adds what a foreign subject has to complain of itself. Returns whether there was something.
template <class Family>
bool FamilyTranscript<Family>::add_complaint(const Line& line) {
  const Complaint* const complaint = complaint_about(*implementation_);
  if (complaint == nullptr) return false;
  const auto& [path, expected, found] = complaint->difference;
  add(replayed_.disagreements, Disagreement{.about = Disagreement::About::end,
                                            .at = line.at,
                                            .line = text_of(line),
                                            .reference = the_model,
                                            .subject = the_implementation,
                                            .expected = {fmt::format("({}: {})", path, expected)},
                                            .found = {fmt::format("({}: {})", path, found)},
                                            .field = complaint->difference,
                                            .because = model_.because});
  return true;
}

/// What a command of a recording means to the corrected kernel while that goes its own way: what 2.4.0 was given there has another name.
template <class Family>
typename Family::Command FamilyTranscript<Family>::for_corrected(const Command& command) const {
  if constexpr (requires { Notation::for_corrected(command, memory_); }) {
    if (is_beside_corrected()) return Notation::for_corrected(command, memory_);
  }
  return command;
}

/// What the model makes of a command, and beside it the other profile of what that is to it.
template <class Family>
typename Subject<Family>::Answer FamilyTranscript<Family>::step_model(const Command& command,
                                                                      const Command& for_other, Position at) {
  Answer answer = model_.step(command);
  is_drawn_ = false;
  replayed_.coverage.note(model_.because);
  if (other_) step_other(for_other, at);
  if constexpr (requires { Notation::remember_corrected(memory_, command, answer.result, answer.result); }) {
    if (other_ && is_beside_corrected())
      Notation::remember_corrected(memory_, command, answer.result, answer_of_other_.result);
  }
  return answer;
}

/// The other profile. The two part at a call that a defect decides, until they are in the same state again.
template <class Family>
void FamilyTranscript<Family>::step_other(const Command& command, Position at) {
  answer_of_other_ = other_->step(command);
  const bool is_as_built = options_.profile == Profile::corrected;
  if (!is_apart_) note_defects(at, (is_as_built ? *other_ : model_).because);
  // Where 2.4.0 as built comes to its end, a corrected model goes on alone.
  if (is_as_built && Family::ends_everything(answer_of_other_.result)) other_.reset();
}

template <class Family>
void FamilyTranscript<Family>::note_defects(Position at, const Because& as_built) {
  for (const ClauseRef clause : as_built) {
    if (clause->kind != ClauseKind::defect) continue;
    is_apart_ = true;
    if (!replayed_.parting) replayed_.parting = Parting{.at = at};
    auto& defects = replayed_.parting->defects;
    if (std::ranges::find(defects, clause) == defects.end()) defects.push_back(clause);
  }
}

/// True if the implementation is to do what the corrected model does, and not what the transcript has.
template <class Family>
bool FamilyTranscript<Family>::is_beside_corrected() const {
  return is_apart_ && options_.profile == Profile::as_built;
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
void FamilyTranscript<Family>::compare_call(const Line& line, const transcript::Call& call, const Command& command,
                                            const Said<Family>& transcript, const Answer& model) {
  const Answer answer = apply(line, command);
  if (add_complaint(line)) return;
  const Said<Family> implementation{Notation::notation(command, answer.result), answer.effects};
  const auto compare = [&](const Sides& sides, const Said<Family>& expected) {
    add(replayed_.disagreements, disagreement_of(line.at, call, sides, expected, implementation));
  };
  if (is_beside_corrected()) {
    ++replayed_.parting->calls;
    compare({the_corrected_model, the_implementation, other_->because},
            {Notation::notation(command, answer_of_other_.result), answer_of_other_.effects});
    return;
  }
  compare({the_transcript, the_implementation, model_.because}, transcript);
  Said<Family> unsaid;
  if (!transcript.result) unsaid.result = Notation::notation(command, model.result);
  if (boot_.all_effects && !transcript.effects) unsaid.effects = model.effects;
  compare({the_model, the_implementation, model_.because}, unsaid);
}

template <class Family>
void FamilyTranscript<Family>::compare_query(const Line& line, const transcript::Query& query,
                                             const typename Notation::Question& question, const Lines& model) {
  const Model<Family>& beside = is_beside_corrected() ? *other_ : model_;
  auto seen = implementation_->observe();
  if constexpr (requires { Notation::with_leftovers_of(beside.kernel, beside.state, seen); })
    seen = Notation::with_leftovers_of(beside.kernel, beside.state, std::move(seen));
  if (Notation::shows_lookup(question)) {
    seen = Notation::with_lookup_of(beside.state, std::move(seen));
    ++replayed_.lookups_of_model;
  }
  const Lines implementation = Notation::answer(question, seen);
  const bool asks = query.lines.empty() && !query.empty;
  const auto compare = [&](const char* reference, const Lines& expected) {
    add(replayed_.disagreements, disagreement_of(line.at, query, {reference, the_implementation, beside.because},
                                                 expected, implementation));
  };
  if (is_beside_corrected()) return compare(the_corrected_model, Notation::answer(question, beside.state));
  if (asks) return compare(the_model, model);
  compare(the_transcript, said_of_query(query));
}

template <class Family>
Said<Family> FamilyTranscript<Family>::said_of_call(const Command& command, const transcript::Call& call,
                                                    std::span<const transcript::Effect* const> effects) const {
  Said<Family> said;
  if (call.result)
    said.result = Notation::read_result(source_, command, *call.result);
  else if (!Notation::returns_something(command) && !is_script_)
    said.result = "";
  // With effects=all a call without any says that it has none; but a question does not, nor does a recording that broke
  // off at an assertion: the recorder had no time to write them.
  const bool is_question = Notation::returns_something(command) ? !call.result : is_script_;
  const bool broke_off = call.result && transcript::ending(*call.result) != nullptr;
  if (effects.empty() && (!boot_.all_effects || is_question || broke_off)) return said;
  said.effects.emplace();
  for (const transcript::Effect* effect : effects)
    said.effects->push_back(Notation::read_effect(source_, effect->call));
  return said;
}

/// The model's state, if pictures were asked for. Of queries that follow each other the first shows it.
template <class Family>
void FamilyTranscript<Family>::draw_once(Position at, std::string of) {
  if (options_.picture && !std::exchange(is_drawn_, true)) add_picture(at, std::move(of));
}

/// The model's state, if it is of a family that can be drawn.
template <class Family>
void FamilyTranscript<Family>::add_picture(Position at, std::string of) {
  if constexpr (requires { Notation::picture(model_.state, model_.kernel); })
    replayed_.pictures.push_back(
        {at, std::move(of), Notation::picture(model_.state, model_.kernel), Notation::inks});
}

template <class Family>
void FamilyTranscript<Family>::explain(Position at, const transcript::Call& call, const std::string& result,
                                       const Answer& model) {
  Explanation explanation{at, text_of(call), result, {}, model_.because};
  for (const auto& effect : model.effects) explanation.effects.push_back(Notation::notation(effect));
  replayed_.explanations.push_back(std::move(explanation));
}

std::unique_ptr<Transcript> begin_transcript(const transcript::Source& source, const Options& options,
                                             const Line& line, const transcript::Boot& boot, bool is_script) {
  const auto begin = [&]<class Family>(std::type_identity<Family>) -> std::unique_ptr<Transcript> {
    return std::make_unique<FamilyTranscript<Family>>(source, options, line, boot, is_script);
  };
  const transcript::Value* family = reading::setting(boot.settings, "family");
  const std::string_view name = family == nullptr ? SlabFamily::name : std::string_view(family->text);
  if (name == BuddyFamily::name) return begin(std::type_identity<BuddyFamily>());
  if (name == KernelMapFamily::name) return begin(std::type_identity<KernelMapFamily>());
  if (name == SlabFamily::name) return begin(std::type_identity<SlabFamily>());
  if (name == VmaFamily::name) return begin(std::type_identity<VmaFamily>());
  if (name == FaultFamily::name) return begin(std::type_identity<FaultFamily>());
  if (name == MallocFamily::name) return begin(std::type_identity<MallocFamily>());
  if (name == SinceFamily::name) return begin(std::type_identity<SinceFamily>());
  throw reading::unexpected(source, *family,
                            fmt::format("family {} cannot be replayed yet", in_backticks(family->text)),
                            fmt::format("a family that can: {}, {}, {}, {}, {}, {}, {}", BuddyFamily::name,
                                        FaultFamily::name, KernelMapFamily::name, MallocFamily::name,
                                        SinceFamily::name, SlabFamily::name, VmaFamily::name));
}

}  // namespace refmm::replay
