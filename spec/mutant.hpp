// Mutants: named mistakes beside the lines that they change.
//
//   const W next = mutant("slab.take.keeps_firstnotfull") ? before.firstnotfull : before.firstnotfull + 1;
//
// In a normal build `mutant` is false at compile time and costs nothing. A target compiled with REFMM_MUTANTS
// (theorems, museum) can switch one mutant on. So that both builds can live in one program, the rooms whose
// code has mutants put it in an inline namespace of the build: `namespace refmm::model::inline REFMM_BUILD`.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#ifdef REFMM_MUTANTS
#define REFMM_BUILD mutable_build
#else
#define REFMM_BUILD plain_build
#endif

namespace refmm {

/// The mutant that is on in this process; empty for none.
inline std::string& active_mutant() {
  static std::string name;
  return name;
}

/// Whether the mutant called `name` is on; out of line, so that the code of the mutants stays small.
[[gnu::noinline]] inline bool is_active(std::string_view name) { return active_mutant() == name; }

/// Switches a mutant on for the life of this object.
class WithMutant {
 public:
  explicit WithMutant(std::string_view name) : before_(std::exchange(active_mutant(), name)) {}
  ~WithMutant() { active_mutant() = before_; }
  WithMutant(const WithMutant&) = delete;
  WithMutant& operator=(const WithMutant&) = delete;

 private:
  std::string before_;
};

inline namespace REFMM_BUILD {

#ifdef REFMM_MUTANTS
/// Never a constant: the compiler would fold `const W x = mutant(...) ? a : 0` to 0 while it tries whether that is one.
constexpr bool mutant(std::string_view name) { return !name.empty() && is_active(name); }
#else
constexpr bool mutant(std::string_view) { return false; }
#endif

}  // namespace REFMM_BUILD
}  // namespace refmm
