#include <refmm/spec/record.hpp>
#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/defect_search.hpp>
#include <refmm/tests/fault_check.hpp>
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/malloc_check.hpp>
#include <refmm/tests/model_subject.hpp>
#include <refmm/tests/vma_check.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace refmm {

namespace {

template <class Family>
CorrectionsOf<Family> all_corrected() {
  CorrectionsOf<Family> all{};
  for_each_field(all, [](std::string_view, bool& corrected) { corrected = true; });
  return all;
}

template <class Corrections>
void uncorrect(Corrections& corrections, std::string_view name) {
  for_each_field(corrections, [&](std::string_view field, bool& corrected) {
    if (field == name) corrected = false;
  });
}

/// It goes the way of the kernel without the defects up to the first call that one of them decides, the boot being one. Two kernels of which one
/// has some of the defects may differ in which of several refusals they come to first; that is no defect.
template <class Family>
class DefectiveModel final : public ModelSubject<Family> {
 public:
  using typename ModelSubject<Family>::Answer;

  DefectiveModel(const CorrectionsOf<Family>& with, const CorrectionsOf<Family>& without)
      : with_(with), without_(without) {}

  void reset(const typename Family::Boot& boot) override {
    ModelSubject<Family>::reset(boot);
    corrections_of(this->boot_) = with_;
    auto booted = Family::boot(this->boot_);
    went_wrong_ = canonical_of<Family>(this->boot_, booted) != canonical_of<Family>(this->boot_, this->state_);
    if (went_wrong_) this->state_ = std::move(booted);
  }
  Answer apply(const typename Family::Command& command) override {
    auto outcome = Family::step(this->boot_, this->state_, command);
    went_wrong_ = went_wrong_ || decided_by_defect(outcome.because);
    if (!went_wrong_) {
      typename Family::Boot sound = this->boot_;
      corrections_of(sound) = without_;
      outcome = Family::step(sound, std::move(this->state_), command);
    }
    this->state_ = std::move(outcome.state);
    return {std::move(outcome.result), std::move(outcome.effects)};
  }

 private:
  CorrectionsOf<Family> with_, without_;
  bool went_wrong_ = false;
};

/// Of the last call (or the boot) that a clause of a defect decides when the kernel with the defects carries a script out, that clause: the one
/// that is looked for if it is among several, else the last.
template <class Family>
const Clause* deciding_defect(const shrink::Script<Family>& script, const CorrectionsOf<Family>& with,
                              const Clause* looked_for = nullptr) {
  typename Family::Boot boot = script.boot;
  corrections_of(boot) = with;
  typename Family::State state = Family::boot(boot);
  const Clause* last = nullptr;
  for (const ClauseRef clause : Family::because_of_boot(boot)) {
    if (clause->kind == ClauseKind::defect) last = &*clause;
  }
  for (const auto& command : shrink::commands_of(script)) {
    auto outcome = Family::step(boot, std::move(state), command);
    if (decided_by_defect(outcome.because)) last = nullptr;
    for (const ClauseRef clause : outcome.because) {
      if (clause->kind == ClauseKind::defect && (last == nullptr || last != looked_for)) last = &*clause;
    }
    if (Family::ends_everything(outcome.result)) break;
    state = std::move(outcome.state);
  }
  return last;
}

template <class Family>
const Clause* clause_of_defect(std::string_view name) {
  for (const std::string_view area : areas_of<Family>()) {
    if (const Clause* clause = find_clause("defect." + std::string(area) + "." + std::string(name))) return clause;
  }
  return nullptr;
}

template <class Family>
std::vector<Defect<Family>> all_defects() {
  std::vector<Defect<Family>> defects;
  for_each_field(all_corrected<Family>(), [&](std::string_view name, bool) {
    Defect<Family> defect{name, clause_of_defect<Family>(name), all_corrected<Family>(), {}};
    for (const std::string_view other : Checking<Family>::prepares(name)) uncorrect(defect.without, other);
    defect.with = defect.without;
    uncorrect(defect.with, name);
    defects.push_back(defect);
  });
  return defects;
}

}  // namespace

template <HasDefects Family>
bool Defect<Family>::is_alone() const {
  return without == all_corrected<Family>();
}

template <HasDefects Family>
std::unique_ptr<Subject<Family>> make_defective_model(const CorrectionsOf<Family>& with,
                                                      const CorrectionsOf<Family>& without) {
  return std::make_unique<DefectiveModel<Family>>(with, without);
}

