// Demand paging and processes, as the random check needs to know them (tests/check_family.hpp).
#pragma once

#include <refmm/spec/machine.hpp>
#include <refmm/spec/process_canonical.hpp>
#include <refmm/tests/check_family.hpp>
#include <refmm/tests/fault_commands.hpp>
#include <refmm/tests/fault_companion.hpp>
#include <refmm/tests/fault_family.hpp>
#include <refmm/tests/fault_model.hpp>
#include <refmm/tests/fault_shared_boot.hpp>
#include <refmm/tests/fault_shrink.hpp>
#include <refmm/tests/fault_subject.hpp>
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
struct Checking<FaultFamily> {
  using Session = process::Session;
  using Caller = process::Caller;
  using Companion = FaultCompanion;
  using SharedBoot = process::SharedBoot;

  static Session draw_session(std::uint64_t seed, std::uint64_t run) { return process::draw_session(seed, run); }
  static FaultFamily::Boot& boot_of(Session& session) { return session.boot; }
  static FaultFamily::State canonical(FaultFamily::State state) {
    return process::canonical(std::move(state), i386_2_4_0);
  }

  static bool keeps_invariant(const FaultFamily::Boot& boot, const FaultFamily::State& state);

  /// A conjunct of the invariant in the state after the call, or a step law. What the call breaks in the reference as well
  /// does not count, where there is one.
  static std::optional<BrokenLaw> broken_law(const Carried<FaultFamily>& carried,
                                             const Carried<FaultFamily>* reference = nullptr);

  /// Notes the clauses that decide nothing, and whose laws claimed something of the call.
  static void note_laws(Coverage& coverage, const Carried<FaultFamily>& carried, const Because& because);

  /// Notes the clauses that the invariant claims of every state.
  static void note_invariant(Coverage& coverage);

  /// Of the clauses that decided what the model did, the one that speaks of what differs: `path` as first_difference names
  /// it, "result", "effects[1].pfn", "memory.tables[2][1023]". Where none of them does it is the last one.
  static const Clause& clause_to_blame(Finding::Kind kind, std::string_view path, const Because& because);

  /// The query, `ptes 1`, `pages`, `swap`, ..., whose block shows what differs between a state and another; empty if what differs
  /// is no part of a state or no block shows it.
  static std::string query_that_shows(const Finding& finding, const FaultFamily::State& state);

  /// The block that answers such a query, line by line; empty without a query.
  static std::vector<std::string> block_of(std::string_view query, const FaultFamily::State& state);

  /// A path of first_difference in the words of transcripts: `pfn 3: count` for `memory.mem_map[3].count`, `[pid 1] bffff000:
  /// entry` for `memory.tables[2][1023]`.
  static std::string place_in_words(std::string_view path, const FaultFamily::State& state);

  static std::string notation(const FaultFamily::Command& command);
  static std::string notation(const FaultFamily::Command& command, const FaultFamily::Result& result);
  static std::string notation(const FaultFamily::Effect& effect);
  static std::string boot_notation(const FaultFamily::Boot& boot, bool all_effects);

  static std::unique_ptr<FaultSubject> make_implementation() { return make_fault_implementation(); }

  /// Who makes the mistake that is switched on: the implementation, or for a mistake of demand paging itself the model.
  static std::unique_ptr<FaultSubject> make_mutable_implementation();
  /// What sessions are counted by.
  static const LabelSource<FaultFamily>& labels();

  static std::span<const Mutant> mutants();

  /// The defects without which nothing leads to this one.
  static std::vector<std::string_view> prepares(std::string_view defect);

  /// No call of the corrected kernel ends everything, and laws say so.
  static constexpr bool laws_speak_of_ends = true;

  static constexpr std::string_view replay_options = "--profile corrected --subject impl";
};

}  // namespace refmm
