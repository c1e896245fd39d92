// What is tested, of any family: commands in, results, effects and observed states out.
//
// A family is a struct of types and functions (tests/slab_family.hpp, tests/vma_family.hpp):
//
//   name                          "slab", the first part of its clauses' names
//   areas                         those first parts, where a family has several chapters
//   Boot, State, Command, Result, Effect
//   boot(boot)                    the model's first state
//   because_of_boot(boot)         the clauses that decided it
//   step(boot, state, command)    what the model makes of a command
//   ends_everything(result)       nothing after it is defined
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace refmm {

/// The areas of a family's clauses, in the order of the book.
template <class Family>
constexpr std::span<const std::string_view> areas_of() {
  if constexpr (requires { Family::areas; })
    return Family::areas;
  else
    return std::span(&Family::name, 1);
}

template <class Family>
struct Subject {
  struct Answer {
    typename Family::Result result;
    std::vector<typename Family::Effect> effects;
    friend bool operator==(const Answer&, const Answer&) = default;
  };

  virtual ~Subject() = default;

  /// Boots. Whatever was before is gone. Must be called first. Throws std::invalid_argument if the subject cannot run on
  /// such a machine.
  virtual void reset(const typename Family::Boot& boot) = 0;

  /// Runs one command. After a result that ends everything nothing is promised: every further command is answered with the
  /// same refusal and changes nothing. What makes no sense (a free of what was never allocated) is ignored.
  virtual Answer apply(const typename Family::Command& command) = 0;

  /// The state, walked from the real structures, in place of whatever `seen` was. Returns whatever these structures are in:
  /// walks are bounded.
  virtual void observe(typename Family::State& seen) const = 0;

  /// False if the subject had no part in the last command: it lacks what it would have needed, and what it answered is the model's.
  virtual bool takes_part() const { return true; }

  typename Family::State observe() const {
    typename Family::State seen{};
    observe(seen);
    return seen;
  }
};

}  // namespace refmm
