// A transcript of one family, carried out: the model, beside it the other profile, and an implementation. Part of
// replay_transcript.hpp.
#pragma once

#include <refmm/tests/replay.hpp>
#include <refmm/tests/replay_comparison.hpp>
#include <refmm/tests/replay_notation.hpp>
#include <refmm/tests/replay_transcript.hpp>

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace refmm::replay {

/// A model under way: a kernel, the state that it is in, and the clauses that decided its last command.
template <class Family>
struct Model {
  typename Family::Boot kernel;
  typename Family::State state = Family::boot(kernel);
  Because because = Family::because_of_boot(kernel);

  typename Subject<Family>::Answer step(const typename Family::Command& command) {
    auto outcome = Family::step(kernel, std::move(state), command);
    state = std::move(outcome.state);
    because = std::move(outcome.because);
    return {std::move(outcome.result), std::move(outcome.effects)};
  }
};

/// A transcript of one family.
template <class Family>
class FamilyTranscript final : public Transcript {
 public:
  FamilyTranscript(const transcript::Source& source, const Options& options, const transcript::Line& line,
                   const transcript::Boot& boot, bool is_script);

  void set(const transcript::Line& line, const transcript::Set& set) override;
  std::vector<std::string> call(const transcript::Line& line, transcript::Call& call,
                                std::span<const transcript::Effect* const> effects) override;
  void query(const transcript::Line& line, transcript::Query& query) override;
  void draw(const transcript::Line& comment) override;
  void leave_out_call() override { ++replayed_.not_compared; }
  bool agrees() const override { return replayed_.agrees(); }
  Replayed take() override;

 private:
  using Notation = NotationOf<Family>;
  using Command = typename Family::Command;
  using Answer = typename Subject<Family>::Answer;
  using Lines = std::vector<std::string>;

  void begin_line(Position at);
  bool is_alive(const transcript::Line& line);
  bool add_complaint(const transcript::Line& line);
  Command for_corrected(const Command& command) const;
  Answer step_model(const Command& command, const Command& for_other, Position at);
  void step_other(const Command& command, Position at);
  void note_defects(Position at, const Because& as_built);
  Answer apply(const transcript::Line& line, const Command& command) const;
  bool is_beside_corrected() const;

  Said<Family> said_of_call(const Command& command, const transcript::Call& call,
                            std::span<const transcript::Effect* const> effects) const;
  void explain(Position at, const transcript::Call& call, const std::string& result, const Answer& model);
  void draw_once(Position at, std::string of);
  void add_picture(Position at, std::string of);
  void compare_call(const transcript::Line& line, const transcript::Call& call, const Command& command,
                    const Said<Family>& transcript, const Answer& model);
  void compare_query(const transcript::Line& line, const transcript::Query& query,
                     const typename Notation::Question& question, const Lines& model);

  const transcript::Source& source_;
  const Options& options_;
  Subject<Family>* implementation_;
  bool is_script_;
  typename Notation::BootLine boot_;
  Model<Family> model_;
  std::optional<Model<Family>> other_{};  // the other profile: of the implementation, or of the recordings
  Answer answer_of_other_{};
  bool is_apart_ = false;                 // the two profiles
  bool is_drawn_ = false;                 // the state, since the last command
  bool has_left_implementation_ = false;  // at the end of the corrected kernel
  typename Notation::Memory memory_ = begin_memory<typename Notation::Memory>(boot_.boot);
  std::optional<Position> ended_{};  // by the call behind which nothing is defined
  Position here_;                    // the line under way
  Replayed replayed_;
};

}  // namespace refmm::replay
