// Compiled with REFMM_MUTANTS.
#include <refmm/tests/area_tree_lockstep.hpp>
#include <refmm/tests/area_tree_search.hpp>
#include <refmm/tests/check_process.hpp>

#include <rapidcheck.h>
#include <rapidcheck/detail/TestListener.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <exception>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

namespace refmm::area_tree {

namespace {

using rc::detail::CaseResult;

/// What differs when the steps are carried out; empty if nothing does.
std::string difference_of(const std::vector<Step>& steps) {
  constexpr std::chrono::seconds patience{5};
  const Shared<std::array<char, 256>> what;
  Process process([&](Line&) {
    close(STDERR_FILENO);  // a broken tree is told of by how it ends
    Lockstep<std::uint64_t, 15> both;
    try {
      for (const Step& step : steps) both.run(step);
    } catch (const std::exception& difference) {
      std::strncpy(what->data(), difference.what(), what->size() - 1);
      _exit(0);  // the tree is broken, and need not survive its end
    }
  });
  if (process.line().listen(patience) == Line::Heard::silence) {
    process.kill();
    return "does not come back";
  }
  const auto how = process.wait();
  return how ? *how : std::string(what->data());
}

/// Follows RapidCheck to the steps that shrinking comes to.
class Observer : public rc::detail::TestListener {
 public:
  CaseResult run() {
    tried_ = *rc::gen::resize(200, rc::gen::arbitrary<std::vector<Step>>());
    what_ = difference_of(tried_);
    return CaseResult(what_.empty() ? CaseResult::Type::Success : CaseResult::Type::Failure);
  }

  void onTestCaseFinished(const rc::detail::CaseDescription& description) override {
    ++sequences;
    if (description.result.type != CaseResult::Type::Failure) return;
    elapsed = std::chrono::steady_clock::now() - begin_;
    keep();
  }
  void onShrinkTried(const rc::detail::CaseDescription&, bool accepted) override {
    if (accepted) keep();
  }
  void onTestFinished(const rc::detail::TestMetadata&, const rc::detail::TestResult&) override {}

  std::uint64_t sequences = 0;
  std::chrono::duration<double> elapsed{};
  std::vector<Step> steps{};
  std::string what{};

 private:
  void keep() {
    steps = tried_;
    what = what_;
  }

  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::vector<Step> tried_{};
  std::string what_{};
};

}  // namespace

std::optional<Difference> search(std::uint64_t seed, bool shrink, int most) {
  auto parameters = rc::detail::configuration().testParams;
  parameters.seed = seed;
  parameters.maxSuccess = most;
  parameters.disableShrinking = !shrink;
  Observer observer;
  rc::detail::checkProperty(rc::detail::toProperty([&] { return observer.run(); }), rc::detail::TestMetadata(),
                            parameters, observer);
  if (observer.what.empty()) return std::nullopt;
  std::vector<std::string> steps;
  for (const Step& step : observer.steps) {
    std::ostringstream text;
    text << step;
    steps.push_back(text.str());
  }
  return Difference{observer.sequences, observer.elapsed.count(), observer.what, std::move(steps)};
}

}  // namespace refmm::area_tree
