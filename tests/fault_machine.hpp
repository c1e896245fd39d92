// A machine with processes of impl/, driven by commands: a template over the tracer, so that benchmarks can drive one that nobody
// watches.
#pragma once

#include <refmm/impl/process.hpp>
#include <refmm/spec/process.hpp>
#include <refmm/spec/process_state.hpp>

#include <concepts>
#include <cstdint>
#include <variant>

namespace refmm::inline REFMM_BUILD {

template <impl::FaultTracer Tracer>
class FaultMachine {
 public:
  using W = std::uint32_t;
  using Result = process::Result<W>;
  using Machine = impl::ProcessMachine<Tracer>;

  explicit FaultMachine(const process::Boot<W>& boot)
      : files_(static_cast<W>(boot.files.size())), machine_(boot) {}

  Machine& machine() { return machine_; }
  const Machine& machine() const { return machine_; }

  /// What makes no sense, a file that does not exist, is ignored.
  Result apply(const process::Command<W>& command) {
    return std::visit([this](const auto& call) { return this->run(call); }, command);
  }

 private:
  // ---- Results ----

  template <class T>
  static Result result_of(const impl::ProcessReturned<T>& returned, auto value) {
    if (!returned) return process::Refused{returned.refusal()};
    return value(returned);
  }
  static Result success_of(const impl::ProcessReturned<void>& returned) {
    return result_of(returned, [](const auto&) { return vma::Success{}; });
  }
  static Result byte_of(const impl::ProcessReturned<std::uint8_t>& returned) {
    return result_of(returned, [](const auto& byte) { return process::Byte<W>{*byte}; });
  }
  static Result copied_of(const impl::ProcessReturned<W>& returned) {
    return result_of(returned, [](const auto& bytes) { return process::Copied<W>{*bytes}; });
  }
  static Result nothing_of(const impl::ProcessReturned<void>& returned) {
    return result_of(returned, [](const auto&) { return vma::Nothing{}; });
  }
  static Result result_of_areas(const impl::Returned<W>& address) {
    if (!address) return vma::Refused{address.refusal()};
    return vma::Address<W>{*address};
  }
  static Result result_of_areas(const impl::Returned<void>& status) {
    if (!status) return vma::Refused{status.refusal()};
    return vma::Success{};
  }

  // ---- Calls of a process ----

  Result run(const process::OfProcess<W>& command) {
    if (machine_.find(command.pid) == nullptr) return process::Refused{process::Refusal::no_such_process};
    return std::visit([&](const auto& c) { return call(command.pid, c); }, command.call);
  }

  Result call(W pid, const process::Load<W>& c) { return byte_of(machine_.load(pid, c.addr)); }
  Result call(W pid, const process::Store<W>& c) {
    return result_of(machine_.store(pid, c.addr, static_cast<std::uint8_t>(c.byte)),
                     [](const auto&) { return process::Stored{}; });
  }
  Result call(W pid, const process::GetUser<W>& c) { return byte_of(machine_.get_user(pid, c.addr)); }
  Result call(W pid, const process::PutUser<W>& c) {
    return success_of(machine_.put_user(pid, c.addr, static_cast<std::uint8_t>(c.byte)));
  }
  Result call(W pid, const process::Peek<W>& c) { return byte_of(machine_.peek(pid, c.pid, c.addr)); }
  Result call(W pid, const process::Poke<W>& c) {
    return success_of(machine_.poke(pid, c.pid, c.addr, static_cast<std::uint8_t>(c.byte)));
  }
  Result call(W pid, const process::MapKiobuf<W>& c) {
    return success_of(machine_.map_kiobuf(pid, c.rw, c.addr, c.len));
  }
  Result call(W, const process::UnmapKiobuf&) {
    machine_.unmap_kiobuf();
    return vma::Nothing{};
  }

