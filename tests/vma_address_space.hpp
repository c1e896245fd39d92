// An address space of impl/ over a simulated machine, driven by commands: a template over the word, so that the tests can drive
// one of 64 bits, too.
#pragma once

#include <refmm/impl/simulated_paging.hpp>
#include <refmm/impl/vma.hpp>
#include <refmm/spec/vma_state.hpp>
#include <refmm/tests/vma_subject.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::inline REFMM_BUILD {

template <std::unsigned_integral Word>
class VmaMachine {
 public:
  using Layer = impl::SimulatedPaging<Word>;
  using Space = impl::AddressSpace<Layer>;
  using Area = impl::VmArea<Word>;

  /// `boot.kernel` says the machine only: the implementation is the corrected kernel.
  VmaMachine(impl::AreaCaches<Word>& caches, impl::SlabAllocator<impl::HostPages>& slabs,
             const vma::Boot<Word>& boot)
      : kernel_(boot.kernel),
        caches_(caches),
        files_(slabs, layer_),
        mm_(kernel_.machine, caches, files_, layer_) {
    layer_.knobs() = boot.knobs;
    set_limits();
    mm_.end_code = boot.end_code;
    mm_.start_data = boot.start_data;
    mm_.brk = boot.brk;
    if (boot.stack_start != boot.stack_end) mm_.setup_stack(boot.stack_start, boot.stack_end);
  }

  vma::Result<Word> apply(const vma::Command<Word>& command) {
    return std::visit([this](const auto& call) { return this->run(call); }, command);
  }

  std::vector<vma::Effect<Word>> take_effects() { return layer_.take_effects(); }

  /// The address space that the commands are carried out on.
  Space& space() { return mm_; }

  /// The state in its canonical form: areas and file objects are numbered by their places.
  void observe(vma::State<Word>& seen) const { observe(mm_, seen); }

  VmaFork<Word> fork() {
    VmaFork<Word> made{};
    {
      Space child(kernel_.machine, caches_, files_, layer_);
      made.result = result_of(mm_.dup_mmap(child));
      made.effects = take_effects();
      observe(mm_, made.parent);
      observe(child, made.child);
      child.exit_mmap();
    }
    made.effects_of_end = take_effects();
    return made;
  }

 private:
  using Result = vma::Result<Word>;

  void observe(const Space& mm, vma::State<Word>& seen) const {
    std::unordered_map<const impl::File<Word>*, std::uint32_t> files;
    std::unordered_map<const Area*, std::uint32_t> areas;
    seen.files.clear();
    for (const auto& file : files_.files()) {
      const auto number = static_cast<std::uint32_t>(files.size() + 1);
      files.emplace(&file, number);
      const auto fd = file.fd < 0 ? std::nullopt : std::optional(static_cast<std::uint32_t>(file.fd));
      seen.files.push_back({number, file.inode->name, file.f_mode, file.f_count, fd});
    }
    seen.mm.areas.clear();
    // One area more than there are shows that the list does not end.
    for (const Area& area : mm.areas()) {
      const auto place = static_cast<std::uint32_t>(seen.mm.areas.size() + 1);
      areas.emplace(&area, place);
      seen.mm.areas.push_back({.vm_start = area.vm_start,
                               .vm_end = area.vm_end,
                               .vm_pgoff = area.vm_pgoff,
                               .vm_flags = area.vm_flags,
                               .vm_file = area.vm_file == nullptr ? 0 : files[area.vm_file],
                               .vm_ops = area.vm_ops,
                               .mapped_noreserve = area.mapped_noreserve,
                               .id = place});
      if (seen.mm.areas.size() > mm.map_count()) break;
    }
    seen.inodes.clear();
    for (const auto& inode : files_.inodes()) {
      const auto places = [&](const impl::ShareList<Word>& list) {
        std::vector<std::uint32_t> ids;
        for (const Area& area : list) {
          ids.push_back(areas[&area]);
          if (ids.size() > areas.size()) break;
        }
        return ids;
      };
      seen.inodes.push_back({inode.name, inode.attributes, inode.shared_memory, inode.i_writecount,
                             places(inode.i_mmap), places(inode.i_mmap_shared)});
    }
    seen.mm.total_vm = mm.total_vm();
    seen.mm.locked_vm = mm.locked_vm();
    seen.mm.map_count = mm.map_count();
    seen.mm.brk = mm.brk;
    seen.mm.start_data = mm.start_data;
    seen.mm.end_code = mm.end_code;
    seen.mm.def_flags = mm.def_flags();
    seen.lookup = {};
    seen.areas_made = seen.files_made = 0;
    seen.shm_made = files_.shm_made();
    seen.knobs = layer_.knobs();
  }

  static Result result_of(const impl::Returned<Word>& address) {
    if (!address) return vma::Refused{address.refusal()};
    return vma::Address<Word>{*address};
  }
  static Result result_of(const impl::Returned<void>& status) {
    if (!status) return vma::Refused{status.refusal()};
    return vma::Success{};
  }
  static std::optional<Word> start_of(const Area* area) {
    return area == nullptr ? std::nullopt : std::optional(area->vm_start);
  }

