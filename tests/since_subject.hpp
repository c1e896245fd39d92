// The address spaces of later eras of impl/ as the tests see them: commands in, results and observed states out.
#pragma once

#include <refmm/tests/since_family.hpp>
#include <refmm/tests/subject.hpp>

#include <memory>

namespace refmm {

/// Processes of a later era under test. In what it observes areas and file objects are numbered by their places, of areas that were
/// written to it is told by their numbers, and there is nothing of lookups: what since::areas_notation shows is exact.
using SinceSubject = Subject<SinceFamily>;

/// The implementation. Reset throws std::invalid_argument if pages are not those of x86.
std::unique_ptr<SinceSubject> make_since_implementation();

}  // namespace refmm
