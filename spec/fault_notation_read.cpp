// Reading the calls and the queries of the fault family.

#include <refmm/spec/fault_notation.hpp>
#include <refmm/spec/fault_notation_values.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/spec/vma_notation_values.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <variant>
#include <vector>

namespace refmm::process {

using transcript::Source;
using transcript::Value;

namespace {

using Word = std::uint32_t;

// ---- Calls ----------------------------------------------------------------------------------------------------

/// A call, its arguments as many as its form has.
class CallReader {
 public:
  CallReader(const Source& source, const transcript::Call& call, std::size_t files)
      : source_(source), call_(call), files_(files) {}

  Command<Word> load() const { return by_process(Load<Word>{address(0)}); }
  Command<Word> store() const { return by_process(Store<Word>{address(0), byte(1)}); }
  Command<Word> get_user() const { return by_process(GetUser<Word>{address(0)}); }
  Command<Word> put_user() const { return by_process(PutUser<Word>{address(0), byte(1)}); }
  Command<Word> madvise() const {
    return by_process(Madvise<Word>{address(0), length(1), read_advice(source_, value(2))});
  }
  Command<Word> msync() const {
    return by_process(Msync<Word>{address(0), length(1), reading::flags(source_, value(2), msync_flags())});
  }
  Command<Word> open() const {
    const Word number = file(0);
    return by_process(vma::Open{file_notation(number), vma::read_mode(source_, value(1))});
  }
  Command<Word> truncate() const {
    const Word number = file(0);
    return by_process(
        Truncate<Word>{number, reading::number(source_, value(1), "the size of a file", 0, largest_file)});
  }
  Command<Word> pread() const { return by_process(Pread<Word>{descriptor(0), address(1), length(2), offset(3)}); }
  Command<Word> pwrite() const {
    return by_process(Pwrite<Word>{descriptor(0), address(1), length(2), offset(3)});
  }
  Command<Word> fork() const { return by_process(Fork{}); }
  Command<Word> exit() const { return by_process(Exit{}); }
  Command<Word> esp() const { return by_process(Esp<Word>{address(0)}); }
  Command<Word> peek() const { return by_process(Peek<Word>{pid(0), address(1)}); }
  Command<Word> poke() const { return by_process(Poke<Word>{pid(0), address(1), byte(2)}); }
  Command<Word> map_kiobuf() const { return by_process(MapKiobuf<Word>{direction(0), address(1), length(2)}); }
  Command<Word> unmap_kiobuf() const { return by_process(UnmapKiobuf{}); }

  template <class AboutAreas>
  Command<Word> about_areas() const {
    return by_process(std::get<AboutAreas>(vma::read_call_of_any_process(source_, call_)));
  }

  Command<Word> swap_out() const { return SwapOut<Word>{pid(0), address(1)}; }
  Command<Word> reclaim() const { return Reclaim{}; }
  Command<Word> swapoff() const { return Swapoff{}; }
  Command<Word> swapon() const { return Swapon{}; }

 private:
  const Value& value(std::size_t i) const { return call_.arguments[i].value; }
  Word address(std::size_t i) const { return vma::read_address(source_, value(i)); }
  Word length(std::size_t i) const { return reading::word(source_, value(i), "a length"); }
  Word byte(std::size_t i) const { return reading::number(source_, value(i), "a byte", 0, 255); }
  Word pid(std::size_t i) const { return reading::number(source_, value(i), "the number of a process"); }
  std::int32_t descriptor(std::size_t i) const { return vma::read_descriptor(source_, value(i)); }
  Word offset(std::size_t i) const { return read_offset(source_, value(i)); }
  Word file(std::size_t i) const { return read_file_of(source_, value(i), files_); }

  Direction direction(std::size_t i) const {
    constexpr std::array<std::string_view, 2> names{"READ", "WRITE"};
    if (value(i).text == names[0]) return Direction::READ;
    if (value(i).text == names[1]) return Direction::WRITE;
    throw reading::unexpected(source_, value(i), "memory is held to be written or to be read",
                              reading::one_of(names), reading::nearest_name(value(i).text, names));
  }

  Command<Word> by_process(Call<Word> call) const {
    return OfProcess<Word>{call_.process ? call_.process->pid : 1, std::move(call)};
  }

