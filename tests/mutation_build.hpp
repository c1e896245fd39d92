// Comes before everything else in what is built from the copy of impl/ with mutations: a third build beside those of
// spec/mutant.hpp, so that it can live in one program with them.
#pragma once

#include <refmm/spec/mutant.hpp>

#undef REFMM_BUILD
#define REFMM_BUILD build_with_mutations
