#include <refmm/spec/strace_check.hpp>
#include <refmm/spec/strace_clone.hpp>
#include <refmm/spec/strace_modes.hpp>
#include <refmm/spec/strace_reader.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace refmm::strace {
namespace {

constexpr std::string_view resumed_begins = "<... ";
constexpr std::string_view resumed_ends = " resumed>";

/// `mmap` of `<... mmap resumed>) = 0x7f6f2d00d000`; empty of anything else.
std::string_view name_of_resumed(std::string_view body) {
  if (!body.starts_with(resumed_begins)) return {};
  const std::size_t end = body.find(resumed_ends);
  return end == body.npos ? std::string_view{} : body.substr(resumed_begins.size(), end - resumed_begins.size());
}

/// How a call that does not return in its line ends in it.
enum class Ending { none, unfinished, detached, pid_changed, no_result };

struct Broken {
  Ending ending = Ending::none;
  std::size_t begin = 0;  // of what strace writes in place of the rest
  std::uint32_t pid = 0;  // which the process has from now on
};

/// Where what `mark` says stands at the end of a line: `<unfinished ...>`.
std::optional<std::size_t> at_end(std::string_view body, std::string_view mark) {
  if (!body.ends_with(mark)) return std::nullopt;
  return body.size() - mark.size();
}

Broken broken(std::string_view body) {
  constexpr std::string_view unfinished = "<unfinished ...>";
  if (const auto begin = at_end(body, unfinished)) return {Ending::unfinished, *begin};
  if (const auto begin = at_end(body, "<detached ...>")) return {Ending::detached, *begin};
  constexpr std::string_view changed = "<pid changed to ";
  if (const std::size_t begin = body.rfind(changed); begin != body.npos && body.ends_with(" ...>")) {
    return {Ending::pid_changed, begin, leading_number(body.substr(begin + changed.size()))};
  }
  // What a process was in when it was killed: `read(0, <unfinished ...>) = ?`.
  const std::size_t begin = body.rfind(unfinished);
  if (begin == body.npos) return {};
  const std::string_view rest = trimmed(body.substr(begin + unfinished.size()));
  const bool has_no_result = rest.starts_with(")") && trimmed(rest.substr(1)).starts_with("= ?");
  return has_no_result ? Broken{Ending::no_result, begin} : Broken{};
}

/// Where a message of strace begins that was written into the middle of a line: `brk(NULLstrace: Process 4712 attached`. In a line
/// that goes on already it may be all of what is printed next.
std::size_t begin_of_message(std::string_view line, bool goes_on) {
  if (!line.ends_with(" attached") && !line.ends_with(" detached")) return line.npos;
  constexpr std::string_view of_strace = "strace: ";  // which versions before 4.9 leave out
  std::size_t begin = line.rfind("Process ");
  if (begin == line.npos || leading_number(line.substr(begin + 8)) == 0) return line.npos;
  if (line.substr(0, begin).ends_with(of_strace)) begin -= of_strace.size();
  return !goes_on && read_head(line).body == begin ? line.npos : begin;
}

Diagnostic unlike_strace(const Text& text) {
  return {.at = text.at(0),
          .message = "strace prints no such line",
          .expected = "a call, like `brk(NULL) = 0x5637e46f8000`, or `+++ exited with 0 +++`",
          .found = in_backticks(text.characters()),
          .hint = "strace -o FILE, which keeps what the program itself prints out of the log"};
}

}  // namespace

Log Reader::read() && {
  read_lines();
  std::vector<std::pair<std::uint32_t, std::uint32_t>> left;  // by the line in which they began
  left.reserve(pending_.size());
  for (const auto& [pid, call] : pending_) left.emplace_back(call.line, pid);
  std::ranges::sort(left);
  for (const auto& [line, pid] : left) give_up(pid);
  name_first_process();
  tell_modes(log_.records, digits_of_pointer_);
  return std::move(log_);
}

void Reader::read_lines() {
  while (next_line_ <= log_.source.lines()) read_line(whole_line());
}

/// The next line, without messages in the middle of it, which are read at once; it goes on in the line behind them.
Text Reader::whole_line() {
  Text whole;
  while (next_line_ <= log_.source.lines()) {
    std::string_view line = log_.source.line(next_line_);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t message = begin_of_message(line, whole.size() > 0);
    whole.append(Text(line.substr(0, message), {next_line_, 1}));
    ++next_line_;
    if (message == line.npos) break;
    processes_.began();
    read_line(Text(line.substr(message), {next_line_ - 1, static_cast<std::uint32_t>(message + 1)}));
  }
  return whole;
}

