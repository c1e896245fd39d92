// One transcript of the slab family under way. Part of replay.hpp.
#pragma once

#include <refmm/spec/slab.hpp>
#include <refmm/spec/slab_notation.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/replay.hpp>

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace refmm::replay {

class SlabTranscript {
 public:
  /// Boots. In a script a call that returns nothing is a question as well: which effects does it have?
  SlabTranscript(const transcript::Source& source, const Options& options, const transcript::Line& line,
                 const transcript::Boot& boot, bool is_script);

  // Each carries one line out and fills in what it asks. Everything must agree so far.

  void set(const transcript::Line& line, const transcript::Set& set);

  /// `effects` are those that the transcript has under the call. Returns what is to be added to them.
  std::vector<slab::Effect> call(const transcript::Line& line, transcript::Call& call,
                                 std::span<const transcript::Effect* const> effects);

  void query(const transcript::Line& line, transcript::Query& query);

  /// Takes note of a call that is not carried out any more.
  void leave_out_call() { ++replayed_.not_compared; }

  bool agrees() const { return replayed_.agrees(); }
  Replayed take() { return std::move(replayed_); }

 private:
  using Lines = std::vector<std::string>;
  using Effects = std::vector<slab::Effect>;

  /// What somebody says of a call; nothing of what they do not speak of.
  struct Said {
    std::optional<std::string> result{};
    std::optional<Effects> effects{};
  };

  void begin_line(Position at);
  SlabSubject::Answer apply(const transcript::Line& line, const slab::Command& command) const;
  bool is_alive(const transcript::Line& line);
  Said said_of_call(const slab::Command& command, const transcript::Call& call,
                    std::span<const transcript::Effect* const> effects) const;
  void explain(Position at, const transcript::Call& call, const slab::Result& result, const Effects& effects);
  void compare(Position at, const transcript::Call& call, const Said& expected, const Said& found,
               const char* reference, const char* subject);
  void compare(Position at, const transcript::Query& query, const Lines& expected, const Lines& found,
               const char* reference, const char* subject);
  void add(Disagreement disagreement);

  const transcript::Source& source_;
  const Options& options_;
  bool is_script_;
  slab::BootLine boot_;
  slab::State state_;
  slab::Holdings holdings_{};
  Because because_{"slab.boot"};   // of the last command
  std::optional<Position> bug_{};  // the usage error behind which nothing is defined
  Replayed replayed_;
};

}  // namespace refmm::replay
