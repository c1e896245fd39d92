// The page tables of a picture. Part of fault_picture.hpp.
#pragma once

#include <refmm/spec/fault_picture_frames.hpp>

#include <string>
#include <vector>

namespace refmm::process {

/// The page tables of all processes, as many processes beside each other as there is room for: a line for each table and for each page.
std::vector<std::string> page_tables(const Drawn& drawn);

}  // namespace refmm::process
