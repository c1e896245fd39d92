#include <refmm/spec/diagnostic.hpp>
#include <refmm/tools/check_summary.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace refmm::command {

namespace {

using Json = nlohmann::ordered_json;

/// `{"group": {"name": count}}`, in the order in which they are counted.
Json json_of(const std::vector<Counted>& all) {
  Json json = Json::object();
  for (const Counted& counted : all) json[counted.group][counted.name] = counted.count;
  return json;
}

std::vector<Counted> counted_in(const Json& json) {
  std::vector<Counted> all;
  for (const auto& [group, names] : json.items()) {
    for (const auto& [name, count] : names.items()) all.push_back({group, name, count});
  }
  return all;
}

Json json_of(const FailureSummary& failure) {
  return {{"run", failure.run},
          {"commands", failure.commands},
          {"clause", failure.clause},
          {"difference", failure.difference},
          {"length", failure.length},
          {"tries", failure.tries},
          {"shrinking", failure.shrinking},
          {"explaining", failure.explaining},
          {"file", failure.file},
          {"transcript", failure.transcript},
          {"replay", failure.replay}};
}

FailureSummary failure_in(const Json& json) {
  return {.run = json.at("run"),
          .commands = json.at("commands"),
          .clause = json.at("clause"),
          .difference = json.at("difference"),
          .length = json.at("length"),
          .tries = json.at("tries"),
          .shrinking = json.at("shrinking"),
          .explaining = json.at("explaining"),
          .file = json.at("file"),
          .transcript = json.at("transcript"),
          .replay = json.at("replay")};
}

Json json_of(const CheckSummary& summary) {
  Json shards = Json::array();
  for (const Shard& shard : summary.shards) shards.push_back({{"number", shard.number}, {"of", shard.of}});
  Json json = {{"family", summary.family},
               {"areas", summary.areas},
               {"seed", summary.seed},
               {"shards", shards},
               {"processes", summary.processes},
               {"runs", summary.runs},
               {"commands", summary.commands},
               {"seconds", summary.seconds},
               {"commands_per_second", summary.commands_per_second},
               {"generated_per_second", summary.generated_per_second},
               {"interrupted", summary.interrupted},
               {"clauses", json_of(summary.clauses)},
               {"labels", json_of(summary.labels)},
               {"starved", Json::array()},
               {"failure", nullptr}};
  for (const Counted& label : starved_labels(summary)) json["starved"].push_back({label.group, label.name});
  if (summary.failure) json["failure"] = json_of(*summary.failure);
  return json;
}

CheckSummary summary_in(const Json& json) {
  CheckSummary summary{.family = json.at("family"),
                       .areas = json.at("areas"),
                       .seed = json.at("seed"),
                       .shards = {},
                       .processes = json.at("processes"),
                       .runs = json.at("runs"),
                       .commands = json.at("commands"),
                       .seconds = json.at("seconds"),
                       .commands_per_second = json.at("commands_per_second"),
                       .generated_per_second = json.at("generated_per_second"),
                       .interrupted = json.at("interrupted"),
                       .clauses = counted_in(json.at("clauses")),
                       .labels = counted_in(json.at("labels")),
                       .failure = {}};
  for (const Json& shard : json.at("shards")) summary.shards.push_back({shard.at("number"), shard.at("of")});
  if (summary.shards.empty()) throw std::invalid_argument("it is of no shard");
  if (!json.at("failure").is_null()) summary.failure = failure_in(json.at("failure"));
  return summary;
}

[[noreturn]] void refuse(const std::string& file, std::string message, std::string found) {
  throw InputError({.file = file,
                    .at = {1, 1},
                    .message = std::move(message),
                    .expected = "what refmm check --json writes",
                    .found = std::move(found)});
}

}  // namespace

std::string to_json(const std::vector<CheckSummary>& summaries) {
  Json checks = Json::array();
  for (const CheckSummary& summary : summaries) checks.push_back(json_of(summary));
  const Json all = {{"refmm", REFMM_VERSION}, {"checks", checks}};
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::vector<CheckSummary> from_json(const std::string& file, const std::string& text) {
  try {
    const Json all = Json::parse(text);
    if (const std::string version = all.at("refmm"); version != REFMM_VERSION)
      refuse(file, "this was written by another version of refmm",
             fmt::format("version {}; this is {}", version, REFMM_VERSION));
    std::vector<CheckSummary> summaries;
    for (const Json& check : all.at("checks")) summaries.push_back(summary_in(check));
    return summaries;
  } catch (const Json::exception& error) {
    refuse(file, "this is no summary of a check", error.what());
  } catch (const std::invalid_argument& error) {
    refuse(file, "this is no summary of a check", error.what());
  }
}

}  // namespace refmm::command
