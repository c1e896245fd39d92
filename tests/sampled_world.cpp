#include <refmm/tests/sampled_world.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <exception>
#include <set>

namespace refmm {

// ---- Words ------------------------------------------------------------------------------------------------------------

namespace {

/// A distance of any magnitude up to that of `longest`; all magnitudes are equally likely.
std::uint64_t any_magnitude(std::uint64_t longest, rc::Random& random) {
  const auto bits = static_cast<unsigned>(random.next() % (static_cast<unsigned>(std::bit_width(longest)) + 1));
  return bits == 0 ? 0 : random.next() >> (64 - bits);
}

/// `word`, a word next to it, or one that is a few away.
std::uint64_t beside(std::uint64_t word, rc::Random& random) {
  const std::uint64_t far = std::array<std::uint64_t, 3>{0, 1, 16}[random.next() % 3];
  return word + random.next() % (2 * far + 1) - far;
}

std::uint32_t draw(std::uint32_t lowest, std::uint32_t highest, const std::vector<std::uint32_t>& neighbours,
                   rc::Random& random) {
  const std::uint64_t words = std::uint64_t{highest} - lowest + 1;
  const auto within = [&](std::uint64_t word) {
    return static_cast<std::uint32_t>(lowest <= word && word <= highest ? word : lowest + word % words);
  };
  switch (random.next() % 12) {
    case 0:
      return within(lowest + random.next() % words);
    case 1:
      return within(lowest + random.next() % std::min<std::uint64_t>(words, 3));
    case 2:
      return within(lowest + random.next() % std::min<std::uint64_t>(words, 16));
    case 3:
      return within(highest - random.next() % std::min<std::uint64_t>(words, 3));
    case 4:
    case 5:
      return within(beside(std::bit_floor(lowest + any_magnitude(words - 1, random)), random));
    case 6:
    case 7:
      return within(lowest + any_magnitude(words - 1, random));
    default:
      if (neighbours.empty()) return within(lowest + any_magnitude(words - 1, random));
      return within(beside(neighbours[random.next() % neighbours.size()], random));
  }
}

/// Smaller words, the most promising first. RapidCheck's own halve the distance, which never leaves 2^31 - 1 for a smaller odd
/// word; taking bits off does.
rc::Seq<std::uint32_t> smaller_words(std::uint32_t word, std::uint32_t lowest) {
  const std::uint32_t distance = word - lowest;
  std::vector<std::uint32_t> candidates;
  for (std::uint32_t small = 0; small < std::min(distance, 4u); ++small) candidates.push_back(lowest + small);
  for (std::uint32_t bit = std::bit_floor(distance); bit != 0; bit >>= 1) {
    if (distance & bit) candidates.push_back(lowest + (distance & ~bit));
  }
  return rc::seq::concat(rc::seq::fromContainer(std::move(candidates)), rc::shrink::towards(word, lowest));
}

}  // namespace

rc::Gen<std::uint32_t> word_between(std::uint32_t lowest, std::uint32_t highest,
                                    std::vector<std::uint32_t> neighbours) {
  return [=, neighbours = std::move(neighbours)](rc::Random random, int) {
    return rc::shrinkable::shrinkRecur(draw(lowest, highest, neighbours, random),
                                       [lowest](std::uint32_t word) { return smaller_words(word, lowest); });
  };
}

// ---- The world --------------------------------------------------------------------------------------------------------

std::uint32_t SampledWorld::remember(std::string_view name, std::uint32_t value) {
  values(name) = {value};
  drawn_.push_back(value);
  return value;
}

Map<std::uint32_t, std::uint32_t> SampledWorld::map(std::string_view name) {
  const auto points = *rc::gen::resize(
      longest, rc::gen::container<std::vector<std::uint32_t>>(word_between(0, 0xffffffff, drawn_)));
  Map<std::uint32_t, std::uint32_t> map;
  for (std::size_t i = 0; i + 1 < points.size(); i += 2) map = updated(std::move(map), points[i], points[i + 1]);
  auto& given = values(name);
  for (const auto& [key, value] : map.written) {
    given.push_back(key);
    given.push_back(value);
    drawn_.push_back(key);
  }
  return map;
}

Map<std::uint32_t, Map<std::uint32_t, std::uint32_t>> SampledWorld::maps(std::string_view name) {
  const auto points = *rc::gen::resize(
      3 * longest, rc::gen::container<std::vector<std::uint32_t>>(word_between(0, 0xffffffff, drawn_)));
  Map<std::uint32_t, Map<std::uint32_t, std::uint32_t>> maps;
  for (std::size_t i = 0; i + 2 < points.size(); i += 3)
    maps = updated(std::move(maps), points[i], updated(lookup(maps, points[i]), points[i + 1], points[i + 2]));
  auto& given = values(name);
  for (const auto& [key, map] : maps.written) {
    for (const auto& [inner, value] : map.written) given.insert(given.end(), {key, inner, value});
  }
  return maps;
}

void SampledWorld::assume(bool condition) const {
  if (!condition) throw rc::detail::CaseResult(rc::detail::CaseResult::Type::Discard, "an assumption is not met");
}

// ---- Properties -------------------------------------------------------------------------------------------------------

namespace {

using rc::detail::CaseResult;

/// Follows RapidCheck through a property and keeps what it does not tell: the inputs of the case that shrinking has
/// come to, the discards, the clauses that were reached.
class Observer : public rc::detail::TestListener {
 public:
  Observer(Sampling& sampling, const std::function<bool(SampledWorld&)>& claim)
      : sampling_(sampling), claim_(claim) {}

