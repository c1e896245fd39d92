// How a log of strace is read: line by line, with the calls that are not finished yet, by process.
#pragma once

#include <refmm/spec/strace_line.hpp>
#include <refmm/spec/strace_log.hpp>
#include <refmm/spec/strace_processes.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace refmm::strace {

class Reader {
 public:
  explicit Reader(transcript::Source source) : log_{.source = std::move(source)} {}

  /// Reads everything, once.
  Log read() &&;

 private:
  /// A call that has begun, and what is printed of it so far.
  struct Pending {
    Text text;
    std::uint32_t line;
    std::string time;
  };

  /// A line, or what was one before strace wrote a message into the middle of it.
  struct Line {
    Head head;
    std::uint32_t pid;
    Text body;
    std::uint32_t number;  // of its last part
  };

  void read_lines();
  Text whole_line();
  void read_line(const Text& text);
  bool is_nothing_new(std::string_view line);
  bool read_summary(const Text& text);

  void read_body(const Line& line);
  bool read_report_of(const Line& line);
  void report(Line line, Report event);
  void read_begin(const Line& line);
  void read_resumed(const Line& line);
  bool goes_on(const Line& line);
  void expect_no_call(const Line& line);
  void finish(const Line& line, const Text& text, std::uint32_t begun);

  bool may_be_first(const Text& body) const;
  void first_is(std::uint32_t pid);
  void begin(const Line& line, std::uint32_t pid, std::size_t end);
  void give_up(std::uint32_t pid);
  void add(const Line& line, std::uint32_t begun, Event event);
  void refuse(const Line& line, Diagnostic diagnostic);
  void name_first_process();

  Log log_;
  Processes processes_;
  std::map<std::uint32_t, Pending> pending_;
  std::map<std::size_t, std::size_t> digits_of_pointer_;  // by record
  std::uint32_t next_line_ = 1;
  bool in_summary_ = false;
};

}  // namespace refmm::strace
