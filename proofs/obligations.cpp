#include <refmm/proofs/obligations.hpp>

#include <cerrno>
#include <system_error>

namespace refmm {
namespace {

namespace fs = std::filesystem;

/// The problem without the comments and the status, which is unknown to who wrote it.
std::string_view from_declarations_on(std::string_view problem) {
  const std::size_t status = problem.find("(set-info :status");
  return status == problem.npos ? problem : problem.substr(problem.find('\n', status) + 1);
}

[[noreturn]] void cannot_write(const fs::path& file) {
  throw fs::filesystem_error("cannot be written", file, std::error_code(errno, std::generic_category()));
}

}  // namespace

Obligations::Obligations(const fs::path& folder, std::string_view theorem)
    : theorem_(theorem), file_(folder / (theorem_ + ".smt2")) {
  fs::create_directories(folder);
  stream_.open(file_);
  if (!stream_) cannot_write(file_);
}

void Obligations::add(const std::string& problem) {
  stream_ << "; " << theorem_ << ", path " << ++paths_ << "\n(set-logic QF_UFBV)\n(set-info :status unsat)\n"
          << from_declarations_on(problem) << "(reset)\n"
          << std::flush;
  if (!stream_) cannot_write(file_);
}

}  // namespace refmm
