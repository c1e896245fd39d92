// Processes of a later era: address spaces over the same files, with descriptors, loads, stores and fork. Part of impl/since.hpp.
#pragma once

#include <refmm/impl/since_address_space.hpp>
#include <refmm/impl/since_descriptors.hpp>
#include <refmm/impl/since_touch.hpp>
#include <refmm/spec/since_memory.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <vector>

namespace refmm::impl::inline REFMM_BUILD {

/// A process: an address space, what it stands on, and descriptors.
struct EraProcess {
  EraPaging paging;
  EraAddressSpace mm;
  EraDescriptors descriptors;

  EraProcess(const EraAddressSpace::Kernel& kernel, AreaCaches<EraWord>& caches, Files<EraPaging>& files,
             EraObjects& objects, EraWord start_brk)
      : paging(objects), mm(kernel, caches, files, paging, start_brk), descriptors(files) {}
};

/// How a load or a store ends that is not carried out.
enum class EraSignal {
  segmentation_fault,  // SIGSEGV: the areas do not allow it
  bus_error,           // SIGBUS: behind the end of a file
};

template <class T>
using Accessed = ReturnedOr<T, EraSignal>;

/// Processes are named by their places among them. Addresses are in bytes.
class EraMachine {
 public:
  using Boot = since::Boot<EraWord>;

  /// With one process, which has a heap of no pages ([vma.boot]). All that it is given must outlive it. Throws
  /// std::invalid_argument if pages are not those of x86.
  EraMachine(const Boot& boot, SlabAllocator<HostPages>& slabs, AreaCaches<EraWord>& caches)
      : kernel_(boot.kernel), caches_(caches), files_(slabs, paging_of_files_) {
    if (kernel_.base.machine.page_size != era_page_size) throw std::invalid_argument("pages must have 4096 bytes");
    EraProcess& first = add_process(boot.brk);
    first.mm.limits = {.address_space = boot.rlimit_as,
                       .data = boot.rlimit_data,
                       .stack = boot.rlimit_stack,
                       .memlock = boot.rlimit_memlock,
                       .cap_ipc_lock = false};
  }

  std::size_t processes() const { return processes_.size(); }
  EraProcess& process(std::size_t place) { return *processes_.at(place); }
  const EraProcess& process(std::size_t place) const { return *processes_.at(place); }
  const Files<EraPaging>& files() const { return files_; }
  const EraObjects& objects() const { return objects_; }

  /// A process opens a file, which has since::file_size bytes when it is first opened. Returns the descriptor.
  Returned<std::uint32_t> open(std::size_t place, const Name& name, std::uint32_t mode) {
    objects_.add(files_.named(name), since::file_size, true);
    return process(place).descriptors.open(name, mode);
  }

  /// A copy of a process, the last one of all. Returns its place.
  std::size_t fork(std::size_t parent) {
    EraProcess& child = add_process(process(parent).mm.start_brk());
    process(parent).mm.dup_mmap(child.mm);
    child.descriptors.copy(process(parent).descriptors);
    return processes_.size() - 1;
  }

  /// [since.touch.permissions]: a byte of a page of the process's own, or of an object; or one that nobody stored.
  Accessed<std::uint8_t> load(std::size_t place, EraWord addr) {
    EraProcess& self = process(place);
    const auto reached = reach(self, addr, false);
    if (!reached) return reached.refusal();
    const OwnPage* const own = self.paging.pages().find(addr - addr % era_page_size);
    if (own != nullptr && own->is_stored(addr % era_page_size)) return own->byte(addr % era_page_size);
    const VmArea<EraWord>& area = **reached;
    const EraObject* const object = object_of(area);
    if (object == nullptr) return std::uint8_t{0};
    const EraWord offset = self.mm.offset_in_file(area, addr);
    return own == nullptr ? object->load(offset) : object->first_byte(offset);
  }

  /// The same of a store: to the object of shared memory, or to a page of the process's own, which is made if need be.
  Accessed<void> store(std::size_t place, EraWord addr, std::uint8_t value) {
    EraProcess& self = process(place);
    const auto reached = reach(self, addr, true);
    if (!reached) return reached.refusal();
    const VmArea<EraWord>& area = **reached;
    EraObject* const object = object_of(area);
    const EraWord offset = self.mm.offset_in_file(area, addr);
    if (area.has(vma::VM_SHARED)) {
      object->store(offset, value);
    } else {
      const EraPage* const below = object == nullptr ? nullptr : object->find(offset);
      OwnPage& page = self.paging.pages().for_writing(addr - addr % era_page_size, below);
      page.store(addr % era_page_size, value);
    }
    return {};
  }

 private:
  EraProcess& add_process(EraWord start_brk) {
    return *processes_.emplace_back(std::make_unique<EraProcess>(kernel_, caches_, files_, objects_, start_brk));
  }

  EraObject* object_of(const VmArea<EraWord>& area) {
    return area.vm_file == nullptr ? nullptr : objects_.find(*area.vm_file->inode);
  }

  /// The area in which an access finds its page.
  static Accessed<const VmArea<EraWord>*> reach(EraProcess& self, EraWord addr, bool writes) {
    const VmArea<EraWord>* const area = self.mm.touch(addr, writes);
    self.mm.mm_populate();
    if (area == nullptr) return EraSignal::segmentation_fault;
    if (self.mm.is_behind_end(*area, addr)) return EraSignal::bus_error;
    return area;
  }

  const EraAddressSpace::Kernel kernel_;
  AreaCaches<EraWord>& caches_;
  EraObjects objects_;
  EraPaging paging_of_files_{objects_};  // to be told which memory that is shared without a file is gone
  Files<EraPaging> files_;
  std::vector<std::unique_ptr<EraProcess>> processes_;
};

}  // namespace refmm::impl::inline REFMM_BUILD
