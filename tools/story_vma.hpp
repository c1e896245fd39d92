// The areas of an address space as a panel: of a process by itself, or of one among several.
#pragma once

#include <refmm/spec/machine.hpp>
#include <refmm/spec/vma.hpp>
#include <refmm/tools/story_picture.hpp>

#include <string>
#include <vector>

namespace refmm::story {

/// The areas to scale, each of them in words, and where they are in the whole address space.
std::vector<Row> rows_of_areas(const vma::Mm<std::uint32_t>& mm, const std::vector<vma::Inode>& inodes,
                               const std::vector<vma::File>& files, const Machine& machine);

/// `2 areas, 5 pages, 0 locked · break 0804b000`.
std::string note_on(const vma::Mm<std::uint32_t>& mm);

}  // namespace refmm::story
