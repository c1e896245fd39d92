#include <refmm/spec/error_names.hpp>
#include <refmm/spec/since_notation.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/spec/vma_state.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <variant>

namespace refmm::since {
namespace {

struct Flag {
  std::uint32_t bit;
  std::string_view name;
};

constexpr std::array protections{Flag{vma::PROT_READ, "PROT_READ"},      Flag{vma::PROT_WRITE, "PROT_WRITE"},
                                 Flag{vma::PROT_EXEC, "PROT_EXEC"},      Flag{PROT_SEM, "PROT_SEM"},
                                 Flag{PROT_GROWSDOWN, "PROT_GROWSDOWN"}, Flag{PROT_GROWSUP, "PROT_GROWSUP"}};
constexpr std::array map_flags{Flag{vma::MAP_FIXED, "MAP_FIXED"},
                               Flag{vma::MAP_ANONYMOUS, "MAP_ANONYMOUS"},
                               Flag{vma::MAP_GROWSDOWN, "MAP_GROWSDOWN"},
                               Flag{vma::MAP_LOCKED, "MAP_LOCKED"},
                               Flag{vma::MAP_NORESERVE, "MAP_NORESERVE"},
                               Flag{MAP_POPULATE, "MAP_POPULATE"},
                               Flag{MAP_NONBLOCK, "MAP_NONBLOCK"},
                               Flag{MAP_STACK, "MAP_STACK"},
                               Flag{MAP_HUGETLB, "MAP_HUGETLB"},
                               Flag{MAP_SYNC, "MAP_SYNC"},
                               Flag{MAP_FIXED_NOREPLACE, "MAP_FIXED_NOREPLACE"}};
constexpr std::array remap_flags{Flag{vma::MREMAP_MAYMOVE, "MREMAP_MAYMOVE"},
                                 Flag{vma::MREMAP_FIXED, "MREMAP_FIXED"},
                                 Flag{MREMAP_DONTUNMAP, "MREMAP_DONTUNMAP"}};
constexpr std::array lock_all_flags{Flag{vma::MCL_CURRENT, "MCL_CURRENT"}, Flag{vma::MCL_FUTURE, "MCL_FUTURE"},
                                    Flag{MCL_ONFAULT, "MCL_ONFAULT"}};
constexpr std::array lock_flags{Flag{MLOCK_ONFAULT, "MLOCK_ONFAULT"}};
constexpr std::array<std::string_view, 5> advices{"MADV_NORMAL", "MADV_RANDOM", "MADV_SEQUENTIAL", "MADV_WILLNEED",
                                                  "MADV_DONTNEED"};
constexpr std::array<std::string_view, 4> types{"", "MAP_SHARED", "MAP_PRIVATE", "MAP_SHARED_VALIDATE"};

/// Names joined with `|`, what has none as a number; `none` for nothing.
std::string joined(std::vector<std::string> names, Native rest, std::string_view none) {
  if (rest != 0) names.push_back(fmt::format("{:#x}", rest));
  if (names.empty()) return std::string(none);
  return fmt::format("{}", fmt::join(names, "|"));
}

std::string flags_notation(Native flags, std::span<const Flag> table, std::string_view none,
                           std::vector<std::string> names = {}) {
  for (const Flag& flag : table) {
    if ((flags & flag.bit) == 0) continue;
    names.emplace_back(flag.name);
    flags &= ~Native{flag.bit};
  }
  return joined(std::move(names), flags, none);
}

std::string map_notation(Native flags) {
  const Native type = flags & vma::MAP_TYPE;
  std::vector<std::string> names;
  if (type != 0 && type < types.size()) {
    names.emplace_back(types[type]);
    flags &= ~Native{vma::MAP_TYPE};
  } else if (type == MAP_DROPPABLE) {
    names.emplace_back("MAP_DROPPABLE");
    flags &= ~Native{vma::MAP_TYPE};
  }
  return flags_notation(flags, map_flags, "0", std::move(names));
}

std::string prot_notation(Native prot) { return flags_notation(prot, protections, "PROT_NONE"); }
std::string address(Native value) { return value == 0 ? "NULL" : fmt::format("{:#x}", value); }
std::string length(Native value) {
  return value < 0x10000000 ? fmt::format("{}", value) : fmt::format("{:#x}", value);
}

// ---- Calls ----------------------------------------------------------------------------------------------------------

struct Shape {
  std::string_view name;
  std::size_t arguments;
  WorldCommand<Native> (*make)(std::span<const Native>);
};

WorldCommand<Native> of(Command<Native> command) { return command; }
std::uint32_t small(Native value) { return value > UINT32_MAX ? UINT32_MAX : static_cast<std::uint32_t>(value); }

WorldCommand<Native> mmap_of(std::span<const Native> n) {
  return of(vma::Mmap<Native>{n[0], n[1], n[2], n[3], static_cast<std::int32_t>(n[4]), n[5]});
}
WorldCommand<Native> mlock_of(std::span<const Native> n) { return of(vma::Mlock<Native>{n[0], n[1]}); }
WorldCommand<Native> fork_of(std::span<const Native>) { return Fork{}; }

constexpr std::array shapes{
    Shape{"mmap", 6, mmap_of},
    Shape{"mmap2", 6, mmap_of},
    Shape{"munmap", 2,
          [](std::span<const Native> n) {
            return of(vma::Munmap<Native>{n[0], n[1]});
          }},
    Shape{"brk", 1, [](std::span<const Native> n) { return of(vma::Brk<Native>{n[0]}); }},
    Shape{"mprotect", 3,
          [](std::span<const Native> n) {
            return of(vma::Mprotect<Native>{n[0], n[1], n[2]});
          }},
    Shape{"mremap", 5,
          [](std::span<const Native> n) {
            return of(vma::Mremap<Native>{n[0], n[1], n[2], n[3], n[4]});
          }},
    Shape{"mlock", 2, mlock_of},
    Shape{"mlock2", 3,
          [](std::span<const Native> n) {
            return of(Mlock2<Native>{n[0], n[1], n[2]});
          }},
    Shape{"munlock", 2,
          [](std::span<const Native> n) {
            return of(vma::Munlock<Native>{n[0], n[1]});
          }},
    Shape{"mlockall", 1, [](std::span<const Native> n) { return of(vma::Mlockall<Native>{n[0]}); }},
    Shape{"munlockall", 0, [](std::span<const Native>) { return of(vma::Munlockall{}); }},
    Shape{"madvise", 3,
          [](std::span<const Native> n) {
            return of(Madvise<Native>{n[0], n[1], small(n[2])});
          }},
    Shape{"load", 1, [](std::span<const Native> n) { return WorldCommand<Native>(Load<Native>{n[0]}); }},
    Shape{"store", 2,
          [](std::span<const Native> n) {
            return WorldCommand<Native>(Store<Native>{n[0], static_cast<std::uint8_t>(n[1])});
          }},
    Shape{"fork", 0, fork_of},
};

const Shape* shape_of(std::string_view name) {
  const auto found = std::ranges::find(shapes, name, &Shape::name);
  return found == shapes.end() ? nullptr : &*found;
}

/// Writes the calls that areas know.
struct Writer {
  std::string operator()(const vma::Open& c) const {
    constexpr std::array<std::string_view, 4> modes{"O_ACCMODE", "O_RDONLY", "O_WRONLY", "O_RDWR"};
    return fmt::format("open(\"{}\", {})", c.name.view(), modes[c.mode & 3]);
  }
  std::string operator()(const vma::Close& c) const { return fmt::format("close({})", c.fd); }
  std::string operator()(const vma::Mmap<Native>& c) const {
    return fmt::format("mmap({}, {}, {}, {}, {}, {})", address(c.addr), length(c.len), prot_notation(c.prot),
                       map_notation(c.flags), c.fd, c.offset == 0 ? "0" : fmt::format("{:#x}", c.offset));
  }
  std::string operator()(const vma::Mmap2<Native>& c) const {
    return (*this)(vma::Mmap<Native>{c.addr, c.len, c.prot, c.flags, c.fd, c.pgoff << 12});
  }
  std::string operator()(const vma::Munmap<Native>& c) const {
    return fmt::format("munmap({}, {})", address(c.addr), length(c.len));
  }
  std::string operator()(const vma::Brk<Native>& c) const { return fmt::format("brk({})", address(c.brk)); }
  std::string operator()(const vma::Mprotect<Native>& c) const {
    return fmt::format("mprotect({}, {}, {})", address(c.addr), length(c.len), prot_notation(c.prot));
  }
  std::string operator()(const vma::Mremap<Native>& c) const {
    const std::string call = fmt::format("mremap({}, {}, {}, {}", address(c.addr), length(c.old_len),
                                         length(c.new_len), flags_notation(c.flags, remap_flags, "0"));
    const bool has_target = (c.flags & (vma::MREMAP_FIXED | MREMAP_DONTUNMAP)) != 0;
    return has_target ? fmt::format("{}, {})", call, address(c.new_addr)) : call + ")";
  }
  std::string operator()(const vma::Mlock<Native>& c) const {
    return fmt::format("mlock({}, {})", address(c.addr), length(c.len));
  }
  std::string operator()(const vma::Munlock<Native>& c) const {
    return fmt::format("munlock({}, {})", address(c.addr), length(c.len));
  }
  std::string operator()(const vma::Mlockall<Native>& c) const {
    return fmt::format("mlockall({})", flags_notation(c.flags, lock_all_flags, "0"));
  }
  std::string operator()(const vma::Munlockall&) const { return "munlockall()"; }
  std::string operator()(const Madvise<Native>& c) const {
    return fmt::format("madvise({}, {}, {})", address(c.addr), length(c.len),
                       c.advice < advices.size() ? std::string(advices[c.advice]) : fmt::format("{}", c.advice));
  }
  std::string operator()(const Mlock2<Native>& c) const {
    return fmt::format("mlock2({}, {}, {})", address(c.addr), length(c.len),
                       flags_notation(c.flags, lock_flags, "0"));
  }
  std::string operator()(const Touch<Native>& c) const {
    return fmt::format("{}({})", c.writes ? "store" : "load", address(c.addr));
  }
  std::string operator()(const Command<Native>& command) const { return std::visit(*this, command); }
  std::string operator()(const Load<Native>& c) const { return fmt::format("load({})", address(c.addr)); }
  std::string operator()(const Store<Native>& c) const {
    return fmt::format("store({}, {})", address(c.addr), c.value);
  }
  std::string operator()(const Fork&) const { return "fork()"; }
};

struct ResultWriter {
  std::string operator()(const vma::Nothing&) const { return ""; }
  std::string operator()(const vma::Success&) const { return "0"; }
  std::string operator()(const vma::Address<Native>& r) const { return fmt::format("{:#x}", r.value); }
  std::string operator()(const vma::Descriptor& r) const { return fmt::format("{}", r.fd); }
  std::string operator()(const vma::Refused& r) const { return vma::notation(r.refusal); }
  std::string operator()(const Refused& r) const { return notation(r.refusal); }
  std::string operator()(const Signal&) const { return "SIGSEGV"; }
  std::string operator()(const TakenForError<Native>& r) const {
    const Native number = -r.address;
    return number <= largest_error ? "-1 " + error_name(static_cast<std::uint32_t>(number)) : address(r.address);
  }
  std::string operator()(const ChoiceForbidden&) const { return "an address that may not be chosen"; }
  std::string operator()(const Result<Native>& result) const { return std::visit(*this, result); }
  std::string operator()(const Value& r) const { return fmt::format("{}", r.byte); }
  std::string operator()(const BusError&) const { return "SIGBUS"; }
  std::string operator()(const Child& r) const { return fmt::format("{}", r.number + 1); }
};

// ---- Areas ----------------------------------------------------------------------------------------------------------

/// The kernel's two letters for each flag that areas of the model can have, in the order of /proc/PID/smaps.
constexpr std::array letters{
    Flag{vma::VM_READ, "rd"},    Flag{vma::VM_WRITE, "wr"},    Flag{vma::VM_EXEC, "ex"},
    Flag{vma::VM_SHARED, "sh"},  Flag{vma::VM_MAYREAD, "mr"},  Flag{vma::VM_MAYWRITE, "mw"},
    Flag{vma::VM_MAYEXEC, "me"}, Flag{vma::VM_MAYSHARE, "ms"}, Flag{vma::VM_GROWSDOWN, "gd"},
    Flag{vma::VM_LOCKED, "lo"},  Flag{VM_LOCKONFAULT, "lf"},   Flag{VM_SEQ_READ, "sr"},
    Flag{VM_RAND_READ, "rr"},    Flag{vma::VM_DONTCOPY, "dc"}, Flag{vma::VM_DONTEXPAND, "de"},
    Flag{VM_ACCOUNT, "ac"},      Flag{VM_NOHUGEPAGE, "nh"},    Flag{VM_DROPPABLE, "dp"}};

std::string letters_of(const vma::Area<Native>& area) {
  std::string text;
  for (const Flag& flag : letters) {
    if ((area.vm_flags & flag.bit) != 0) text += fmt::format(" {}", flag.name);
  }
  return area.mapped_noreserve ? text + " nr" : text;
}

std::string permissions(Native vm_flags) {
  const auto letter = [&](std::uint32_t flag, char yes) { return (vm_flags & flag) != 0 ? yes : '-'; };
  return {letter(vma::VM_READ, 'r'), letter(vma::VM_WRITE, 'w'), letter(vma::VM_EXEC, 'x'),
          (vm_flags & vma::VM_MAYSHARE) != 0 ? 's' : 'p'};
}

}  // namespace

std::optional<Version> version_of(std::string_view text) {
  std::array<std::uint32_t, 3> parts{};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t part = 0; part < parts.size(); ++part) {
    const auto [next, error] = std::from_chars(at, end, parts[part]);
    if (error != std::errc()) return std::nullopt;
    if (next == end) return part == 0 ? std::nullopt : std::optional(Version{parts[0], parts[1], parts[2]});
    if (*next != '.') return std::nullopt;
    at = next + 1;
  }
  return std::nullopt;
}

