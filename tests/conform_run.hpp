// A session, carried out by the running kernel and by the model side by side.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/tests/conform_reality.hpp>
#include <refmm/tests/conform_session.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace refmm::conform {

/// Where the kernel and the model part.
struct Difference {
  std::size_t step = 0;              // of the session
  std::string field{};               // `result`, or which area of which process
  std::string expected{};            // what the model says
  std::string found{};               // what the kernel did
  std::vector<ClauseRef> because{};  // what decided, in the model
};

/// A step of a session that went well.
struct Compared {
  std::string result;
  std::vector<ClauseRef> because;
};

/// The two sides of a session under way.
class SideBySide {
 public:
  /// For the steps of `session`, none of which is carried out yet.
  static std::variant<SideBySide, Refusal> start(const Session& session);

  const since::World<Native>& world() const { return world_; }
  const since::KernelOf<Native>& kernel() const { return kernel_; }
  Range image() const { return reality_.image(); }

  /// Has both carry out a step.
  std::variant<Compared, Difference> carry_out(const SessionStep& step);

 private:
  explicit SideBySide(Reality reality)
      : reality_(std::move(reality)), kernel_(reality_.kernel()), world_(reality_.world()) {}
  std::optional<Difference> compare_areas(std::size_t process);

  Reality reality_;
  since::KernelOf<Native> kernel_;
  since::World<Native> world_;
};

/// Carries out a whole session. The first difference, if there is one; why there is no kernel to compare with.
std::variant<std::optional<Difference>, Refusal> run(const Session& session);

}  // namespace refmm::conform
