// An entry in the tables of clauses, spec/AREA_clauses.hpp.
#pragma once

#include <string_view>

namespace refmm {

enum class ClauseKind {
  must,         // the only allowed behaviour
  may,          // free within a stated set
  unspecified,  // nothing is promised, for the reason given
  defect,       // what 2.4.0 does against a law; the corrected profile differs
};

struct Clause {
  std::string_view name;
  ClauseKind kind;
  std::string_view source;         // the file and function of 2.4.0, "mm/slab.c:kmem_cache_grow"
  std::string_view without_law{};  // why no law states it, where none does
};

}  // namespace refmm
