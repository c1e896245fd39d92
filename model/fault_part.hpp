// How a request for bytes of a file is divided among its pages.
//
// Follows the loops of do_generic_file_read and generic_file_write in mm/filemap.c.
#pragma once

#include <refmm/model/paging.hpp>
#include <refmm/spec/mutant.hpp>

namespace refmm::model::inline REFMM_BUILD {

/// What a request has in one page of a file.
template <Word W>
struct PagePart {
  W index;   // which page
  W offset;  // where in it, in bytes
  W bytes;   // from there on, in that page
};

/// The first part of a request for bytes from `offset` on.
template <Word W>
constexpr PagePart<W> part_of(const MachineOf<W>& machine, W offset, W len) {
  const W within = offset_in_page<W>(machine, offset);
  const W room = W(machine.page_size) - (mutant("process.read.parts_as_long_as_pages") ? W(0u) : within);
  return {pages_in<W>(machine, offset), within, len < room ? len : room};
}

}  // namespace refmm::model::inline REFMM_BUILD
