// The kernel's own mappings, as the random check needs to know them (tests/check_family.hpp).
#pragma once

#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/tests/check_family.hpp>
#include <refmm/tests/kernel_map_commands.hpp>
#include <refmm/tests/kernel_map_companion.hpp>
#include <refmm/tests/kernel_map_family.hpp>
#include <refmm/tests/kernel_map_shrink.hpp>
#include <refmm/tests/kernel_map_subject.hpp>
#include <refmm/tests/museum_mutant.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace refmm {

template <>
struct Checking<KernelMapFamily> {
  using Session = kernel_map::Session;
  using Caller = kernel_map::Caller;
  using Companion = KernelMapCompanion;

  static Session draw_session(std::uint64_t seed, std::uint64_t run) {
    return kernel_map::draw_session(seed, run);
  }
  static KernelMapFamily::Boot& boot_of(Session& session) { return session.boot; }
  static KernelMapFamily::State canonical(KernelMapFamily::State state) {
    return kernel_map::canonical(std::move(state));
  }

  static bool keeps_invariant(const KernelMapFamily::Boot& boot, const KernelMapFamily::State& state);

  /// A conjunct of the invariant in the state after the call, or a step law. What the call breaks in the reference as well does
  /// not count, where there is one.
  static std::optional<BrokenLaw> broken_law(const Carried<KernelMapFamily>& carried,
                                             const Carried<KernelMapFamily>* reference = nullptr);

  /// Notes the clauses that decide nothing in the corrected kernel, and are kept by every call.
  static void note_laws(Coverage& coverage, const Carried<KernelMapFamily>& carried, const Because& because);

  /// Notes the clauses that the invariant claims of every state.
  static void note_invariant(Coverage& coverage);

  /// Of the clauses that decided what the model did, the one that speaks of what differs: `path` as first_difference names
  /// it, "result", "effects[1].pfn", "swapper_pg_dir[786]". Where none of them does it is the last one.
  static const Clause& clause_to_blame(Finding::Kind kind, std::string_view path, const Because& because);

  /// The query, `vmlist`, `pde swapper`, `map 0xc4800000-0xc4801000` ..., whose block shows what differs between a state and
  /// another; empty if what differs is no part of a state or no block shows it.
  static std::string query_that_shows(const Finding& finding, const KernelMapFamily::State& state);

  /// The block that answers such a query, line by line; empty without a query.
  static std::vector<std::string> block_of(std::string_view query, const KernelMapFamily::State& state);

  /// A path of first_difference by what it leads to: `c4800000-c4802000: size` for `vmlist[2].size`, `pgd 2: entries[786]` for
  /// `pgds[0].entries[786]`, `page c4801000: entry` for `tables[1].entries[1]`.
  static std::string place_in_words(std::string_view path, const KernelMapFamily::State& state);

  static std::string notation(const KernelMapFamily::Command& command);
  static std::string notation(const KernelMapFamily::Command& command, const KernelMapFamily::Result& result);
  static std::string notation(const KernelMapFamily::Effect& effect);
  static std::string boot_notation(const KernelMapFamily::Boot& boot, bool all_effects);

  static std::unique_ptr<KernelMapSubject> make_implementation() { return make_kernel_map_implementation(); }
  static std::unique_ptr<KernelMapSubject> make_mutable_implementation() {
    return make_mutable_kernel_map_implementation();
  }
  /// What sessions are counted by.
  static const LabelSource<KernelMapFamily>& labels();

  static std::span<const Mutant> mutants();

  /// The defects without which nothing leads to this one.
  static std::vector<std::string_view> prepares(std::string_view defect);

  static constexpr bool laws_speak_of_ends = true;
  static constexpr std::string_view replay_options = "--profile corrected --subject impl";
};

}  // namespace refmm
