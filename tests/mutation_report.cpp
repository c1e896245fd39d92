#include <refmm/tests/mutation_score.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <map>

namespace refmm::mutation {

namespace {

struct Counts {
  unsigned killed = 0, equivalent = 0, survived = 0, not_reached = 0;
  std::map<std::string_view, unsigned> by_fate{};

  void add(const Score& score, bool listed) {
    switch (score.what) {
      case Class::means_nothing:
        break;
      case Class::not_reached:
        ++not_reached;
        break;
      case Class::survived:
        ++(listed ? equivalent : survived);
        break;
      case Class::killed:
        ++killed;
        ++by_fate[name_of(score.fate)];
        break;
    }
  }
  unsigned mutants() const { return killed + equivalent + survived + not_reached; }
  /// Of those that are reached and not explained, in percent.
  double score() const { return killed + survived == 0 ? 100 : 100.0 * killed / (killed + survived); }
};

std::string row(std::string_view name, const Counts& counts) {
  return fmt::format("{:<32}{:>9}{:>9}{:>12}{:>10}{:>13}{:>8.1f}%\n", name, counts.mutants(), counts.killed,
                     counts.equivalent, counts.survived, counts.not_reached, counts.score());
}

const Mutation& mutation_of(const Score& score) { return mutations()[score.number - 1]; }

bool is_listed(const Score& score, const Matched& matched) { return matched.reasons.contains(score.number); }

std::string place_of(const Mutation& mutation) {
  return fmt::format("{}:{}:{}: {}\n    {}\n", mutation.file, mutation.line, mutation.column, in_words(mutation),
                     mutation.text);
}

std::string list_of(std::string_view title, const std::vector<Score>& scores,
                    const std::function<bool(const Score&)>& belongs) {
  std::string text;
  for (const Score& score : scores)
    if (belongs(score)) text += place_of(mutation_of(score));
  return text.empty() ? text : fmt::format("\n{}\n\n{}", title, text);
}

}  // namespace

std::string report(const std::vector<Score>& scores, const Matched& matched) {
  std::map<std::string_view, Counts> files;
  Counts all;
  for (const Score& score : scores) {
    files[mutation_of(score).file].add(score, is_listed(score, matched));
    all.add(score, is_listed(score, matched));
  }
  std::string text = fmt::format("{:<32}{:>9}{:>9}{:>12}{:>10}{:>13}{:>9}\n", "file", "mutants", "killed",
                                 "equivalent", "survived", "not reached", "score");
  for (const auto& [file, counts] : files) text += row(file, counts);
  text += row("all", all);
  text += "\nkilled by";
  for (const auto& [fate, count] : all.by_fate) text += fmt::format(" {} {}", fate, count);
  text += "\nnot mutated, as the random check does not look at them: " REFMM_NOT_MUTATED "\n";
  text += list_of("Survivors that tests/mutation_equivalent.txt does not explain:", scores,
                  [&](const Score& score) { return score.what == Class::survived && !is_listed(score, matched); });
  text += list_of("Killed, although tests/mutation_equivalent.txt says that they are equivalent:", scores,
                  [&](const Score& score) { return score.what == Class::killed && is_listed(score, matched); });
  return text;
}

std::string report_in_json(const std::vector<Score>& scores, const Matched& matched) {
  constexpr std::array<std::string_view, 4> classes{"means nothing", "not reached", "survived", "killed"};
  nlohmann::json all = nlohmann::json::array();
  for (const Score& score : scores) {
    const Mutation& mutation = mutation_of(score);
    nlohmann::json one{{"number", mutation.number},
                       {"file", mutation.file},
                       {"line", mutation.line},
                       {"column", mutation.column},
                       {"kind", mutation.kind},
                       {"before", mutation.before},
                       {"after", mutation.after},
                       {"text", mutation.text},
                       {"what", classes[static_cast<std::size_t>(score.what)]}};
    if (score.what == Class::killed) {
      one["by"] = name_of(score.fate);
      one["family"] = trial_families()[score.family].name;
      one["runs"] = score.runs;
    }
    if (const auto reason = matched.reasons.find(score.number); reason != matched.reasons.end())
      one["equivalent"] = reason->second->reason;
    all.push_back(std::move(one));
  }
  return nlohmann::json{{"mutants", std::move(all)}}.dump(1) + "\n";
}

}  // namespace refmm::mutation
