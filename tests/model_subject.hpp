// The model of a family as something that is tested: what any subject is to be, and in tests of the tests something that can
// be wrong on purpose.
#pragma once

#include <refmm/tests/subject.hpp>

#include <utility>

namespace refmm {

/// The model of the kernel that it is booted with.
template <class Family>
class ModelSubject : public Subject<Family> {
 public:
  using typename Subject<Family>::Answer;
  using Subject<Family>::observe;

  void reset(const typename Family::Boot& boot) override {
    boot_ = boot;
    state_ = Family::boot(boot);
  }

  Answer apply(const typename Family::Command& command) override {
    auto outcome = Family::step(boot_, std::move(state_), command);
    state_ = std::move(outcome.state);
    return {std::move(outcome.result), std::move(outcome.effects)};
  }

  void observe(typename Family::State& seen) const override { seen = state_; }

 protected:
  typename Family::Boot boot_{};
  typename Family::State state_{};
};

}  // namespace refmm