void Reader::read_line(const Text& text) {
  if (is_nothing_new(text.characters()) || read_summary(text)) return;
  const Head head = read_head(text.characters());
  const Text body = text.part(head.body, text.size());
  if (trimmed(body.characters()).empty()) {
    refuse({head, processes_.first(), text, text.at(text.size()).line}, unlike_strace(text));
    return;
  }
  // What strace says of itself is of no process.
  const bool is_message =
      head.pid == 0 && (body.characters().starts_with("strace: ") || body.characters().starts_with("Process "));
  const std::uint32_t pid = is_message ? processes_.first() : processes_.of_line(head.pid, may_be_first(body));
  if (head.pid != 0 && processes_.first() == head.pid) first_is(head.pid);
  read_body({head, pid, body, text.at(text.size()).line});
}

/// Empty lines, comments, and where in the program a call was made (-k).
bool Reader::is_nothing_new(std::string_view line) {
  return trimmed(line).empty() || line.starts_with('#') || line.starts_with(" > ");
}

/// The table of -c and -C. It says nothing that is not in the log; without a log it is a mistake.
bool Reader::read_summary(const Text& text) {
  const std::string_view line = text.characters();
  const bool begins = line.starts_with("% time ") || line.starts_with("System call usage summary for ");
  if (begins && !in_summary_) {
    in_summary_ = true;
    const bool has_calls =
        std::ranges::any_of(log_.records, [](const Record& record) { return record.call() != nullptr; });
    if (!has_calls) {
      refuse({{}, processes_.first(), text, text.at(0).line},
             {.at = text.at(0),
              .message = "this is a summary of calls, not a log of them",
              .expected = "a call, like `brk(NULL) = 0x5637e46f8000`",
              .found = in_backticks(line),
              .hint = "strace without -c, or with -C, which prints both"});
    }
  }
  const bool is_of_it = in_summary_;
  if (trimmed(line).ends_with("total")) in_summary_ = false;
  return is_of_it;
}

void Reader::read_body(const Line& line) {
  try {
    if (read_report_of(line)) return;
    if (!name_of_resumed(line.body.characters()).empty()) {
      read_resumed(line);
    } else if (!name_of_call(line.body.characters()).empty()) {
      read_begin(line);
    } else if (!goes_on(line)) {
      refuse(line, unlike_strace(line.body));
    }
  } catch (const InputError& error) {
    refuse(line, error.diagnostic());
  }
}

bool Reader::read_report_of(const Line& line) {
  const auto found = read_report(line.body);
  if (found) report(line, *found);
  return found.has_value();
}

void Reader::report(Line line, Report event) {
  if (const auto* const attached = std::get_if<Attached>(&event)) {
    line.pid = attached->pid;
    processes_.attached(attached->pid);
  }
  if (const auto* const detached = std::get_if<Detached>(&event)) {
    line.pid = detached->pid;
    give_up(detached->pid);
    processes_.ended(detached->pid);
  }
  if (const auto* const runs = std::get_if<RunsIn>(&event); runs != nullptr && line.pid == Processes::unknown) {
    first_is(runs->pid);
  }
  if (const auto* const superseded = std::get_if<Superseded>(&event)) {
    // strace before 5.3 does not say in the line of the execve that the number of the thread changes.
    const auto execve = pending_.find(superseded->by);
    if (execve != pending_.end() && name_of_call(execve->second.text.characters()) == "execve") {
      give_up(line.pid);
      pending_.insert({line.pid, std::move(execve->second)});
      pending_.erase(execve);
    }
    processes_.ended(superseded->by);
  }
  if (std::holds_alternative<Exited>(event) || std::holds_alternative<Killed>(event)) {
    give_up(line.pid);
    processes_.ended(line.pid);
  }
  std::visit([&](auto&& which) { add(line, line.number, std::forward<decltype(which)>(which)); },
             std::move(event));
}

/// A line that begins with a call: all of it, or its beginning.
void Reader::read_begin(const Line& line) {
  expect_no_call(line);
  const Broken end = broken(line.body.characters());
  if (end.ending == Ending::none) {
    finish(line, line.body, line.number);
    return;
  }
  if (end.ending == Ending::pid_changed) {
    if (line.pid != end.pid) give_up(end.pid);
    processes_.ended(line.pid);
    if (processes_.first() == Processes::unknown) first_is(end.pid);
  }
  begin(line, end.ending == Ending::pid_changed ? end.pid : line.pid, end.begin);
  if (end.ending == Ending::unfinished || end.ending == Ending::pid_changed) return;
  give_up(line.pid);
  if (end.ending == Ending::no_result) {
    if (Call* const call = std::get_if<Call>(&log_.records.back().event)) call->result.kind = Result::Kind::none;
  }
}

