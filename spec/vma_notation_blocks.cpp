// The blocks that answer the queries of the vma family.

#include <refmm/spec/vma_flags.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/spec/vma_notation_values.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace refmm::vma {
namespace {

using Word = std::uint32_t;

constexpr std::string_view lost = "?";

std::string letters(std::uint32_t bits, std::uint32_t shift) {
  const auto letter = [&](std::uint32_t bit, char c) { return (bits & (bit << shift)) != 0 ? c : '-'; };
  return {letter(VM_READ, 'r'), letter(VM_WRITE, 'w'), letter(VM_EXEC, 'x')};
}

/// `4001e000-4001f000`.
std::string range_of(const Area<Word>& area) { return fmt::format("{:08x}-{:08x}", area.vm_start, area.vm_end); }

/// The areas by their ids.
using AreasById = std::unordered_map<std::uint32_t, const Area<Word>*>;

AreasById areas_by_id(const State<Word>& state) {
  AreasById areas;
  areas.reserve(state.mm.areas.size());
  for (const Area<Word>& area : state.mm.areas) areas.emplace(area.id, &area);
  return areas;
}

/// `40006000,40000000`: where the areas begin; `-` if there are none.
std::string starts_of(const std::vector<std::uint32_t>& ids, const AreasById& areas) {
  if (ids.empty()) return "-";
  std::string text;
  for (const std::uint32_t id : ids) {
    text += text.empty() ? "" : ",";
    const auto area = areas.find(id);
    text += area == areas.end() ? std::string(lost) : fmt::format("{:08x}", area->second->vm_start);
  }
  return text;
}

/// Walks the search tree in preorder. A subject's may be no tree at all: no node is visited twice.
class TreeWalk {
 public:
  explicit TreeWalk(const State<Word>& state) : areas_(areas_by_id(state)) {
    for (const TreeNode& node : state.lookup.nodes) nodes_.emplace(node.area, &node);
  }

  std::vector<std::string> from(std::optional<std::uint32_t> root) {
    std::vector<std::string> lines;
    std::vector<std::optional<std::uint32_t>> ahead{root};
    while (!ahead.empty()) {
      const auto id = ahead.back();
      ahead.pop_back();
      if (!id) continue;
      const auto found = nodes_.find(*id);
      if (found == nodes_.end()) {
        lines.emplace_back(lost);
        continue;
      }
      const TreeNode& node = *found->second;
      nodes_.erase(found);
      const auto area = areas_.find(node.area);
      lines.push_back(fmt::format(
          "{} height={}", area == areas_.end() ? std::string(lost) : range_of(*area->second), node.height));
      ahead.push_back(node.right);
      ahead.push_back(node.left);
    }
    return lines;
  }

 private:
  AreasById areas_;
  std::unordered_map<std::uint32_t, const TreeNode*> nodes_;  // those that were not visited yet
};

}  // namespace

std::string access_notation(std::uint32_t vm_flags) {
  return letters(vm_flags, 0) + ((vm_flags & VM_MAYSHARE) != 0 ? 's' : 'p');
}

std::vector<std::string> maps_block(const State<Word>& state) {
  std::unordered_map<std::uint32_t, std::string_view> names{{0, "-"}};
  for (const File& file : state.files) names.emplace(file.number, file.inode.view());
  std::uint32_t printed = 0;
  for (const FlagName& flag : area_flags().names) printed |= flag.value;

  std::vector<std::string> lines;
  lines.reserve(state.mm.areas.size());
  for (const Area<Word>& area : state.mm.areas) {
    const auto name = names.find(area.vm_file);
    lines.push_back(fmt::format("{} {} {:08x} {} may={} {}", range_of(area), access_notation(area.vm_flags),
                                area.vm_pgoff, name == names.end() ? lost : name->second,
                                letters(area.vm_flags, may_shift),
                                flags_notation(area_flags(), area.vm_flags & printed)));
  }
  return lines;
}

std::vector<std::string> mm_block(const State<Word>& state) {
  const auto& mm = state.mm;
  return {fmt::format("total_vm={} locked_vm={} map_count={} brk={} def_flags={} tree={}", mm.total_vm,
                      mm.locked_vm, mm.map_count, address_notation(mm.brk),
                      flags_notation(area_flags(), mm.def_flags), state.lookup.mmap_avl ? "yes" : "no")};
}

std::vector<std::string> tree_block(const State<Word>& state) {
  return TreeWalk(state).from(state.lookup.mmap_avl);
}

std::vector<std::string> files_block(const State<Word>& state) {
  const AreasById areas = areas_by_id(state);
  std::vector<std::string> lines;
  for (const Inode& inode : state.inodes) {
    lines.push_back(fmt::format("inode {} i_writecount={} i_mmap={} i_mmap_shared={}", inode.name.view(),
                                inode.i_writecount, starts_of(inode.i_mmap, areas),
                                starts_of(inode.i_mmap_shared, areas)));
  }
  for (const File& file : state.files) {
    lines.push_back(fmt::format("file {} {} {} f_count={}", file.fd ? std::to_string(*file.fd) : "-",
                                file.inode.view(), mode_notation(file.f_mode), file.f_count));
  }
  return lines;
}

std::vector<std::string> answer(const Question& question, const State<Word>& state) {
  switch (question.block) {
    case Question::Block::maps:
      return maps_block(state);
    case Question::Block::mm:
      return mm_block(state);
    case Question::Block::tree:
      return tree_block(state);
    case Question::Block::files:
      return files_block(state);
  }
  return {};
}

}  // namespace refmm::vma
