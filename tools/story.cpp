#include <refmm/spec/notation_values.hpp>
#include <refmm/tests/replay_buddy.hpp>
#include <refmm/tests/replay_comparison.hpp>
#include <refmm/tests/replay_family_transcript.hpp>
#include <refmm/tests/replay_fault.hpp>
#include <refmm/tests/replay_kernel_map.hpp>
#include <refmm/tests/replay_malloc.hpp>
#include <refmm/tests/replay_slab.hpp>
#include <refmm/tests/replay_vma.hpp>
#include <refmm/tools/story.hpp>
#include <refmm/tools/story_head.hpp>
#include <refmm/tools/story_pictures.hpp>
#include <refmm/tools/story_subject.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace refmm::story {

using transcript::Line;

namespace {

constexpr std::string_view mark_of_subject = "# !";
constexpr std::size_t margin_of_notes = 5;  // columns before what a comment says of the call above it

/// The clauses that decided, each once.
Because each_once(const Because& because) {
  Because names;
  for (const ClauseRef clause : because) {
    if (std::ranges::find(names, clause) == names.end()) names.push_back(clause);
  }
  return names;
}

/// A transcript of one family, told line by line.
template <class Family>
class Telling {
 public:
  Telling(const transcript::Source& source, const Options& options, replay::Profile profile, Gallery& gallery,
          std::span<const Line> lines, const replay::Replayed& replayed)
      : source_(source),
        options_(options),
        gallery_(gallery),
        lines_(lines),
        replayed_(replayed),
        kernel_(boot_of(profile)) {
    section_.family = Family::name;
    if constexpr (requires { Notation::inks; }) section_.inks = Notation::inks;
  }

  Section tell() {
    because_ = Family::because_of_boot(kernel_);
    add_step(lines_.front().at.line, "boot " + settings_of(std::get<transcript::Boot>(lines_.front().content)));
    for (const Line& line : lines_.subspan(1)) {
      if (is_over(line)) break;
      std::visit([&](const auto& content) { carry_out(line, content); }, line.content);
    }
    std::ranges::move(lead_, std::back_inserter(section_.steps.back().notes));
    section_.left_out = replayed_.not_compared;
    if (Subject<Family>* subject = Notation::subject(subject_options())) put_beside(*subject);
    if (!section_.failure && !replayed_.agrees()) tell_of(replayed_.disagreements.front());
    return std::move(section_);
  }

 private:
  using Notation = replay::NotationOf<Family>;
  using Command = typename Family::Command;

  typename Family::Boot boot_of(replay::Profile profile) const {
    const auto boot =
        Notation::read_boot(source_, lines_.front(), std::get<transcript::Boot>(lines_.front().content)).boot;
    return profile == replay::Profile::corrected ? Notation::corrected(boot).value_or(boot) : boot;
  }

  replay::Options subject_options() const { return {.implementation = options_.subject}; }

  /// Behind the line at which the replay saw a difference nothing is carried out.
  bool is_over(const Line& line) const {
    return !replayed_.agrees() && line.at.line > replayed_.disagreements.front().at.line;
  }

  static std::string settings_of(const transcript::Boot& boot) {
    std::string text;
    for (const auto& [key, values] : boot.settings) {
      text += (text.empty() ? "" : " ") + key.text + '=';
      for (std::size_t i = 0; i < values.size(); ++i) text += (i == 0 ? "" : ",") + values[i].text;
    }
    return text;
  }

  void carry_out(const Line&, const transcript::Blank&) {}
  void carry_out(const Line&, const transcript::Boot&) {}
  void carry_out(const Line&, const transcript::Effect&) {}

  void carry_out(const Line&, const transcript::Comment& comment) {
    const std::string_view text = comment.text;
    if (text.starts_with(mark_of_subject)) return;
    const std::size_t begin = text.find_first_not_of("# ");
    if (begin == text.npos) return;
    auto& comments = begin >= margin_of_notes ? section_.steps.back().notes : lead_;
    comments.emplace_back(text.substr(begin));
  }

  void carry_out(const Line& line, const transcript::Set& set) {
    step(line, Notation::read_set(source_, line, set), transcript::print(line));
  }

  void carry_out(const Line& line, const transcript::Call& call) {
    step(line, Notation::read_call(source_, call, state_, memory_), replay::text_of(call));
  }

  void carry_out(const Line& line, const transcript::Query& query) {
    if (ended_) return;
    const auto question = Notation::read_query(source_, query, state_, memory_);
    section_.steps.back().asked.push_back({replay::text_of(line), Notation::answer(question, state_)});
  }

