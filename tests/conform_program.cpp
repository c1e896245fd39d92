#include <refmm/spec/since_notation.hpp>
#include <refmm/tests/conform_image.hpp>
#include <refmm/tests/conform_program.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

namespace refmm::conform {
namespace {

/// A number of a call: the kernel of 32-bit programs gets 32 bits.
std::string number(Native value) { return fmt::format("{:#x}ul", value); }

/// The arguments of syscall() for a call, and whether it returns an address.
struct Written {
  std::string arguments;
  bool is_address;
};

struct Writer {
  Bits bits;
  Written operator()(const vma::Open&) const { return {"SYS_getpid", false}; }
  Written operator()(const vma::Close& c) const { return {fmt::format("SYS_close, {}", c.fd), false}; }
  Written operator()(const vma::Mmap<Native>& c) const {
    return {fmt::format("{}, {}, {}, {}, {}, {}, {}", bits == Bits::of_32 ? "SYS_mmap2" : "SYS_mmap",
                        number(c.addr), number(c.len), number(c.prot), number(c.flags), c.fd,
                        number(bits == Bits::of_32 ? c.offset / 4096 : c.offset)),
            true};
  }
  Written operator()(const vma::Mmap2<Native>& c) const {
    return (*this)(vma::Mmap<Native>{c.addr, c.len, c.prot, c.flags, c.fd, c.pgoff * 4096});
  }
  Written operator()(const vma::Munmap<Native>& c) const { return {two("SYS_munmap", c.addr, c.len), false}; }
  Written operator()(const vma::Brk<Native>& c) const { return {fmt::format("SYS_brk, {}", number(c.brk)), true}; }
  Written operator()(const vma::Mprotect<Native>& c) const {
    return {fmt::format("{}, {}", two("SYS_mprotect", c.addr, c.len), number(c.prot)), false};
  }
  Written operator()(const vma::Mremap<Native>& c) const {
    return {fmt::format("{}, {}, {}, {}", two("SYS_mremap", c.addr, c.old_len), number(c.new_len), number(c.flags),
                        number(c.new_addr)),
            true};
  }
  Written operator()(const vma::Mlock<Native>& c) const { return {two("SYS_mlock", c.addr, c.len), false}; }
  Written operator()(const vma::Munlock<Native>& c) const { return {two("SYS_munlock", c.addr, c.len), false}; }
  Written operator()(const vma::Mlockall<Native>& c) const {
    return {fmt::format("SYS_mlockall, {}", number(c.flags)), false};
  }
  Written operator()(const vma::Munlockall&) const { return {"SYS_munlockall", false}; }
  Written operator()(const since::Madvise<Native>& c) const {
    return {fmt::format("{}, {}", two("SYS_madvise", c.addr, c.len), c.advice), false};
  }
  Written operator()(const since::Mlock2<Native>& c) const {
    return {fmt::format("{}, {}", two("SYS_mlock2", c.addr, c.len), number(c.flags)), false};
  }
  Written operator()(const since::Touch<Native>&) const { return {"SYS_getpid", false}; }

  static std::string two(std::string_view name, Native addr, Native len) {
    return fmt::format("{}, {}, {}", name, number(addr), number(len));
  }
};

/// `load("load(0x1000)", 0x1000ul);`
std::string statement(const since::WorldCommand<Native>& command, Bits bits, std::size_t child) {
  std::string text = since::notation(command);
  for (std::size_t at = 0; (at = text.find('"', at)) != text.npos; at += 2) text.insert(at, "\\");
  if (const auto* load = std::get_if<since::Load<Native>>(&command))
    return fmt::format("load(\"{}\", {});", text, number(load->addr));
  if (const auto* store = std::get_if<since::Store<Native>>(&command))
    return fmt::format("store(\"{}\", {}, {});", text, number(store->addr), store->value);
  if (std::holds_alternative<since::Fork>(command))
    return fmt::format(
        "if (fork() == 0) {{ me = {0}; leave_with_parent(); await({0}); }} else show(\"{1}\", {0}, 0);", child,
        text);
  const auto& call = std::get<since::Command<Native>>(command);
  const Written written = std::visit(Writer{bits}, call);
  return fmt::format("CALL({}, \"{}\", {});", written.is_address ? 1 : 0, text, written.arguments);
}

std::string_view mode_of(std::uint32_t f_mode) {
  if (f_mode == (vma::FMODE_READ | vma::FMODE_WRITE)) return "O_RDWR";
  return f_mode == vma::FMODE_WRITE ? "O_WRONLY" : "O_RDONLY";
}

/// The opening of a file, if a step is one. A program opens its files one after the other.
const vma::Open* opening(const SessionStep& step) {
  const auto* command = std::get_if<since::Command<Native>>(&step.command);
  return command ? std::get_if<vma::Open>(command) : nullptr;
}

}  // namespace

std::string program_of(const Session& session, const std::string& comment,
                       const std::vector<std::string>& expected) {
  std::string text = comment;
  text += fmt::format("#define FILE_SIZE {}\n", since::file_size);
  const auto prelude = program_prelude();
  text.append(prelude.begin(), prelude.end());
  text += fmt::format("int main(int count, char **arguments) {{\n  (void)count;\n  begin(arguments, {});\n",
                      session.limits.locked * 4096);
  const bool opens = std::ranges::any_of(session.steps, [](const SessionStep& step) { return opening(step); });
  for (const SessionDescriptor& descriptor : session_descriptors) {
    if (!opens)
      text +=
          fmt::format("  file(\"{}\", {}, {});\n", descriptor.file, mode_of(descriptor.f_mode), descriptor.number);
  }
  std::size_t processes = 1;
  std::int32_t next_descriptor = 3;
  for (std::size_t at = 0; at < session.steps.size(); ++at) {
    const SessionStep& step = session.steps[at];
    if (const vma::Open* open = opening(step)) {
      text += fmt::format("  file(\"{}\", {}, {});\n", open->name.view(), mode_of(open->mode), next_descriptor++);
      continue;
    }
    const bool forks = std::holds_alternative<since::Fork>(step.command);
    if (forks) ++processes;
    text += fmt::format("  if (me == {}) {{\n    {}", step.process + 1,
                        statement(step.command, session.bits, processes));
    if (at < expected.size()) text += fmt::format("  // {}", expected[at]);
    text += '\n';
    // The turn goes to the process of the next call, and this one waits until it comes back.
    if (at + 1 < session.steps.size() && session.steps[at + 1].process != step.process)
      text += fmt::format("    if (me == {0}) {{ pass({1}); await({0}); }}\n", step.process + 1,
                          session.steps[at + 1].process + 1);
    // The first process ends the program: the turn goes back to it.
    if (at + 1 == session.steps.size() && step.process != 0) text += "    pass(1);\n";
    text += "  }\n";
  }
  return text + "  exit(0);\n}\n";
}

}  // namespace refmm::conform
