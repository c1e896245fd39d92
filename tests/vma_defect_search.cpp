#include <refmm/spec/record.hpp>
#include <refmm/tests/model_subject.hpp>
#include <refmm/tests/vma_defect_search.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace refmm {

namespace {

/// The kernel with these corrections, whatever the boot asks for.
class CorrectedVmaModel final : public ModelSubject<VmaFamily> {
 public:
  explicit CorrectedVmaModel(const vma::Corrections& corrected) : corrected_(corrected) {}

  void reset(const VmaFamily::Boot& boot) override {
    ModelSubject::reset(boot);
    boot_.kernel.corrected = corrected_;
  }

 private:
  vma::Corrections corrected_;
};

/// The last clause of a defect that decides when the kernel with the defects carries a script out.
const Clause* deciding_defect(const shrink::Script<VmaFamily>& script, const vma::Corrections& with) {
  VmaFamily::Boot boot = script.boot;
  boot.kernel.corrected = with;
  VmaFamily::State state = VmaFamily::boot(boot);
  const Clause* last = nullptr;
  for (const VmaFamily::Command& command : shrink::commands_of(script)) {
    auto outcome = VmaFamily::step(boot, std::move(state), command);
    for (const ClauseRef clause : outcome.because) {
      if (clause->kind == ClauseKind::defect) last = &*clause;
    }
    if (VmaFamily::ends_everything(outcome.result)) break;
    state = std::move(outcome.state);
  }
  return last;
}

Defect defect_called(std::string_view name) {
  Defect defect{.name = name,
                .clause = find_clause("defect.vma." + std::string(name)),
                .without = vma::all_corrected,
                .with = {}};
  // Two nodes have the same key only where an area has no page, or where areas overlap.
  if (name == "tree_keys") defect.without.remap_zero_length = defect.without.remap_destination = false;
  defect.with = defect.without;
  for_each_field(defect.with, [&](std::string_view field, bool& corrected) {
    if (field == name) corrected = false;
  });
  return defect;
}

std::vector<Defect> all_defects() {
  std::vector<Defect> defects;
  for_each_field(vma::all_corrected, [&](std::string_view name, bool) { defects.push_back(defect_called(name)); });
  return defects;
}

}  // namespace

std::unique_ptr<VmaSubject> make_vma_model(const vma::Corrections& corrected) {
  return std::make_unique<CorrectedVmaModel>(corrected);
}

std::span<const Defect> defects() {
  static const std::vector<Defect> all = all_defects();
  return all;
}

const Defect* find_defect(std::string_view name) {
  const auto found = std::ranges::find(defects(), name, &Defect::name);
  return found == defects().end() ? nullptr : &*found;
}

CheckReport<VmaFamily> look_for(const Defect& defect, const DefectRequest& request) {
  const bool lawful = defect.without == vma::all_corrected;
  return check<VmaFamily>(
      {.subject = [&defect] { return make_vma_model(defect.with); },
       .replay = std::string(as_built_replay),
       .boot = [&defect](VmaFamily::Boot& boot) { boot.kernel.corrected = defect.without; },
       .demands = {.effects = true, .laws = lawful, .companion = false, .only_unlawful = lawful},
       .cite = [&defect](const shrink::Script<VmaFamily>& script) { return deciding_defect(script, defect.with); },
       .seed = request.seed,
       .jobs = request.jobs,
       .runs = request.most_runs,
       .progress = request.progress});
}

void check_as_built(CheckRequest<VmaFamily>& request) {
  request.subject = [] { return make_vma_model(vma::nothing_corrected); };
  request.replay = std::string(as_built_replay);
  request.demands.companion = false;
  request.cite = [](const shrink::Script<VmaFamily>& script) {
    return deciding_defect(script, vma::nothing_corrected);
  };
}

}  // namespace refmm
