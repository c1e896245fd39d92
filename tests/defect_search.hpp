// The defects of 2.4.0, found by random checking: the model with a defect beside the model without it.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/tests/as_built_companion.hpp>
#include <refmm/tests/check.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace refmm {

/// Two kernels that a defect tells apart.
template <HasDefects Family>
struct Defect {
  std::string_view name;  // as the switch is called, and the clause: defect.AREA.NAME
  const Clause* clause;
  CorrectionsOf<Family> without, with;

  /// All other defects are mended on both sides: up to the call that shows the defect, all states are lawful.
  bool is_alone() const;
};

/// All of them, in the order of the switches. Each is alone, but for those that nothing leads to unless others have prepared the
/// ground, which are then on both sides (Checking<Family>::prepares).
template <HasDefects Family>
std::span<const Defect<Family>> defects();

/// The defect of this name, or nullptr.
template <HasDefects Family>
const Defect<Family>* find_defect(std::string_view name);

/// The model as a subject, whatever the boot asks for: the kernel with the corrections `with`, from the first call on that a
/// clause of a defect decides in it; up to there the kernel with the corrections `without`.
template <HasDefects Family>
std::unique_ptr<Subject<Family>> make_defective_model(const CorrectionsOf<Family>& with,
                                                      const CorrectionsOf<Family>& without);

struct DefectRequest {
  std::uint64_t seed = 1;
  std::uint64_t most_runs = 100'000;  // a search gives up after these
  unsigned jobs = 1;
  bool shrink = true;                             // what is found
  std::chrono::milliseconds shrink_time{60'000};  // shrinking stops after this long
  bool explain = false;                           // find out what of the transcript matters
  std::function<void(const CheckProgress&)> progress{};
};

/// Looks for one defect. What fails is shrunk, and its transcript cites the clause of the defect, and the law that it breaks.
template <HasDefects Family>
CheckReport<Family> look_for(const Defect<Family>& defect, const DefectRequest& request);

/// The options of `refmm run` that replay on 2.4.0 as it was built.
inline constexpr std::string_view as_built_replay = "--profile as-built";

/// Holds a check of 2.4.0 as it was built against the corrected kernel: it fails at the first defect that shows.
template <HasDefects Family>
void check_as_built(CheckRequest<Family>& request);

}  // namespace refmm
