// The user's heap, as the random check needs to know it (tests/check_family.hpp).
#pragma once

#include <refmm/spec/malloc_state.hpp>
#include <refmm/tests/as_built_companion.hpp>
#include <refmm/tests/check_family.hpp>
#include <refmm/tests/malloc_commands.hpp>
#include <refmm/tests/malloc_family.hpp>
#include <refmm/tests/malloc_leftovers.hpp>
#include <refmm/tests/malloc_mutants.hpp>
#include <refmm/tests/malloc_shrink.hpp>
#include <refmm/tests/malloc_subject.hpp>
#include <refmm/tests/museum_mutant.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace refmm {

template <>
struct Checking<MallocFamily> {
  using Session = malloc::Session;
  using Caller = malloc::Caller;
  /// The allocator without checks goes along.
  using Companion = AsBuiltCompanion<MallocFamily>;

  static Session draw_session(std::uint64_t seed, std::uint64_t run) { return malloc::draw_session(seed, run); }
  static MallocFamily::Boot& boot_of(Session& session) { return session.boot; }
  static MallocFamily::State canonical(const MallocFamily::Boot& boot, MallocFamily::State state) {
    return malloc::canonical(boot.allocator.parameters, std::move(state));
  }
  static MallocFamily::State with_leftovers_of(const MallocFamily::Boot& boot, const MallocFamily::State& model,
                                               MallocFamily::State seen) {
    return malloc::with_leftovers_of(boot, model, std::move(seen));
  }

  static bool keeps_invariant(const MallocFamily::Boot& boot, const MallocFamily::State& state);

  /// A conjunct of the invariant in the state after the call, or a step law. Nothing is claimed of a heap that the program has damaged,
  /// nor of what its own accesses do to one.
  static std::optional<BrokenLaw> broken_law(const Carried<MallocFamily>& carried,
                                             const Carried<MallocFamily>* reference = nullptr);

  /// Notes the clauses whose laws claimed something of the call.
  static void note_laws(Coverage& coverage, const Carried<MallocFamily>& carried, const Because& because);

  /// Notes the clauses that the invariant claims of every state.
  static void note_invariant(Coverage& coverage);

  /// Of the clauses that decided what the model did, the one that speaks of what differs: `path` as first_difference names it,
  /// "result", "effects[1].len", "words[0x0804b004]". Where none of them does it is the last one.
  static const Clause& clause_to_blame(Finding::Kind kind, std::string_view path, const Because& because);

  /// The query, `heap`, `bins`, `blocks`, `maps` or `words ADDR N`, whose block shows what differs between a state and another; empty if
  /// what differs is no part of a state or no block shows it.
  static std::string query_that_shows(const Finding& finding, const MallocFamily::State& state);

  /// The block that answers such a query, line by line; empty without a query.
  static std::vector<std::string> block_of(std::string_view query, const MallocFamily::State& state);

  /// A path of first_difference, with addresses as transcripts write them.
  static std::string place_in_words(std::string_view path, const MallocFamily::State& state);

  static std::string notation(const MallocFamily::Command& command);
  static std::string notation(const MallocFamily::Command& command, const MallocFamily::Result& result);
  static std::string notation(const MallocFamily::Effect& effect);
  static std::string boot_notation(const MallocFamily::Boot& boot, bool all_effects);

  static std::unique_ptr<MallocSubject> make_implementation() { return make_malloc_implementation(); }
  static std::unique_ptr<MallocSubject> make_mutable_implementation() { return make_mistaken_malloc_subject(); }
  /// What sessions are counted by.
  static const LabelSource<MallocFamily>& labels();

  static std::span<const Mutant> mutants();

  static constexpr bool defects_show_in_results = true;

  /// Each of the defects can be come to without another.
  static std::vector<std::string_view> prepares(std::string_view) { return {}; }

  static constexpr std::string_view replay_options = "--profile corrected --subject impl";
};

}  // namespace refmm
