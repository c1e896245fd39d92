// The slab allocator of impl/ as the tests see it: commands in, results, effects and observed states out.
//
// There are two builds of it in one program: the plain one, and one in which a mutant can be switched on
// (spec/mutant.hpp). Both stand behind one interface, and so does whatever else is to be tested.
#pragma once

#include <refmm/spec/machine.hpp>
#include <refmm/spec/slab.hpp>

#include <memory>
#include <vector>

namespace refmm {

/// An allocator under test.
struct SlabSubject {
  struct Answer {
    slab::Result result;
    std::vector<slab::Effect> effects;
    friend bool operator==(const Answer&, const Answer&) = default;
  };

  virtual ~SlabSubject() = default;

  /// Boots on `machine`: kmem_cache and the general caches, all knobs 0. Whatever was before is gone.
  /// Must be called first. Throws std::invalid_argument if the allocator cannot run on such a machine.
  virtual void reset(const Machine& machine) = 0;

  /// Runs one command. After a usage error (slab::is_bug) nothing is promised: every further command is answered
  /// with the same refusal and changes nothing. A free of an object that was never allocated is ignored.
  virtual Answer apply(const slab::Command& command) = 0;

  /// The state, walked from the real structures, in place of whatever `seen` was. Returns whatever these structures are in:
  /// walks are bounded.
  virtual void observe(slab::State& seen) const = 0;

  slab::State observe() const {
    slab::State seen{};
    observe(seen);
    return seen;
  }
};

/// The implementation; mutants are off for good.
std::unique_ptr<SlabSubject> make_slab_implementation();

/// The implementation compiled with REFMM_MUTANTS: it makes the mistake that WithMutant names.
std::unique_ptr<SlabSubject> make_mutable_slab_implementation();

}  // namespace refmm
