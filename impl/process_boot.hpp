// A machine at its beginning, and its settings. Part of impl/process.hpp.
#pragma once

#include <refmm/impl/process_machine.hpp>

namespace refmm::impl::inline REFMM_BUILD {

template <FaultTracer Tracer>
auto ProcessMachine<Tracer>::checked(const Boot& boot) -> const Boot& {
  if (!has_two_level_tables(boot.kernel.machine()))
    throw std::invalid_argument("processes: page tables must have 1024 entries, and pages 4096 bytes");
  if (boot.ram_pages == 0 || boot.ram_pages >= fault::ZERO_PAGE)
    throw std::invalid_argument("processes: there must be from 1 to 1048572 page frames");
  constexpr std::uint32_t most_slots = (1u << (32 - slot_shift)) - 1;
  if (boot.swap_pages > most_slots)
    throw std::invalid_argument("processes: there can be 16777215 slots of swap at most");
  if (boot.page_cluster >= pgdir_shift)
    throw std::invalid_argument("processes: pages are read in groups of 2^21 at most");
  return boot;
}

/// [process.boot], [process.boot.memory]
template <FaultTracer Tracer>
ProcessMachine<Tracer>::ProcessMachine(const Boot& boot)
    : machine_(checked(boot).kernel.machine()),
      settings_{.overcommit = boot.overcommit,
                .survive = boot.survive,
                .rlimit_stack = 8u << 20,
                .rlimit_as = Limits<Address>::infinity,
                .rlimit_data = Limits<Address>::infinity,
                .rlimit_memlock = Limits<Address>::infinity,
                .fail_vma = 0},
      memory_({boot.ram_pages, boot.swap_pages, boot.page_cluster}, tracer_),
      ground_{.memory = memory_,
              .settings = settings_,
              .objects = objects_,
              .files = static_cast<std::uint32_t>(boot.files.size())} {
  for (const Address size : boot.files) make_file(static_cast<std::uint32_t>(inodes_.size() + 1), size);
  make_first_process();
}

template <FaultTracer Tracer>
ProcessMachine<Tracer>::~ProcessMachine() {
  unmap_kiobuf();
  for (Process* const process : processes_) {
    if (process != nullptr) destroy(*process);
  }
  for (Inode<Address>* const inode : inodes_) objects_.destroy(inode->i_mapping);
  objects_.destroy(ground_.spare_object);
}

template <FaultTracer Tracer>
Name ProcessMachine<Tracer>::name_of_file(std::uint32_t number) {
  char name[Name::capacity] = "file";
  return std::string_view(name, std::to_chars(name + std::string_view(name).size(), std::end(name), number).ptr);
}

/// [process.boot.files]: the bytes of a page count up.
template <FaultTracer Tracer>
void ProcessMachine<Tracer>::make_file(std::uint32_t number, Address size) {
  inodes_.push_back(&files_.named(name_of_file(number)));
  MemoryObject* const object = objects_.make();
  if (object == nullptr) throw std::bad_alloc();
  inodes_.back()->i_mapping = object;
  object->number = number;
  object->i_size = size;
  object->disk = PageStore(static_cast<std::uint32_t>((std::uint64_t{size} + page_size - 1) >> page_shift));
  for (std::uint64_t byte = 0; byte < size; ++byte) {
    const auto page = static_cast<std::uint32_t>(byte >> page_shift);
    object->disk.page(page)[byte & (page_size - 1)] =
        static_cast<std::byte>(31 * number + 7 * page + (byte & (page_size - 1)));
  }
}

template <FaultTracer Tracer>
auto ProcessMachine<Tracer>::make_first_process() -> Process& {
  constexpr Address stack_start = 0xbffff000, stack_end = 0xc0000000, esp = 0xbfffff00;
  constexpr Address start_data = 0x08049000, brk = 0x0804a000;
  processes_.resize(2, nullptr);
  Process* const process = tasks_.make(1, machine_, ground_, areas_, files_);
  if (process == nullptr) throw std::bad_alloc();
  processes_[1] = process;
  pids_made_ = 1;
  set_limits(process->mm);
  process->mm.end_code = process->mm.start_data = start_data;
  process->mm.brk = brk;
  process->esp = esp;
  if (!memory_.pgd_alloc(process->tables()) || !process->mm.setup_stack(stack_start, stack_end))
    throw std::bad_alloc();
  return *process;
}

template <FaultTracer Tracer>
void ProcessMachine<Tracer>::set_limits(Space& mm) const {
  mm.limits = {.address_space = settings_.rlimit_as,
               .data = settings_.rlimit_data,
               .stack = settings_.rlimit_stack,
               .memlock = settings_.rlimit_memlock,
               .cap_ipc_lock = true};
}

/// [process.settings]: limits hold for all processes.
template <FaultTracer Tracer>
void ProcessMachine<Tracer>::set(const process::Settings<Address>& settings) {
  settings_ = settings;
  for (Process* const process : processes_) {
    if (process != nullptr) set_limits(process->mm);
  }
}

}  // namespace refmm::impl::inline REFMM_BUILD