  void step(const Line& line, const Command& command, std::string text) {
    auto outcome = Family::step(kernel_, std::move(state_), command);
    state_ = std::move(outcome.state);
    because_ = std::move(outcome.because);
    ended_ = Family::ends_everything(outcome.result);
    commands_.push_back(command);
    Notation::remember(memory_, command, outcome.result, line.at);
    add_step(line.at.line, std::move(text));
    Step& step = section_.steps.back();
    step.result = Notation::notation(command, outcome.result);
    for (const auto& effect : outcome.effects) step.effects.push_back(Notation::notation(effect));
  }

  void add_step(std::uint32_t line, std::string call) {
    Step step{
        .line = line, .call = std::move(call), .because = each_once(because_), .lead = std::exchange(lead_, {})};
    if (gallery_.size() > options_.most_bytes) {
      ++section_.undrawn;
    } else if (!ended_) {
      step.picture = gallery_.hang(picture_of(state_, kernel_));
    }
    if constexpr (requires { Notation::picture(state_, kernel_); }) {
      if (options_.drawings && !ended_) step.drawing = Notation::picture(state_, kernel_);
    }
    section_.steps.push_back(std::move(step));
  }

  /// Carries the same out on the subject.
  void put_beside(Subject<Family>& subject) {
    auto seen = carry_out_on_subject(subject);
    if (!seen) {
      if (replayed_.agrees()) section_.remark = "The subject agrees with the reference to the end.";
      return;
    }
    Failure failure{.step = seen->commands,
                    .headline = std::move(seen->headline),
                    .clause = std::move(seen->clause),
                    .law = std::move(seen->law),
                    .field = std::move(seen->field),
                    .expected = std::move(seen->expected),
                    .found = std::move(seen->found),
                    .drawing = std::move(seen->drawing)};
    if (seen->picture) failure.picture = gallery_.hang(*seen->picture);
    section_.failure = std::move(failure);
    const auto is_call = [](const Step& left) { return !left.call.starts_with("set "); };
    const auto behind = std::span(section_.steps).subspan(seen->commands + 1);
    section_.left_out += static_cast<std::size_t>(std::ranges::count_if(behind, is_call));
    section_.steps.resize(seen->commands + 1);
  }

  std::optional<Seen> carry_out_on_subject(Subject<Family>& subject) const {
    return story::carry_out<Family>(kernel_, commands_, subject, options_.drawings);
  }

  /// What the replay found: the transcript and the model differ.
  void tell_of(const replay::Disagreement& disagreement) {
    const auto& [path, expected, found] = disagreement.field;
    Failure failure{
        .step = section_.steps.size() - 1,
        .headline = fmt::format("The {} and the {} differ.", disagreement.reference, disagreement.subject),
        .field = fmt::format("{} is {} in the {}, {} in the {}", path, expected, disagreement.reference, found,
                             disagreement.subject),
        .reference = disagreement.reference,
        .subject = disagreement.subject};
    const bool is_block = disagreement.about == replay::Disagreement::About::block;
    const auto side = [&](const std::vector<std::string>& lines) {
      std::vector<std::string> text{disagreement.line};
      for (const std::string& line : lines) text.push_back(is_block ? "  " + line : line);
      return text;
    };
    failure.expected = side(disagreement.expected);
    failure.found = side(disagreement.found);
    section_.failure = std::move(failure);
  }

