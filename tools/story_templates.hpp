// The page that a story becomes, embedded: story.html with its style and its script.
#pragma once

#include <refmm/tools/embedded_file.hpp>

#include <span>

namespace refmm::story {

std::span<const EmbeddedFile> templates();

}  // namespace refmm::story
