// The plainest scripts of the page allocator that there are.
#pragma once

#include <refmm/tests/buddy_shrink.hpp>

#include <vector>

namespace refmm::buddy {

/// Scripts of few commands that are plain, in no order: what the search tries when all small steps from `like` have failed.
std::vector<Script> plainest_scripts(const Script& like);

}  // namespace refmm::buddy
