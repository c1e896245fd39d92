#include <refmm/tools/command.hpp>
#include <refmm/tools/run_report.hpp>
#include <refmm/tools/strace_report.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace refmm::command {
namespace {

using strace::Judged;
using strace::Log;
using strace::Record;
using strace::ReplayReport;
using strace::Verdict;

constexpr std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::allowed:
      return "allowed";
    case Verdict::learnt:
      return "accepted, and learnt from";
    case Verdict::not_allowed:
      return "not allowed";
    case Verdict::limited:
      return "refused for want of memory or by a limit, which a log does not show";
    case Verdict::not_modelled:
      return "not modelled";
    case Verdict::no_result:
      return "without a result";
  }
  return "";
}

std::string in_words(const strace::Result& result) {
  switch (result.kind) {
    case strace::Result::Kind::value:
      return result.value < 4096 ? fmt::format("{}", result.value) : fmt::format("{:#x}", result.value);
    case strace::Result::Kind::error:
      return "-1 " + result.error;
    case strace::Result::Kind::none:
    case strace::Result::Kind::unfinished:
      break;
  }
  return "?";
}

/// `session.strace:3: mprotect(0x10000000, 4096, PROT_READ) = 0`, and where it began, if that is another line.
std::string heading(const Log& log, const Record& record) {
  std::string text = fmt::format("{}: ", log.place(record));
  if (record.pid != 0) text += fmt::format("[{}] ", record.pid);
  text += command::text_of(*record.call());
  if (record.begun != record.line) text += fmt::format("  (begun in line {})", record.begun);
  return text + "\n";
}

/// Of a refusal the clause that it came by, which is the last; of what succeeds all that decided.
Because deciding(const Judged& judged) {
  const bool is_refusal = judged.allowed.starts_with("-1") || judged.allowed.starts_with("an address");
  return is_refusal && !judged.because.empty() ? Because{judged.because.back()} : judged.because;
}

std::vector<const Judged*> in_order_of_log(const ReplayReport& report) {
  std::vector<const Judged*> judged;
  for (const Judged& one : report.judged) judged.push_back(&one);
  std::ranges::stable_sort(judged, {}, &Judged::record);
  return judged;
}

void add_count(std::string& text, std::size_t count, std::string_view what) {
  if (count != 0) text += fmt::format("{:8}  {}\n", count, what);
}

/// "madvise MADV_FREE, mincore (2), msync (3)".
std::string names(const ReplayReport& report) {
  std::vector<std::string> counted_names;
  for (const auto& [name, count] : report.not_modelled)
    counted_names.push_back(count == 1 ? name : fmt::format("{} ({})", name, count));
  return fmt::format("{}", fmt::join(counted_names, ", "));
}

/// What a reader is to know of how much the verdict is worth.
std::string reservations(const ReplayReport& report) {
  std::string text;
  if (report.gaps != 0)
    text += fmt::format("{} not understood: behind each, nothing is known of its process\n",
                        counted(report.gaps, "line"));
  if (report.strangers != 0)
    text +=
        fmt::format("{} made by nobody in the log: memory that it may share with others is taken for unknown\n",
                    counted(report.strangers, "thread"));
  return text;
}

}  // namespace

std::string text_of(const strace::Call& call) {
  std::string text = call.name + "(";
  for (const strace::Argument& argument : call.arguments) {
    if (!text.ends_with('(')) text += ", ";
    if (!argument.name.empty()) text += argument.name + "=";
    text += argument.text;
  }
  return fmt::format("{}{} = {}", text, call.cut_short ? " ..." : ")", in_words(call.result));
}

std::string explanations(const Log& log, const ReplayReport& report) {
  std::string text;
  for (const Judged* judged : in_order_of_log(report)) {
    text += heading(log, log.records[judged->record]);
    text += text_of(judged->because, name_of(judged->verdict));
  }
  return text;
}

std::string mistakes(const Log& log, const ReplayReport& report) {
  std::string text;
  for (const Judged* judged : in_order_of_log(report)) {
    if (judged->verdict != Verdict::not_allowed) continue;
    text += heading(log, log.records[judged->record]);
    text += fmt::format("  allowed is {}\n", judged->allowed);
    if (!judged->remark.empty()) text += fmt::format("  {}\n", judged->remark);
    text += text_of(deciding(*judged), "because");
  }
  return text;
}

std::string summary(const Log& log, const ReplayReport& report, since::Version version) {
  std::string text = reservations(report);
  text += fmt::format("{}: {} of {}, {} about memory areas, as of Linux {}\n", log.source.file(),
                      counted(report.calls, "call"), counted(report.programs, "address space"),
                      report.judged.size(), since::notation(version));
  const std::size_t wrong = report.count(Verdict::not_allowed);
  add_count(text, report.count(Verdict::allowed), "allowed by what is known");
  add_count(text, report.count(Verdict::learnt),
            "accepted: they show what was there before the log, and that is learnt");
  add_count(text, report.count(Verdict::limited),
            "refused for want of memory or by a limit, which a log does not show");
  add_count(text, report.count(Verdict::no_result), "without a result");
  add_count(text, report.count(Verdict::not_modelled), fmt::format("not modelled: {}", names(report)));
  add_count(text, wrong, "not allowed");
  if (wrong == 0) text += "every result is allowed\n";
  return text;
}

}  // namespace refmm::command
