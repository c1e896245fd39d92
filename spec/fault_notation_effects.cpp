// Reading the effects of the fault family.

#include <refmm/spec/fault_notation.hpp>
#include <refmm/spec/fault_notation_values.hpp>
#include <refmm/spec/vma_notation_values.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace refmm::process {

using reading::unexpected;
using transcript::Source;
using transcript::Value;

namespace {

using Word = std::uint32_t;
using fault::Effect;

constexpr std::array<std::string_view, 2> signals{"SIGSEGV", "SIGBUS"};
constexpr std::array<std::string_view, 4> signal_codes{"SEGV_MAPERR", "SEGV_ACCERR", "BUS_ADRERR", "?"};
constexpr std::array<std::string_view, 2> allocations{"GFP_KERNEL", "GFP_USER"};
constexpr std::array<std::string_view, 1> ends_of_processes{"SIGKILL"};

/// An effect, its arguments as many as its form has; `result` is which of the results of its form it has.
class EffectReader {
 public:
  EffectReader(const Source& source, const transcript::Call& effect, std::size_t result)
      : source_(source), effect_(effect), result_(result) {}

  Effect<Word> page_fault() const {
    return fault::PageFault<Word>{address(0), reading::flags(source_, value(1), fault_codes())};
  }
  Effect<Word> minor_fault() const { return fault::MinorFault{}; }
  Effect<Word> major_fault() const { return fault::MajorFault{}; }
  Effect<Word> force_sig() const {
    return fault::ForceSig<Word>{
        static_cast<fault::Signal>(name_among(0, signals, "no other signal is sent")),
        static_cast<fault::SignalCode>(name_among(1, signal_codes, "no signal has this code")), address(2)};
  }
  Effect<Word> do_exit() const {
    name_among(0, ends_of_processes, "processes are not killed like this");
    return fault::DoExit{};
  }
  Effect<Word> fixup() const { return fault::Fixup{}; }
  Effect<Word> alloc_page() const {
    const auto type = name_among(0, allocations, "pages are not asked for like this");
    return fault::AllocPage<Word>{static_cast<fault::Gfp>(type), given_frame()};
  }
  Effect<Word> free_page() const { return fault::FreePage<Word>{frame(0)}; }
  Effect<Word> clear_page() const { return fault::ClearPage<Word>{frame(0)}; }
  Effect<Word> copy_page() const { return fault::CopyPage<Word>{frame(0), frame(1)}; }
  Effect<Word> flush_tlb() const { return fault::FlushTlb{}; }
  Effect<Word> flush_tlb_page() const { return fault::FlushTlbPage<Word>{address(0)}; }
  Effect<Word> file_read() const { return file_transfer(fault::Transfer::read); }
  Effect<Word> file_write() const { return file_transfer(fault::Transfer::write); }
  Effect<Word> swap_read() const { return swap_transfer(fault::Transfer::read); }
  Effect<Word> swap_write() const { return swap_transfer(fault::Transfer::write); }
  Effect<Word> copy_to_user() const { return fault::CopyToUser<Word>{address(0), length(1)}; }
  Effect<Word> copy_from_user() const { return fault::CopyFromUser<Word>{address(0), length(1)}; }

 private:
  Word length(std::size_t i) const { return reading::word(source_, value(i), "a length"); }
  const Value& value(std::size_t i) const { return effect_.arguments[i].value; }
  Word address(std::size_t i) const { return vma::read_address(source_, value(i)); }
  Word frame(std::size_t i) const { return read_frame(source_, value(i)); }

  /// `page 3`, `slot 1`.
  Word counted(std::size_t i, std::string_view kind) const {
    if (const auto number = reading::number_of(value(i), kind)) return *number;
    throw unexpected(source_, value(i), fmt::format("this is no {}", kind), fmt::format("`{} N`", kind),
                     fmt::format("{} 1", kind));
  }

