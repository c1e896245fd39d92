// The slab allocator, as the random check needs to know it (tests/check_family.hpp).
#pragma once

#include <refmm/tests/check_family.hpp>
#include <refmm/tests/museum_mutant.hpp>
#include <refmm/tests/slab_commands.hpp>
#include <refmm/tests/slab_family.hpp>
#include <refmm/tests/slab_shrink.hpp>
#include <refmm/tests/slab_subject.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {

template <>
struct Checking<SlabFamily> {
  using Session = slab::Session;
  using Caller = slab::Caller;
  using Companion = NoCompanion<SlabFamily>;

  static Session draw_session(std::uint64_t seed, std::uint64_t run) { return slab::draw_session(seed, run); }
  static Machine& boot_of(Session& session) { return session.machine; }
  static const slab::State& canonical(const slab::State& state) { return state; }

  static bool keeps_invariant(const SlabFamily::Boot& boot, const SlabFamily::State& state);

  /// A conjunct of the invariant in the state after the command, a step law, or, of a new cache, a law of geometry. What the
  /// command breaks in the reference as well does not count, where there is one.
  static std::optional<BrokenLaw> broken_law(const Carried<SlabFamily>& carried,
                                             const Carried<SlabFamily>* reference = nullptr);

  /// Notes the clauses whose laws claimed something of a lawful command that `because` decided. They are more than those in
  /// `because`: some decide nothing by themselves and are only kept.
  static void note_laws(Coverage& coverage, const Carried<SlabFamily>& carried, const Because& because);

  /// Notes the clauses that the invariant claims of every state.
  static void note_invariant(Coverage& coverage);

  /// Of the clauses that decided what the model did, the one that speaks of what differs: `path` as first_difference names
  /// it, "result", "effects[1].gfp", "chain[4].slabs[0].inuse". Where none of them does it is the last one.
  static const Clause& clause_to_blame(Finding::Kind kind, std::string_view path, const Because& because);

  /// The query, `slabs size-32` or `chain`, whose block shows what differs between a state and another; empty if what
  /// differs is no part of a state or no block shows it.
  static std::string query_that_shows(const Finding& finding, const slab::State& state);

  /// The block that answers such a query, line by line; empty without a query or without such a cache.
  static std::vector<std::string> block_of(std::string_view query, const slab::State& state);

  /// A path of first_difference with the cache by its name: `size-32: slabs[0].inuse` for `chain[2].slabs[0].inuse`.
  static std::string place_in_words(std::string_view path, const slab::State& state);

  static std::string notation(const slab::Command& command);
  static std::string notation(const slab::Command& command, const slab::Result& result);
  static std::string notation(const slab::Effect& effect);
  static std::string boot_notation(const Machine& machine, bool all_effects);

  static std::unique_ptr<SlabSubject> make_implementation() { return make_slab_implementation(); }
  static std::unique_ptr<SlabSubject> make_mutable_implementation() { return make_mutable_slab_implementation(); }
  /// What sessions are counted by.
  static const LabelSource<SlabFamily>& labels();

  static std::span<const Mutant> mutants();
  static constexpr std::string_view replay_options = "--subject impl";
};

}  // namespace refmm
