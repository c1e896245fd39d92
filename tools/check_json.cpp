#include <refmm/spec/diagnostic.hpp>
#include <refmm/spec/json.hpp>
#include <refmm/tools/check_summary.hpp>

#include <fmt/format.h>

#include <utility>

namespace refmm::command {

namespace {

[[noreturn]] void refuse(const std::string& file, std::string message, std::string found) {
  throw InputError({.file = file,
                    .at = {1, 1},
                    .message = std::move(message),
                    .expected = "what refmm check --json writes",
                    .found = std::move(found)});
}

/// A check without what was written in addition.
CheckSummary summary_in(Json json, const std::string& path) {
  if (json.is_object()) json.erase("starved");
  CheckSummary summary = read_json<CheckSummary>(json, path);
  if (summary.shards.empty()) throw JsonError(path + ".shards", "a part of a campaign at least", json["shards"]);
  return summary;
}

}  // namespace

std::string to_json(const std::vector<CheckSummary>& summaries) {
  Json checks = Json::array();
  for (const CheckSummary& summary : summaries) {
    checks.push_back(write_json(summary));
    checks.back()["starved"] = write_json(starved_labels(summary));
  }
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
    for (const Json& check : all.at("checks"))
      summaries.push_back(summary_in(check, fmt::format("checks[{}]", summaries.size())));
    return summaries;
  } catch (const Json::exception& error) {
    refuse(file, "this is no summary of a check", error.what());
  } catch (const JsonError& error) {
    refuse(file, "this is no summary of a check", error.what());
  }
}

}  // namespace refmm::command
