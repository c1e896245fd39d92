// refmm check --subject LIBRARY: somebody else's memory manager, checked beside the model.
#pragma once

#include <refmm/tests/foreign_library.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tools/check_sessions.hpp>
#include <refmm/tools/command.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace refmm::command {

struct SubjectOptions {
  std::string library;                 // as it was given
  std::chrono::milliseconds patience;  // with one command
  SessionOptions sessions;             // of the area of a family, or of all that the library has
  std::string json, junit;             // files for machines; empty for none
};

/// Checks what the library has. Exit::usage, with a word on standard error, if it cannot be loaded or has no such family.
Exit check_subject(const SubjectOptions& options);

/// True of what --subject of refmm run is given if it is a library's name, and none of `model`, `impl`, `both`.
bool names_library(std::string_view subject);

/// The subjects of a library, for refmm run.
class ForeignSubjects {
 public:
  /// Throws LibraryError if it cannot be loaded.
  explicit ForeignSubjects(const std::string& library);
  ~ForeignSubjects();

  replay::Implementations implementations() const;

  /// Throws LibraryError if a transcript of the file is of a family that the library has not got.
  void must_have_families_of(const transcript::File& file) const;

 private:
  struct All;
  ForeignLibrary library_;
  std::unique_ptr<All> all_;
};

}  // namespace refmm::command
