// mutation_score: tries the mutants of impl/ that tests/mutate.py makes, and says which of them the random check kills.
#include <refmm/spec/diagnostic.hpp>
#include <refmm/tests/mutation_score.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace refmm;
using namespace refmm::mutation;

constexpr int agree = 0, survivor = 1, bad_input = 2, internal = 3;

struct Options {
  Request request;
  std::optional<std::size_t> sample;
  std::uint64_t sample_seed = 1;
  unsigned shard = 1, shards = 1;
  std::vector<std::string> files;  // or their first letters
  std::string equivalents = "tests/mutation_equivalent.txt", json;
  bool skip_equivalents = false;
};

void read_shard(Options& options, const std::string& text) {
  char rest = 0;
  if (std::sscanf(text.c_str(), "%u/%u%c", &options.shard, &options.shards, &rest) != 2 || options.shard == 0 ||
      options.shard > options.shards)
    throw InputError({.message = "--shard cannot be understood",
                      .expected = "I/N, with 1 <= I <= N",
                      .found = in_backticks(text),
                      .hint = "--shard 1/2"});
}

std::string text_of(const std::string& name) {
  std::ifstream file(name);
  if (!file)
    throw InputError({.file = name, .message = "cannot be read", .hint = "run this in the root of refmm"});
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The mutations that are asked for.
std::vector<std::uint32_t> chosen(const Options& options, const Matched& matched) {
  std::vector<std::uint32_t> numbers;
  for (const Mutation& each : mutations()) {
    const auto begins = [&](const std::string& name) { return each.file.starts_with(name); };
    if (!options.files.empty() && std::ranges::none_of(options.files, begins)) continue;
    if (options.skip_equivalents && matched.reasons.contains(each.number)) continue;
    numbers.push_back(each.number);
  }
  if (numbers.empty())
    throw InputError({.message = "no mutation is in a file that --files names",
                      .expected = "a name in impl/, or how it begins",
                      .found = in_backticks(options.files.empty() ? "" : options.files.front()),
                      .hint = "--files impl/slab"});
  if (options.sample) numbers = sampled(std::move(numbers), *options.sample, options.sample_seed);
  std::vector<std::uint32_t> share;
  for (std::size_t i = options.shard - 1; i < numbers.size(); i += options.shards) share.push_back(numbers[i]);
  return share;
}

int run(Options& options) {
  const auto equivalents = read_equivalents(text_of(options.equivalents), options.equivalents);
  const Matched matched = match(mutations(), equivalents);
  for (const Equivalent* each : matched.unmatched)
    fmt::print(stderr, "{}:{}: no mutation of {} reads '{}' in a line '{}'; take it out or bring it up to date\n",
               options.equivalents, each->line, each->file, each->mutation, each->text);
  if (!matched.unmatched.empty()) return bad_input;
  options.request.numbers = chosen(options, matched);
  if (isatty(STDERR_FILENO) != 0)
    options.request.progress = [](std::size_t done, std::size_t of) {
      fmt::print(stderr, "\r{} of {} ", done, of);
    };
  const auto result = scores(options.request);
  if (options.request.progress) fmt::print(stderr, "\r");
  fmt::print("{}", report(result, matched));
  if (!options.json.empty()) {
    std::ofstream file(options.json);
    if (!(file << report_in_json(result, matched)))
      throw InputError({.file = options.json, .message = "cannot be written"});
  }
  for (const Score& score : result) {
    const bool listed = matched.reasons.contains(score.number);
    if (score.what == Class::survived && !listed) return survivor;
    if (score.what == Class::killed && listed) return survivor;
  }
  return agree;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  std::string shard;
  CLI::App app("Tries the mutants of impl/, and says which of them the random check kills.");
  app.add_option("--seed", options.request.seed, "seed of the random sessions");
  app.add_option("--jobs", options.request.jobs, "processes")->check(CLI::PositiveNumber);
  app.add_option("--effort", options.request.effort, "times as many sessions as usual")
      ->check(CLI::PositiveNumber);
  app.add_option("--survey", options.request.survey,
                 "the part of the sessions that is run without a mutation, to see what leads where")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--sample", options.sample, "tries only so many, drawn");
  app.add_option("--sample-seed", options.sample_seed, "which");
  app.add_option("--shard", shard, "I/N: tries every N-th, from the I-th on");
  app.add_option("--files", options.files, "tries only those in files whose names begin so, impl/slab");
  app.add_option("--equivalents", options.equivalents, "the list of mutants that nothing can kill");
  app.add_flag("--skip-equivalents", options.skip_equivalents, "does not try those");
  app.add_option("--json", options.json, "writes what became of each mutant to this file");
  try {
    app.parse(argc, argv);

    if (!shard.empty()) read_shard(options, shard);
    return run(options);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? agree : bad_input;
  } catch (const InputError& error) {
    fmt::print(stderr, "mutation_score: {}\n", error.what());
    return bad_input;
  } catch (const std::exception& error) {
    fmt::print(stderr, "mutation_score: {}\n", error.what());
    return internal;
  }
}
