#include <refmm/subject.h>
#include <refmm/tests/check_process.hpp>
#include <refmm/tests/foreign_families.hpp>
#include <refmm/tests/foreign_library.hpp>

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <optional>

namespace refmm {

namespace {

using Table = const void* (*)();

constexpr std::chrono::seconds patience{10};  // with what a library does when it is loaded

void* load(const std::filesystem::path& path) { return dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL); }

/// What becomes of a process that does the same: nothing if it comes to its end.
std::optional<std::string> rehearsal_of(const std::function<void()>& work) {
  Process process([&](Line&) { work(); });
  if (process.line().listen(patience) == Line::Heard::silence) return "it does not come back";
  return process.wait();
}

/// A library that was built with -fsanitize=address must find the runtime of it in the process.
bool wants_address_sanitizer(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  return bytes.find("__asan_init") != bytes.npos && dlsym(RTLD_DEFAULT, "__asan_init") == nullptr;
}

std::string in_hexadecimal(std::uint32_t number) { return fmt::format("{:#x}", number); }

}  // namespace

ForeignLibrary::ForeignLibrary(std::filesystem::path path) : path_(std::move(path)) {
  const std::string name = path_.string();
  if (!std::filesystem::exists(path_))
    throw LibraryError(
        fmt::format("{}: there is no such file; a shared library was expected, as in "
                    "cc -shared -fPIC -o mine.so mine.c",
                    name));
  if (wants_address_sanitizer(path_))
    throw LibraryError(
        fmt::format("{0}: is built with -fsanitize=address, whose runtime is not in this process; try\n"
                    "  LD_PRELOAD=$(cc -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=0 refmm ...",
                    name));
  // Without a slash the loader would look into the folders of the system.
  const std::filesystem::path whole = std::filesystem::absolute(path_);
  if (const auto end = rehearsal_of([&] { load(whole); }))
    throw LibraryError(fmt::format("{}: a process that loads it does not survive: {}", name, *end));
  handle_ = load(whole);
  if (handle_ == nullptr) throw LibraryError(fmt::format("{}: cannot be loaded: {}", name, dlerror()));
}

bool ForeignLibrary::exports(const char* function) const { return dlsym(handle_, function) != nullptr; }

std::vector<std::byte> ForeignLibrary::bytes_of_table(const TableRules& rules) const {
  const auto wrong = [&](const std::string& what) {
    return LibraryError(fmt::format("{}: {}", path_.string(), what));
  };
  const auto function = reinterpret_cast<Table>(dlsym(handle_, rules.function));
  if (function == nullptr) {
    std::vector<std::string> found;
    for (const char* other : foreign::functions_of_all_families()) {
      if (exports(other)) found.emplace_back(other);
    }
    throw wrong(fmt::format(
        "exports no function {}, {}; it needs\n  const struct {}* {}(void);\nas refmm/subject.h declares it",
        rules.function,
        found.empty() ? "nor that of another family" : fmt::format("only {}", fmt::join(found, ", ")),
        rules.function, rules.function));
  }
  if (const auto end = rehearsal_of([&] { function(); }))
    throw wrong(fmt::format("a process that calls {}() does not survive: {}", rules.function, *end));
  const void* const table = function();
  if (table == nullptr) throw wrong(fmt::format("{}() returned NULL; a table was expected", rules.function));

  std::uint32_t abi = 0, size = 0;
  std::memcpy(&abi, table, sizeof abi);
  std::memcpy(&size, static_cast<const std::byte*>(table) + sizeof abi, sizeof size);
  if (abi != REFMM_SUBJECT_ABI)
    throw wrong(
        fmt::format("the table of {}() is of version {} of the interface, and this refmm knows version {}; "
                    "begin it with REFMM_TABLE({}), and build it with the header of this refmm",
                    rules.function, in_hexadecimal(abi), REFMM_SUBJECT_ABI, rules.function));
  std::vector<std::byte> bytes(rules.size);
  const std::size_t least = 2 * sizeof(std::uint32_t);
  if (size < least || size > (1u << 16))
    throw wrong(
        fmt::format("the table of {}() says that it has {} bytes, and the one that this refmm knows has {}; "
                    "begin it with REFMM_TABLE({})",
                    rules.function, size, rules.size, rules.function));
  std::memcpy(bytes.data(), table, std::min<std::size_t>(size, rules.size));

  const auto has = [&](const TableMember& member) {
    void* pointer = nullptr;
    std::memcpy(&pointer, bytes.data() + member.offset, sizeof pointer);
    return pointer != nullptr;
  };
  for (const TableMember& member : rules.required) {
    if (!has(member))
      throw wrong(fmt::format("the table of {}() has no {}: a function was expected, NULL was found",
                              rules.function, member.name));
  }
  bool is_any = rules.together.empty();
  for (const auto& group : rules.together) {
    const auto there = std::ranges::count_if(group, has);
    if (there == std::ssize(group)) is_any = true;
    if (there == 0 || there == std::ssize(group)) continue;
    const auto missing = std::ranges::find_if_not(group, has);
    throw wrong(fmt::format("the table of {}() has {}, but no {}: one is of no use without the other",
                            rules.function, std::ranges::find_if(group, has)->name, missing->name));
  }
  if (!is_any) {
    std::vector<std::string> groups;
    for (const auto& group : rules.together) {
      std::vector<std::string> names;
      for (const TableMember& member : group) names.emplace_back(member.name);
      groups.push_back(fmt::format("{}", fmt::join(names, ", ")));
    }
    throw wrong(fmt::format("the table of {}() has nothing to be tested: it needs {}", rules.function,
                            fmt::join(groups, "; or ")));
  }
  return bytes;
}

}  // namespace refmm
