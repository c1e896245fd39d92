#include <refmm/spec/vma_state.hpp>
#include <refmm/tests/strace_replay_areas.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace refmm::strace {
namespace {

/// What is mapped at an address.
struct Mapped {
  std::string permissions;
  std::string file;  // its path; empty of memory without a file, or where it is not known
  bool has_file = false;
  Native offset = 0;  // of the address, in the file
};

/// The kernel adds this to the path of a file that has no name any more.
std::string without_deletion(std::string path) {
  constexpr std::string_view deleted = " (deleted)";
  if (path.ends_with(deleted)) path.resize(path.size() - deleted.size());
  return path;
}

std::optional<Mapped> in_model(const Space& space, Native address) {
  for (const vma::Area<Native>& area : space.state.base.mm.areas) {
    if (address < area.vm_start || address >= area.vm_end) continue;
    const auto letter = [&](std::uint32_t flag, char yes) { return (area.vm_flags & flag) != 0 ? yes : '-'; };
    Mapped mapped{.permissions = {letter(vma::VM_READ, 'r'), letter(vma::VM_WRITE, 'w'), letter(vma::VM_EXEC, 'x'),
                                  (area.vm_flags & vma::VM_MAYSHARE) != 0 ? 's' : 'p'},
                  .file = ""};
    if (area.vm_file == 0) return mapped;
    mapped.has_file = true;
    mapped.offset = address - area.vm_start + area.vm_pgoff * page_bytes;
    const auto path = space.paths.find(area.vm_file);
    if (path != space.paths.end()) mapped.file = without_deletion(path->second);
    if (vma::inode_named(space.state.base, vma::file_numbered(space.state.base, area.vm_file)->inode)
            ->shared_memory)
      mapped.file = "/dev/zero";
    return mapped;
  }
  return std::nullopt;
}

std::optional<Mapped> in_kernel(const std::vector<Mapping>& kernel, Native address) {
  for (const Mapping& mapping : kernel) {
    if (address < mapping.begin || address >= mapping.end) continue;
    Mapped mapped{.permissions = {mapping.readable ? 'r' : '-', mapping.writable ? 'w' : '-',
                                  mapping.executable ? 'x' : '-', mapping.shared ? 's' : 'p'},
                  .file = ""};
    if (mapping.inode == 0) return mapped;
    mapped.has_file = true;
    mapped.file = without_deletion(mapping.name);
    mapped.offset = address - mapping.begin + mapping.offset;
    return mapped;
  }
  return std::nullopt;
}

std::string in_words(const std::optional<Mapped>& mapped) {
  if (!mapped) return "nothing";
  if (!mapped->has_file) return mapped->permissions;
  return fmt::format("{} {:08x} {}", mapped->permissions, mapped->offset, mapped->file);
}

/// Paths that the log does not say, or not from the root on, cannot be compared.
bool same_file(const Mapped& left, const Mapped& right) {
  if (left.has_file != right.has_file) return false;
  if (!left.has_file) return true;
  const bool comparable = left.file.starts_with('/') && right.file.starts_with('/');
  return left.offset == right.offset && (!comparable || left.file == right.file);
}

bool same(const std::optional<Mapped>& model, const std::optional<Mapped>& kernel, bool only_presence) {
  if (!model || !kernel) return !model && !kernel;
  return only_presence || (model->permissions == kernel->permissions && same_file(*model, *kernel));
}

/// Every address where either side, or what is known, changes.
std::vector<Native> borders(const Space& space, const std::vector<Mapping>& kernel) {
  std::set<Native> all;
  const auto add = [&](Native begin, Native end) {
    all.insert(begin);
    all.insert(end);
  };
  for (const Mapping& mapping : kernel) add(mapping.begin, mapping.end);
  for (const vma::Area<Native>& area : space.state.base.mm.areas) add(area.vm_start, area.vm_end);
  for (const Range& range : space.known.all()) add(range.begin, range.end);
  for (const Range& range : space.vague.all()) add(range.begin, range.end);
  return {all.begin(), all.end()};
}

bool is_stack(const std::vector<Mapping>& kernel, Native address) {
  return std::ranges::any_of(kernel, [&](const Mapping& mapping) {
    return mapping.name == "[stack]" && address >= mapping.begin && address < mapping.end;
  });
}

}  // namespace

AreaComparison compare_areas(const Space& space, const std::vector<Mapping>& kernel) {
  AreaComparison comparison;
  const std::vector<Native> all = borders(space, kernel);
  for (std::size_t i = 0; i + 1 < all.size() && all[i] < whole(space).end; ++i) {
    const Range range{all[i], all[i + 1]};
    const auto model = in_model(space, range.begin);
    const auto seen = in_kernel(kernel, range.begin);
    if (!space.known.holds(range)) {
      if (seen) (is_stack(kernel, range.begin) ? comparison.stack : comparison.unknown) += range.end - range.begin;
      continue;
    }
    const bool only_presence = space.vague.meets(range);
    if (seen) (only_presence ? comparison.presence : comparison.compared) += range.end - range.begin;
    if (same(model, seen, only_presence)) continue;
    AreaDifference difference{range, in_words(model), in_words(seen)};
    const bool goes_on = !comparison.differences.empty() &&
                         comparison.differences.back().range.end == range.begin &&
                         comparison.differences.back().model == difference.model &&
                         comparison.differences.back().kernel == difference.kernel;
    if (goes_on) {
      comparison.differences.back().range.end = range.end;
    } else {
      comparison.differences.push_back(std::move(difference));
    }
  }
  return comparison;
}

}  // namespace refmm::strace
