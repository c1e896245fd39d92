// Files of the source tree that the command has with it, wherever it is: made by refmm_embed of tools/CMakeLists.txt.
#pragma once

#include <string_view>

namespace refmm {

/// A file as it was when refmm was built.
struct EmbeddedFile {
  std::string_view file;  // from the root of the tree on: spec/book/slab.md
  std::string_view text;
};

}  // namespace refmm
