#include <refmm/tests/check_process.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/replay_transcript.hpp>

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace refmm::replay {

using transcript::Line;

namespace {

/// The lines of the transcript that begins at `boot`.
std::span<const Line> lines_of_transcript(std::span<const Line> lines, std::size_t boot) {
  std::size_t end = boot + 1;
  while (end < lines.size() && !std::holds_alternative<transcript::Boot>(lines[end].content)) ++end;
  return lines.subspan(boot, end - boot);
}

/// True if no line of a transcript answers anything.
bool is_script(std::span<const Line> lines) {
  return std::ranges::none_of(lines, [](const Line& line) {
    const auto* call = std::get_if<transcript::Call>(&line.content);
    const auto* query = std::get_if<transcript::Query>(&line.content);
    return std::holds_alternative<transcript::Effect>(line.content) || (call && call->result) ||
           (query && (query->empty || !query->lines.empty()));
  });
}

/// The effects that stand under the call at `call`; comments and blank lines may stand between them.
std::vector<const transcript::Effect*> effects_under(std::span<const Line> lines, std::size_t call) {
  std::vector<const transcript::Effect*> effects;
  for (const Line& line : lines.subspan(call + 1)) {
    if (const auto* effect = std::get_if<transcript::Effect>(&line.content)) {
      effects.push_back(effect);
    } else if (!std::holds_alternative<transcript::Comment>(line.content) &&
               !std::holds_alternative<transcript::Blank>(line.content)) {
      break;
    }
  }
  return effects;
}

/// A line with an effect, without a place.
Line effect_line(const std::string& effect) {
  constexpr const char* call_above = "boot\nf()\n| ";
  auto parsed = transcript::parse({"", call_above + effect});
  auto line = std::move(parsed.lines.back());
  line.at = {};
  line.end = 0;
  auto& call = std::get<transcript::Effect>(line.content).call;
  call.name.at = call.close = {};
  const auto take_place = [](transcript::Argument& argument) {
    if (argument.key) argument.key->at = {};
    argument.value.at = {};
  };
  std::ranges::for_each(call.arguments, take_place);
  if (call.result) {
    call.result->at = {};
    std::ranges::for_each(call.result->values, take_place);
  }
  return line;
}

class Replay {
 public:
  Replay(transcript::File file, const Options& options)
      : options_(options),
        source_(file.source),
        lines_(std::move(file.lines)),
        report_{{file.source, {}, file.ends_with_line_end}, {}} {}

  Report run() {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      const auto added = line(i);
      report_.file.lines.push_back(std::move(lines_[i]));
      for (const std::string& effect : added) report_.file.lines.push_back(effect_line(effect));
    }
    end_transcript();
    return std::move(report_);
  }

 private:
  /// Carries a line out. Returns the effects that are to be added to it.
  std::vector<std::string> line(std::size_t i) {
    Line& line = lines_[i];
    if (const auto* boot = std::get_if<transcript::Boot>(&line.content)) {
      end_transcript();
      transcript_ = begin_transcript(*source_, options_, line, *boot, is_script(lines_of_transcript(lines_, i)));
      return {};
    }
    if (!transcript_) return {};
    if (!transcript_->agrees()) {
      if (std::holds_alternative<transcript::Call>(line.content)) transcript_->leave_out_call();
      return {};
    }
    if (std::holds_alternative<transcript::Comment>(line.content) &&
        std::ranges::find(options_.picture_at, line.at.line) != options_.picture_at.end())
      transcript_->draw(line);
    if (const auto* set = std::get_if<transcript::Set>(&line.content)) transcript_->set(line, *set);
    if (auto* query = std::get_if<transcript::Query>(&line.content)) transcript_->query(line, *query);
    if (auto* call = std::get_if<transcript::Call>(&line.content))
      return transcript_->call(line, *call, effects_under(lines_, i));
    return {};
  }

  void end_transcript() {
    if (transcript_) report_.transcripts.push_back(transcript_->take());
    transcript_.reset();
  }

  const Options& options_;
  std::shared_ptr<const transcript::Source> source_;
  std::vector<Line> lines_;
  Report report_;
  std::unique_ptr<Transcript> transcript_{};
};

}  // namespace

Report run(transcript::File file, const Options& options) { return Replay(std::move(file), options).run(); }

std::optional<Death> rehearse(const transcript::File& file, const Options& options) {
  constexpr std::chrono::seconds patience{2};
  const Shared<Position> here;
  Process process([&](refmm::Line& parent) {
    Options rehearsal = options;
    rehearsal.explain = false;
    rehearsal.progress = [&](Position at) {
      *here = at;
      parent.ring();
    };
    try {
      run(file, rehearsal);
    } catch (const InputError&) {  // the performance will find it as well
    }
  });
  while (true) {
    const auto heard = process.line().listen(patience);
    if (heard == refmm::Line::Heard::silence) return Death{*here, "it does not come back"};
    if (heard == refmm::Line::Heard::end) break;
  }
  if (auto how = process.wait()) return Death{*here, std::move(*how)};
  return std::nullopt;
}

}  // namespace refmm::replay
