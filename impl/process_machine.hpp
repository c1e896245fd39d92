// ProcessMachine: what it can be asked, what it holds, and what is short enough to be inlined. process.hpp has all of it, and says how to use it.
#pragma once

#include <refmm/impl/fault.hpp>
#include <refmm/impl/host_pages.hpp>
#include <refmm/impl/object_cache.hpp>
#include <refmm/impl/process_layer.hpp>
#include <refmm/impl/process_returned.hpp>
#include <refmm/impl/vma.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/process.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <new>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace refmm::impl::inline REFMM_BUILD {

/// Processes are named by their numbers, files by theirs (from 1); addresses and lengths are in bytes. A process that runs out of memory
/// in a fault of its own is killed: its number is no process's afterwards.
template <FaultTracer Tracer = NoTracer>
class ProcessMachine {
 public:
  using Word = Address;
  using TracerType = Tracer;
  using Process = RunningProcess<Tracer>;
  using Layer = ProcessPaging<Tracer>;
  using Space = typename Process::Space;
  using Area = VmArea<Address>;
  using Refusal = process::Refusal;
  using Boot = process::Boot<Address>;

  /// The machine with process 1, which has nothing but a stack ([process.boot]). `boot.kernel` says the machine only. Throws
  /// std::invalid_argument if it has other page tables than i386 or more frames than they can lead to, and std::bad_alloc or
  /// std::system_error if the host has no memory.
  explicit ProcessMachine(const Boot& boot);
  ProcessMachine(const ProcessMachine&) = delete;
  ProcessMachine& operator=(const ProcessMachine&) = delete;
  ~ProcessMachine();

  // ---- Processes ----

  /// The process with a number, or nullptr.
  Process* find(std::uint32_t pid) { return pid < processes_.size() ? processes_[pid] : nullptr; }
  const Process* find(std::uint32_t pid) const { return pid < processes_.size() ? processes_[pid] : nullptr; }

  /// The address space of a process, which must exist: mmap, munmap, mprotect, brk, mremap, mlock and its kin (impl/vma.hpp).
  Space& mm(std::uint32_t pid) { return find(pid)->mm; }

  /// A process like `parent`. Returns its number. What was write-protected in the parent stays so if it is refused.
  ProcessReturned<std::uint32_t> fork(std::uint32_t parent);
  ProcessReturned<void> exit(std::uint32_t pid);

  // ---- Bytes (process_access.hpp, process_debugger.hpp) ----

  /// A process reads or writes a byte.
  ProcessReturned<std::uint8_t> load(std::uint32_t pid, Address addr) { return read(pid, addr, true); }
  ProcessReturned<void> store(std::uint32_t pid, Address addr, std::uint8_t byte) {
    return write(pid, addr, byte, true);
  }
  /// The kernel does it for it.
  ProcessReturned<std::uint8_t> get_user(std::uint32_t pid, Address addr) { return read(pid, addr, false); }
  ProcessReturned<void> put_user(std::uint32_t pid, Address addr, std::uint8_t byte) {
    return write(pid, addr, byte, false);
  }
  /// A debugger reads or writes a byte of a process.
  ProcessReturned<std::uint8_t> peek(std::uint32_t debugger, std::uint32_t pid, Address addr);
  ProcessReturned<void> poke(std::uint32_t debugger, std::uint32_t pid, Address addr, std::uint8_t byte);

  /// Holds memory for direct input (READ: it will be written) or output, and gives it back. One at a time.
  ProcessReturned<void> map_kiobuf(std::uint32_t pid, process::Direction rw, Address addr, Address len);
  void unmap_kiobuf();

  // ---- What is mapped (process_file.hpp) ----

  ProcessReturned<void> madvise(std::uint32_t pid, Address addr, Address len, Address advice);
  ProcessReturned<void> msync(std::uint32_t pid, Address addr, Address len, Address flags);

  /// Opens a file for FMODE_* of `mode`. Returns its descriptor, which belongs to all processes.
  Returned<std::uint32_t> open(std::uint32_t file, std::uint32_t mode);
  /// Gives a file another size. Throws std::bad_alloc before anything has changed if the host has no room for it.
  ProcessReturned<void> truncate(std::uint32_t caller, std::uint32_t file, Address size);

  // ---- Reading and writing files (process_read.hpp, process_write.hpp) ----

  /// Copies bytes of an open file from byte `offset` on, which has a sign, to the memory of a process, or from there. Returns how many: fewer
  /// than asked for at the end of the file, or where a page or the memory cannot be had; refused if that leaves none. pwrite throws
  /// std::bad_alloc if the host has no room for what a file grows by; what was written until then stays.
  ProcessReturned<Address> pread(std::uint32_t pid, std::int32_t fd, Address addr, Address len, Address offset);
  ProcessReturned<Address> pwrite(std::uint32_t pid, std::int32_t fd, Address addr, Address len, Address offset);