  /// A structure that could not be had for a split is refused as mlock refuses it.
  Result call(W pid, const process::Madvise<W>& c) {
    const auto done = machine_.madvise(pid, c.addr, c.len, c.advice);
    if (!done && done.refusal() == process::Refusal::no_structure)
      return vma::Refused{vma::Refusal::no_structure_to_lock};
    return success_of(done);
  }
  Result call(W pid, const process::Msync<W>& c) {
    return success_of(machine_.msync(pid, c.addr, c.len, c.flags));
  }
  Result call(W pid, const process::Truncate<W>& c) {
    if (!is_file(c.file)) return vma::Nothing{};
    return success_of(machine_.truncate(pid, c.file, c.size));
  }
  Result call(W pid, const process::Pread<W>& c) {
    return copied_of(machine_.pread(pid, c.fd, c.addr, c.len, c.offset));
  }
  Result call(W pid, const process::Pwrite<W>& c) {
    return copied_of(machine_.pwrite(pid, c.fd, c.addr, c.len, c.offset));
  }
  Result call(W pid, const process::Fork&) {
    return result_of(machine_.fork(pid), [](const auto& child) { return process::Pid<W>{*child}; });
  }
  Result call(W pid, const process::Exit&) { return nothing_of(machine_.exit(pid)); }
  Result call(W pid, const process::Esp<W>& c) {
    machine_.find(pid)->esp = c.addr;
    return vma::Nothing{};
  }

  // ---- Calls about areas ----

  auto& mm(W pid) { return machine_.mm(pid); }

  Result call(W pid, const vma::Mmap<W>& c) {
    return result_of_areas(mm(pid).mmap(c.addr, c.len, c.prot, c.flags, c.fd, c.offset));
  }
  Result call(W pid, const vma::Munmap<W>& c) { return result_of_areas(mm(pid).munmap(c.addr, c.len)); }
  Result call(W pid, const vma::Mprotect<W>& c) {
    return result_of_areas(mm(pid).mprotect(c.addr, c.len, c.prot));
  }
  Result call(W pid, const vma::Brk<W>& c) { return vma::Address<W>{mm(pid).sys_brk(c.brk)}; }
  Result call(W pid, const vma::Mlock<W>& c) { return result_of_areas(mm(pid).mlock(c.addr, c.len)); }
  Result call(W pid, const vma::Munlock<W>& c) { return result_of_areas(mm(pid).munlock(c.addr, c.len)); }
  Result call(W pid, const vma::Mlockall<W>& c) { return result_of_areas(mm(pid).mlockall(c.flags)); }
  Result call(W pid, const vma::Munlockall&) { return result_of_areas(mm(pid).munlockall()); }
  Result call(W pid, const vma::Mremap<W>& c) {
    return result_of_areas(mm(pid).mremap(c.addr, c.old_len, c.new_len, c.flags, c.new_addr));
  }
  Result call(W, const vma::Open& c) {
    const W file = process::number_at_end(c.name.view());
    if (!is_file(file)) return vma::Nothing{};
    const auto fd = machine_.open(file, c.mode);
    if (!fd) return vma::Refused{fd.refusal()};
    return vma::Descriptor{*fd};
  }

  bool is_file(W number) const { return number != 0 && number <= files_; }

  // ---- Calls of the kernel ----

  Result run(const process::SwapOut<W>& c) {
    return result_of(machine_.swap_out(c.pid, c.addr),
                     [](const auto& pages) { return process::Pages<W>{*pages}; });
  }
  Result run(const process::Reclaim&) { return process::Pages<W>{machine_.reclaim()}; }
  Result run(const process::Swapoff&) { return success_of(machine_.swapoff()); }
  Result run(const process::Swapon&) { return success_of(machine_.swapon()); }

  Result run(const process::Set<W>& c) {
    const auto set = [](auto& setting, const auto& value) {
      if (value) setting = *value;
    };
    auto& memory = machine_.memory();
    set(memory.frames().fail_alloc, c.fail_alloc);
    set(memory.frames().fail_alloc_all, c.fail_alloc_all);
    set(memory.fail_read, c.fail_read);
    set(memory.fail_swap_read, c.fail_swap_read);
    set(memory.fail_swap_write, c.fail_swap_write);
    process::Settings<W> settings = machine_.settings();
    set(settings.fail_vma, c.fail_vma);
    set(settings.overcommit, c.overcommit);
    set(settings.rlimit_stack, c.rlimit_stack);
    set(settings.rlimit_as, c.rlimit_as);
    set(settings.rlimit_data, c.rlimit_data);
    set(settings.rlimit_memlock, c.rlimit_memlock);
    machine_.set(settings);
    return vma::Nothing{};
  }

  W files_;
  Machine machine_;
};

}  // namespace refmm::inline REFMM_BUILD
