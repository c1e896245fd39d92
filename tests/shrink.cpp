#include <refmm/tests/buddy_shrink.hpp>
#include <refmm/tests/fault_shrink.hpp>
#include <refmm/tests/fingerprint.hpp>
#include <refmm/tests/kernel_map_shrink.hpp>
#include <refmm/tests/malloc_shrink.hpp>
#include <refmm/tests/shrink.hpp>
#include <refmm/tests/shrink_least.hpp>
#include <refmm/tests/slab_shrink.hpp>
#include <refmm/tests/vma_shrink.hpp>

#include <unordered_set>
#include <utility>

namespace refmm::shrink {

namespace {

Fingerprint fingerprint_of_rank(const Rank& rank) {
  Fingerprint fingerprint;
  add(fingerprint, rank.numbers);
  add(fingerprint, rank.names);
  return fingerprint;
}

template <class Family>
class Search {
  using Own = Shrinking<Family>;

 public:
  Search(const Script<Family>& failing, const Fails<Family>& fails, const GoOn<Family>& go_on)
      : fails_(fails), go_on_(go_on), best_(failing), rank_(Own::rank(failing)) {}

  Shrunk<Family> run() {
    try_one(best_);  // cuts it behind the command that fails
    move_while_simpler();
    if constexpr (HasPlainSessions<Family>) {
      const bool taken =
          propose_least_sessions<Family>(Script<Family>(best_), [this](const Script<Family>& session) {
            return !ended_ && Own::rank(session) < rank_ && try_one(session);
          });
      if (taken) move_while_simpler();
    }
    return {std::move(best_), tries_, !ended_};
  }

 private:
  void move_while_simpler() {
    for (bool simpler = true; simpler && !ended_;) {
      simpler = false;
      for (const Move<Family> move : Own::moves()) {
        while (!ended_ && move(best_, [this](Script<Family> candidate) { return try_one(candidate); }))
          simpler = true;
      }
    }
  }

  /// True if the candidate fails and what fails of it is simpler than the best so far, which it then is.
  bool try_one(const Script<Family>& candidate) {
    if (!tried_.insert(fingerprint_of_rank(Own::rank(candidate))).second) return false;
    if (ended_ || !go_on_(best_, tries_)) {
      ended_ = true;
      return false;
    }
    ++tries_;
    auto failing = fails_(candidate);
    if (!failing) return false;
    Script<Family> simpler = Own::settled(std::move(*failing));
    Rank simpler_rank = Own::rank(simpler);
    if (!(simpler_rank < rank_)) return false;
    best_ = std::move(simpler);
    rank_ = std::move(simpler_rank);
    return true;
  }

  const Fails<Family>& fails_;
  const GoOn<Family>& go_on_;
  Script<Family> best_;
  Rank rank_;
  std::unordered_set<Fingerprint, FingerprintHash> tried_{};  // of their ranks, which are long
  std::uint64_t tries_ = 0;
  bool ended_ = false;
};

}  // namespace

template <class Family>
Shrunk<Family> simplify(const Script<Family>& failing, const std::type_identity_t<Fails<Family>>& fails,
                        const std::type_identity_t<GoOn<Family>>& go_on) {
  return Search<Family>(failing, fails, go_on).run();
}

template Shrunk<BuddyFamily> simplify(const Script<BuddyFamily>&, const Fails<BuddyFamily>&,
                                      const GoOn<BuddyFamily>&);
template Shrunk<SlabFamily> simplify(const Script<SlabFamily>&, const Fails<SlabFamily>&, const GoOn<SlabFamily>&);
template Shrunk<KernelMapFamily> simplify(const Script<KernelMapFamily>&, const Fails<KernelMapFamily>&,
                                          const GoOn<KernelMapFamily>&);
template Shrunk<VmaFamily> simplify(const Script<VmaFamily>&, const Fails<VmaFamily>&, const GoOn<VmaFamily>&);
template Shrunk<FaultFamily> simplify(const Script<FaultFamily>&, const Fails<FaultFamily>&,
                                      const GoOn<FaultFamily>&);
template Shrunk<MallocFamily> simplify(const Script<MallocFamily>&, const Fails<MallocFamily>&,
                                       const GoOn<MallocFamily>&);

}  // namespace refmm::shrink
