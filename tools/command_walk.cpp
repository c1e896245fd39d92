// refmm walk FILE ADDRESS: how the processor translates an address at the end of a transcript.
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/spec/process_state.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/replay_end.hpp>
#include <refmm/tools/command.hpp>
#include <refmm/tools/completion.hpp>
#include <refmm/tools/option_values.hpp>
#include <refmm/tools/walk_fault_report.hpp>
#include <refmm/tools/walk_report.hpp>

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

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
    "In a transcript of the fault family ADDRESS is of a process. Its page is shown with what leads there and "
    "the\n"
    "area that it lies in; and what a load and a store would do next, with their effects and clauses.\n"
    "\n"
    "Examples:\n"
    "  refmm walk session.mmt 0xc4800123                 the kernel reads, through swapper_pg_dir\n"
    "  refmm walk session.mmt 0xc4800123 --pgd 1 --user  a program reads, through the directory of process 1\n"
    "  refmm walk faults.mmt 0x40000123 --pid 2          what process 2 has there, and what it can do\n"
    "\n"
    "Exit codes:\n"
    "  0  the address is translated; of a process: a load goes through\n"
    "  1  the access faults, whatever the fault handler then does\n"
    "  2  the command line or the transcript cannot be understood, or the two do not fit each other\n"
    "  3  refmm itself failed\n";

struct Options {
  std::string file{};
  std::string address{};
  std::uint32_t pid = 0;
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

std::string listed(const auto& things, auto number) {
  std::string text;
  for (const auto& thing : things) text += fmt::format("{}{}", text.empty() ? "" : ", ", thing.*number);
  return text;
}

/// The directory that was asked for is not there.
Exit no_directory(const Options& options, const KernelMapFamily::State& state) {
  const std::string in_use = listed(state.pgds, &kernel_map::Pgd<std::uint32_t>::number);
  return usage_error(fmt::format(
      "there is no pgd {} at the end of {}{}", options.pgd, options.file,
      in_use.empty() ? ": no directory of a process is in use" : fmt::format("; in use are {}", in_use)));
}

/// The process that was asked for is not there.
Exit no_process(const Options& options, std::uint32_t pid, const FaultFamily::State& state) {
  const std::string there = listed(state.processes, &process::Process<std::uint32_t>::pid);
  return usage_error(fmt::format("there is no process {} at the end of {}{}", pid, options.file,
                                 there.empty() ? ": all are gone" : fmt::format("; --pid can be {}", there)));
}

/// An option that says nothing of such a transcript.
Exit does_not_fit(std::string_view option, std::string_view family, std::string_view instead) {
  return usage_error(fmt::format("{} is not for transcripts of the {} family: {}", option, family, instead));
}

Exit show(const Options& options, Position at, const WalkText& walk) {
  fmt::print("{}:{}: at the end, {}", options.file, at.line, walk.text);
  return walk.translated ? Exit::agree : Exit::difference;
}

Exit run(const Options& options, std::uint32_t addr, const replay::End<KernelMapFamily>& end) {
  if (options.pid != 0) return does_not_fit("--pid", "kernel", "--pgd names the directory of a process");
  if (options.pgd != 0 && kernel_map::pgd_numbered(end.state, options.pgd) == nullptr)
    return no_directory(options, end.state);
  const paging::Access access{.user = options.user, .write = options.write, .wp = !options.no_wp};
  return show(options, end.at, text_of(WalkOf{addr, options.pgd, access}, end));
}

Exit run(const Options& options, std::uint32_t addr, const replay::End<FaultFamily>& end) {
  if (options.pgd != 0) return does_not_fit("--pgd", "fault", "--pid names a process");
  const std::string_view access = options.user    ? "--user"
                                  : options.write ? "--write"
                                  : options.no_wp ? "--no-wp"
                                                  : "";
  if (!access.empty()) return does_not_fit(access, "fault", "a load and a store of the process are shown");
  const std::uint32_t pid = options.pid == 0 ? 1 : options.pid;
  if (!process::exists(end.state, pid)) return no_process(options, pid, end.state);
  return show(options, end.at, text_of(WalkOfProcess{addr, pid}, end));
}

Exit run(const Options& options) {
  const auto addr = address_in(options.address);
  if (!addr) return no_address(options.address);
  const auto end = replay::end_of(transcript::parse(transcript::load(options.file)));
  return std::visit([&](const auto& of_family) { return run(options, *addr, of_family); }, end);
}

completion::Values values() { return {{"FILE", completion::files()}, {"ADDRESS", completion::nothing()}}; }

}  // namespace

SubCommand add_walk(CLI::App& refmm) {
  CLI::App* app = refmm.add_subcommand("walk", "Show how an address is translated at the end of a transcript");
  app->footer(footer);
  const auto options = std::make_shared<Options>();
  app->add_option("FILE", options->file, "A transcript of the kernel or the fault family")->required();
  app->add_option("ADDRESS", options->address, "The virtual address, as 0xc4800000")->required();
  app->add_option("--pid", options->pid,
                  "The process whose address it is, in a transcript of the fault family; 1 without it")
      ->check(whole_number(1, std::numeric_limits<std::uint32_t>::max()));
  app->add_option("--pgd", options->pgd,
                  "The process whose page directory is active, as the transcript numbers them; without it "
                  "swapper_pg_dir is")
      ->check(whole_number(1, std::numeric_limits<std::uint32_t>::max()));
  app->add_flag("--user", options->user, "A program makes the access, not the kernel");
  app->add_flag("--write", options->write, "It writes, instead of reading");
  app->add_flag("--no-wp", options->no_wp,
                "The processor lets the kernel write through read-only entries, as the 386 does (CR0.WP is off)");
  return {app, [options] { return run(*options); }, values};
}

}  // namespace refmm::command