  Result run(const vma::Open& c) {
    const auto fd = files_.open(c.name, c.mode);
    if (!fd) return vma::Refused{fd.refusal()};
    return vma::Descriptor{*fd};
  }
  Result run(const vma::Close& c) { return result_of(files_.close(c.fd)); }
  Result run(const vma::Mmap<Word>& c) {
    return result_of(mm_.mmap(c.addr, c.len, c.prot, c.flags, c.fd, c.offset));
  }
  Result run(const vma::Mmap2<Word>& c) {
    return result_of(mm_.mmap2(c.addr, c.len, c.prot, c.flags, c.fd, c.pgoff));
  }
  Result run(const vma::DoMmap<Word>& c) {
    return result_of(mm_.do_mmap(c.addr, c.len, c.prot, c.flags, c.fd, c.offset));
  }
  Result run(const vma::Munmap<Word>& c) { return result_of(mm_.munmap(c.addr, c.len)); }
  Result run(const vma::Brk<Word>& c) { return vma::Address<Word>{mm_.sys_brk(c.brk)}; }
  Result run(const vma::DoBrk<Word>& c) { return result_of(mm_.do_brk(c.addr, c.len)); }
  Result run(const vma::Mprotect<Word>& c) { return result_of(mm_.mprotect(c.addr, c.len, c.prot)); }
  Result run(const vma::Mremap<Word>& c) {
    return result_of(mm_.mremap(c.addr, c.old_len, c.new_len, c.flags, c.new_addr));
  }
  Result run(const vma::Mlock<Word>& c) { return result_of(mm_.mlock(c.addr, c.len)); }
  Result run(const vma::Munlock<Word>& c) { return result_of(mm_.munlock(c.addr, c.len)); }
  Result run(const vma::Mlockall<Word>& c) { return result_of(mm_.mlockall(c.flags)); }
  Result run(const vma::Munlockall&) { return result_of(mm_.munlockall()); }
  Result run(const vma::FindExtendVma<Word>& c) {
    const auto found = mm_.find_extend_vma(c.addr);
    if (!found) return vma::Refused{found.refusal()};
    return vma::Found<Word>{start_of(*found)};
  }
  Result run(const vma::FindVma<Word>& c) { return vma::Found<Word>{start_of(mm_.find_vma(c.addr))}; }
  Result run(const vma::FindVmaPrev<Word>& c) {
    const auto found = mm_.find_vma_prev(c.addr);
    return vma::FoundPrev<Word>{start_of(found.area), start_of(found.previous)};
  }
  Result run(const vma::FindVmaIntersection<Word>& c) {
    return vma::Found<Word>{start_of(mm_.find_vma_intersection(c.start, c.end))};
  }
  Result run(const vma::GetUnmappedArea<Word>& c) {
    const auto found = mm_.get_unmapped_area(c.addr, c.len);
    return vma::Found<Word>{found ? std::optional(*found) : std::nullopt};
  }
  Result run(const vma::ExitMmap&) {
    mm_.exit_mmap();
    return vma::Nothing{};
  }

  Result run(const vma::SetKnobs<Word>& c) {
    const auto set = [](auto& knob, const auto& value) { knob = value.value_or(knob); };
    vma::Knobs<Word>& knobs = layer_.knobs();
    set(knobs.free_pages, c.free_pages);
    set(knobs.buffer_pages, c.buffer_pages);
    set(knobs.cache_pages, c.cache_pages);
    set(knobs.swap_pages, c.swap_pages);
    set(knobs.overcommit, c.overcommit);
    set(knobs.physpages, c.physpages);
    set(knobs.rlimit_as, c.rlimit_as);
    set(knobs.rlimit_data, c.rlimit_data);
    set(knobs.rlimit_stack, c.rlimit_stack);
    set(knobs.rlimit_memlock, c.rlimit_memlock);
    set(knobs.cap_ipc_lock, c.cap_ipc_lock);
    set(knobs.max_map_count, c.max_map_count);
    set(knobs.fail_vma, c.fail_vma);
    set(knobs.fail_shmem, c.fail_shmem);
    set(knobs.fail_move, c.fail_move);
    set_limits();
    set(mm_.end_code, c.end_code);
    set(mm_.start_data, c.start_data);
    set(mm_.brk, c.brk);
    if (c.file) files_.named(c.file->name).attributes = c.file->attributes;
    return vma::Nothing{};
  }

  void set_limits() {
    const vma::Knobs<Word>& knobs = layer_.knobs();
    mm_.limits = {.address_space = knobs.rlimit_as,
                  .data = knobs.rlimit_data,
                  .stack = knobs.rlimit_stack,
                  .memlock = knobs.rlimit_memlock,
                  .cap_ipc_lock = knobs.cap_ipc_lock};
  }

  const vma::BasicKernel<Word> kernel_;
  impl::AreaCaches<Word>& caches_;
  Layer layer_;
  impl::Files<Layer> files_;
  Space mm_;
};

}  // namespace refmm::inline REFMM_BUILD