  // ---- The kernel (process_swap.hpp) ----

  /// Unmaps the page of an address if it can be had back. Returns how many were unmapped.
  ProcessReturned<std::uint32_t> swap_out(std::uint32_t pid, Address addr);
  /// Frees every page that only its cache has. Returns how many.
  std::uint32_t reclaim() { return memory_.reclaim(); }
  ProcessReturned<void> swapoff();
  ProcessReturned<void> swapon();

  // ---- Settings ----

  const process::Settings<Address>& settings() const { return settings_; }
  void set(const process::Settings<Address>& settings);

  // ---- What there is ----

  PagedMemory<Tracer>& memory() { return memory_; }
  const PagedMemory<Tracer>& memory() const { return memory_; }
  const Files<Layer>& files() const { return files_; }
  /// By number; nothing stands for numbers that are no process's.
  const std::vector<Process*>& processes() const { return processes_; }
  std::uint32_t pids_made() const { return pids_made_; }
  /// Frames held for direct input or output.
  const std::vector<Pfn>& iobuf() const { return iobuf_; }
  Tracer& tracer() { return tracer_; }

 private:
  static const Boot& checked(const Boot& boot);
  static Name name_of_file(std::uint32_t number);
  void make_file(std::uint32_t number, Address size);
  Process& make_first_process();
  void destroy(Process& process);
  void set_limits(Space& mm) const;

  // ---- process_access.hpp ----

  ProcessReturned<std::uint8_t> read(std::uint32_t pid, Address addr, bool user);
  ProcessReturned<void> write(std::uint32_t pid, Address addr, std::uint8_t byte, bool user);
  /// A byte that was accessed; nullptr if the fault was not handled.
  struct Reached {
    std::byte* byte;
    Refusal refusal;  // if it is nullptr
  };
  Reached access(Process& process, Address addr, const paging::Access& access);
  std::optional<Refusal> do_page_fault(Process& process, Address addr, const paging::Access& access,
                                       std::uint32_t error_code);
  std::optional<Refusal> grow_stack(Process& process, Area* above, Address addr, const paging::Access& access);
  Refusal bad_area(const paging::Access& access, Address addr, fault::SignalCode code, Refusal refusal);
  Refusal page_missing(Process& process, const paging::Access& access, Address addr, fault::Handled handled);

  // ---- process_copy.hpp ----

  /// Bytes that were copied; all of them if there is no refusal.
  struct Copy {
    Address bytes;
    std::optional<Refusal> refusal;
  };
  enum class Way { to_user, from_user };
  Copy copy(Process& process, Way way, Address addr, std::byte* page, Address offset, Address bytes);
  /// What a request has in the page of a file at `offset`.
  static Address part_of(Address offset, Address len) { return std::min(len, page_size - offset_in_page(offset)); }
  bool is_user_range(Address addr, Address len) const {
    return addr <= machine_.task_size && len <= machine_.task_size - addr;
  }

  // ---- process_write.hpp ----

  std::optional<Refusal> look_first(Process& process, Address addr, Address bytes);
  void make_room(MemoryObject& file, std::uint64_t end);

  // ---- process_debugger.hpp ----

  Reached debug(std::uint32_t debugger, std::uint32_t pid, Address addr, bool write);

  // ---- process_kiobuf.hpp ----

  std::optional<Refusal> hold_page(Process& process, Address addr, bool write);

  // ---- process_file.hpp ----

  template <class Change>
  ProcessReturned<void> mapped_parts(Process& process, Address addr, Address end, Change change);
  ProcessReturned<void> not_needed(Process& process, const Area& area, Address from, Address to);
  ProcessReturned<void> will_be_needed(const Area& area, Address from, Address to);
  ProcessReturned<void> will_be_read(Process& process, Area& area, Address from, Address to, Address advice);
  void truncate_mappings(Process& caller, const MemoryObject& file, ShareList<Address>& mappings);

  static Address page_align(Address bytes) { return page_of(bytes + (page_size - 1)); }

  // In the order in which they need each other.
  Tracer tracer_;
  const Machine machine_;
  process::Settings<Address> settings_;
  PagedMemory<Tracer> memory_;
  HostPages pages_{{.huge_pages = false}};
  SlabAllocator<HostPages> slabs_{pages_};
  ObjectCache<MemoryObject> objects_{slabs_, "address_space"};
  ObjectCache<Process> tasks_{slabs_, "mm_struct"};
  AreaCaches<Address> areas_{slabs_};
  ProcessGround<Tracer> ground_;
  Layer files_layer_{ground_};
  Files<Layer> files_{slabs_, files_layer_};
  std::vector<Inode<Address>*> inodes_;  // of the files, by number - 1
  std::vector<Process*> processes_;
  std::uint32_t pids_made_ = 0;
  std::vector<Pfn> iobuf_;
};

}  // namespace refmm::impl::inline REFMM_BUILD
