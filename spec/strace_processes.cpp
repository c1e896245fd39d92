#include <refmm/spec/strace_processes.hpp>

namespace refmm::strace {

std::uint32_t Processes::of_line(std::uint32_t printed, bool may_be_first) {
  began();
  if (printed == 0) return alive_.size() == 1 ? *alive_.begin() : first_;
  if (may_be_first && !attached_.contains(printed)) first_is(printed);
  alive_.insert(printed);
  return printed;
}

void Processes::attached(std::uint32_t pid) {
  // strace -p 4711 traces what it attaches to, and no process of its own.
  if (!line_seen_ && first_ == unknown) alive_.erase(unknown);
  attached_.insert(pid);
  alive_.insert(pid);
}

void Processes::first_is(std::uint32_t pid) {
  if (first_ != unknown || alive_.erase(unknown) == 0) return;
  first_ = pid;
  alive_.insert(pid);
}

}  // namespace refmm::strace
