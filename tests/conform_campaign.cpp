#include <refmm/tests/conform_campaign.hpp>
#include <refmm/tests/conform_commands.hpp>

#include <random>
#include <utility>

namespace refmm::conform {
namespace {

using Clock = std::chrono::steady_clock;

Bits bits_of(const CampaignOptions& options, std::uint64_t session) {
  if (options.bits) return *options.bits;
  return session % 2 == 0 ? Bits::of_64 : Bits::of_32;
}

/// A session up to its end, or to the first difference.
std::variant<std::optional<Shown>, Refusal> run_session(const CampaignOptions& options, std::uint64_t number,
                                                        Campaign& campaign) {
  std::mt19937_64 random(options.seed + number);
  Session session{bits_of(options, number), made_up_limits(random), options.without, {}};
  auto started = SideBySide::start(session);
  if (auto* refusal = std::get_if<Refusal>(&started)) return std::move(*refusal);
  auto& both = std::get<SideBySide>(started);
  const Untouchable image{both.image().start, both.image().end};
  while (session.steps.size() < options.steps) {
    session.steps.push_back(made_up_step(random, both.kernel(), both.world(), session.bits, image));
    auto compared = both.carry_out(session.steps.back());
    ++campaign.steps;
    if (auto* difference = std::get_if<Difference>(&compared)) {
      difference->step = session.steps.size() - 1;
      return std::optional(Shown{std::move(session), std::move(*difference)});
    }
    for (const ClauseRef clause : std::get<Compared>(compared).because)
      ++campaign.clauses[std::string(clause->name)];
  }
  return std::optional<Shown>{};
}

}  // namespace

std::variant<Campaign, Refusal> run(const CampaignOptions& options) {
  Campaign campaign;
  const Clock::time_point start = Clock::now();
  const auto elapsed = [&] { return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start); };
  const auto is_over = [&] {
    return options.sessions ? campaign.sessions >= *options.sessions : elapsed() >= options.time;
  };
  while (!is_over() && !campaign.shown) {
    auto ran = run_session(options, campaign.sessions, campaign);
    if (auto* refusal = std::get_if<Refusal>(&ran)) return std::move(*refusal);
    ++campaign.sessions;
    if (options.progress && campaign.sessions % 64 == 0) options.progress(campaign.sessions);
    auto& shown = std::get<std::optional<Shown>>(ran);
    if (!shown) continue;
    campaign.seed_of_difference = options.seed + campaign.sessions - 1;
    campaign.steps_before_shrinking = shown->session.steps.size();
    campaign.shown = shrunk(std::move(*shown), options.shrink_time);
  }
  campaign.time = elapsed();
  return campaign;
}

}  // namespace refmm::conform
