// The laws that the compiler holds to examples, by their names. The examples stand in AREA_law_examples.cpp: one that does not hold is
// no constant, and does not compile.
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

namespace refmm {

/// Names of laws, in the order of their examples; that of a law with several examples stands there several times.
using LawNames = std::vector<std::string_view>;

LawNames joined(std::initializer_list<std::span<const std::string_view>> parts);

namespace buddy {
LawNames laws_with_an_example();
}
namespace slab {
LawNames laws_with_an_example();
}
namespace kernel_map {  // and of paging
LawNames laws_with_an_example();
}
namespace vma {
LawNames laws_with_an_example();
}
namespace malloc {
LawNames laws_with_an_example();
}

}  // namespace refmm
