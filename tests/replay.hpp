// Transcripts carried out: what the model and an implementation do at each line, beside what the transcript has.
//
// A transcript with results is a test; where it has none (a call without `= result`, a query without a block) it is a
// question, and the model answers it. Calls are read with the model's state in mind: what has no meaning to 2.4.0 is
// refused with InputError. A transcript ends at the first line at which somebody differs, for what follows would be said
// of different states.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/difference.hpp>
#include <refmm/spec/to_scale.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/buddy_family.hpp>
#include <refmm/tests/check_coverage.hpp>
#include <refmm/tests/fault_family.hpp>
#include <refmm/tests/kernel_map_family.hpp>
#include <refmm/tests/malloc_family.hpp>
#include <refmm/tests/since_family.hpp>
#include <refmm/tests/slab_family.hpp>
#include <refmm/tests/subject.hpp>
#include <refmm/tests/vma_family.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace refmm::replay {

/// The end of a subject that does not survive a line of a file.
struct Death {
  Position at;      // of that line
  std::string how;  // "killed by signal 11 (Segmentation fault)"
};

/// The implementations of the families, each null where its transcripts are for the model alone.
struct Implementations {
  Subject<BuddyFamily>* buddy = nullptr;
  Subject<SlabFamily>* slab = nullptr;
  Subject<KernelMapFamily>* kernel_map = nullptr;
  Subject<VmaFamily>* vma = nullptr;
  Subject<FaultFamily>* fault = nullptr;
  Subject<MallocFamily>* malloc = nullptr;
  Subject<SinceFamily>* since = nullptr;
};

/// Which kernel the model is: 2.4.0 with its defects, or without.
enum class Profile { as_built, corrected };

struct Options {
  /// The model is compared with the transcript. Without this only its results are.
  bool model = true;
  /// The kernel that the model is. Recordings are of 2.4.0 as it was built: a corrected model differs where they show defects.
  Profile profile = Profile::as_built;
  /// Are compared with the transcript, and where the transcript says nothing of a result, with the model. They are booted
  /// anew for each transcript. They are corrected kernels: beside a model that is not, they are compared with the corrected
  /// model at a call that a defect of 2.4.0 decides, and from there until both models are in the same state again.
  Implementations implementation{};
  /// The report tells of every call.
  bool explain = false;
  /// The report has pictures of the model's state: after each query for what can be drawn, and at the end.
  bool picture = false;
  /// It has one at each comment in these lines, too.
  std::vector<std::uint32_t> picture_at{};
  /// Where the implementation dies, from rehearse(): it is left alone from there on.
  std::optional<Death> death{};
  /// Is told of every line before it is carried out.
  std::function<void(Position)> progress{};
};

/// A line at which a subject and the transcript differ.
struct Disagreement {
  enum class About { result, effects, block, end };
  About about;
  Position at;                        // of the call or query
  std::string line;                   // the call, without its result, or the query
  std::string reference;              // who has `expected`: "transcript", "model", or "corrected model"
  std::string subject;                // who has `found`: "model", "implementation", or "model and implementation"
  std::vector<std::string> expected;  // as the transcript writes it: `= conn:0[1]`, `| get_pages(...)`, a block
  std::vector<std::string> found;
  Difference field;  // the first that differs, "effects[1].order"
  Because because;   // the clauses that decided what the model did with the last call
};

/// What the model did with one call.
struct Explanation {
  Position at;
  std::string call;
  std::string result;  // empty for a call that returns nothing
  std::vector<std::string> effects;
  Because because;
};

/// The model's state, drawn.
struct Picture {
  Position at;     // behind this line
  std::string of;  // the query; empty at a comment and at the end of the transcript
  std::vector<std::string> lines;
  std::span<const to_scale::Ink> inks{};  // on a terminal
};

/// Where 2.4.0 as built and the corrected kernel went different ways: at calls that defects decided, and after each until both
/// were in the same state again.
struct Parting {
  Position at;                       // of the first such call
  std::vector<ClauseRef> defects{};  // that decided them
  std::size_t calls = 0;             // in which the implementation was compared with the corrected model
  std::size_t left_out = 0;  // behind the one at which the corrected kernel, and so the implementation, ended
};

/// What became of one transcript.
struct Replayed {
  Position boot;
  std::size_t calls = 0;             // that were carried out
  std::size_t not_compared = 0;      // calls behind a disagreement
  std::size_t filled = 0;            // questions that were answered
  std::size_t lookups_of_model = 0;  // blocks for which the implementation had no structure to show: the model's
  std::optional<Parting> parting{};  // looked for if both kernels take part
  std::vector<Disagreement> disagreements{};  // of one line, one for each subject that differs in its own way
  std::vector<Explanation> explanations{};    // if they were asked for
  std::vector<Picture> pictures{};            // likewise
  Coverage coverage{};                        // the clauses that decided something in the model
  bool agrees() const { return disagreements.empty(); }
};

struct Report {
  transcript::File file;  // the questions answered as far as it was carried out
  std::vector<Replayed> transcripts;
};

/// Carries out the transcripts of a file. Throws InputError at the first line that has no meaning, and for families that
/// cannot be replayed.
Report run(transcript::File file, const Options& options);

/// Carries the file out in a process of its own, to see whether the implementation survives it: it may crash, or take
/// longer than two seconds over a line. Says nothing of other errors.
std::optional<Death> rehearse(const transcript::File& file, const Options& options);

}  // namespace refmm::replay
