#include <refmm/spec/vma_state.hpp>
#include <refmm/tests/conform_seen.hpp>

#include <array>
#include <string>
#include <string_view>

namespace refmm::conform {
namespace {

constexpr std::uint64_t page_size = 4096;

struct FlagPair {
  VmFlag seen;
  std::uint32_t flag;
};
constexpr std::array flag_pairs{FlagPair{VmFlag::readable, vma::VM_READ},
                                FlagPair{VmFlag::writable, vma::VM_WRITE},
                                FlagPair{VmFlag::executable, vma::VM_EXEC},
                                FlagPair{VmFlag::shared, vma::VM_SHARED},
                                FlagPair{VmFlag::may_read, vma::VM_MAYREAD},
                                FlagPair{VmFlag::may_write, vma::VM_MAYWRITE},
                                FlagPair{VmFlag::may_execute, vma::VM_MAYEXEC},
                                FlagPair{VmFlag::may_share, vma::VM_MAYSHARE},
                                FlagPair{VmFlag::grows_down, vma::VM_GROWSDOWN},
                                FlagPair{VmFlag::locked, vma::VM_LOCKED},
                                FlagPair{VmFlag::lock_on_fault, since::VM_LOCKONFAULT},
                                FlagPair{VmFlag::read_sequentially, since::VM_SEQ_READ},
                                FlagPair{VmFlag::read_randomly, since::VM_RAND_READ},
                                FlagPair{VmFlag::not_copied_by_fork, vma::VM_DONTCOPY},
                                FlagPair{VmFlag::not_expanded, vma::VM_DONTEXPAND},
                                FlagPair{VmFlag::accounted, since::VM_ACCOUNT},
                                FlagPair{VmFlag::no_huge_pages, since::VM_NOHUGEPAGE},
                                FlagPair{VmFlag::droppable, since::VM_DROPPABLE}};

std::uint64_t flags_of(const SeenArea& area) {
  std::uint64_t flags = 0;
  for (const FlagPair& pair : flag_pairs) {
    if (area.detail->flags.has(pair.seen)) flags |= pair.flag;
  }
  return flags;
}

/// `A` of `/memfd:A (deleted)`, `/dev/zero` of memory that is shared without a file.
Name file_of(const SeenArea& area) {
  constexpr std::string_view prefix = "/memfd:", suffix = " (deleted)";
  std::string_view path = area.path;
  if (path.ends_with(suffix)) path.remove_suffix(suffix.size());
  if (path.starts_with(prefix)) path.remove_prefix(prefix.size());
  return Name(path);
}

/// The number of the file object of this name, which comes into being when it is first named.
std::uint32_t file_numbered(vma::State<std::uint64_t>& state, const Name& name) {
  for (const vma::File& file : state.files) {
    if (file.inode == name) return file.number;
  }
  vma::Inode inode{};
  inode.name = name;
  state.inodes.push_back(inode);
  state.files.push_back(
      {.number = ++state.files_made, .inode = name, .f_mode = 0, .f_count = 1, .fd = std::nullopt});
  return state.files_made;
}

}  // namespace

vma::Area<std::uint64_t> area_of(const SeenArea& seen) {
  vma::Area<std::uint64_t> area{};
  area.vm_start = seen.start;
  area.vm_end = seen.end;
  area.vm_pgoff = seen.offset / page_size;
  area.vm_flags = flags_of(seen);
  area.mapped_noreserve = seen.detail->flags.has(VmFlag::not_reserved);
  return area;
}

since::State<std::uint64_t> state_of(std::span<const SeenArea> seen) {
  since::State<std::uint64_t> state{};
  for (const SeenArea& one : seen) {
    vma::Area<std::uint64_t> area = area_of(one);
    if (one.inode != 0) area.vm_file = file_numbered(state.base, file_of(one));
    state.base.mm.areas.push_back(area);
  }
  return state;
}

}  // namespace refmm::conform
