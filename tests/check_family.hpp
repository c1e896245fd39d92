// What the random check needs to know of a family, beyond tests/subject.hpp and tests/shrink_script.hpp.
//
// It is Checking<Family> (tests/slab_check.hpp, tests/vma_check.hpp):
//
//   Session, Caller                  what a random run does, and who carries it out: draw_session(seed, run),
//                                    Caller(session), next(state), answered(command, result), most_commands
//   boot_of(session)                 the machine of a session
//   SharedBoot                       of a family whose boots own memory: a boot as processes can share it
//   canonical(state)                 what of a state two subjects must agree on; canonical(boot, state) where that depends on the machine
//   with_leftovers_of(boot, model, seen)
//                                    of a family with memory that nothing is promised of: what was seen of a subject, and of such memory
//                                    what the model has
//   Companion                        what else is watched beside the model: Companion(boot), step(carried), count(coverage)
//   keeps_invariant(boot, state)     the invariant holds, on a machine that there can be
//   broken_law(carried, reference)   the first law that a command breaks, in the state that it leads to or as a step; if there
//                                    is a reference, but for those that the command breaks there as well
//   laws_speak_of_ends               of a family whose laws say with which calls an assertion may end everything
//   labels()                         what sessions are counted by (tests/check_labels.hpp)
//   note_laws, note_invariant        the clauses whose laws claimed something
//   clause_to_blame(kind, path, because)
//   query_that_shows(finding, state), block_of(query, state), place_in_words(path, state)
//   notation(command), notation(command, result), notation(effect), boot_notation(boot, all_effects)
//   defects_show_in_results          of a family whose kernel without a defect ends the program that shows it: no law speaks of that
//   prepares(defect)                 of a family whose kernel can have defects (tests/as_built_companion.hpp): the others without
//                                    which nothing leads to one
//   make_implementation(), make_mutable_implementation(), mutants(), replay_options
#pragma once

#include <refmm/tests/check_coverage.hpp>
#include <refmm/tests/check_finding.hpp>
#include <refmm/tests/subject.hpp>

#include <optional>
#include <vector>

namespace refmm {

template <class Family>
struct Checking;

namespace detail {
template <class Family>
struct SharedBootOf {
  using type = typename Family::Boot;
};
template <class Family>
  requires requires { typename Checking<Family>::SharedBoot; }
struct SharedBootOf<Family> {
  using type = typename Checking<Family>::SharedBoot;
};
}  // namespace detail

/// A boot as processes can share it: what can be turned into a boot and back, and owns no memory.
template <class Family>
using SharedBoot = typename detail::SharedBootOf<Family>::type;

/// What of a state on a machine two subjects must agree on.
template <class Family>
decltype(auto) canonical_of(const typename Family::Boot& boot, const typename Family::State& state) {
  if constexpr (requires { Checking<Family>::canonical(boot, state); })
    return Checking<Family>::canonical(boot, state);
  else
    return Checking<Family>::canonical(state);
}

/// A command that was carried out.
template <class Family>
struct Carried {
  const typename Family::Boot& boot;
  const typename Family::State& before;
  const typename Family::Command& command;
  const typename Family::Result& result;
  const std::vector<typename Family::Effect>& effects;
  const typename Family::State& after;
};

template <class Family>
struct LabelSource;

/// The companion of a family that has none.
template <class Family>
struct NoCompanion {
  explicit NoCompanion(const typename Family::Boot&) {}
  std::optional<BrokenLaw> step(const Carried<Family>&) { return std::nullopt; }
  void count(Coverage&) const {}
};

}  // namespace refmm
