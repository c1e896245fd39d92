// What libFuzzer calls: see fuzz_target.hpp.
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/nearest.hpp>
#include <refmm/tests/fuzz_target.hpp>
#include <refmm/tests/mutant_names.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>

namespace refmm {
namespace {

constexpr int agree = 0, usage = 2;

const std::vector<FuzzTarget>& targets() {
  static const std::vector<FuzzTarget> all = fuzz_targets();
  return all;
}

const FuzzTarget* chosen = nullptr;  // none: the input chooses

const FuzzTarget* find_target(std::string_view name) {
  const auto found = std::ranges::find(targets(), name, &FuzzTarget::name);
  return found == targets().end() ? nullptr : &*found;
}

std::optional<std::string_view> value_of(std::string_view argument, std::string_view option) {
  if (!argument.starts_with(option)) return std::nullopt;
  return argument.substr(option.size());
}

void take_option(std::string_view argument) {
  if (argument == "--list") {
    for (const FuzzTarget& target : targets()) fmt::print("{}  {}\n", target.name, target.about);
    std::exit(agree);
  }
  if (const auto mutant = value_of(argument, "--mutant=")) {
    if (!std::ranges::binary_search(all_mutant_names(), *mutant)) {
      fmt::print(stderr, "error: there is no mutant `{}`{}\n", *mutant, did_you_mean(*mutant, all_mutant_names()));
      std::exit(usage);
    }
    active_mutant() = *mutant;
  } else if (const auto name = value_of(argument, "--target=")) {
    chosen = find_target(*name);
    if (!chosen) {
      fmt::print(stderr, "error: there is no target `{}`; --list prints all\n", *name);
      std::exit(usage);
    }
  } else if (argument.starts_with("--")) {
    fmt::print(stderr, "error: there is no option `{}`; there are --list, --target=NAME and --mutant=NAME\n",
               argument);
    std::exit(usage);
  }
}

/// The first word of the input chooses, and what is behind it is the input.
const FuzzTarget& target_of(std::span<const std::uint8_t>& input) {
  if (chosen) return *chosen;
  if (targets().size() == 1) return targets().front();
  const std::size_t width = std::min<std::size_t>(input.size(), 4);
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < width; ++i) word |= std::uint32_t{input[i]} << (8 * i);
  input = input.subspan(width);
  return targets()[word % targets().size()];
}

}  // namespace
}  // namespace refmm

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  refmm::chosen = refmm::find_target(std::filesystem::path((*argv)[0]).filename().string());
  for (int i = 1; i < *argc; ++i) refmm::take_option((*argv)[i]);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::span<const std::uint8_t> input(data, size);
  const refmm::FuzzTarget& target = refmm::target_of(input);
  const std::string wrong = target.run(input);
  if (wrong.empty()) return 0;
  // Engines know a finding by a signal, and keep the input.
  fmt::print(stderr, "{}\n", wrong);
  std::abort();
}
