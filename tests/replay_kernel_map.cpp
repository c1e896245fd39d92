#include <refmm/spec/kernel_map_kernel.hpp>
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/tests/replay_difference.hpp>
#include <refmm/tests/replay_kernel_map.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

namespace refmm::replay {

using KernelMap = NotationOf<KernelMapFamily>;

// ---- Reading and writing --------------------------------------------------------------------------------------

KernelMap::BootLine KernelMap::read_boot(const transcript::Source& source, const transcript::Line& line,
                                         const transcript::Boot& boot) {
  const auto read = kernel_map::read_boot(source, line, boot);
  return {read.boot, read.all_effects};
}

KernelMapFamily::Command KernelMap::read_set(const transcript::Source& source, const transcript::Line& line,
                                             const transcript::Set& set) {
  return kernel_map::read_set(source, line, set);
}

KernelMapFamily::Command KernelMap::read_call(const transcript::Source& source, const transcript::Call& call,
                                              const KernelMapFamily::State& now, const Memory& memory) {
  return kernel_map::read_call(source, call, memory.boot, now);
}

std::string KernelMap::read_result(const transcript::Source& source, const KernelMapFamily::Command& command,
                                   const transcript::Result& result) {
  return kernel_map::read_result(source, command, result);
}

KernelMapFamily::Effect KernelMap::read_effect(const transcript::Source& source, const transcript::Call& effect) {
  return kernel_map::read_effect(source, effect);
}

kernel_map::Question KernelMap::read_query(const transcript::Source& source, const transcript::Query& query,
                                           const KernelMapFamily::State& now, const Memory& memory) {
  return kernel_map::read_query(source, query, memory.boot, now);
}

bool KernelMap::returns_something(const KernelMapFamily::Command& command) {
  using namespace kernel_map;
  using W = std::uint32_t;
  return std::visit(
      []<class Call>(const Call&) {
        return !(std::is_same_v<Call, Vfree<W>> || std::is_same_v<Call, Iounmap<W>> ||
                 std::is_same_v<Call, PgdFree> || std::is_same_v<Call, PgdFreeFast> ||
                 std::is_same_v<Call, Reserve<W>> || std::is_same_v<Call, Unreserve<W>> ||
                 std::is_same_v<Call, PutPage<W>> || std::is_same_v<Call, Kunmap<W>> ||
                 std::is_same_v<Call, ClearPageTables<W>> || std::is_same_v<Call, SetKnobs>);
      },
      command);
}

std::string KernelMap::notation(const KernelMapFamily::Command&, const KernelMapFamily::Result& result) {
  return kernel_map::notation(result);
}

std::string KernelMap::notation(const KernelMapFamily::Effect& effect) { return kernel_map::notation(effect); }

std::vector<std::string> KernelMap::answer(const Question& question, const KernelMapFamily::State& state) {
  return kernel_map::answer(question, state);
}

std::vector<transcript::Argument> KernelMap::values_of_result(const std::string& result) {
  return {{std::nullopt, transcript::parse_value(result)}};
}

Difference KernelMap::field_of_results(const std::string& expected, const std::string& found) {
  return difference_of("the result", expected, found);
}

// ---- The implementation ---------------------------------------------------------------------------------------

std::optional<KernelMapFamily::Boot> KernelMap::corrected(const KernelMapFamily::Boot& boot) {
  KernelMapFamily::Boot corrected = boot;
  corrected.kernel.corrected = kernel_map::all_corrected;
  return corrected;
}

KernelMapFamily::Command KernelMap::for_corrected(const KernelMapFamily::Command& command, const Memory& memory) {
  using namespace kernel_map;
  constexpr std::uint32_t no_frame = ~std::uint32_t{0};
  const auto in_corrected = [&](std::uint32_t pfn) {
    const auto found = memory.frames.find(pfn);
    return found == memory.frames.end() ? pfn : found->second.value_or(no_frame);
  };
  if (const auto* put = std::get_if<PutPage<std::uint32_t>>(&command))
    return PutPage<std::uint32_t>{in_corrected(put->pfn)};
  if (const auto* mapped = std::get_if<Kmap<std::uint32_t>>(&command))
    return Kmap<std::uint32_t>{in_corrected(mapped->pfn)};
  if (const auto* unmapped = std::get_if<Kunmap<std::uint32_t>>(&command))
    return Kunmap<std::uint32_t>{in_corrected(unmapped->pfn)};
  return command;
}

void KernelMap::remember_corrected(Memory& memory, const KernelMapFamily::Command& command,
                                   const KernelMapFamily::Result& as_built,
                                   const KernelMapFamily::Result& corrected) {
  using namespace kernel_map;
  if (const auto* put = std::get_if<PutPage<std::uint32_t>>(&command)) memory.frames.erase(put->pfn);
  const auto* given = std::get_if<FrameNumber<std::uint32_t>>(&as_built);
  if (!std::holds_alternative<GetPage>(command) || given == nullptr) return;
  const auto* other = std::get_if<FrameNumber<std::uint32_t>>(&corrected);
  memory.frames[given->pfn] = other == nullptr ? std::nullopt : std::optional(other->pfn);
}

bool KernelMap::same(const KernelMapFamily::State& one, const KernelMapFamily::State& other) {
  return kernel_map::canonical(one) == kernel_map::canonical(other);
}

// ---- Pictures -------------------------------------------------------------------------------------------------

std::vector<std::string> KernelMap::picture(const KernelMapFamily::State& state,
                                            const KernelMapFamily::Boot& boot) {
  return kernel_map::picture(boot, state);
}

bool KernelMap::draws(const Question& question) {
  using enum Question::Block;
  return question.block == vmlist || question.block == pde || question.block == pgds || question.block == sharing;
}

}  // namespace refmm::replay
