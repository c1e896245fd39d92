// A machine that runs processes: boot, and one step.
//
// Every call of spec/process.hpp is dispatched here; each has its file: process_access (load, store, get_user, put_user), process_areas
// (mmap and its kin), process_fork, process_exit, process_file (madvise, msync, truncate), process_read (pread),
// process_write (pwrite), process_debugger (peek, poke), process_kiobuf, process_swap (swap_out, reclaim, swapoff, swapon).
#pragma once

#include <refmm/model/process_debugger.hpp>
#include <refmm/model/process_file.hpp>
#include <refmm/model/process_fork.hpp>
#include <refmm/model/process_kiobuf.hpp>
#include <refmm/model/process_read.hpp>
#include <refmm/model/process_swap.hpp>
#include <refmm/model/process_write.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace refmm::model::inline REFMM_BUILD {

// ---- Boot ---------------------------------------------------------------------------------------------------------

/// A file as it is at first: byte p of file N is (31 N + 7 (p / 4096) + p mod 4096) mod 256. [process.boot.files]
template <Word W>
constexpr fault::Object<W> file_at_boot(const MachineOf<W>& machine, W number, W size) {
  fault::Object<W> file{};
  file.i_size = size;
  for (W page = 0u; bytes_in<W>(machine, page) < size; page = page + 1u) {
    const W left = size - bytes_in<W>(machine, page);
    const W length = left < W(machine.page_size) ? left : W(machine.page_size);
    const W first = (W(31u) * number + W(7u) * page) % W(256u);
    file.disk = updated(std::move(file.disk), page, fault::Bytes<W>{first, length, {}});
  }
  return file;
}

/// The pages at boot: the page directory of process 1 in frame 1, three reserved frames, the files, and an empty swap area.
/// [process.boot.memory]
template <Word W>
constexpr fault::Memory<W> memory_at_boot(const process::Boot<W>& boot) {
  fault::Memory<W> memory{};
  memory.ram_pages = boot.ram_pages;
  memory.page_cluster = boot.page_cluster;
  const fault::Frame<W> directory{1u, 0u, fault::none, 0u, 0u},
      reserved{0u, fault::PG_reserved, fault::none, 0u, 0u};
  memory.mem_map = updated(std::move(memory.mem_map), W(1u), directory);
  for (const std::uint32_t pfn : {fault::ZERO_PAGE, fault::BAD_PAGE, fault::BAD_PAGETABLE})
    memory.mem_map = updated(std::move(memory.mem_map), W(pfn), reserved);
  W number = 0u;
  for (const W size : boot.files) {
    number = number + 1u;
    memory.objects =
        updated(std::move(memory.objects), number, file_at_boot<W>(boot.kernel.machine(), number, size));
  }
  memory.swap.pages = boot.swap_pages;
  memory.swap.in_use = boot.swap_pages != 0u;
  return memory;
}

/// `file3`.
constexpr Name name_of_file(std::uint32_t number) {
  std::string digits;
  for (; number != 0; number /= 10) digits.insert(digits.begin(), static_cast<char>('0' + number % 10));
  return Name(std::string_view("file" + digits));
}

/// The machine of a transcript at its beginning: process 1, with nothing but a stack. [process.boot]
template <Word W>
constexpr process::State<W> boot(const process::Boot<W>& boot) {
  constexpr std::uint32_t stack_start = 0xbffff000, stack_end = 0xc0000000, esp = 0xbfffff00;
  constexpr std::uint32_t start_data = 0x08049000, brk = 0x0804a000, eight_megabytes = 8388608;
  const vma::Boot<W> areas{.kernel = boot.kernel.areas,
                           .end_code = start_data,
                           .start_data = start_data,
                           .brk = brk,
                           .stack_start = stack_start,
                           .stack_end = stack_end,
                           .knobs = {}};
  auto space = model::boot<W>(areas);
  process::State<W> state{};
  state.processes.push_back({.pid = 1u,
                             .mm = std::move(space.mm),
                             .lookup = std::move(space.lookup),
                             .pgd = 1u,
                             .min_flt = 0u,
                             .maj_flt = 0u,
                             .esp = esp});
  state.memory = memory_at_boot(boot);
  for (std::uint32_t number = 1; number <= boot.files.size(); ++number)
    state.inodes.push_back(new_inode(name_of_file(number), false));
  state.areas_made = space.areas_made;
  state.pids_made = 1u;
  state.settings = {.overcommit = boot.overcommit,
                    .survive = boot.survive,
                    .rlimit_stack = eight_megabytes,
                    .rlimit_as = ~W(0u),
                    .rlimit_data = ~W(0u),
                    .rlimit_memlock = ~W(0u),
                    .fail_vma = 0};
  return state;
}

