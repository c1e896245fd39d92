#include <refmm/tests/number_range.hpp>

#include <algorithm>
#include <map>
#include <optional>

namespace refmm {

namespace {

constexpr int probes = 6;  // evenly spread over a range; and as many on either side of the number, and near it

class Search {
 public:
  Search(std::int64_t value, const NumberRange& domain, std::int64_t step,
         const std::function<bool(std::int64_t)>& holds)
      : value_(value), domain_(domain), step_(step), holds_(holds) {}

  NumberRange run() {
    std::int64_t down = farthest(-1, steps_to(domain_.first)), up = farthest(+1, steps_to(domain_.last));
    // What holds at the ends may fail in between; the range ends before the nearest such place.
    while (const auto hole = hole_between(-down, up)) {
      if (*hole > 0) {
        up = last_before(+1, *hole);
      } else {
        down = last_before(-1, -*hole);
      }
    }
    return {at(-down), at(up), step_};
  }

 private:
  std::int64_t at(std::int64_t steps) const { return value_ + steps * step_; }
  std::int64_t steps_to(std::int64_t end) const { return std::max(end - value_, value_ - end) / step_; }

  bool holds(std::int64_t steps) {
    if (steps == 0) return true;
    const auto [known, is_new] = known_.try_emplace(steps, false);
    if (is_new) known->second = holds_(at(steps));
    return known->second;
  }

  /// The most steps in a direction that it holds after, trying 1, 2, 4, ... `most` of them, and what is between the last two.
  std::int64_t farthest(std::int64_t direction, std::int64_t most) {
    std::int64_t good = 0;
    for (std::int64_t steps = 1; good != most; steps *= 2) {
      const std::int64_t next = std::min(steps, most);
      if (!holds(direction * next)) return between(direction, good, next);
      good = next;
    }
    return good;
  }

  /// The most steps before `hole` after which it holds, as far as halving finds out.
  std::int64_t last_before(std::int64_t direction, std::int64_t hole) { return between(direction, 0, hole); }

  std::int64_t between(std::int64_t direction, std::int64_t good, std::int64_t bad) {
    while (bad - good > 1) {
      const std::int64_t middle = good + (bad - good) / 2;
      (holds(direction * middle) ? good : bad) = middle;
    }
    return good;
  }

  /// The nearest place between the ends where it does not hold, of those that are tried.
  std::optional<std::int64_t> hole_between(std::int64_t first, std::int64_t last) {
    std::optional<std::int64_t> nearest;
    const auto look_at = [&](std::int64_t steps) {
      if (steps <= first || steps >= last || holds(steps)) return;
      if (!nearest || std::max(steps, -steps) < std::max(*nearest, -*nearest)) nearest = steps;
    };
    for (int i = 1; i < probes; ++i) {
      look_at(first + (last - first) / probes * i + i % 3);
      look_at(i * 3 - probes);
      look_at(i * i * i + i);
      look_at(-i * i * i - i);
    }
    return nearest;
  }

  std::int64_t value_;
  NumberRange domain_;
  std::int64_t step_;
  const std::function<bool(std::int64_t)>& holds_;
  std::map<std::int64_t, bool> known_{};
};

}  // namespace

NumberRange range_around(std::int64_t value, const NumberRange& domain, std::int64_t step,
                         const std::function<bool(std::int64_t)>& holds) {
  return Search(value, domain, step, holds).run();
}

}  // namespace refmm
