// How much the parts of a script of machines that run processes ask of the reader; 0 is the plainest. Addresses, lengths, protections
// and the like are those of memory areas (tests/vma_shrink_order.hpp).
#pragma once

#include <refmm/spec/process.hpp>

#include <cstdint>
#include <vector>

namespace refmm::process {

/// The machine that transcripts are of where nothing speaks against it.
inline constexpr std::uint32_t plain_ram_pages = 32, plain_swap_pages = 8;
Boot<std::uint32_t> plain_machine(const fault::KernelOf<std::uint32_t>& kernel, std::vector<std::uint32_t> files);

std::uint32_t effort_of_break(std::uint32_t brk);      // one page more than there is at first, then what is near
std::uint32_t effort_of_byte(std::uint32_t byte);      // 1 first, then what is small
std::uint32_t effort_of_size(std::uint32_t size);      // of a file: one page first, then whole pages
std::uint32_t effort_of_advice(std::uint32_t advice);  // that pages are not needed first
std::uint32_t effort_of_msync_flags(std::uint32_t flags);  // MS_SYNC first
std::uint32_t effort_of_kind(const Command<std::uint32_t>& command);

/// Those that are plainer than the given one, plainest first.
std::vector<std::uint32_t> plainer_breaks(std::uint32_t brk);
std::vector<std::uint32_t> plainer_bytes(std::uint32_t byte);
std::vector<std::uint32_t> plainer_sizes(std::uint32_t size);
std::vector<std::uint32_t> plainer_advice(std::uint32_t advice);
std::vector<std::uint32_t> plainer_msync_flags(std::uint32_t flags);

}  // namespace refmm::process
