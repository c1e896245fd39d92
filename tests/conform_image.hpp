// The program that carries out calls (conform_agent.c), and what C programs begin with, as they were when this was built: cmake/embed_bytes.cmake makes the sources.
#pragma once

#include <span>

namespace refmm::conform {

/// An ELF image; empty if the compiler that refmm was built with makes no such programs.
std::span<const unsigned char> image_of_32_bits();
std::span<const unsigned char> image_of_64_bits();

/// conform_program_prelude.h.
std::span<const unsigned char> program_prelude();

}  // namespace refmm::conform