template <HasDefects Family>
std::span<const Defect<Family>> defects() {
  static const std::vector<Defect<Family>> all = all_defects<Family>();
  return all;
}

template <HasDefects Family>
const Defect<Family>* find_defect(std::string_view name) {
  const auto found = std::ranges::find(defects<Family>(), name, &Defect<Family>::name);
  return found == defects<Family>().end() ? nullptr : &*found;
}

template <HasDefects Family>
CheckReport<Family> look_for(const Defect<Family>& defect, const DefectRequest& request) {
  constexpr bool has_to_break_law = !requires { Checking<Family>::defects_show_in_results; };
  return check<Family>({.subject = [&defect] { return make_defective_model<Family>(defect.with, defect.without); },
                        .replay = std::string(as_built_replay),
                        .boot = [&defect](typename Family::Boot& boot) { corrections_of(boot) = defect.without; },
                        .demands = {.effects = true,
                                    .laws = defect.is_alone(),
                                    .companion = false,
                                    .only_unlawful = has_to_break_law,
                                    .hangs = false},
                        .cite =
                            [&defect](const shrink::Script<Family>& script) {
                              return deciding_defect<Family>(script, defect.with, defect.clause);
                            },
                        .seed = request.seed,
                        .jobs = request.jobs,
                        .runs = request.most_runs,
                        .shrink = request.shrink,
                        .shrink_time = request.shrink_time,
                        .explain = request.explain,
                        .progress = request.progress});
}

template <HasDefects Family>
void check_as_built(CheckRequest<Family>& request) {
  const CorrectionsOf<Family> nothing{};
  request.subject = [=] { return make_defective_model<Family>(nothing, all_corrected<Family>()); };
  request.replay = std::string(as_built_replay);
  request.demands.companion = false;
  request.cite = [=](const shrink::Script<Family>& script) { return deciding_defect<Family>(script, nothing); };
}

template struct Defect<BuddyFamily>;
template std::span<const Defect<BuddyFamily>> defects();
template const Defect<BuddyFamily>* find_defect(std::string_view);
template std::unique_ptr<Subject<BuddyFamily>> make_defective_model(const buddy::Corrections&,
                                                                    const buddy::Corrections&);
template CheckReport<BuddyFamily> look_for(const Defect<BuddyFamily>&, const DefectRequest&);
template void check_as_built(CheckRequest<BuddyFamily>&);

template struct Defect<KernelMapFamily>;
template std::span<const Defect<KernelMapFamily>> defects();
template const Defect<KernelMapFamily>* find_defect(std::string_view);
template std::unique_ptr<Subject<KernelMapFamily>> make_defective_model(const kernel_map::Corrections&,
                                                                        const kernel_map::Corrections&);
template CheckReport<KernelMapFamily> look_for(const Defect<KernelMapFamily>&, const DefectRequest&);
template void check_as_built(CheckRequest<KernelMapFamily>&);
template struct Defect<VmaFamily>;
template std::span<const Defect<VmaFamily>> defects();
template const Defect<VmaFamily>* find_defect(std::string_view);
template std::unique_ptr<Subject<VmaFamily>> make_defective_model(const vma::Corrections&,
                                                                  const vma::Corrections&);
template CheckReport<VmaFamily> look_for(const Defect<VmaFamily>&, const DefectRequest&);
template void check_as_built(CheckRequest<VmaFamily>&);
template struct Defect<FaultFamily>;
template std::span<const Defect<FaultFamily>> defects();
template const Defect<FaultFamily>* find_defect(std::string_view);
template std::unique_ptr<Subject<FaultFamily>> make_defective_model(const fault::Corrections&,
                                                                    const fault::Corrections&);
template CheckReport<FaultFamily> look_for(const Defect<FaultFamily>&, const DefectRequest&);
template void check_as_built(CheckRequest<FaultFamily>&);
template struct Defect<MallocFamily>;
template std::span<const Defect<MallocFamily>> defects();
template const Defect<MallocFamily>* find_defect(std::string_view);
template std::unique_ptr<Subject<MallocFamily>> make_defective_model(const malloc::Corrections&,
                                                                     const malloc::Corrections&);
template CheckReport<MallocFamily> look_for(const Defect<MallocFamily>&, const DefectRequest&);
template void check_as_built(CheckRequest<MallocFamily>&);

}  // namespace refmm
