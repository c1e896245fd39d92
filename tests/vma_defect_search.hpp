// The defects of 2.4.0's memory areas, found by random checking: the model with a defect beside the model without it.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/vma_kernel.hpp>
#include <refmm/tests/check.hpp>
#include <refmm/tests/vma_check.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace refmm {

/// Two kernels that a defect tells apart.
struct Defect {
  std::string_view name;  // as the switch is called, and the clause: defect.vma.NAME
  const Clause* clause;
  vma::Corrections without, with;
};

/// All of them, in the order of the switches. Each is alone, all others are mended on both sides; but for one that nothing
/// leads to unless another one has made the areas that it needs.
std::span<const Defect> defects();

/// The defect of this name, or nullptr.
const Defect* find_defect(std::string_view name);

/// The model as a subject: the kernel with these corrections, whatever the boot asks for.
std::unique_ptr<VmaSubject> make_vma_model(const vma::Corrections& corrected);

struct DefectRequest {
  std::uint64_t seed = 1;
  std::uint64_t most_runs = 100'000;  // a search gives up after these
  unsigned jobs = 1;
  std::function<void(const CheckProgress&)> progress{};
};

/// Looks for one defect. What fails is shrunk, and its transcript cites the clause of the defect, and the law that it breaks.
CheckReport<VmaFamily> look_for(const Defect& defect, const DefectRequest& request);

/// The options of `refmm run` that replay on 2.4.0 as it was built.
inline constexpr std::string_view as_built_replay = "--profile as-built";

/// Holds a check of 2.4.0 as it was built against the corrected kernel: it fails at the first defect that shows.
void check_as_built(CheckRequest<VmaFamily>& request);

}  // namespace refmm
