#include <refmm/spec/strace_log.hpp>
#include <refmm/spec/strace_value.hpp>

#include <fmt/format.h>

namespace refmm::strace {

std::variant<std::uint64_t, Diagnostic> Log::number(const Call& call, std::size_t index) const {
  try {
    if (index < call.arguments.size()) return strace::number(call.arguments[index]);
    const Position end = call.arguments.empty() ? call.result.at : call.arguments.back().at;
    return source
        .error({.at = end,
                .message = fmt::format("{} has no argument {}", call.name, index + 1),
                .expected = fmt::format("at least {} arguments", index + 1),
                .found = fmt::format("{}", call.arguments.size())})
        .diagnostic();
  } catch (const InputError& error) {
    return source.error(error.diagnostic()).diagnostic();
  }
}

std::string Log::place(const Record& record) const { return fmt::format("{}:{}", source.file(), record.line); }

}  // namespace refmm::strace
