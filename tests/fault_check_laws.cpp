#include <refmm/spec/process_invariant.hpp>
#include <refmm/spec/process_step_laws.hpp>
#include <refmm/spec/process_transition.hpp>
#include <refmm/tests/fault_check.hpp>

#include <algorithm>
#include <cstdint>

namespace refmm {

namespace {

using W = std::uint32_t;

bool is_cited(const Because& because, ClauseRef clause) {
  return std::ranges::find(because, clause) != because.end();
}

/// A page of a private mapping became the process's own before anybody wrote to it.
bool owned_early(const process::Transition& t, const Because& because) {
  return is_cited(because, "fault.file.early_copy") && !process::byte_written(t);
}

/// The cache holds the page that a file ends in, between its first byte and its last.
bool has_tail(const FaultFamily::State& state, W number, const fault::Object<W>& object) {
  const W last = object.i_size >> process::page_bits;
  return !object.shared_memory && (object.i_size & (process::page_bytes - 1)) != 0 &&
         lookup(state.memory.page_cache, number, last) != fault::none;
}
/// It did, and does no more: what stood behind the end is gone.
bool loses_tail(const process::Transition& t) {
  return std::ranges::any_of(t.before.memory.objects.written, [&](const auto& object) {
    return has_tail(t.before, object.first, object.second) && !has_tail(t.after, object.first, object.second);
  });
}

process::Transition transition(const Carried<FaultFamily>& carried) {
  return {carried.boot, carried.before, carried.command, carried.result, carried.effects, carried.after};
}

}  // namespace

bool Checking<FaultFamily>::keeps_invariant(const FaultFamily::Boot&, const FaultFamily::State& state) {
  return !process::broken_conjunct(state);
}

std::optional<BrokenLaw> Checking<FaultFamily>::broken_law(const Carried<FaultFamily>& carried,
                                                           const Carried<FaultFamily>* reference) {
  const bool ends = FaultFamily::ends_everything(carried.result);
  for (const auto& conjunct : process::invariant) {
    // After a call that ends everything there is no state.
    if (!ends && !conjunct.holds(carried.after) && !(reference && !conjunct.holds(reference->after)))
      return BrokenLaw{&*conjunct.clause, conjunct.name};
  }
  const process::Transition transition = refmm::transition(carried);
  for (const auto& law : process::step_laws) {
    if (!law.holds(transition) && !(reference && !law.holds(refmm::transition(*reference))))
      return BrokenLaw{&*law.clause, law.name};
  }
  return std::nullopt;
}

void Checking<FaultFamily>::note_laws(Coverage& coverage, const Carried<FaultFamily>& carried,
                                      const Because& because) {
  const process::Transition transition = refmm::transition(carried);
  if (owned_early(transition, because)) coverage.note("process.memory.own_early");
  if (loses_tail(transition)) coverage.note("process.memory.behind_the_end");
  coverage.note("process.memory");
}

void Checking<FaultFamily>::note_invariant(Coverage& coverage) {
  for (const auto& conjunct : process::invariant) coverage.note(conjunct.clause);
}

std::vector<std::string_view> Checking<FaultFamily>::prepares(std::string_view defect) {
  // Nothing is in the table that stands in unless there is one.
  if (defect.starts_with("bad_table_")) return {"bad_page_table"};
  // Only a debugger makes a private copy in a shared area.
  if (defect == "fork_protects_copies" || defect == "msync_without_file") return {"debugger_write"};
  return {};
}

}  // namespace refmm
