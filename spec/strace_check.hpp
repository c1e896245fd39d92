// What is known of the arguments of calls that have to do with memory, descriptors and processes.
#pragma once

#include <refmm/spec/strace_call.hpp>

namespace refmm::strace {

/// Whether all that a model of memory needs of a call is there, and is what it should be: how many arguments, which are numbers,
/// which are strings. Throws InputError, whose file and source line are left to be filled in. Other calls may have any arguments.
void check_arguments(const Call& call);

}  // namespace refmm::strace
