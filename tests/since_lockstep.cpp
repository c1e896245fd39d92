#include <refmm/spec/since_notation.hpp>
#include <refmm/spec/vma_state.hpp>
#include <refmm/tests/since_lockstep.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>
#include <variant>

namespace refmm {
namespace {

using Word = std::uint64_t;
using ProcessState = since::State<Word>;

/// What decides how a process goes on, also where areas_notation does not show it.
std::vector<std::string> lines_of(const ProcessState& state) {
  std::vector<std::string> lines = since::areas_notation(state);
  const auto& mm = state.base.mm;
  for (std::size_t place = 0; place < mm.areas.size(); ++place) {
    const vma::Area<Word>& area = mm.areas[place];
    lines[place] += fmt::format(" (page offset {:x}", area.vm_pgoff);
    const bool was_written = std::ranges::find(state.written, area.id) != state.written.end();
    lines[place] += was_written ? ", written)" : ")";
  }
  lines.push_back(fmt::format("break {:x}, {} pages, {} locked, flags of new areas {:x}", mm.brk, mm.total_vm,
                              mm.locked_vm, mm.def_flags));
  return lines;
}

/// The same as numbers, which are compared faster than they are written.
bool are_same(const ProcessState& one, const ProcessState& other) {
  const auto numbers = [](const ProcessState& state, const vma::Area<Word>& area) {
    const vma::File* const file = area.vm_file == 0 ? nullptr : vma::file_numbered(state.base, area.vm_file);
    const bool is_memory = file != nullptr && file->inode.view().starts_with("dev/zero:");
    const Name name = file == nullptr || is_memory ? Name() : file->inode;
    return std::tuple(area.vm_start, area.vm_end, area.vm_pgoff, area.vm_flags, area.mapped_noreserve,
                      file != nullptr, name, std::ranges::find(state.written, area.id) != state.written.end());
  };
  const auto& mm = one.base.mm;
  const auto& other_mm = other.base.mm;
  return mm.brk == other_mm.brk && mm.total_vm == other_mm.total_vm && mm.locked_vm == other_mm.locked_vm &&
         mm.def_flags == other_mm.def_flags && one.forked == other.forked &&
         std::ranges::equal(mm.areas, other_mm.areas, [&](const auto& area, const auto& other_area) {
           return numbers(one, area) == numbers(other, other_area);
         });
}

std::vector<std::string> lines_of(std::vector<since::OwnPage<Word>> pages) {
  std::vector<std::string> lines;
  std::ranges::sort(pages, {}, &since::OwnPage<Word>::address);
  for (since::OwnPage<Word>& page : pages) {
    std::ranges::sort(page.bytes, {}, &since::StoredByte<Word>::offset);
    std::string line = fmt::format("{:x}:", page.address);
    for (const auto& byte : page.bytes) line += fmt::format(" {:x}={}", byte.offset, byte.value);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

SinceLockstep::SinceLockstep(SinceSubject& subject, const SinceFamily::Boot& boot)
    : subject_(subject), boot_(boot), world_(SinceFamily::boot(boot)) {
  subject_.reset(boot);
}

std::string SinceLockstep::differs(const std::string& what, const std::string& expected,
                                   const std::string& found) const {
  return fmt::format("{}\n{} differs\nexpected:\n{}\nfound:\n{}", fmt::join(calls_, "\n"), what, expected, found);
}

std::optional<std::string> SinceLockstep::compare_areas(std::size_t process) const {
  const ProcessState& expected = world_.processes[process].state;
  const ProcessState& found = seen_.processes[process].state;
  if (are_same(expected, found)) return std::nullopt;
  return differs(fmt::format("process {}", process + 1), fmt::format("{}", fmt::join(lines_of(expected), "\n")),
                 fmt::format("{}", fmt::join(lines_of(found), "\n")));
}

std::optional<std::string> SinceLockstep::carry_out(const SinceFamily::Command& command) {
  auto expected = SinceFamily::step(boot_, std::move(world_), command);
  world_ = std::move(expected.state);
  const auto found = subject_.apply(command).result;
  calls_.push_back(fmt::format("[pid {}] {} = {}", command.process + 1, since::notation(command.command),
                               since::notation(expected.result)));
  if (found != expected.result) return differs("result", calls_.back(), since::notation(found));
  subject_.observe(seen_);
  if (seen_.processes.size() != world_.processes.size())
    return differs("the number of processes", fmt::format("{}", world_.processes.size()),
                   fmt::format("{}", seen_.processes.size()));
  for (std::size_t process = 0; process < world_.processes.size(); ++process) {
    if (auto difference = compare_areas(process)) return difference;
  }
  return std::nullopt;
}

std::optional<std::string> SinceLockstep::compare_bytes() {
  subject_.observe(seen_);
  for (std::size_t process = 0; process < world_.processes.size(); ++process) {
    const auto expected = lines_of(world_.processes[process].pages);
    const auto found = lines_of(seen_.processes[process].pages);
    if (expected != found)
      return differs(fmt::format("what process {} stored", process + 1),
                     fmt::format("{}", fmt::join(expected, "\n")), fmt::format("{}", fmt::join(found, "\n")));
  }
  return std::nullopt;
}

}  // namespace refmm