  const Source& source_;
  const transcript::Call& call_;
  std::size_t files_;
};

/// Who makes a call; those of processes about areas are read by the notation of the vma family, which knows their parameters.
enum class Caller { process, process_about_areas, kernel };

struct CallForm {
  std::string_view name;
  Caller caller;
  std::vector<std::string_view> parameters;
  Command<Word> (CallReader::*read)() const;
};

const std::vector<CallForm>& call_forms() {
  using enum Caller;
  using R = CallReader;
  static const std::vector<CallForm> forms{
      {"load", process, {"addr"}, &R::load},
      {"store", process, {"addr", "byte"}, &R::store},
      {"get_user", process, {"addr"}, &R::get_user},
      {"put_user", process, {"addr", "byte"}, &R::put_user},
      {"mmap", process_about_areas, {}, &R::about_areas<vma::Mmap<Word>>},
      {"munmap", process_about_areas, {}, &R::about_areas<vma::Munmap<Word>>},
      {"mprotect", process_about_areas, {}, &R::about_areas<vma::Mprotect<Word>>},
      {"brk", process_about_areas, {}, &R::about_areas<vma::Brk<Word>>},
      {"mlock", process_about_areas, {}, &R::about_areas<vma::Mlock<Word>>},
      {"munlock", process_about_areas, {}, &R::about_areas<vma::Munlock<Word>>},
      {"mlockall", process_about_areas, {}, &R::about_areas<vma::Mlockall<Word>>},
      {"munlockall", process_about_areas, {}, &R::about_areas<vma::Munlockall>},
      {"madvise", process, {"addr", "len", "advice"}, &R::madvise},
      {"msync", process, {"addr", "len", "flags"}, &R::msync},
      {"mremap", process_about_areas, {}, &R::about_areas<vma::Mremap<Word>>},
      {"open", process, {"name", "mode"}, &R::open},
      {"truncate", process, {"name", "size"}, &R::truncate},
      {"pread", process, {"fd", "addr", "len", "offset"}, &R::pread},
      {"pwrite", process, {"fd", "addr", "len", "offset"}, &R::pwrite},
      {"fork", process, {}, &R::fork},
      {"exit", process, {}, &R::exit},
      {"esp", process, {"addr"}, &R::esp},
      {"peek", process, {"pid", "addr"}, &R::peek},
      {"poke", process, {"pid", "addr", "byte"}, &R::poke},
      {"map_kiobuf", process, {"rw", "addr", "len"}, &R::map_kiobuf},
      {"unmap_kiobuf", process, {}, &R::unmap_kiobuf},
      {"swap_out", kernel, {"pid", "addr"}, &R::swap_out},
      {"reclaim", kernel, {}, &R::reclaim},
      {"swapoff", kernel, {}, &R::swapoff},
      {"swapon", kernel, {}, &R::swapon},
  };
  return forms;
}

void check_is_of_kernel(const Source& source, const transcript::Call& call) {
  if (!call.process) return;
  throw source.error({.at = call.process->at,
                      .message = fmt::format("{} is a call of the kernel, in a thread of its own", call.name.text),
                      .expected = "a call without `[pid N]`",
                      .found = in_backticks(call.process->text)});
}

// ---- Queries --------------------------------------------------------------------------------------------------

struct QueryForm {
  std::string_view name;
  Question::Block block;
  std::size_t arguments;
  std::string_view written;
};

constexpr std::array<QueryForm, 8> query_forms{{{"pte", Question::Block::pte, 2, "pte PID ADDR:"},
                                                {"ptes", Question::Block::ptes, 1, "ptes PID:"},
                                                {"rss", Question::Block::rss, 1, "rss PID:"},
                                                {"mm", Question::Block::mm, 1, "mm PID:"},
                                                {"maps", Question::Block::maps, 1, "maps PID:"},
                                                {"pages", Question::Block::pages, 0, "pages:"},
                                                {"swap", Question::Block::swap, 0, "swap:"},
                                                {"mem", Question::Block::mem, 0, "mem:"}}};

void check_arguments(const Source& source, const transcript::Query& query, const QueryForm& form) {
  const std::size_t given = query.arguments.size();
  if (given == form.arguments) return;
  throw source.error(
      {.at = given > form.arguments ? query.arguments[form.arguments].at : query.colon,
       .message = fmt::format("the query `{}` has the wrong number of arguments", query.name.text),
       .expected = in_backticks(form.written),
       .found = given > form.arguments ? in_backticks(query.arguments[form.arguments].text) : "`:`"});
}

}  // namespace

Command<Word> read_call(const Source& source, const transcript::Call& call, std::size_t files) {
  std::vector<std::string_view> names;
  for (const CallForm& form : call_forms()) {
    names.push_back(form.name);
    if (form.name != call.name.text) continue;
    if (form.caller == Caller::kernel) check_is_of_kernel(source, call);
    if (form.caller != Caller::process_about_areas) reading::check_arguments(source, call, form.parameters);
    return (CallReader(source, call, files).*form.read)();
  }
  throw reading::no_such(source, call.name, "the fault family has no such call", names);
}

Question read_query(const Source& source, const transcript::Query& query) {
  const auto form = std::ranges::find(query_forms, query.name.text, &QueryForm::name);
  if (form == query_forms.end()) {
    std::array<std::string_view, query_forms.size()> names{};
    std::ranges::transform(query_forms, names.begin(), &QueryForm::name);
    throw reading::no_such(source, query.name, "the fault family has no such query", names);
  }
  check_arguments(source, query, *form);
  Question question{form->block};
  if (form->arguments > 0) question.pid = reading::number(source, query.arguments[0], "the number of a process");
  if (form->arguments > 1) question.addr = vma::read_address(source, query.arguments[1]);
  return question;
}

}  // namespace refmm::process
