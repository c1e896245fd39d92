// The kernel that is running, as the model of its era.
#pragma once

#include <refmm/spec/since_eras.hpp>
#include <refmm/tests/conform_calls.hpp>

#include <cstdint>

namespace refmm::conform {

/// The version that the kernel gives itself; that of Linux 6.18 if it does so in a way that is not understood.
since::Version running_version();

/// The number in a file of /proc/sys/vm, or `otherwise`.
std::uint64_t kernel_setting(const char* name, std::uint64_t otherwise);

/// The kernel with its settings, for programs of so many bits.
since::KernelOf<std::uint64_t> running_kernel(Bits bits);

/// True if the eras were settled for it: experiments were made on 6.18, and what older kernels do nobody has looked at.
bool is_settled(since::Version version);

/// What a test says that is skipped on another kernel.
inline constexpr const char* not_settled =
    "the running kernel is older than 6.18, for which the eras were settled";

}  // namespace refmm::conform
