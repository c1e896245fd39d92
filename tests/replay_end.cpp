#include <refmm/spec/notation_values.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/replay_comparison.hpp>
#include <refmm/tests/replay_end.hpp>
#include <refmm/tests/replay_fault.hpp>
#include <refmm/tests/replay_kernel_map.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <ranges>
#include <string_view>
#include <utility>
#include <variant>

namespace refmm::replay {
namespace {

using transcript::Line;
using transcript::Source;

/// The file with its last transcript alone.
transcript::File last_transcript(transcript::File file) {
  const auto boot = std::ranges::find_if(file.lines | std::views::reverse, [](const Line& line) {
    return std::holds_alternative<transcript::Boot>(line.content);
  });
  file.lines.erase(file.lines.begin(), std::prev(boot.base()));
  return file;
}

/// The name of the family that a boot line names; empty for the one that goes without saying.
std::string_view family_of(const Line& line) {
  const auto& boot = std::get<transcript::Boot>(line.content);
  const transcript::Value* family = reading::setting(boot.settings, "family");
  return family == nullptr ? std::string_view() : std::string_view(family->text);
}

InputError other_family(const Source& source, const Line& line) {
  const auto& boot = std::get<transcript::Boot>(line.content);
  const transcript::Value* family = reading::setting(boot.settings, "family");
  return source.error({.at = family == nullptr ? line.at : family->at,
                       .message = "only transcripts of the kernel and fault families have page tables",
                       .expected = "`boot family=kernel ...` or `boot family=fault ...`",
                       .found = in_backticks(source.line(line.at.line))});
}

/// The state at the end is the model's: it says something of the transcript only where both agree.
void check_agreement(const transcript::File& file) {
  const Report report = run(file, {});
  const Replayed& replayed = report.transcripts.back();
  if (replayed.agrees()) return;
  const Disagreement& first = replayed.disagreements.front();
  throw file.source->error({.at = first.at,
                            .message = "the transcript and the model differ here",
                            .expected = "a transcript that agrees with 2.4.0 as it was built",
                            .found = fmt::format("{}: {}", first.field.path, in_backticks(first.field.expected)),
                            .hint = fmt::format("refmm run {}", file.source->file())});
}

/// One line after the other, carried out on the model.
template <class Family>
class Steps {
 public:
  Steps(const Source& source, End<Family>& end) : source_(source), end_(end), memory_(begin_memory(end.boot)) {}

  void operator()(const Line& line) {
    if (const auto* set = std::get_if<transcript::Set>(&line.content)) {
      step(line.at, Notation::read_set(source_, line, *set));
    } else if (const auto* call = std::get_if<transcript::Call>(&line.content)) {
      step(line.at, Notation::read_call(source_, *call, end_.state, memory_));
    }
    if (!std::holds_alternative<transcript::Blank>(line.content)) end_.at = line.at;
  }

 private:
  using Notation = NotationOf<Family>;
  using Memory = typename Notation::Memory;

  static Memory begin_memory(const typename Family::Boot& boot) {
    if constexpr (std::constructible_from<Memory, const typename Family::Boot&>)
      return Memory(boot);
    else
      return Memory{};
  }

  void step(Position at, const typename Family::Command& command) {
    auto outcome = Family::step(end_.boot, std::move(end_.state), command);
    if (Family::ends_everything(outcome.result))
      throw source_.error({.at = at,
                           .message = "nothing is defined behind this call, no translation either",
                           .expected = "a transcript without `BUG`, `OOPS` and `HANG`",
                           .found = in_backticks(source_.line(at.line))});
    end_.state = std::move(outcome.state);
    Notation::remember(memory_, command, outcome.result, at);
  }

  const Source& source_;
  End<Family>& end_;
  Memory memory_;
};

template <class Family>
End<Family> end_in_family(const transcript::File& file) {
  const Source& source = *file.source;
  const Line& line = file.lines.front();
  const auto boot = NotationOf<Family>::read_boot(source, line, std::get<transcript::Boot>(line.content)).boot;
  End<Family> end{line.at, boot, Family::boot(boot)};
  std::ranges::for_each(file.lines, Steps<Family>(source, end));
  return end;
}

}  // namespace

AnyEnd end_of(transcript::File file) {
  const transcript::File last = last_transcript(std::move(file));
  const Line& line = last.lines.front();
  const std::string_view family = family_of(line);
  if (family != KernelMapFamily::name && family != FaultFamily::name) throw other_family(*last.source, line);
  check_agreement(last);
  if (family == KernelMapFamily::name) return end_in_family<KernelMapFamily>(last);
  return end_in_family<FaultFamily>(last);
}

}  // namespace refmm::replay
