// What random sessions have found, embedded: clause_mistakes.txt.
#pragma once

#include <refmm/tools/embedded_file.hpp>

#include <span>

namespace refmm {

std::span<const EmbeddedFile> found_mistake_texts();

}  // namespace refmm
