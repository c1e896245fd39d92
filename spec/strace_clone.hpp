// Calls that make a process or a thread, and what the new one shares with the one that made it.
#pragma once

#include <refmm/spec/strace_call.hpp>

#include <cstdint>

namespace refmm::strace {

/// Flags of clone (strace_flags.hpp has all by their names).
inline constexpr std::uint64_t clone_vm = 0x100;     // one address space
inline constexpr std::uint64_t clone_files = 0x400;  // one table of descriptors
inline constexpr std::uint64_t clone_vfork =
    0x4000;  // the caller waits until the new process calls execve, or ends
inline constexpr std::uint64_t clone_thread = 0x10000;  // a thread of the same process

/// Whether it is fork, vfork, clone or clone3. The result is the number of the new process or thread.
bool makes_process(const Call& call);

/// The flags of a call that makes a process; what clone would need for the same is said of fork and vfork. Throws InputError, whose
/// file and source line are left to be filled in, where strace does not print them.
std::uint64_t clone_flags(const Call& call);

}  // namespace refmm::strace
