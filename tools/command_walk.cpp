// refmm walk FILE ADDRESS: how the processor translates an address at the end of a transcript.
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/replay_kernel_map_end.hpp>
#include <refmm/tools/command.hpp>
#include <refmm/tools/option_values.hpp>
#include <refmm/tools/walk_report.hpp>

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace refmm::command {
namespace {

constexpr auto footer =
    "Carries the transcript (the last one in FILE) out to its end, on 2.4.0 as it was built, and shows how the\n"
    "processor then gets from ADDRESS to a frame, without a TLB: the slot of the page directory and its entry\n"
    "with its flags, the slot of the page table and its entry, and the physical address; or the fault with its\n"
    "error code, and what the fault handler makes of it. The clauses of the book that decide stand below.\n"
    "\n"
    "The error code of a fault is a sum: 1 it is mapped but not permitted, 2 a write, 4 by a program.\n"
    "\n"
    "Examples:\n"
    "  refmm walk session.mmt 0xc4800123                 the kernel reads, through swapper_pg_dir\n"
    "  refmm walk session.mmt 0xc4800123 --pgd 1 --user  a program reads, through the directory of process 1\n"
    "\n"
    "Exit codes:\n"
    "  0  the address is translated\n"
    "  1  the access faults, whatever the fault handler then does\n"
    "  2  the command line or the transcript cannot be understood, or the two do not fit each other\n"
    "  3  refmm itself failed\n";

struct Options {
  std::string file{};
  std::string address{};
  std::uint32_t pgd = 0;
  bool user = false;
  bool write = false;
  bool no_wp = false;
};

/// An address of 32 bits, hexadecimal with 0x, or decimal.
std::optional<std::uint32_t> address_in(std::string_view text) {
  const int base = text.starts_with("0x") ? 16 : 10;
  if (base == 16) text.remove_prefix(2);
  std::uint32_t address = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), address, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return address;
}

Exit no_address(const std::string& text) {
  const std::string hint = address_in("0x" + text) ? fmt::format("\nDid you mean 0x{}?", text) : "";
  return usage_error(fmt::format("{} is not an address of 32 bits, as 0xc4800000 is{}", in_backticks(text), hint));
}

/// The directory that was asked for is not there.
Exit no_directory(const Options& options, const KernelMapFamily::State& state) {
  std::string in_use;
  for (const auto& pgd : state.pgds) in_use += fmt::format("{}{}", in_use.empty() ? "" : ", ", pgd.number);
  return usage_error(fmt::format(
      "there is no pgd {} at the end of {}{}", options.pgd, options.file,
      in_use.empty() ? ": no directory of a process is in use" : fmt::format("; in use are {}", in_use)));
}

Exit run(const Options& options) {
  const auto addr = address_in(options.address);
  if (!addr) return no_address(options.address);
  const auto end = replay::kernel_map_end(transcript::parse(transcript::load(options.file)));
  if (options.pgd != 0 && kernel_map::pgd_numbered(end.state, options.pgd) == nullptr)
    return no_directory(options, end.state);
  const paging::Access access{.user = options.user, .write = options.write, .wp = !options.no_wp};
  const WalkText walk = text_of(WalkOf{*addr, options.pgd, access}, end);
  fmt::print("{}:{}: at the end, {}", options.file, end.at.line, walk.text);
  return walk.translated ? Exit::agree : Exit::difference;
}

}  // namespace

SubCommand add_walk(CLI::App& refmm) {
  CLI::App* app = refmm.add_subcommand("walk", "Show how an address is translated at the end of a transcript");
  app->footer(footer);
  const auto options = std::make_shared<Options>();
  app->add_option("FILE", options->file, "A transcript of the kernel family")->required();
  app->add_option("ADDRESS", options->address, "The virtual address, as 0xc4800000")->required();
  app->add_option("--pgd", options->pgd,
                  "The process whose page directory is active, as the transcript numbers them; without it "
                  "swapper_pg_dir is")
      ->check(whole_number(1, std::numeric_limits<std::uint32_t>::max()));
  app->add_flag("--user", options->user, "A program makes the access, not the kernel");
  app->add_flag("--write", options->write, "It writes, instead of reading");
  app->add_flag("--no-wp", options->no_wp,
                "The processor lets the kernel write through read-only entries, as the 386 does (CR0.WP is off)");
  return {app, [options] { return run(*options); }};
}

}  // namespace refmm::command
