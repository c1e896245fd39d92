// One transcript under way, of whatever family. Part of replay.hpp.
#pragma once

#include <refmm/spec/transcript.hpp>
#include <refmm/tests/replay.hpp>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace refmm::replay {

class Transcript {
 public:
  virtual ~Transcript() = default;

  // Each carries one line out and fills in what it asks. Everything must agree so far.

  virtual void set(const transcript::Line& line, const transcript::Set& set) = 0;

  /// `effects` are those that the transcript has under the call. Returns what is to be added to them, as it is written.
  virtual std::vector<std::string> call(const transcript::Line& line, transcript::Call& call,
                                        std::span<const transcript::Effect* const> effects) = 0;

  virtual void query(const transcript::Line& line, transcript::Query& query) = 0;

  /// Draws the state at a comment, if it is of a family that can be drawn.
  virtual void draw(const transcript::Line& comment) = 0;

  /// Takes note of a call that is not carried out any more.
  virtual void leave_out_call() = 0;

  virtual bool agrees() const = 0;

  /// What became of it.
  virtual Replayed take() = 0;
};

/// Boots. In a script a call that returns nothing is a question as well: which effects does it have? Throws InputError for
/// a machine that there is not, and for families that cannot be replayed.
std::unique_ptr<Transcript> begin_transcript(const transcript::Source& source, const Options& options,
                                             const transcript::Line& line, const transcript::Boot& boot,
                                             bool is_script);

}  // namespace refmm::replay
