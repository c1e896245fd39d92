// The memory areas, as the random check needs to know them (tests/check_family.hpp).
#pragma once

#include <refmm/spec/vma_state.hpp>
#include <refmm/tests/check_family.hpp>
#include <refmm/tests/museum_mutant.hpp>
#include <refmm/tests/vma_commands.hpp>
#include <refmm/tests/vma_companion.hpp>
#include <refmm/tests/vma_family.hpp>
#include <refmm/tests/vma_shrink.hpp>
#include <refmm/tests/vma_subject.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {

template <>
struct Checking<VmaFamily> {
  using Session = vma::Session;
  using Caller = vma::Caller;
  using Companion = VmaCompanion;

  static Session draw_session(std::uint64_t seed, std::uint64_t run) { return vma::draw_session(seed, run); }
  static VmaFamily::Boot& boot_of(Session& session) { return session.boot; }
  static VmaFamily::State canonical(const VmaFamily::State& state) { return vma::canonical(state); }

  static bool keeps_invariant(const VmaFamily::Boot& boot, const VmaFamily::State& state);

  /// A conjunct of the invariant in the state after the call, or a step law. What the call breaks in the reference as well
  /// does not count, where there is one.
  static std::optional<BrokenLaw> broken_law(const Carried<VmaFamily>& carried,
                                             const Carried<VmaFamily>* reference = nullptr);

  /// Notes the clauses that decide nothing in the corrected kernel, and are kept by every call.
  static void note_laws(Coverage& coverage, const Carried<VmaFamily>& carried, const Because& because);

  /// Notes the clauses that the invariant claims of every state.
  static void note_invariant(Coverage& coverage);

  /// Of the clauses that decided what the model did, the one that speaks of what differs: `path` as first_difference names
  /// it, "result", "effects[1].nr", "mm.areas[4].vm_pgoff". Where none of them does it is the last one.
  static const Clause& clause_to_blame(Finding::Kind kind, std::string_view path, const Because& because);

  /// The query, `maps`, `mm` or `files`, whose block shows what differs between a state and another; empty if what differs is
  /// no part of a state or no block shows it.
  static std::string query_that_shows(const Finding& finding, const VmaFamily::State& state);

  /// The block that answers such a query, line by line; empty without a query.
  static std::vector<std::string> block_of(std::string_view query, const VmaFamily::State& state);

  /// A path of first_difference with the area by its addresses: `40000000-40003000: vm_pgoff` for `mm.areas[2].vm_pgoff`.
  static std::string place_in_words(std::string_view path, const VmaFamily::State& state);

  static std::string notation(const VmaFamily::Command& command);
  static std::string notation(const VmaFamily::Command& command, const VmaFamily::Result& result);
  static std::string notation(const VmaFamily::Effect& effect);
  static std::string boot_notation(const VmaFamily::Boot& boot, bool all_effects);

  static std::unique_ptr<VmaSubject> make_implementation() { return make_vma_implementation(); }
  static std::unique_ptr<VmaSubject> make_mutable_implementation() { return make_mutable_vma_implementation(); }
  /// What sessions are counted by.
  static const LabelSource<VmaFamily>& labels();

  static std::span<const Mutant> mutants();
  /// The defects without which nothing leads to this one: two nodes of the tree have the same key only where an area has no
  /// page, or where areas overlap.
  static std::vector<std::string_view> prepares(std::string_view defect) {
    if (defect == "tree_keys") return {"remap_zero_length", "remap_destination"};
    return {};
  }
  static constexpr std::string_view replay_options = "--profile corrected --subject impl";
};

}  // namespace refmm
