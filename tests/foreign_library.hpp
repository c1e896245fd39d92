// A shared library with subjects of somebody else's, through the interface in C (refmm/subject.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {

/// What is wrong with a library, in words for the one who built it.
class LibraryError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A member of a table that is a function.
struct TableMember {
  const char* name;
  std::size_t offset;
};

/// Members that are of use only together: all of them are there, or none is.
using TogetherMembers = std::vector<TableMember>;

/// What refmm must find in the table of a family.
struct TableRules {
  const char* function;                     // the function that returns it
  std::size_t size;                         // of the table as this refmm knows it
  std::vector<TableMember> required;        // must be there
  std::vector<TogetherMembers> together{};  // at least one of these groups must be there, and none in part
};

class ForeignLibrary {
 public:
  /// Loads it; first in a process of its own, which may die of it. Throws LibraryError if that is not possible.
  explicit ForeignLibrary(std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }

  /// True if it exports the function.
  bool exports(const char* function) const;

  /// The table that the function returns. What the library's table has not got is NULL in it. Throws LibraryError if there is no
  /// such function, or if its table breaks the rules.
  template <class Table>
  Table table(const TableRules& rules) const {
    Table table{};
    const std::vector<std::byte> bytes = bytes_of_table(rules);
    std::memcpy(&table, bytes.data(), sizeof(Table));
    return table;
  }

 private:
  std::vector<std::byte> bytes_of_table(const TableRules& rules) const;

  std::filesystem::path path_;
  void* handle_ = nullptr;  // never closed: tables point into it
};

}  // namespace refmm
