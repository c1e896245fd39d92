// What the address space of a process stands on: page tables, and the pages of the machine.
#pragma once

#include <refmm/impl/fault.hpp>
#include <refmm/impl/object_cache.hpp>
#include <refmm/impl/paging_layer.hpp>
#include <refmm/impl/vma.hpp>
#include <refmm/spec/process.hpp>
#include <refmm/spec/process_state.hpp>

#include <cstdint>
#include <optional>

namespace refmm::impl::inline REFMM_BUILD {

template <FaultTracer Tracer>
struct RunningProcess;

/// What all processes of a machine stand on.
template <FaultTracer Tracer>
struct ProcessGround {
  PagedMemory<Tracer>& memory;
  process::Settings<Address>& settings;
  ObjectCache<MemoryObject>& objects;
  std::uint32_t files;                   // whose numbers come before those of shared memory objects
  std::uint32_t objects_made = 0;        // shared memory objects so far
  MemoryObject* spare_object = nullptr;  // for the next one
};

/// The PagingLayer of a process. Without one it only tells the files when an object goes.
template <FaultTracer Tracer>
class ProcessPaging {
 public:
  using Word = Address;
  using Area = VmArea<Address>;

  explicit ProcessPaging(ProcessGround<Tracer>& ground, RunningProcess<Tracer>* process = nullptr)
      : ground_(ground), process_(process) {}

  PageTables& tables() { return tables_; }
  const PageTables& tables() const { return tables_; }
  Space space() { return {tables_, !ends_}; }

  /// From now on nothing that it flushes is an effect: the process ends.
  void end() { ends_ = true; }

  // ---- What an address space asks (impl/paging_layer.hpp) ----

  /// [process.promise]: more must be there than is wanted, free frames, pages that a cache has, and free slots. Nothing is put aside.
  bool vm_enough_memory(Address pages) const {
    if (ground_.settings.overcommit) return true;
    const PagedMemory<Tracer>& memory = ground_.memory;
    return memory.frames().free_frames() + memory.cache().size() + memory.swap().free_slots() > pages;
  }
  Address physpages() const { return ground_.memory.frames().ram_pages(); }
  Address max_map_count() const { return process::max_map_count; }
  bool gives_area() {
    std::uint32_t& countdown = ground_.settings.fail_vma;
    return countdown == 0 || --countdown != 0;
  }
  bool gives_shared_memory() {
    if (ground_.spare_object == nullptr) ground_.spare_object = ground_.objects.make();
    return ground_.spare_object != nullptr;
  }

  // ---- What it does to pages ----

  PageTables* page_tables() { return &tables_; }
  bool move_page_tables(Address from, Address to, Address len) {
    return ground_.memory.move_page_tables(space(), from, to, len);
  }
  void return_page_tables(Address from, Address to, Address len) { move_page_tables(from, to, len); }
  bool copy_page_range(ProcessPaging& parent, const Area& area) {
    return ground_.memory.copy_page_range(parent.tables_, tables_, area);
  }
  void zap_page_range(Address addr, Address size) { ground_.memory.zap_page_range(space(), addr, addr + size); }
  void clear_page_tables(Address first, Address count) { ground_.memory.clear_page_tables(tables_, first, count); }
  void change_protection(Address start, Address end, std::uint32_t protection) {
    ground_.memory.change_protection(space(), start, end, protection);
  }
  void make_pages_present(Address start, Address end);

  // ---- What it tells ----

  void vma_alloc(bool) {}
  void vma_free() {}
  void get_file(const Inode<Address>&) {}
  void fput(const Inode<Address>&) {}
  void deny_write_access(const Inode<Address>&, bool) {}
  void write_count(const Inode<Address>&) {}
  void file_mmap(const Inode<Address>&, const Area&, std::optional<vma::Refusal>) {}
  void vm_open(const Area&) {}
  void vm_close(const Area&) {}

  /// [fault.shmem.made]: as large as the mapping that it is made for.
  void shmem_zero_setup(const Area& area, bool made) {
    if (!made) return;
    MemoryObject& object = *std::exchange(ground_.spare_object, nullptr);
    object.number = ground_.files + ++ground_.objects_made;
    object.shared_memory = true;
    object.i_size = area.vm_end - area.vm_start;
    area.vm_file->inode->i_mapping = &object;
  }
  /// [fault.shmem.released]: a shared memory object goes with its last mapping.
  void release(const Inode<Address>& inode) {
    if (!inode.shared_memory) return;
    ground_.memory.release_object(*inode.i_mapping);
    ground_.objects.destroy(inode.i_mapping);
  }

 private:
  ProcessGround<Tracer>& ground_;
  RunningProcess<Tracer>* process_;
  PageTables tables_;
  bool ends_ = false;
};

/// A process. 2.4.0: task_struct and mm_struct.
template <FaultTracer Tracer>
struct RunningProcess {
  using Space = AddressSpace<ProcessPaging<Tracer>>;

  RunningProcess(std::uint32_t number, const Machine& machine, ProcessGround<Tracer>& ground,
                 AreaCaches<Address>& areas, Files<ProcessPaging<Tracer>>& files)
      : pid(number), layer(ground, this), mm(machine, areas, files, layer) {}

  PageTables& tables() { return layer.tables(); }
  const PageTables& tables() const { return layer.tables(); }

  std::uint32_t pid;
  ProcessPaging<Tracer> layer;
  Space mm;
  std::uint32_t min_flt = 0;  // faults
  std::uint32_t maj_flt = 0;
  Address esp = 0;  // the stack pointer
};

template <FaultTracer Tracer>
void ProcessPaging<Tracer>::make_pages_present(Address start, Address end) {
  ground_.memory.make_pages_present({tables_, true}, *process_->mm.find_vma(start), start, end);
}

}  // namespace refmm::impl::inline REFMM_BUILD
