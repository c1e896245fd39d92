// How much the parts of a script of the kernel's own mappings ask of the reader; 0 is the plainest.
#pragma once

#include <refmm/tests/kernel_map_shrink.hpp>

#include <cstdint>
#include <vector>

namespace refmm::kernel_map {

/// The machine of most transcripts.
inline constexpr Boot<std::uint32_t> plain_machine{.kernel = corrected,
                                                   .ram_pages = 16384,
                                                   .highmem_pages = 0,
                                                   .first_free = 1024,
                                                   .pse = true,
                                                   .pge = true,
                                                   .config = Config::up};

std::uint32_t effort_of_size(std::uint32_t size);     // one page first
std::uint32_t effort_of_phys(std::uint32_t phys);     // 0xe0000000 first
std::uint32_t effort_of_offset(std::uint32_t bytes);  // 0 first, then whole pages
std::uint32_t effort_of_kind(const Command<std::uint32_t>& command);

/// Those that are plainer than the given one, plainest first.
std::vector<std::uint32_t> plainer_sizes(std::uint32_t size);

/// How many commands as many pages of vmalloc are as good as: each is a line of the transcript.
std::uint32_t worth_of_pages(std::uint32_t size);
std::vector<std::uint32_t> plainer_physes(std::uint32_t phys);
std::vector<std::uint32_t> plainer_offsets(std::uint32_t bytes);
std::vector<std::uint32_t> plainer_numbers(std::uint32_t number);

}  // namespace refmm::kernel_map
