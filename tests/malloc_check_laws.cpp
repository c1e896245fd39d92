#include <refmm/spec/malloc_invariant.hpp>
#include <refmm/spec/malloc_step_laws.hpp>
#include <refmm/spec/malloc_transition.hpp>
#include <refmm/tests/malloc_check.hpp>

#include <algorithm>
#include <concepts>
#include <variant>

namespace refmm {

namespace {

malloc::Transition transition(const Carried<MallocFamily>& carried) {
  return {carried.boot.allocator, carried.before, carried.command, carried.result, carried.effects, carried.after};
}

bool is_lawful(const MallocFamily::State& state) {
  return std::ranges::all_of(malloc::invariant, [&](const auto& conjunct) { return conjunct.holds(state); });
}

/// True of a store of the program itself, and of a move of the break: the heap may be damaged behind them.
bool is_access(const MallocFamily::Command& command) {
  using W = std::uint32_t;
  return std::visit(
      []<class Call>(const Call&) {
        return std::same_as<Call, malloc::StoreByte<W>> || std::same_as<Call, malloc::StoreWord<W>> ||
               std::same_as<Call, malloc::Memset<W>> || std::same_as<Call, malloc::Sbrk<W>>;
      },
      command);
}

}  // namespace

bool Checking<MallocFamily>::keeps_invariant(const MallocFamily::Boot&, const MallocFamily::State& state) {
  return is_lawful(state);
}

std::optional<BrokenLaw> Checking<MallocFamily>::broken_law(const Carried<MallocFamily>& carried,
                                                            const Carried<MallocFamily>* reference) {
  const malloc::Transition transition = refmm::transition(carried);
  if (malloc::ended_everything(transition) || is_access(carried.command) || !is_lawful(carried.before))
    return std::nullopt;
  for (const auto& conjunct : malloc::invariant) {
    if (!conjunct.holds(carried.after) && !(reference && !conjunct.holds(reference->after)))
      return BrokenLaw{&*conjunct.clause, conjunct.name};
  }
  for (const auto& law : malloc::step_laws) {
    if (!law.holds(transition) && !(reference && !law.holds(refmm::transition(*reference))))
      return BrokenLaw{&*law.clause, law.name};
  }
  return std::nullopt;
}

void Checking<MallocFamily>::note_laws(Coverage& coverage, const Carried<MallocFamily>& carried, const Because&) {
  const malloc::Transition transition = refmm::transition(carried);
  if (malloc::ended_everything(transition)) return;
  using malloc::call;
  coverage.note("malloc.blocks.survive");
  if (call<malloc::Malloc>(transition)) coverage.note("malloc.malloc.threshold");
  if (malloc::effects_of<malloc::Brk>(transition) != 0) coverage.note("malloc.grow.to_page");
  if (call<malloc::Free>(transition) || call<malloc::MallocTrim>(transition)) coverage.note("malloc.trim.pinned");
  if (!malloc::handed_out(transition)) return;
  if (call<malloc::Realloc>(transition)) coverage.note("malloc.realloc.prefix");
  if (call<malloc::Memalign>(transition)) coverage.note("malloc.memalign.aligned");
}

void Checking<MallocFamily>::note_invariant(Coverage& coverage) {
  for (const auto& conjunct : malloc::invariant) coverage.note(conjunct.clause);
}

}  // namespace refmm
