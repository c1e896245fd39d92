// The page allocator, as the random check needs to know it (tests/check_family.hpp).
#pragma once

#include <refmm/spec/buddy_state.hpp>
#include <refmm/tests/buddy_commands.hpp>
#include <refmm/tests/buddy_companion.hpp>
#include <refmm/tests/buddy_family.hpp>
#include <refmm/tests/buddy_shared_boot.hpp>
#include <refmm/tests/buddy_shrink.hpp>
#include <refmm/tests/buddy_subject.hpp>
#include <refmm/tests/check_family.hpp>
#include <refmm/tests/museum_mutant.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {

template <>
struct Checking<BuddyFamily> {
  using Session = buddy::Session;
  using Caller = buddy::Caller;
  using Companion = BuddyCompanion;
  using SharedBoot = buddy::SharedBoot;

  static Session draw_session(std::uint64_t seed, std::uint64_t run) { return buddy::draw_session(seed, run); }
  static BuddyFamily::Boot& boot_of(Session& session) { return session.boot; }
  static BuddyFamily::State canonical(BuddyFamily::State state) { return buddy::canonical(std::move(state)); }

  static bool keeps_invariant(const BuddyFamily::Boot& boot, const BuddyFamily::State& state);

  /// A conjunct of the invariant in the state after the call, or a step law. What the call breaks in the reference as well does
  /// not count, where there is one.
  static std::optional<BrokenLaw> broken_law(const Carried<BuddyFamily>& carried,
                                             const Carried<BuddyFamily>* reference = nullptr);

  /// Notes the clauses that decide nothing, and whose laws claimed something of the call.
  static void note_laws(Coverage& coverage, const Carried<BuddyFamily>& carried, const Because& because);

  /// Notes the clauses that the invariant claims of every state.
  static void note_invariant(Coverage& coverage);

  /// Of the clauses that decided what the model did, the one that speaks of what differs: `path` as first_difference names it,
  /// "result", "effects[1].pfn", "free_area[3].free_list". Where none of them does it is the last one.
  static const Clause& clause_to_blame(Finding::Kind kind, std::string_view path, const Because& because);

  /// The query, `free_area`, `free_map` or `page N`, whose block shows what differs between a state and another; empty if what
  /// differs is no part of a state or no block shows it.
  static std::string query_that_shows(const Finding& finding, const BuddyFamily::State& state);

  /// The block that answers such a query, line by line; empty without a query.
  static std::vector<std::string> block_of(std::string_view query, const BuddyFamily::State& state);

  /// A path of first_difference with frames by their numbers: `page 127: count` for `pages[63].count`, `order 3: free_list` for
  /// `free_area[3].free_list`.
  static std::string place_in_words(std::string_view path, const BuddyFamily::State& state);

  static std::string notation(const BuddyFamily::Command& command);
  static std::string notation(const BuddyFamily::Command& command, const BuddyFamily::Result& result);
  static std::string notation(const BuddyFamily::Effect& effect);
  static std::string boot_notation(const BuddyFamily::Boot& boot, bool all_effects);

  static std::unique_ptr<BuddySubject> make_implementation() { return make_buddy_implementation(); }
  static std::unique_ptr<BuddySubject> make_mutable_implementation() {
    return make_mutable_buddy_implementation();
  }
  /// What sessions are counted by.
  static const LabelSource<BuddyFamily>& labels();

  static std::span<const Mutant> mutants();

  /// Each of the defects can be come to without another.
  static std::vector<std::string_view> prepares(std::string_view) { return {}; }

  static constexpr std::string_view replay_options = "--profile corrected --subject impl";
};

}  // namespace refmm
