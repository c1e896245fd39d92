#include <refmm/model/since_memory.hpp>
#include <refmm/model/vma_tree.hpp>
#include <refmm/spec/vma_state.hpp>
#include <refmm/tests/strace_replay_space.hpp>

#include <algorithm>
#include <utility>

namespace refmm::strace {
namespace {

/// Areas were put in by hand: their count and the search tree follow.
void areas_changed(Space& space) {
  vma::Mm<Native>& mm = space.state.base.mm;
  std::ranges::sort(mm.areas, {}, &vma::Area<Native>::vm_start);
  mm.map_count = mm.areas.size();
  mm.total_vm = 0;
  for (const vma::Area<Native>& area : mm.areas) mm.total_vm += (area.vm_end - area.vm_start) / page_bytes;
  space.state.base.lookup = {};
  if (mm.areas.size() >= model::avl_min_map_count) space.state.base.lookup = model::tree_of(mm, {});
}

vma::Area<Native>& add_area(Space& space, Range range, Native vm_flags) {
  vma::Area<Native> area{};
  area.vm_start = range.begin;
  area.vm_end = range.end;
  area.vm_pgoff = range.begin / page_bytes;
  area.vm_flags = vm_flags;
  area.id = ++space.state.base.areas_made;
  return space.state.base.mm.areas.emplace_back(area);
}

/// The number in the state of a new file object.
std::uint32_t add_file(Space& space, const std::string& path, std::uint32_t f_mode) {
  vma::State<Native>& base = space.state.base;
  const std::uint32_t number = ++base.files_made;
  const Name name = "file " + std::to_string(number);  // a path can be longer than a Name
  vma::Inode inode{};
  inode.name = name;
  base.inodes.push_back(inode);
  base.files.push_back({.number = number, .inode = name, .f_mode = f_mode, .f_count = 1, .fd = std::nullopt});
  space.paths[number] = path;
  return number;
}

Native flags_of(const Mapping& mapping) {
  Native flags = vma::VM_MAYACCESS;
  if (mapping.readable) flags |= vma::VM_READ;
  if (mapping.writable) flags |= vma::VM_WRITE;
  if (mapping.executable) flags |= vma::VM_EXEC;
  if (mapping.shared) flags |= vma::VM_SHARED | vma::VM_MAYSHARE;
  if (mapping.name == "[stack]") flags |= vma::VM_GROWSDOWN;
  if (mapping.name == "[heap]") flags |= since::VM_ACCOUNT;
  return flags;
}

/// True of what the kernel maps by itself, and keeps from being changed in ways that are not modelled.
bool is_of_kernel(const Mapping& mapping) { return mapping.name.starts_with("[v"); }

void add_mapping(Space& space, const Mapping& mapping, std::map<std::string, std::uint32_t>& files) {
  const Range range{mapping.begin, mapping.end};
  vma::Area<Native>& area = add_area(space, range, flags_of(mapping));
  if (is_of_kernel(mapping) || mapping.shared) space.vague.add(range);
  if (mapping.inode == 0) return;
  const std::uint32_t id = area.id;
  auto found = files.find(mapping.name);
  if (found == files.end())
    found = files.emplace(mapping.name, add_file(space, mapping.name, vma::FMODE_READ | vma::FMODE_WRITE)).first;
  area.vm_file = found->second;
  area.vm_pgoff = mapping.offset / page_bytes;
  vma::State<Native>& base = space.state.base;
  const auto file = std::ranges::find(base.files, area.vm_file, &vma::File::number);
  ++file->f_count;
  auto inode = std::ranges::find(base.inodes, file->inode, &vma::Inode::name);
  (mapping.shared ? inode->i_mmap_shared : inode->i_mmap).push_back(id);
}

/// What a stack may have grown into meanwhile: a log does not show it.
inline constexpr Native room_of_stack = Native{8} << 20;

}  // namespace

Space unknown_space(since::Version version, unsigned bits) {
  Space space;
  space.kernel = since::kernel_of(version, bits);
  const Native none = ~Native{0};  // limits are not in a log
  space.state.base.knobs = {.free_pages = 0,
                            .buffer_pages = 0,
                            .cache_pages = 0,
                            .swap_pages = 0,
                            .overcommit = true,
                            .physpages = none,
                            .rlimit_as = none,
                            .rlimit_data = none,
                            .rlimit_stack = none,
                            .rlimit_memlock = none,
                            .cap_ipc_lock = true,
                            .max_map_count = none,
                            .fail_vma = 0,
                            .fail_shmem = 0,
                            .fail_move = 0};
  return space;
}

Space space_with(since::Version version, unsigned bits, const std::vector<Mapping>& maps) {
  Space space = unknown_space(version, bits);
  space.known.add(whole(space));
  std::map<std::string, std::uint32_t> files;
  for (const Mapping& mapping : maps) {
    if (mapping.end > space.kernel.base.machine.task_size) continue;  // the kernel's own: [vsyscall]
    add_mapping(space, mapping, files);
    if (mapping.name != "[stack]") continue;
    space.known.remove({mapping.begin - std::min(mapping.begin, room_of_stack), mapping.begin});
  }
  for (const vma::Area<Native>& area : space.state.base.mm.areas) space.known.add({area.vm_start, area.vm_end});
  areas_changed(space);
  count_as_written(space);
  return space;
}

Range whole(const Space& space) { return {0, space.kernel.base.machine.task_size}; }

void forget(Space& space, Range range) {
  range = {range.begin & ~(page_bytes - 1),
           std::min((range.end + page_bytes - 1) & ~(page_bytes - 1), whole(space).end)};
  if (range.is_empty()) return;
  const vma::Munmap<Native> unmap{range.begin, range.end - range.begin};
  space.state = model::step<Native>(space.kernel, std::move(space.state), unmap).state;
  space.known.remove(range);
  space.vague.remove(range);
}

std::vector<Range> assume_mapped(Space& space, Range range) {
  std::vector<Range> parts = space.known.missing(range);
  for (const Range& part : parts) {
    add_area(space, part, vma::VM_READ | vma::VM_WRITE | vma::VM_MAYACCESS);
    space.known.add(part);
    space.vague.add(part);
  }
  if (!parts.empty()) areas_changed(space);
  count_as_written(space);
  return parts;
}

void join_alike(Space& space, Range range) {
  model::EraStep<Native> step{std::move(space.state), vma::Nothing{}, {}, {}};
  step = model::merged_as_seen<Native>(
      space.kernel, std::move(step), [&](Native address) { return address > range.begin && address < range.end; });
  space.state = std::move(step.state);
}

void count_as_written(Space& space) {
  since::State<Native>& state = space.state;
  for (const vma::Area<Native>& area : state.base.mm.areas) {
    const bool may_be = (area.vm_flags & (vma::VM_WRITE | vma::VM_SHARED)) == vma::VM_WRITE;
    if (may_be && !model::was_written(state, area)) state.written.push_back(area.id);
  }
}

Space copy_for_child(const Space& parent, std::uint32_t number) {
  Space child = parent;
  since::World<Native> world{};
  world.processes.push_back({parent.state, {}});
  auto forked = model::step<Native>(parent.kernel, std::move(world), 0, since::Fork{});
  child.state = std::move(forked.world.processes.back().state);
  child.state.base.shm_made = number * model::shared_objects_of_a_process;  // no names that others have
  return child;
}

void bind_no_descriptor(Space& space) {
  for (vma::File& file : space.state.base.files) file.fd = std::nullopt;
}

void bind_descriptor(Space& space, const OpenFile& file, std::uint32_t descriptor) {
  bind_no_descriptor(space);
  const auto found = space.files.find(file.number);
  const std::uint32_t number =
      found != space.files.end() ? found->second : add_file(space, file.path, file.f_mode);
  space.files[file.number] = number;
  std::ranges::find(space.state.base.files, number, &vma::File::number)->fd = descriptor;
}

std::string area_in(const Space& space, Range range) {
  const auto& areas = space.state.base.mm.areas;
  const auto found = std::ranges::find_if(areas, [&](const vma::Area<Native>& area) {
    return area.vm_start < range.end && area.vm_end > range.begin;
  });
  if (found == areas.end()) return "";
  std::string line = since::areas_notation(space.state)[static_cast<std::size_t>(found - areas.begin())];
  const auto path = space.paths.find(found->vm_file);
  line = line.substr(0, line.find(' ') + 5);  // the range and the permissions
  return path == space.paths.end() || path->second.empty() ? line : line + " of " + path->second;
}

}  // namespace refmm::strace
