// The kernel as it was built, beside the corrected one in a random check.
#pragma once

#include <refmm/tests/check_family.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>

namespace refmm {

/// What is mended of a machine: of its kernel, or of the allocator that a program has.
template <class Boot>
  requires requires(Boot boot) { boot.kernel.corrected; }
auto& corrections_of(Boot& boot) {
  return boot.kernel.corrected;
}
template <class Boot>
  requires requires(Boot boot) { boot.allocator.corrected; }
auto& corrections_of(Boot& boot) {
  return boot.allocator.corrected;
}

/// A family whose kernel has 2.4.0's defects, or some, or none.
template <class Family>
concept HasDefects = requires(typename Family::Boot boot) { corrections_of(boot); };

/// What is mended, one switch a defect.
template <HasDefects Family>
using CorrectionsOf = std::remove_cvref_t<decltype(corrections_of(std::declval<typename Family::Boot&>()))>;

/// True if a clause of a defect is among those that decided.
inline bool decided_by_defect(const Because& because) {
  return std::ranges::any_of(because, [](ClauseRef clause) { return clause->kind == ClauseKind::defect; });
}

/// The kernel as it was built makes each call from the lawful state that the corrected one makes it from; where no defect
/// decides, both do the same to the last effect. Where one does, the as-built kernel goes on by itself, to where its defects
/// lead.
template <HasDefects Family>
class AsBuiltCompanion {
 public:
  explicit AsBuiltCompanion(const typename Family::Boot& boot) : as_built_(boot) {
    corrections_of(as_built_) = CorrectionsOf<Family>{};
  }

  /// Takes note of a call of the corrected kernel. Returns the law that is broken, if one is.
  std::optional<BrokenLaw> step(const Carried<Family>& carried) {
    auto outcome = Family::step(as_built_, carried.before, carried.command);
    because_ = outcome.because;
    // A call that is refused sooner has looked at less: what was found last is no difference.
    const bool same =
        outcome.result == carried.result && outcome.effects == carried.effects &&
        canonical_of<Family>(as_built_, outcome.state) == canonical_of<Family>(as_built_, carried.after);
    if (!same && !decided_by_defect(outcome.because))
      return BrokenLaw{&*outcome.because.back(), "without_a_defect_the_kernel_as_built_does_the_same"};

    if (astray_)
      go_astray(carried.command);
    else if (!same && !Family::ends_everything(outcome.result))
      astray_ = std::move(outcome.state);
    return std::nullopt;
  }

  /// Adds the clauses that decided beside that call.
  void count(Coverage& coverage) const { coverage.note(because_); }

 private:
  /// The call on the state that the defects have led to. Where that ends everything, the way is followed no further.
  void go_astray(const typename Family::Command& command) {
    auto outcome = Family::step(as_built_, std::move(*astray_), command);
    std::ranges::copy(outcome.because, std::back_inserter(because_));
    if (Family::ends_everything(outcome.result))
      astray_.reset();
    else
      astray_ = std::move(outcome.state);
  }

  typename Family::Boot as_built_;
  std::optional<typename Family::State> astray_{};  // where the defects have led so far
  Because because_{};
};

}  // namespace refmm