std::string notation(const Version& version) {
  const std::string text = fmt::format("{}.{}", version.major, version.minor);
  const bool has_two_numbers = version.major > 2 && version.patch == 0;  // 2.6.0, but 3.10
  return has_two_numbers ? text : fmt::format("{}.{}", text, version.patch);
}

std::optional<std::size_t> arguments_of(std::string_view name) {
  const Shape* shape = shape_of(name);
  return shape ? std::optional(shape->arguments) : std::nullopt;
}

WorldCommand<Native> command_of(std::string_view name, std::span<const Native> numbers) {
  return shape_of(name)->make(numbers);
}

std::string notation(const WorldCommand<Native>& command) { return std::visit(Writer{}, command); }

std::string notation(const WorldResult<Native>& result) { return std::visit(ResultWriter{}, result); }

std::vector<std::string> areas_notation(const State<Native>& state) {
  std::vector<std::string> lines;
  for (const vma::Area<Native>& area : state.base.mm.areas) {
    const vma::File* file = area.vm_file == 0 ? nullptr : vma::file_numbered(state.base, area.vm_file);
    lines.push_back(fmt::format("{:08x}-{:08x} {} {:08x}{}", area.vm_start, area.vm_end,
                                permissions(area.vm_flags), file ? area.vm_pgoff << 12 : 0, letters_of(area)));
    if (!file) continue;
    const bool shared_memory = vma::inode_named(state.base, file->inode)->shared_memory;
    lines.back() += fmt::format(" {}", shared_memory ? std::string("/dev/zero") : std::string(file->inode.view()));
  }
  return lines;
}

}  // namespace refmm::since