  CaseResult run() {
    SampledWorld world;
    complaint_.clear();
    bool holds = false;
    try {
      holds = claim_(world);
    } catch (const std::exception& error) {
      complaint_ = error.what();
    }
    inputs_ = world.inputs();
    reached_ = world.clauses_reached();
    return CaseResult(holds ? CaseResult::Type::Success : CaseResult::Type::Failure);
  }

  void onTestCaseFinished(const rc::detail::CaseDescription& description) override {
    if (description.result.type == CaseResult::Type::Discard) {
      ++sampling_.discarded;
      return;
    }
    ++sampling_.runs;
    std::set<std::string_view> names;
    for (const ClauseRef clause : reached_) names.insert(clause->name);
    for (const std::string_view name : names) ++sampling_.clauses[name];
    if (description.result.type == CaseResult::Type::Failure) keep();
  }
  void onShrinkTried(const rc::detail::CaseDescription&, bool accepted) override {
    if (accepted) keep();
  }
  void onTestFinished(const rc::detail::TestMetadata&, const rc::detail::TestResult&) override {}

 private:
  void keep() {
    sampling_.counterexample = inputs_;
    sampling_.complaint = complaint_;
  }

  Sampling& sampling_;
  const std::function<bool(SampledWorld&)>& claim_;
  Inputs inputs_{};  // of the last run
  std::string complaint_{};
  Because reached_{};
};

/// The seed of one law: laws that ask for the same inputs are to get others.
std::uint64_t seed_of(std::string_view law, std::uint64_t seed) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a, which is the same everywhere
  for (const char c : law) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash ^ seed;
}

}  // namespace

Sampling sample_claim(std::string_view law, const std::function<bool(SampledWorld&)>& claim,
                      const SampleParameters& given) {
  auto parameters = rc::detail::configuration().testParams;
  parameters.maxDiscardRatio = given.most_discards;
  parameters.disableShrinking |= !given.shrink;
  parameters.maxSuccess = given.runs.value_or(std::max(SampleParameters::default_runs, parameters.maxSuccess));
  Sampling sampling;
  sampling.law = law;
  sampling.seed = given.seed.value_or(parameters.seed);
  parameters.seed = seed_of(law, sampling.seed);

  Observer observer(sampling, claim);
  const auto result = rc::detail::checkProperty(rc::detail::toProperty([&] { return observer.run(); }),
                                                rc::detail::TestMetadata(), parameters, observer);
  if (result.is<rc::detail::FailureResult>()) {
    sampling.verdict = Sampling::Verdict::broken;
  } else if (!result.is<rc::detail::SuccessResult>()) {
    sampling.verdict = Sampling::Verdict::given_up;
  }
  return sampling;
}

std::string to_text(const Sampling& sampling) {
  const std::string count =
      fmt::format("{} runs, {} discarded, seed {}", sampling.runs, sampling.discarded, sampling.seed);
  const std::string again = fmt::format("\nTo repeat it, set RC_PARAMS=\"seed={}\".\n", sampling.seed);
  switch (sampling.verdict) {
    case Sampling::Verdict::held:
      return fmt::format("{} holds: {}\n", sampling.law, count);
    case Sampling::Verdict::given_up:
      return fmt::format("{} was given up: too few inputs meet its assumptions: {}{}", sampling.law, count, again);
    case Sampling::Verdict::broken:
      break;
  }
  const std::string why = sampling.complaint.empty() ? "" : fmt::format("\nIt threw: {}", sampling.complaint);
  return fmt::format("{} is broken: {}{}\nholds_for(law, subject, {}) is false.{}", sampling.law, count, why,
                     to_example(sampling.counterexample), again);
}

}  // namespace refmm
