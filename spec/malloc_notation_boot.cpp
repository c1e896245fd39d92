// The processes of the malloc family, read and written. The keys of parameters and checks are the names of their fields.

#include <refmm/spec/malloc_lists.hpp>
#include <refmm/spec/malloc_notation.hpp>
#include <refmm/spec/notation_values.hpp>
#include <refmm/spec/vma_notation_values.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <variant>

namespace refmm::malloc {

using reading::unexpected;
using transcript::Source;
using transcript::Value;

namespace {

using Word = std::uint32_t;

constexpr Word usual_data = 0x0804a000, usual_brk = 0x0804b000;
constexpr Word largest_byte = 255;

constexpr std::array<std::string_view, 10> keys{"family",   "data",           "brk",     "mmap_threshold",
                                                "mmap_max", "trim_threshold", "top_pad", "perturb",
                                                "checks",   "effects"};

// ---- Reading --------------------------------------------------------------------------------------------------

std::vector<std::string_view> names_of_checks() {
  std::vector<std::string_view> names{"none", "all"};
  for_each_field(Corrections{}, [&](std::string_view name, bool) { names.push_back(name); });
  return names;
}

Corrections read_checks(const Source& source, const Value& value) {
  const auto* written = std::get_if<transcript::Names>(&value.form);
  const auto names = names_of_checks();
  if (written == nullptr)
    throw unexpected(source, value, "checks have names", reading::one_of(names) + ", or several joined with `|`");
  Corrections checks = nothing_corrected;
  for (const transcript::Word& word : written->words) {
    if (std::ranges::find(names, word.text) == names.end())
      throw reading::no_such(source, word, "no allocator makes such a check", names);
    const bool none = word.text == "none", all = word.text == "all";
    if ((none || all) && written->words.size() > 1)
      throw source.error({.at = word.at,
                          .message = fmt::format("`{}` stands alone", word.text),
                          .expected = "checks by their names",
                          .found = in_backticks(value.text)});
    for_each_field(checks, [&](std::string_view name, bool& check) {
      if (all || name == word.text) check = true;
    });
  }
  return checks;
}

/// Where static data begin and the break is: they have room for the heads of the lists, and lie in user space.
void read_places(const Source& source, std::span<const transcript::Setting> settings, Boot<Word>& boot) {
  const Machine& machine = boot.allocator.kernel.machine;
  const Value *data = reading::setting(settings, "data"), *brk = reading::setting(settings, "brk");
  if (data != nullptr) {
    boot.data = reading::word(source, *data, "`data`");
    if (boot.data % machine.page_size != 0)
      throw unexpected(source, *data, "static data begin a page",
                       fmt::format("a multiple of {}", machine.page_size),
                       vma::address_notation(boot.data / machine.page_size * machine.page_size));
    if (boot.data == 0 || boot.data >= machine.task_size - machine.page_size)
      throw unexpected(source, *data, "no program has its data here",
                       fmt::format("an address from {} to {}", vma::address_notation(machine.page_size),
                                   vma::address_notation(machine.task_size - 2 * machine.page_size)));
    boot.brk = boot.data + machine.page_size;
  }
  if (brk == nullptr) return;
  boot.brk = reading::word(source, *brk, "`brk`");
  const Word lowest = boot.data + bytes_of_lists<Word>();
  if (boot.brk < lowest || boot.brk > machine.task_size)
    throw unexpected(source, *brk, "below the break there are the heads of the lists, and user space goes on",
                     fmt::format("an address from {} to {}", vma::address_notation(lowest),
                                 vma::address_notation(machine.task_size)));
}

}  // namespace

BootLine read_boot(const Source& source, const transcript::Line& line, const transcript::Boot& boot) {
  const Value* family = reading::setting(boot.settings, "family");
  if (family == nullptr)
    throw source.error({.at = line.at,
                        .message = "the process lacks `family`",
                        .expected = "`family=malloc`",
                        .found = in_backticks(source.line(line.at.line)),
                        .hint = "boot family=malloc"});
  if (family->text != "malloc")
    throw unexpected(source, *family, "this is a machine of another family", "`malloc`");
  reading::check_settings(source, boot.settings, keys, "a process of the malloc family");

  BootLine read{{as_built, usual_data, usual_brk}, false};
  read_places(source, boot.settings, read.boot);
  for_each_field(read.boot.allocator.parameters, [&](std::string_view key, Word& parameter) {
    const Value* value = reading::setting(boot.settings, key);
    if (value == nullptr) return;
    parameter = key == "perturb" ? reading::number(source, *value, "a byte", 0, largest_byte)
                                 : reading::word(source, *value, in_backticks(key));
  });
  if (const Value* checks = reading::setting(boot.settings, "checks"))
    read.boot.allocator.corrected = read_checks(source, *checks);
  if (const Value* effects = reading::setting(boot.settings, "effects")) {
    if (effects->text != "all")
      throw unexpected(source, *effects, "effects are listed all, or as one likes", "`all`");
    read.all_effects = true;
  }
  return read;
}

// ---- Writing --------------------------------------------------------------------------------------------------

std::string checks_notation(const Corrections& checks) {
  if (checks == all_corrected) return "all";
  std::string text;
  for_each_field(checks, [&](std::string_view name, bool check) {
    if (check) text += fmt::format("{}{}", text.empty() ? "" : "|", name);
  });
  return text.empty() ? "none" : text;
}

std::string boot_notation(const Boot<Word>& boot, bool all_effects) {
  std::string text = fmt::format("boot family=malloc data={} brk={}", vma::address_notation(boot.data),
                                 vma::address_notation(boot.brk));
  for_each_field(boot.allocator.parameters, default_parameters<Word>,
                 [&](std::string_view key, const Word& parameter, const Word& usual) {
                   if (parameter != usual) text += fmt::format(" {}={}", key, vma::length_notation(parameter));
                 });
  return fmt::format("{} checks={}{}", text, checks_notation(boot.allocator.corrected),
                     all_effects ? " effects=all" : "");
}

}  // namespace refmm::malloc
