#include <refmm/tests/shrink.hpp>
#include <refmm/tests/shrink_moves.hpp>
#include <refmm/tests/shrink_order.hpp>

#include <set>
#include <utility>

namespace refmm::shrink {

namespace {

class Search {
 public:
  Search(const Script& failing, const Fails& fails, const GoOn& go_on)
      : fails_(fails), go_on_(go_on), best_(failing), rank_(rank(failing)) {}

  Shrunk run() {
    try_one(best_);  // cuts it behind the command that fails
    for (bool simpler = true; simpler && !ended_;) {
      simpler = false;
      for (const Move move : moves) {
        while (!ended_ && move(best_, [this](Script candidate) { return try_one(candidate); })) simpler = true;
      }
    }
    return {std::move(best_), tries_, !ended_};
  }

 private:
  /// True if the candidate fails and what fails of it is simpler than the best so far, which it then is.
  bool try_one(const Script& candidate) {
    if (!tried_.insert(rank(candidate)).second) return false;
    if (ended_ || !go_on_(best_, tries_)) {
      ended_ = true;
      return false;
    }
    ++tries_;
    auto failing = fails_(candidate);
    if (!failing) return false;
    Script simpler = numbered_from_one(std::move(*failing));
    Rank simpler_rank = rank(simpler);
    if (!(simpler_rank < rank_)) return false;
    best_ = std::move(simpler);
    rank_ = std::move(simpler_rank);
    return true;
  }

  const Fails& fails_;
  const GoOn& go_on_;
  Script best_;
  Rank rank_;
  std::set<Rank> tried_{};
  std::uint64_t tries_ = 0;
  bool ended_ = false;
};

}  // namespace

Shrunk simplify(const Script& failing, const Fails& fails, const GoOn& go_on) {
  return Search(failing, fails, go_on).run();
}

}  // namespace refmm::shrink
