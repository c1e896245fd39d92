#include <refmm/spec/notation_values.hpp>
#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/check.hpp>
#include <refmm/tests/fault_check.hpp>
#include <refmm/tests/foreign_families.hpp>
#include <refmm/tests/foreign_process.hpp>
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/malloc_check.hpp>
#include <refmm/tests/slab_check.hpp>
#include <refmm/tests/vma_check.hpp>
#include <refmm/tools/check_subject.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <sstream>
#include <tuple>
#include <utility>

namespace refmm::command {

namespace {

template <class... Family>
using SubjectsOf = std::tuple<std::unique_ptr<Subject<Family>>...>;

/// Those that can be foreign and that the options mean: all that the library has, or the one of the area.
template <class Family>
bool is_meant(const SubjectOptions& options, const ForeignLibrary& library) {
  if constexpr (foreign::has_interface<Family>) {
    if (options.sessions.area == "all") return library.exports(foreign::rules<Family>().function);
    return !chosen_areas<Family>(options.sessions.area).empty();
  }
  return false;
}

/// What the subject wrote in its last session, which is that of the transcript.
void show_output(const std::string& text) {
  if (text.empty()) return;
  constexpr std::size_t most_lines = 60;
  fmt::print("\nin that session the subject wrote:\n");
  std::istringstream lines(text);
  std::size_t shown = 0;
  for (std::string line; std::getline(lines, line); ++shown) {
    if (shown == most_lines) {
      fmt::print("  ...\n");
      break;
    }
    fmt::print("  {}\n", line);
  }
}

/// The request for the subject of a library, in processes that bound its memory and keep what it writes.
template <class Family>
CheckRequest<Family> request_for(const SubjectOptions& options, const ForeignLibrary& library,
                                 const foreign::Output& output, std::size_t shares) {
  CheckRequest<Family> request = request_for<Family>(options.sessions, shares);
  request.subject = [&library, &output] {
    output.take_over();
    auto subject = foreign::make_subject<Family>(library);
    foreign::bound_memory();
    return subject;
  };
  request.replay = fmt::format("--subject {}", options.library);
  request.patience = options.patience;
  return request;
}

template <class Family>
CheckSummary check_family(const SubjectOptions& options, const ForeignLibrary& library,
                          const replay::Implementations& subjects, std::size_t shares) {
  foreign::make_subject<Family>(library);  // what is wrong with the table is said here
  const foreign::Output output;
  const CheckSummary summary =
      check_sessions(options.sessions, request_for<Family>(options, library, output, shares), subjects);
  if (summary.failure) show_output(output.text());
  return summary;
}

template <class... Family>
Exit check_families(const SubjectOptions& options, const ForeignLibrary& library) {
  const auto shares = (std::size_t{0} + ... + (is_meant<Family>(options, library) ? 1 : 0));
  if (shares == 0) {
    if (options.sessions.area != "all")
      throw LibraryError(
          fmt::format("area {} has no interface in C yet; see refmm/subject.h for those that have one",
                      options.sessions.area));
    throw LibraryError(fmt::format("{}: exports none of the functions of refmm/subject.h: {}", options.library,
                                   fmt::join(foreign::functions_of_all_families(), ", ")));
  }
  const ForeignSubjects subjects(options.library);
  std::vector<CheckSummary> summaries;
  const auto one = [&]<class F>(std::type_identity<F>) {
    if constexpr (foreign::has_interface<F>) {
      if (!is_meant<F>(options, library)) return;
      if (!summaries.empty() && summaries.back().interrupted) return;
      if (!summaries.empty()) fmt::print("\n");
      summaries.push_back(check_family<F>(options, library, subjects.implementations(), shares));
    }
  };
  (one(std::type_identity<Family>()), ...);
  return hand_over(summaries, options.json, options.junit);
}

}  // namespace

Exit check_subject(const SubjectOptions& options) try {
  const ForeignLibrary library(options.library);
  return check_families<BuddyFamily, SlabFamily, KernelMapFamily, VmaFamily, FaultFamily, MallocFamily>(options,
                                                                                                        library);
} catch (const LibraryError& error) {
  return usage_error(error.what());
}

bool names_library(std::string_view subject) {
  return subject.find('/') != subject.npos || subject.ends_with(".so");
}

// ---- For refmm run --------------------------------------------------------------------------------------------------

struct ForeignSubjects::All {
  SubjectsOf<BuddyFamily, SlabFamily, KernelMapFamily, VmaFamily, FaultFamily, MallocFamily> subjects{};

  template <class Family>
  Subject<Family>* get() const {
    return std::get<std::unique_ptr<Subject<Family>>>(subjects).get();
  }
};

ForeignSubjects::ForeignSubjects(const std::string& library) : library_(library), all_(std::make_unique<All>()) {
  const auto make = [&]<class Family>(std::unique_ptr<Subject<Family>>& subject) {
    if constexpr (foreign::has_interface<Family>) {
      if (library_.exports(foreign::rules<Family>().function)) subject = foreign::make_subject<Family>(library_);
    }
  };
  std::apply([&](auto&... subject) { (make(subject), ...); }, all_->subjects);
}

ForeignSubjects::~ForeignSubjects() = default;

replay::Implementations ForeignSubjects::implementations() const {
  return {.buddy = all_->get<BuddyFamily>(),
          .slab = all_->get<SlabFamily>(),
          .kernel_map = all_->get<KernelMapFamily>(),
          .vma = all_->get<VmaFamily>(),
          .fault = all_->get<FaultFamily>(),
          .malloc = all_->get<MallocFamily>()};
}

void ForeignSubjects::must_have_families_of(const transcript::File& file) const {
  for (const transcript::Line& line : file.lines) {
    const auto* boot = std::get_if<transcript::Boot>(&line.content);
    if (boot == nullptr) continue;
    const transcript::Value* family = reading::setting(boot->settings, "family");
    const std::string name = family == nullptr ? std::string(SlabFamily::name) : std::string(family->text);
    const auto has = [&]<class Family>(const std::unique_ptr<Subject<Family>>& subject) {
      return name != Family::name || subject != nullptr;
    };
    if (!std::apply([&](const auto&... subject) { return (has(subject) && ...); }, all_->subjects))
      throw LibraryError(
          fmt::format("{}: has no subject for line {}, a transcript of family {}; "
                      "refmm/subject.h says what it would have to export",
                      library_.path().string(), line.at.line, name));
  }
}

}  // namespace refmm::command
