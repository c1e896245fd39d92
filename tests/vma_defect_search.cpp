#include <refmm/spec/record.hpp>
#include <refmm/tests/model_subject.hpp>
#include <refmm/tests/vma_companion.hpp>
#include <refmm/tests/vma_defect_search.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace refmm {

namespace {

/// It goes the way of the kernel without the defects up to the first call that one of them decides. Two kernels of which one
/// has some of the defects may differ in which of several refusals they come to first; that is no defect.
class DefectiveVmaModel final : public ModelSubject<VmaFamily> {
 public:
  DefectiveVmaModel(const vma::Corrections& with, const vma::Corrections& without)
      : with_(with), without_(without) {}

  void reset(const VmaFamily::Boot& boot) override {
    ModelSubject::reset(boot);
    boot_.kernel.corrected = with_;
    went_wrong_ = false;
  }
  Answer apply(const VmaFamily::Command& command) override {
    auto outcome = VmaFamily::step(boot_, state_, command);
    went_wrong_ = went_wrong_ || decided_by_defect(outcome.because);
    if (!went_wrong_) {
      VmaFamily::Boot sound = boot_;
      sound.kernel.corrected = without_;
      outcome = VmaFamily::step(sound, std::move(state_), command);
    }
    state_ = std::move(outcome.state);
    return {std::move(outcome.result), std::move(outcome.effects)};
  }

 private:
  vma::Corrections with_, without_;
  bool went_wrong_ = false;
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

std::unique_ptr<VmaSubject> make_defective_vma_model(const vma::Corrections& with,
                                                     const vma::Corrections& without) {
  return std::make_unique<DefectiveVmaModel>(with, without);
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
      {.subject = [&defect] { return make_defective_vma_model(defect.with, defect.without); },
       .replay = std::string(as_built_replay),
       .boot = [&defect](VmaFamily::Boot& boot) { boot.kernel.corrected = defect.without; },
       .demands = {.effects = true, .laws = lawful, .companion = false, .only_unlawful = lawful},
       .cite = [&defect](const shrink::Script<VmaFamily>& script) { return deciding_defect(script, defect.with); },
       .seed = request.seed,
       .jobs = request.jobs,
       .runs = request.most_runs,
       .shrink_time = request.shrink_time,
       .progress = request.progress});
}

void check_as_built(CheckRequest<VmaFamily>& request) {
  request.subject = [] { return make_defective_vma_model(vma::nothing_corrected, vma::all_corrected); };
  request.replay = std::string(as_built_replay);
  request.demands.companion = false;
  request.cite = [](const shrink::Script<VmaFamily>& script) {
    return deciding_defect(script, vma::nothing_corrected);
  };
}

}  // namespace refmm
