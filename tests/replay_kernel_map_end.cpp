#include <refmm/spec/notation_values.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/replay_comparison.hpp>
#include <refmm/tests/replay_kernel_map.hpp>
#include <refmm/tests/replay_kernel_map_end.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <utility>
#include <variant>

namespace refmm::replay {
namespace {

using KernelMap = NotationOf<KernelMapFamily>;
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

void check_family(const Source& source, const Line& line) {
  const auto& boot = std::get<transcript::Boot>(line.content);
  const transcript::Value* family = reading::setting(boot.settings, "family");
  if (family != nullptr && family->text == KernelMapFamily::name) return;
  throw source.error({.at = family == nullptr ? line.at : family->at,
                      .message = "only transcripts of the kernel family have page directories",
                      .expected = "`boot family=kernel ...`",
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

/// One line, carried out on the model.
class Steps {
 public:
  Steps(const Source& source, KernelMapEnd& end) : source_(source), end_(end), memory_(end.boot) {}

  void operator()(const Line& line) {
    if (const auto* set = std::get_if<transcript::Set>(&line.content)) {
      step(line.at, KernelMap::read_set(source_, line, *set));
    } else if (const auto* call = std::get_if<transcript::Call>(&line.content)) {
      step(line.at, KernelMap::read_call(source_, *call, end_.state, memory_));
    }
    if (!std::holds_alternative<transcript::Blank>(line.content)) end_.at = line.at;
  }

 private:
  void step(Position at, const KernelMapFamily::Command& command) {
    auto outcome = KernelMapFamily::step(end_.boot, std::move(end_.state), command);
    if (KernelMapFamily::ends_everything(outcome.result))
      throw source_.error({.at = at,
                           .message = "nothing is defined behind this call, no translation either",
                           .expected = "a transcript without `BUG` and `HANG`",
                           .found = in_backticks(source_.line(at.line))});
    end_.state = std::move(outcome.state);
  }

  const Source& source_;
  KernelMapEnd& end_;
  KernelMap::Memory memory_;
};

}  // namespace

KernelMapEnd kernel_map_end(transcript::File file) {
  const transcript::File last = last_transcript(std::move(file));
  const Source& source = *last.source;
  const Line& line = last.lines.front();
  check_family(source, line);
  check_agreement(last);
  const auto boot = KernelMap::read_boot(source, line, std::get<transcript::Boot>(line.content)).boot;
  KernelMapEnd end{line.at, boot, KernelMapFamily::boot(boot)};
  std::ranges::for_each(last.lines, Steps(source, end));
  return end;
}

}  // namespace refmm::replay