// ---- Calls of a process -------------------------------------------------------------------------------------------

/// A call under way, and who makes it.
template <Word W>
struct Calling {
  const fault::KernelOf<W>& kernel;
  W pid;
};

template <Word W>
constexpr ProcessStep<W> call(const Calling<W>& by, ProcessStep<W> so_far, const process::Load<W>& load) {
  return model::load<W>(by.kernel, std::move(so_far), by.pid, load.addr, true);
}
template <Word W>
constexpr ProcessStep<W> call(const Calling<W>& by, ProcessStep<W> so_far, const process::Store<W>& store) {
  return model::store<W>(by.kernel, std::move(so_far), by.pid, store.addr, store.byte, true);
}
template <Word W>
constexpr ProcessStep<W> call(const Calling<W>& by, ProcessStep<W> so_far, const process::GetUser<W>& get) {
  return model::load<W>(by.kernel, std::move(so_far), by.pid, get.addr, false);
}
template <Word W>
constexpr ProcessStep<W> call(const Calling<W>& by, ProcessStep<W> so_far, const process::PutUser<W>& put) {
  return model::store<W>(by.kernel, std::move(so_far), by.pid, put.addr, put.byte, false);
}
template <Word W>
constexpr ProcessStep<W> call(const Calling<W>& by, ProcessStep<W> so_far, const process::Madvise<W>& madvise) {
  return model::madvise<W>(by.kernel, std::move(so_far), by.pid, madvise);
}
template <Word W>
constexpr ProcessStep<W> call(const Calling<W>& by, ProcessStep<W> so_far, const process::Msync<W>& msync) {
  return model::msync<W>(by.kernel, std::move(so_far), by.pid, msync);
}
template <Word W>
constexpr ProcessStep<W> call(const Calling<W>& by, ProcessStep<W> so_far, const process::Truncate<W>& truncate) {
  return model::truncate<W>(by.kernel, std::move(so_far), by.pid, truncate);
}
template <Word W>
constexpr ProcessStep<W> call(const Calling<W>& by, ProcessStep<W> so_far, const process::Pread<W>& read) {
  return model::pread<W>(by.kernel, std::move(so_far), by.pid, read);
}
template <Word W>
constexpr ProcessStep<W> call(const Calling<W>& by, ProcessStep<W> so_far, const process::Pwrite<W>& write) {
  return model::pwrite<W>(by.kernel, std::move(so_far), by.pid, write);
}
template <Word W>
constexpr ProcessStep<W> call(const Calling<W>& by, ProcessStep<W> so_far, const process::Fork&) {
  return model::fork<W>(by.kernel, std::move(so_far), by.pid);
}
template <Word W>
constexpr ProcessStep<W> call(const Calling<W>& by, ProcessStep<W> so_far, const process::Exit&) {
  so_far = process_gone<W>(by.kernel, std::move(so_far), by.pid);
  so_far.result = vma::Nothing{};
  return so_far;
}
template <Word W>
constexpr ProcessStep<W> call(const Calling<W>& by, ProcessStep<W> so_far, const process::Esp<W>& esp) {
  process_of(so_far.state, by.pid).esp = esp.addr;
  return succeeded<W>(std::move(so_far), vma::Nothing{}, "process.esp");
}
template <Word W>
constexpr ProcessStep<W> call(const Calling<W>& by, ProcessStep<W> so_far, const process::Peek<W>& peek) {
  return model::peek<W>(by.kernel, std::move(so_far), by.pid, peek);
}
template <Word W>
constexpr ProcessStep<W> call(const Calling<W>& by, ProcessStep<W> so_far, const process::Poke<W>& poke) {
  return model::poke<W>(by.kernel, std::move(so_far), by.pid, poke);
}
template <Word W>
constexpr ProcessStep<W> call(const Calling<W>& by, ProcessStep<W> so_far, const process::MapKiobuf<W>& map) {
  return map_kiobuf<W>(by.kernel, std::move(so_far), by.pid, map);
}
template <Word W>
constexpr ProcessStep<W> call(const Calling<W>&, ProcessStep<W> so_far, const process::UnmapKiobuf&) {
  return unmap_kiobuf<W>(std::move(so_far));
}
/// Everything else is about areas.
template <Word W>
constexpr ProcessStep<W> call(const Calling<W>& by, ProcessStep<W> so_far, const auto& about_areas) {
  return area_call<W>(by.kernel, std::move(so_far), by.pid, about_areas);
}

