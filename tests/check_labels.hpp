// Labels: what the sessions of a check were like. A check that agrees says little if no session came near what is difficult, so sessions
// are counted by how long they were, by how much was alive in them at once, by how often something was refused them, and by the boundary
// cases that they met.
#pragma once

#include <refmm/tests/check_family.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {

/// Where calls are likely to be wrong.
template <class Family>
struct Boundary {
  std::string_view name;  // "a length of 0"
  bool (*met)(const Carried<Family>&);
};

/// What the sessions of a family are counted by, beyond their length.
template <class Family>
struct LabelSource {
  std::string_view alive_word;          // what is counted as alive: "areas"
  std::vector<std::size_t> alive_from;  // how many of them each class begins with, ascending
  std::size_t (*alive)(const typename Family::State&);
  std::string_view failure_word;  // what is counted as a failure: "injected failures"
  bool (*fails)(const Carried<Family>&);
  std::vector<Boundary<Family>> boundaries;
};

struct Label {
  std::string group;  // "commands", "most areas alive", "injected failures", "boundary cases"
  std::string name;   // "10 to 29"
};

/// How many sessions had each label. A plain value: workers keep it in memory that they share with the runner.
class LabelCounts {
 public:
  static constexpr std::size_t most_labels = 40;

  void note(std::size_t label) { ++counts_.at(label); }
  void add(std::size_t label, std::uint64_t sessions) { counts_.at(label) += sessions; }
  void add(const LabelCounts& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  }
  std::uint64_t operator[](std::size_t label) const { return counts_.at(label); }

 private:
  std::array<std::uint64_t, most_labels> counts_{};
};

namespace detail {

inline constexpr std::array<std::size_t, 4> commands_from{1, 10, 30, 100};
inline constexpr std::array<std::size_t, 4> failures_from{0, 1, 2, 5};

/// `10 to 29`, `0`, `100 or more`.
std::string class_in_words(std::size_t from, std::size_t next);

template <class Bounds>
std::size_t class_of(const Bounds& from, std::size_t number) {
  const auto behind = std::ranges::upper_bound(from, number);
  return static_cast<std::size_t>(std::max(behind - from.begin(), std::ptrdiff_t{1}) - 1);
}

template <class Bounds>
void append_classes(std::vector<Label>& labels, const std::string& group, const Bounds& from) {
  for (std::size_t i = 0; i < from.size(); ++i)
    labels.push_back({group, class_in_words(from[i], i + 1 < from.size() ? from[i + 1] : 0)});
}

}  // namespace detail

/// All labels of a family: their places are those in LabelCounts.
template <class Family>
std::vector<Label> all_labels() {
  const LabelSource<Family>& source = Checking<Family>::labels();
  std::vector<Label> labels;
  detail::append_classes(labels, "commands", detail::commands_from);
  detail::append_classes(labels, "most " + std::string(source.alive_word) + " alive", source.alive_from);
  detail::append_classes(labels, std::string(source.failure_word), detail::failures_from);
  for (const auto& boundary : source.boundaries) labels.push_back({"boundary cases", std::string(boundary.name)});
  return labels;
}

/// The labels of one session.
template <class Family>
class SessionLabels {
 public:
  /// Takes note of a command that was carried out.
  void note(const Carried<Family>& carried) {
    ++commands_;
    most_alive_ = std::max(most_alive_, source_.alive(carried.after));
    if (source_.fails(carried)) ++failures_;
    for (std::size_t i = 0; i < source_.boundaries.size(); ++i) {
      if (!met_[i] && source_.boundaries[i].met(carried)) met_[i] = true;
    }
  }

  /// Counts the session, which has ended.
  void count(LabelCounts& counts) const {
    std::size_t first = 0;
    counts.note(first + detail::class_of(detail::commands_from, commands_));
    first += detail::commands_from.size();
    counts.note(first + detail::class_of(source_.alive_from, most_alive_));
    first += source_.alive_from.size();
    counts.note(first + detail::class_of(detail::failures_from, failures_));
    first += detail::failures_from.size();
    for (std::size_t i = 0; i < source_.boundaries.size(); ++i) {
      if (met_[i]) counts.note(first + i);
    }
  }

 private:
  const LabelSource<Family>& source_ = Checking<Family>::labels();
  std::size_t commands_ = 0, most_alive_ = 0, failures_ = 0;
  std::array<bool, LabelCounts::most_labels> met_{};
};

/// Whether hardly any of so many sessions had a label: fewer than one in a thousand. Nothing is said of fewer than a thousand sessions.
constexpr bool is_starved(std::uint64_t count, std::uint64_t sessions) {
  return sessions >= 1000 && count * 1000 < sessions;
}

/// The labels of a family that hardly any session had.
template <class Family>
std::vector<std::string> starved_labels(const LabelCounts& counts, std::uint64_t sessions) {
  std::vector<std::string> starved;
  const std::vector<Label> labels = all_labels<Family>();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (is_starved(counts[i], sessions)) starved.push_back(labels[i].group + ": " + labels[i].name);
  }
  return starved;
}

}  // namespace refmm
