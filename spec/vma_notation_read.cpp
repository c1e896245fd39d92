// Reading the calls and the queries of the vma family.

#include <refmm/spec/notation_values.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/spec/vma_notation_values.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace refmm::vma {

using transcript::Source;
using transcript::Value;

namespace {

using Word = std::uint32_t;

/// A call, its arguments as many as its form has.
class CallReader {
 public:
  CallReader(const Source& source, const transcript::Call& call) : source_(source), call_(call) {}

  Command<Word> open() const { return Open{read_file_name(source_, value(0)), read_mode(source_, value(1))}; }
  Command<Word> close() const { return Close{descriptor(0)}; }
  Command<Word> mmap() const { return mapping<Mmap<Word>>("an offset"); }
  Command<Word> mmap2() const { return mapping<Mmap2<Word>>("an offset in pages"); }
  Command<Word> do_mmap() const { return mapping<DoMmap<Word>>("an offset"); }
  Command<Word> munmap() const { return Munmap<Word>{address(0), length(1)}; }
  Command<Word> brk() const { return Brk<Word>{address(0)}; }
  Command<Word> do_brk() const { return DoBrk<Word>{address(0), length(1)}; }
  Command<Word> mprotect() const { return Mprotect<Word>{address(0), length(1), prot(2)}; }

  Command<Word> mremap() const {
    const Word flags = reading::flags(source_, value(3), mremap_flags());
    const bool fixed = (flags & MREMAP_FIXED) != 0;
    constexpr std::array<std::string_view, 5> parameters{"addr", "old_len", "new_len", "flags", "new_addr"};
    reading::check_arguments(source_, call_, std::span(parameters).first(fixed ? 5 : 4));
    return Mremap<Word>{address(0), length(1), length(2), flags, fixed ? address(4) : 0};
  }

  Command<Word> mlock() const { return Mlock<Word>{address(0), length(1)}; }
  Command<Word> munlock() const { return Munlock<Word>{address(0), length(1)}; }
  Command<Word> mlockall() const { return Mlockall<Word>{reading::flags(source_, value(0), mlockall_flags())}; }
  Command<Word> munlockall() const { return Munlockall{}; }
  Command<Word> find_extend_vma() const { return FindExtendVma<Word>{address(0)}; }
  Command<Word> find_vma() const { return FindVma<Word>{address(0)}; }
  Command<Word> find_vma_prev() const { return FindVmaPrev<Word>{address(0)}; }
  Command<Word> find_vma_intersection() const { return FindVmaIntersection<Word>{address(0), address(1)}; }
  Command<Word> get_unmapped_area() const { return GetUnmappedArea<Word>{address(0), length(1)}; }
  Command<Word> exit_mmap() const { return ExitMmap{}; }

 private:
  const Value& value(std::size_t i) const { return call_.arguments[i].value; }
  Word address(std::size_t i) const { return read_address(source_, value(i)); }
  Word length(std::size_t i) const { return reading::word(source_, value(i), "a length"); }
  Word prot(std::size_t i) const { return reading::flags(source_, value(i), prot_flags()); }
  std::int32_t descriptor(std::size_t i) const { return read_descriptor(source_, value(i)); }

  template <class Mapping>
  Mapping mapping(std::string_view offset) const {
    return {address(0),    length(1),
            prot(2),       reading::flags(source_, value(3), map_flags()),
            descriptor(4), reading::word(source_, value(5), offset)};
  }

  const Source& source_;
  const transcript::Call& call_;
};

struct CallForm {
  std::string_view name;
  std::vector<std::string_view> parameters;
  Command<Word> (CallReader::*read)() const;
};

const std::vector<CallForm>& call_forms() {
  static const std::vector<CallForm> forms{
      {"open", {"name", "mode"}, &CallReader::open},
      {"close", {"fd"}, &CallReader::close},
      {"mmap", {"addr", "len", "prot", "flags", "fd", "offset"}, &CallReader::mmap},
      {"mmap2", {"addr", "len", "prot", "flags", "fd", "pgoff"}, &CallReader::mmap2},
      {"do_mmap", {"addr", "len", "prot", "flags", "fd", "offset"}, &CallReader::do_mmap},
      {"munmap", {"addr", "len"}, &CallReader::munmap},
      {"brk", {"addr"}, &CallReader::brk},
      {"do_brk", {"addr", "len"}, &CallReader::do_brk},
      {"mprotect", {"addr", "len", "prot"}, &CallReader::mprotect},
      {"mremap", {"addr", "old_len", "new_len", "flags"}, &CallReader::mremap},
      {"mlock", {"addr", "len"}, &CallReader::mlock},
      {"munlock", {"addr", "len"}, &CallReader::munlock},
      {"mlockall", {"flags"}, &CallReader::mlockall},
      {"munlockall", {}, &CallReader::munlockall},
      {"find_extend_vma", {"addr"}, &CallReader::find_extend_vma},
      {"find_vma", {"addr"}, &CallReader::find_vma},
      {"find_vma_prev", {"addr"}, &CallReader::find_vma_prev},
      {"find_vma_intersection", {"start", "end"}, &CallReader::find_vma_intersection},
      {"get_unmapped_area", {"addr", "len"}, &CallReader::get_unmapped_area},
      {"exit_mmap", {}, &CallReader::exit_mmap},
  };
  return forms;
}

const CallForm& form_of(const Source& source, const transcript::Call& call) {
  std::vector<std::string_view> names;
  for (const CallForm& form : call_forms()) {
    names.push_back(form.name);
    if (form.name == call.name.text) return form;
  }
  throw reading::no_such(source, call.name, "the vma family has no such call", names);
}

Command<Word> read_as(const CallForm& form, const Source& source, const transcript::Call& call) {
  // How many arguments mremap has depends on its flags; where it has these, it looks itself.
  if (form.name != "mremap" || call.arguments.size() < form.parameters.size())
    reading::check_arguments(source, call, form.parameters);
  return (CallReader(source, call).*form.read)();
}

}  // namespace

Command<Word> read_call(const Source& source, const transcript::Call& call) {
  const CallForm& form = form_of(source, call);
  reading::check_process(source, call, "vma");
  return read_as(form, source, call);
}

Command<Word> read_call_of_any_process(const Source& source, const transcript::Call& call) {
  return read_as(form_of(source, call), source, call);
}

Question read_query(const Source& source, const transcript::Query& query) {
  using enum Question::Block;
  constexpr std::array<std::string_view, 4> names{"maps", "mm", "tree", "files"};
  constexpr std::array blocks{maps, mm, tree, files};
  const auto name = std::ranges::find(names, query.name.text);
  if (name == names.end()) throw reading::no_such(source, query.name, "the vma family has no such query", names);
  if (!query.arguments.empty())
    throw reading::unexpected(source, query.arguments[0],
                              fmt::format("the query `{}` is about the one address space", query.name.text),
                              "`:`");
  return {blocks[static_cast<std::size_t>(name - names.begin())]};
}

}  // namespace refmm::vma