  std::size_t name_among(std::size_t i, std::span<const std::string_view> names, const char* message) const {
    const auto found = std::ranges::find(names, value(i).text);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    throw unexpected(source_, value(i), message, reading::one_of(names),
                     reading::nearest_name(value(i).text, names));
  }

  /// `= pfn 3` or `= NULL`.
  std::optional<Word> given_frame() const {
    const auto& result = effect_.result;
    if (!result)
      throw source_.error({.at = {effect_.close.line, effect_.close.column + 1},
                           .message = "alloc_page has a result",
                           .expected = "`= pfn N` or `= NULL`",
                           .found = "the end of the line"});
    const transcript::Argument& first = result->values[0];
    if (result->values.size() == 1 && !first.key) {
      if (reading::is_null(first.value)) return std::nullopt;
      if (const auto pfn = reading::number_of(first.value, "pfn")) return pfn;
    }
    throw source_.error({.at = reading::place_of(first),
                         .message = "alloc_page has no such result",
                         .expected = "`= pfn N` or `= NULL`",
                         .found = in_backticks(reading::text_of(*result))});
  }

  Effect<Word> file_transfer(fault::Transfer way) const {
    const auto number = file_numbered(value(0).text);
    if (!number) throw unexpected(source_, value(0), "no file has this name", "`fileN`", "file1");
    return fault::FileTransfer<Word>{way, *number, counted(1, "page"), frame(2), result_ == 0};
  }
  Effect<Word> swap_transfer(fault::Transfer way) const {
    return fault::SwapTransfer<Word>{way, counted(0, "slot"), frame(1), result_ == 0};
  }

  const Source& source_;
  const transcript::Call& effect_;
  std::size_t result_;
};

using Names = std::vector<std::string_view>;

struct EffectForm {
  std::string_view name;
  Names parameters;
  Effect<Word> (EffectReader::*read)() const;
  Names results{""};  // those that it can have, "" for none; without any, the reader looks itself
};

const std::vector<EffectForm>& effect_forms() {
  using R = EffectReader;
  static const Names transfer{"", "-1 EIO"};
  static const std::vector<EffectForm> forms{
      {"page_fault", {"addr", "code"}, &R::page_fault},
      {"minor_fault", {}, &R::minor_fault},
      {"major_fault", {}, &R::major_fault},
      {"force_sig", {"signal", "code", "addr"}, &R::force_sig},
      {"do_exit", {"signal"}, &R::do_exit},
      {"fixup", {}, &R::fixup},
      {"alloc_page", {"type"}, &R::alloc_page, {}},
      {"free_page", {"pfn N"}, &R::free_page},
      {"clear_page", {"pfn N"}, &R::clear_page},
      {"copy_page", {"pfn TO", "pfn FROM"}, &R::copy_page},
      {"flush_tlb", {}, &R::flush_tlb},
      {"flush_tlb_page", {"addr"}, &R::flush_tlb_page},
      {"file_read", {"fileN", "page P", "pfn N"}, &R::file_read, transfer},
      {"file_write", {"fileN", "page P", "pfn N"}, &R::file_write, transfer},
      {"swap_read", {"slot S", "pfn N"}, &R::swap_read, transfer},
      {"swap_write", {"slot S", "pfn N"}, &R::swap_write, transfer},
      {"copy_to_user", {"addr", "len"}, &R::copy_to_user},
      {"copy_from_user", {"addr", "len"}, &R::copy_from_user},
  };
  return forms;
}

}  // namespace

Effect<Word> read_effect(const Source& source, const transcript::Call& effect) {
  Names names;
  for (const EffectForm& form : effect_forms()) {
    names.push_back(form.name);
    if (form.name != effect.name.text) continue;
    reading::check_arguments(source, effect, form.parameters);
    const std::size_t result = form.results.empty() ? 0 : reading::result_among(source, effect, form.results);
    return (EffectReader(source, effect, result).*form.read)();
  }
  throw reading::no_such(source, effect.name, "the fault family has no such effect", names);
}

}  // namespace refmm::process
