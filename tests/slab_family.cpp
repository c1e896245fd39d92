#include <refmm/model/slab.hpp>
#include <refmm/tests/slab_family.hpp>

#include <utility>
#include <variant>

namespace refmm {

slab::State SlabFamily::boot(const Machine& machine) { return model::boot(machine); }

Outcome<slab::State, slab::Result, slab::Effect> SlabFamily::step(const Machine& machine, slab::State state,
                                                                  const slab::Command& command) {
  return model::step(machine, std::move(state), command);
}

bool SlabFamily::ends_everything(const slab::Result& result) {
  const auto* refused = std::get_if<slab::Refused>(&result);
  return refused && slab::is_bug(refused->refusal);
}

}  // namespace refmm