  const transcript::Source& source_;
  const Options& options_;
  Gallery& gallery_;
  std::span<const Line> lines_;
  const replay::Replayed& replayed_;
  typename Family::Boot kernel_;
  typename Family::State state_ = Family::boot(kernel_);
  typename Notation::Memory memory_ = replay::begin_memory<typename Notation::Memory>(kernel_);
  Because because_{};
  bool ended_ = false;
  std::vector<std::string> lead_{};  // comments for the step to come
  std::vector<Command> commands_{};
  Section section_{};
};

Section tell_section(const transcript::Source& source, const Options& options, replay::Profile profile,
                     Gallery& gallery, std::span<const Line> lines, const replay::Replayed& replayed) {
  const auto tell_as = [&]<class Family>(std::type_identity<Family>) {
    return Telling<Family>(source, options, profile, gallery, lines, replayed).tell();
  };
  const auto& boot = std::get<transcript::Boot>(lines.front().content);
  const transcript::Value* family = reading::setting(boot.settings, "family");
  const std::string_view name = family == nullptr ? SlabFamily::name : std::string_view(family->text);
  if (name == BuddyFamily::name) return tell_as(std::type_identity<BuddyFamily>());
  if (name == KernelMapFamily::name) return tell_as(std::type_identity<KernelMapFamily>());
  if (name == VmaFamily::name) return tell_as(std::type_identity<VmaFamily>());
  if (name == FaultFamily::name) return tell_as(std::type_identity<FaultFamily>());
  if (name == MallocFamily::name) return tell_as(std::type_identity<MallocFamily>());
  return tell_as(std::type_identity<SlabFamily>());
}

/// What the file says of a subject that is not at hand, at the last call of its last transcript.
void tell_of(const Head& head, Section& section) {
  Failure failure{
      .step = section.steps.size() - 1,
      .headline = head.sentences.empty() ? "The subject differs from the reference." : head.sentences.front(),
      .clause = head.field("clause"),
      .law = head.field("law"),
      .field = head.field("field"),
      .found = head.found};
  const Step& last = section.steps.back();
  const bool is_block = !head.found.empty() && head.found.front().find(':') == head.found.front().rfind(':') &&
                        (head.found.front().ends_with(':') || head.found.front().ends_with(": (empty)"));
  if (is_block && !last.asked.empty()) {
    failure.expected.push_back(last.asked.back().query);
    for (const std::string& line : last.asked.back().lines) failure.expected.push_back("  " + line);
    failure.abridged = true;
  } else if (!head.found.empty()) {
    if (head.found.front().starts_with('|') || head.found.front() == "(no effects)") {
      for (const std::string& effect : last.effects) failure.expected.push_back("| " + effect);
    } else {
      failure.expected.push_back(last.call + (last.result.empty() ? "" : " = " + last.result));
    }
  }
  section.failure = std::move(failure);
}

/// The kernel that the model is to be.
replay::Profile profile_of(const Options& options, const Head& head) {
  const auto& [buddy, slab, kernel_map, vma, fault, malloc, since] = options.subject;
  if (options.profile) return *options.profile;
  if (head.is_of_counterexample())
    return option_in(head.field("replay"), "--profile") == "corrected" ? replay::Profile::corrected
                                                                       : replay::Profile::as_built;
  return buddy || slab || kernel_map || vma || fault || malloc || since ? replay::Profile::corrected
                                                                        : replay::Profile::as_built;
}

}  // namespace

bool Story::agrees() const {
  return std::ranges::none_of(sections, [](const Section& section) { return section.failure.has_value(); });
}

std::string headline(const Story& story) {
  std::size_t calls = 0, failures = 0;
  const Failure* first = nullptr;
  for (const Section& section : story.sections) {
    calls += section.steps.size() - 1;
    failures += section.failure ? 1 : 0;
    if (section.failure && first == nullptr) first = &*section.failure;
  }
  const std::string what = fmt::format("{}, {}", to_scale::counted(story.sections.size(), "transcript"),
                                       to_scale::counted(calls, "step"));
  if (first == nullptr) return what + ": no difference.";
  return failures == 1 ? first->headline : fmt::format("{}: {} differ.", what, failures);
}

Story tell(const transcript::Source& source, const Options& options) {
  transcript::File file = transcript::parse(source);
  const Head head = read_head(file);
  const replay::Profile profile = profile_of(options, head);
  // What the transcript asks is filled in, and whatever is wrong with it is said here.
  const replay::Report report = replay::run(std::move(file), {.profile = profile});
  const std::span<const Line> lines = report.file.lines;

  Story story{.file = source.file(),
              .preface = head.sentences,
              .replay = head.field("replay"),
              .sections = {},
              .gallery = {}};
  std::size_t boot = 0;
  for (const replay::Replayed& replayed : report.transcripts) {
    while (!std::holds_alternative<transcript::Boot>(lines[boot].content)) ++boot;
    std::size_t end = boot + 1;
    while (end < lines.size() && !std::holds_alternative<transcript::Boot>(lines[end].content)) ++end;
    story.sections.push_back(tell_section(*report.file.source, options, profile, story.gallery,
                                          lines.subspan(boot, end - boot), replayed));
    boot = end;
  }
  Section& last = story.sections.back();
  if (head.is_of_counterexample() && !last.failure && last.remark.empty()) tell_of(head, last);
  return story;
}

std::string html(const std::string& file_name, const std::string& transcript, const Options& options) {
  return html(tell(transcript::Source(file_name, transcript), options));
}

}  // namespace refmm::story
