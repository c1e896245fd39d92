#include <refmm/spec/since_notation.hpp>
#include <refmm/tests/conform_reality.hpp>
#include <refmm/tests/conform_seen.hpp>
#include <refmm/tests/conform_subject.hpp>

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <variant>

namespace refmm {
namespace {

using conform::Bits;
using conform::Native;
using conform::Reality;

/// The first of the refusals that are written so.
template <class Refusal>
std::optional<Refusal> refusal_written(std::string_view text, Refusal last) {
  for (int number = 0; number <= static_cast<int>(last); ++number) {
    if (notation(static_cast<Refusal>(number)) == text) return static_cast<Refusal>(number);
  }
  return std::nullopt;
}

/// A result that is written as `text`.
since::WorldResult<Native> result_written(std::string_view text, const SinceFamily::Command& command) {
  using Result = since::Result<Native>;
  if (text == "SIGSEGV") return Result(since::Signal{});
  if (text == "SIGBUS") return since::BusError{};
  if (const auto refusal = refusal_written(text, vma::Refusal::tree_lost_area))
    return Result(vma::Refused{*refusal});
  if (const auto refusal = refusal_written(text, since::Refusal::several_areas))
    return Result(since::Refused{*refusal});
  Native value = 0;
  const bool is_hexadecimal = text.starts_with("0x");
  const char* const first = text.data() + (is_hexadecimal ? 2 : 0);
  const auto [end, error] = std::from_chars(first, text.data() + text.size(), value, is_hexadecimal ? 16 : 10);
  if (error != std::errc() || end != text.data() + text.size())
    throw std::runtime_error(fmt::format("the kernel answered {}", text));
  if (is_hexadecimal) return Result(vma::Address<Native>{value});
  if (std::holds_alternative<since::Fork>(command.command))
    return since::Child{static_cast<std::uint32_t>(value - 1)};
  if (std::holds_alternative<since::Load<Native>>(command.command))
    return since::Value{static_cast<std::uint8_t>(value)};
  const auto* call = std::get_if<since::Command<Native>>(&command.command);
  if (call && std::holds_alternative<vma::Open>(*call))
    return Result(vma::Descriptor{static_cast<std::uint32_t>(value)});
  return Result(vma::Success{});
}

class RunningKernel final : public SinceSubject {
 public:
  void reset(const SinceFamily::Boot& boot) override {
    reality_.reset();
    auto started = Reality::bare(boot);
    if (auto* refusal = std::get_if<conform::Refusal>(&started)) throw std::invalid_argument(refusal->why);
    reality_.emplace(std::move(std::get<Reality>(started)));
  }
  Answer apply(const SinceFamily::Command& command) override {
    const std::string text = reality_->carry_out(command.process, reality_->heap().to_there(command.command));
    since::WorldResult<Native> result = result_written(text, command);
    return {reality_->heap().to_here(std::move(result)), {}};
  }
  void observe(SinceFamily::State& seen) const override { seen = reality_->observed(); }
  using SinceSubject::observe;

 private:
  mutable std::optional<Reality> reality_{};
};

}  // namespace

std::unique_ptr<SinceSubject> make_running_kernel() { return std::make_unique<RunningKernel>(); }

std::optional<conform::Refusal> no_running_kernel(unsigned bits) {
  auto started = Reality::start(bits == 32 ? Bits::of_32 : Bits::of_64, {});
  if (auto* refusal = std::get_if<conform::Refusal>(&started)) return std::move(*refusal);
  return std::nullopt;
}

}  // namespace refmm