// ---- One step -----------------------------------------------------------------------------------------------------

template <Word W>
constexpr ProcessStep<W> run(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far,
                             const process::OfProcess<W>& command) {
  if (!process::exists(so_far.state, command.pid))
    return refused(std::move(so_far), process::Refusal::no_such_process, "process.no_such_process");
  const Calling<W> by{kernel, command.pid};
  return std::visit([&](const auto& each) { return call<W>(by, std::move(so_far), each); }, command.call);
}
template <Word W>
constexpr ProcessStep<W> run(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far,
                             const process::SwapOut<W>& call) {
  return swap_out<W>(kernel, std::move(so_far), call);
}
template <Word W>
constexpr ProcessStep<W> run(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, const process::Reclaim&) {
  return reclaim<W>(kernel, std::move(so_far));
}
template <Word W>
constexpr ProcessStep<W> run(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, const process::Swapoff&) {
  return swapoff<W>(kernel, std::move(so_far));
}
template <Word W>
constexpr ProcessStep<W> run(const fault::KernelOf<W>&, ProcessStep<W> so_far, const process::Swapon&) {
  return swapon<W>(std::move(so_far));
}
/// `set`: what is given replaces what was. [process.settings]
template <Word W>
constexpr ProcessStep<W> run(const fault::KernelOf<W>&, ProcessStep<W> so_far, const process::Set<W>& call) {
  const auto set = [](auto& setting, const auto& value) {
    if (value) setting = *value;
  };
  fault::Faults<W>& faults = so_far.state.memory.faults;
  set(faults.fail_alloc, call.fail_alloc);
  set(faults.fail_alloc_all, call.fail_alloc_all);
  set(faults.fail_read, call.fail_read);
  set(faults.fail_swap_read, call.fail_swap_read);
  set(faults.fail_swap_write, call.fail_swap_write);
  process::Settings<W>& settings = so_far.state.settings;
  set(settings.fail_vma, call.fail_vma);
  set(settings.overcommit, call.overcommit);
  set(settings.rlimit_stack, call.rlimit_stack);
  set(settings.rlimit_as, call.rlimit_as);
  set(settings.rlimit_data, call.rlimit_data);
  set(settings.rlimit_memlock, call.rlimit_memlock);
  return succeeded<W>(std::move(so_far), vma::Nothing{}, "process.settings");
}

/// Carries out one call, of a process or of the kernel. Of a call in which the machine ends nobody sees what else it did.
/// [process.ends]
template <Word W>
constexpr ProcessStep<W> step(const process::Boot<W>& boot, process::State<W> before,
                              const process::Command<W>& command) {
  ProcessStep<W> so_far{std::move(before), vma::Nothing{}, {}, {}};
  so_far = std::visit([&](const auto& each) { return run<W>(boot.kernel, std::move(so_far), each); }, command);
  if (!process::ends_everything<W>(so_far.result)) return so_far;
  so_far.effects.clear();
  return cited(std::move(so_far), "process.ends");
}

}  // namespace refmm::model::inline REFMM_BUILD
