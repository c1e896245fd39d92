// How much the parts of a script of memory areas ask of the reader; 0 is the plainest.
#pragma once

#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_flags.hpp>

#include <cstdint>
#include <vector>

namespace refmm::vma {

std::uint32_t effort_of_address(std::uint32_t address);  // 0x40000000 first, then what lies little above it
std::uint32_t effort_of_length(std::uint32_t length);    // one page first
std::uint32_t effort_of_offset(std::uint32_t offset);    // 0 first
std::uint32_t effort_of_protection(std::uint32_t prot);  // PROT_READ first
std::uint32_t effort_of_map_flags(std::uint32_t flags);  // MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS first
std::uint32_t effort_of_number(
    std::uint32_t number);  // of a knob that is set: small numbers first, then whole pages
std::uint32_t effort_of_kind(const Command<std::uint32_t>& command);

inline constexpr std::uint32_t plain_map_flags = MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS;

/// The knobs that a transcript need not mention.
inline constexpr Knobs<std::uint32_t> plain_knobs{.free_pages = 0,
                                                  .buffer_pages = 0,
                                                  .cache_pages = 0,
                                                  .swap_pages = 0,
                                                  .overcommit = false,
                                                  .physpages = 0,
                                                  .rlimit_as = ~0u,
                                                  .rlimit_data = ~0u,
                                                  .rlimit_stack = 8u << 20,
                                                  .rlimit_memlock = ~0u,
                                                  .cap_ipc_lock = true,
                                                  .max_map_count = 65536,
                                                  .fail_vma = 0,
                                                  .fail_shmem = 0,
                                                  .fail_move = 0};

/// Those that are plainer than the given one, plainest first.
std::vector<std::uint32_t> plainer_addresses(std::uint32_t address, std::vector<std::uint32_t> others);
std::vector<std::uint32_t> plainer_lengths(std::uint32_t length);
std::vector<std::uint32_t> plainer_offsets(std::uint32_t offset);
std::vector<std::uint32_t> plainer_protections(std::uint32_t prot);
std::vector<std::uint32_t> plainer_map_flags(std::uint32_t flags);
std::vector<std::uint32_t> plainer_numbers(std::uint32_t number);

}  // namespace refmm::vma