void Reader::read_resumed(const Line& line) {
  const std::string_view body = line.body.characters();
  const std::string_view name = name_of_resumed(body);
  const auto found = pending_.find(line.pid);
  const std::string_view pending =
      found == pending_.end() ? std::string_view{} : name_of_call(found->second.text.characters());
  if (pending != name) {
    refuse(line,
           {.at = line.body.at(0),
            .message = fmt::format("{} of process {} did not begin", in_backticks(name), line.pid),
            .expected = pending.empty() ? "the beginning of the call in an earlier line"
                                        : fmt::format("`<... {} resumed>`, for the call that began in line {}",
                                                      pending, found->second.line),
            .found = in_backticks(body)});
    return;
  }
  Pending call = std::move(found->second);
  pending_.erase(found);
  Text text = std::move(call.text);
  const std::size_t rest = resumed_begins.size() + name.size() + resumed_ends.size();
  text.append(line.body.part(rest, body.size()));
  if (const Broken again = broken(text.characters()); again.ending == Ending::unfinished) {
    begin({line.head, line.pid, text, call.line}, line.pid, again.begin);
  } else {
    finish(line, text, call.line);
  }
}

/// With -z or -Z, which print calls by their results, strace writes of a call that is unfinished in one line the rest into the next,
/// and does not say that it resumes. False if this is no such rest.
bool Reader::goes_on(const Line& line) {
  const auto begun = [&](const auto& pending) { return pending.second.line + 1 == line.number; };
  const auto found = std::ranges::find_if(pending_, begun);
  if (line.head.pid != 0 || found == pending_.end()) return false;
  Text text = found->second.text;
  text.append(line.body);
  try {
    read_call(text);
  } catch (const InputError&) {
    return false;
  }
  const std::uint32_t pid = found->first;
  pending_.erase(found);
  finish({line.head, pid, line.body, line.number}, text, line.number - 1);
  return true;
}

/// A process that begins a call has returned from the one before.
void Reader::expect_no_call(const Line& line) {
  const auto found = pending_.find(line.pid);
  if (found == pending_.end()) return;
  refuse(line, {.at = line.body.at(0),
                .message = fmt::format("process {} is in another call", line.pid),
                .expected = fmt::format("`<... {} resumed>`, for the call that began in line {}",
                                        name_of_call(found->second.text.characters()), found->second.line),
                .found = in_backticks(line.body.characters())});
  give_up(line.pid);
}

/// The call is complete.
void Reader::finish(const Line& line, const Text& text, std::uint32_t begun) {
  Call call = read_call(text);
  check_arguments(call);
  if (makes_process(call) && call.result.kind == Result::Kind::value) {
    processes_.attached(static_cast<std::uint32_t>(call.result.value));
  }
  add(line, begun, std::move(call));
}

/// The call has begun, and its text goes up to `end`.
void Reader::begin(const Line& line, std::uint32_t pid, std::size_t end) {
  const std::string_view printed = trimmed(std::string_view(line.body.characters()).substr(0, end));
  give_up(pid);
  pending_.insert({pid, {line.body.part(0, printed.size()), line.number, std::string(line.head.time)}});
}

/// The call that the process is in, if it is in one, will not return.
void Reader::give_up(std::uint32_t pid) {
  const auto found = pending_.find(pid);
  if (found == pending_.end()) return;
  const Pending call = std::move(found->second);
  pending_.erase(found);
  const Line line{{.time = call.time}, pid, call.text, call.line};
  try {
    add(line, call.line, read_call_cut_short(call.text));
  } catch (const InputError& error) {
    refuse(line, error.diagnostic());
  }
}

/// Whether a line can be one of the process that strace began with, whose number is not known yet.
bool Reader::may_be_first(const Text& body) const {
  const auto found = pending_.find(Processes::unknown);
  return found == pending_.end() ||
         name_of_resumed(body.characters()) == name_of_call(found->second.text.characters());
}

void Reader::first_is(std::uint32_t pid) {
  processes_.first_is(pid);
  const auto found = pending_.find(Processes::unknown);
  if (found == pending_.end()) return;
  Pending call = std::move(found->second);
  pending_.erase(found);
  pending_.insert({pid, std::move(call)});
}

/// Records from before the number of the first process was known get it.
void Reader::name_first_process() {
  for (Record& record : log_.records) {
    if (record.pid == Processes::unknown) record.pid = processes_.first();
  }
}

void Reader::add(const Line& line, std::uint32_t begun, Event event) {
  if (line.head.digits_of_pointer != 0) digits_of_pointer_[log_.records.size()] = line.head.digits_of_pointer;
  log_.records.push_back({.line = line.number,
                          .begun = begun,
                          .pid = line.pid,
                          .time = std::string(line.head.time),
                          .event = std::move(event)});
}

void Reader::refuse(const Line& line, Diagnostic diagnostic) {
  const bool is_last = line.number == log_.source.lines() && !log_.source.ends_with_line_end();
  if (is_last) {
    diagnostic.message += "; the log ends in the middle of this line";
    diagnostic.hint = "the log without its last line, or as it was before it was cut off";
  }
  if (log_.diagnostics.size() < most_diagnostics) {
    log_.diagnostics.push_back(log_.source.error(std::move(diagnostic)).diagnostic());
  } else {
    ++log_.more_diagnostics;
  }
  add(line, line.number, Gap{});
}

Log read(transcript::Source source) { return Reader(std::move(source)).read(); }

}  // namespace refmm::strace
