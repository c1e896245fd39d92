// Which clause a difference violates.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/tests/check_lockstep.hpp>

#include <string_view>

namespace refmm {

/// Of the clauses that decided what the model did, the one that speaks of what differs: `path` as first_difference names
/// it, "result", "effects[1].gfp", "chain[4].slabs[0].inuse". Where none of them does it is the last one.
const Clause& clause_to_blame(Finding::Kind kind, std::string_view path, const Because& because);

}  // namespace refmm
