// The areas of a process as the running kernel shows them: /proc/PID/maps and /proc/PID/smaps.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::conform {

/// What VmFlags tells of an area, in the order of vm_flag_codes.
enum class VmFlag : std::uint8_t {
  readable,
  writable,
  executable,
  shared,
  may_read,
  may_write,
  may_execute,
  may_share,
  grows_down,
  page_frames_only,
  locked,
  lock_on_fault,
  input_output,
  read_sequentially,
  read_randomly,
  not_copied_by_fork,
  not_expanded,
  accounted,
  not_reserved,
  huge_pages_of_file_system,
  synchronous_faults,
  architecture_specific,
  wiped_by_fork,
  not_dumped,
  soft_dirty,
  mixed_map,
  huge_pages_advised,
  no_huge_pages,
  mergeable,
  missing_pages_reported,
  writes_reported,
  minor_faults_reported,
  guarded_branch_targets,
  memory_tagging,
  shadow_stack,
  sealed,
  droppable,
  may_have_guards
};

/// The kernel's two letters for each.
inline constexpr std::array<std::string_view, 38> vm_flag_codes{
    "rd", "wr", "ex", "sh", "mr", "mw", "me", "ms", "gd", "pf", "lo", "lf", "io",
    "sr", "rr", "dc", "de", "ac", "nr", "ht", "sf", "ar", "wf", "dd", "sd", "mm",
    "hg", "nh", "mg", "um", "uw", "ui", "bt", "mt", "ss", "sl", "dp", "gu"};
static_assert(static_cast<std::size_t>(VmFlag::may_have_guards) + 1 == vm_flag_codes.size());

/// A set of them.
class VmFlags {
 public:
  constexpr bool has(VmFlag flag) const { return (set_ >> static_cast<unsigned>(flag) & 1) != 0; }
  constexpr VmFlags& add(VmFlag flag) {
    set_ |= std::uint64_t{1} << static_cast<unsigned>(flag);
    return *this;
  }
  /// "rd wr mr mw me ac", in the order of vm_flag_codes.
  std::string codes() const;
  friend constexpr bool operator==(const VmFlags&, const VmFlags&) = default;

 private:
  std::uint64_t set_ = 0;
};

/// What smaps tells of an area beyond maps. Amounts are in bytes.
struct AreaDetail {
  VmFlags flags{};
  std::uint64_t resident = 0;   // Rss
  std::uint64_t anonymous = 0;  // pages that belong to no file, or no longer
  std::uint64_t locked = 0;
  std::uint64_t swapped = 0;
  friend bool operator==(const AreaDetail&, const AreaDetail&) = default;
};

/// An area, [start, end).
struct SeenArea {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  bool read = false;
  bool write = false;
  bool execute = false;
  bool shared = false;
  std::uint64_t offset = 0;  // in its file, in bytes
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
  std::uint64_t inode = 0;             // 0: no file
  std::string path{};                  // or what the kernel calls it, "[stack]"; mostly empty without a file
  std::optional<AreaDetail> detail{};  // of smaps
  friend bool operator==(const SeenArea&, const SeenArea&) = default;
};

/// Reads what /proc/PID/maps holds. The page of system calls that the kernel shows in every process of 64 bits ([vsyscall]) is left out: it
/// is the kernel's. Throws InputError where the text is not understood: an unknown flag is an answer that would be missed.
std::vector<SeenArea> read_maps(std::string_view text);

/// Reads what /proc/PID/smaps holds, likewise. Every area has its detail.
std::vector<SeenArea> read_smaps(std::string_view text);

/// "40000000-40002000 rw-p 00000000 00:00 0", and, if there are, path and flags.
std::string in_words(const SeenArea& area);

}  // namespace refmm::conform
