// Random doings of the kernel: it swaps out, something fails, a limit is set.
#pragma once

#include <refmm/tests/commands_source.hpp>
#include <refmm/tests/fault_commands.hpp>
#include <refmm/tests/fault_commands_temper.hpp>

namespace refmm::process::drawing {

Intent any_swap_out(Source& source, const Temper& temper);

/// One failure, mostly at once.
Intent any_failure(Source& source);

Intent any_limit(Source& source, const Temper& temper);

}  // namespace refmm::process::drawing
