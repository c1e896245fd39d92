#include <refmm/tests/conform_shrink.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::conform {
namespace {

using Clock = std::chrono::steady_clock;

/// Tries sessions, and keeps the last one that shows the difference.
class Search {
 public:
  Search(Shown shown, Clock::time_point end) : best_(std::move(shown)), end_(end) {}

  const Session& session() const { return best_.session; }
  Shown take() { return std::move(best_); }
  bool is_over() const { return Clock::now() >= end_; }

  /// True if the session shows it as well, and is now the one to go on with.
  bool accepts(Session candidate) {
    if (is_over()) return false;
    auto ran = run(candidate);
    auto* found = std::get_if<std::optional<Difference>>(&ran);
    if (!found || !*found || !is_alike(**found)) return false;
    candidate.steps.resize((*found)->step + 1);
    best_ = {std::move(candidate), std::move(**found)};
    return true;
  }

 private:
  /// True if the same kind of call differs in the same kind of thing.
  bool is_alike(const Difference& other) const {
    const bool both_results = other.field == "result" && best_.difference.field == "result";
    if (both_results) return outcome_of(other.found) == outcome_of(best_.difference.found);
    return (other.field != "result" && best_.difference.field != "result");
  }
  /// The error, if it is one.
  static std::string outcome_of(const std::string& result) {
    return result.starts_with("-1 ") ? result : "success";
  }

  Shown best_;
  Clock::time_point end_;
};

// ---- Fewer calls ----------------------------------------------------------------------------------------------------

/// Takes out runs of calls, long ones first, as long as that helps.
void take_out_calls(Search& search) {
  for (std::size_t length = search.session().steps.size() / 2; length > 0; length /= 2) {
    for (std::size_t at = search.session().steps.size(); at-- > 0;) {
      Session fewer = search.session();
      if (at + length >= fewer.steps.size()) continue;
      const auto first = fewer.steps.begin() + static_cast<std::ptrdiff_t>(at);
      fewer.steps.erase(first, first + static_cast<std::ptrdiff_t>(length));
      search.accepts(std::move(fewer));
    }
  }
}

// ---- Plainer numbers ------------------------------------------------------------------------------------------------

constexpr Native page = 4096;

/// What a number may become, the plainest first.
std::vector<Native> plainer(Native value) {
  std::vector<Native> values;
  const auto offer = [&](Native other) {
    if (other < value) values.push_back(other);
  };
  offer(0);
  offer(1);
  offer(page);
  offer(2 * page);
  offer(value & ~(page - 1));
  if (value > page && value < 64 * page) offer(value - page);
  for (unsigned bit = 0; bit < 32; ++bit) {
    if ((value >> bit & 1) != 0) offer(value & ~(Native{1} << bit));
  }
  return values;
}

/// Offers each number of a call to `try_value(number&, plainer value)`.
template <class Call>
void for_each_number(Call& call, auto visit) {
  for_each_field(call, [&](const char*, auto& field) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, Native>) visit(field);
  });
}

void make_numbers_plainer(Search& search) {
  for (std::size_t at = 0; at < search.session().steps.size(); ++at) {
    for (std::size_t number = 0; number < 6; ++number) {
      const auto number_at = [&](Session& session) -> Native* {
        Native* found = nullptr;
        std::size_t seen = 0;
        const auto look = [&](auto& call) {
          for_each_number(call, [&](Native& field) {
            if (seen++ == number) found = &field;
          });
        };
        std::visit(
            [&](auto& command) {
              if constexpr (std::is_same_v<std::remove_cvref_t<decltype(command)>, since::Command<Native>>)
                std::visit(look, command);
              else
                look(command);
            },
            session.steps[at].command);
        return found;
      };
      Session base = search.session();
      if (at >= base.steps.size()) return;
      const Native* value = number_at(base);
      if (!value) break;
      for (const Native other : plainer(*value)) {
        Session candidate = search.session();
        *number_at(candidate) = other;
        if (search.accepts(std::move(candidate))) break;
      }
    }
  }
}

void drop_limits(Search& search) {
  Session without = search.session();
  without.limits = {};
  if (search.accepts(without)) return;
  without = search.session();
  without.limits.address_space = std::nullopt;
  search.accepts(without);
  without = search.session();
  without.limits.data = std::nullopt;
  search.accepts(std::move(without));
}

std::size_t size_of(const Session& session) { return session.steps.size(); }

}  // namespace

Shown shrunk(Shown shown, std::chrono::seconds patience) {
  shown.session.steps.resize(shown.difference.step + 1);
  Search search(std::move(shown), Clock::now() + patience);
  drop_limits(search);
  for (std::size_t before = 0; before != size_of(search.session()) && !search.is_over();) {
    before = size_of(search.session());
    take_out_calls(search);
    make_numbers_plainer(search);
  }
  return search.take();
}

}  // namespace refmm::conform
