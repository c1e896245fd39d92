// The page directories of all processes at once: what the theorems about sharing speak of.
//
// However many processes there are, their directories are one map from processes to directories, and the quick list is one from
// positions to directories (spec/map.hpp). Over built-in words these are tables; over symbolic words they are functions, so that a
// theorem about one fresh process and one fresh slot is a theorem about every process and every slot.
#pragma once

#include <refmm/spec/word.hpp>

namespace refmm::kernel_map {

/// swapper_pg_dir, and everything that copies its upper quarter. `Directory` is a map from slots to entries, `Directories` a map to
/// such maps, `Words` a map to words.
template <Word W, class Directory, class Directories, class Words>
struct AllDirectories {
  using word_type = W;

  Directory swapper;
  Directories pgds;        // by process; of one that is not there it means nothing
  Words alive;             // by process: not 0 for those that are there
  Directories quick_list;  // by position, below the length; the one that is taken next is the last
  W quick_list_length;
};

}  // namespace refmm::kernel_map
