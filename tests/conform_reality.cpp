#include <refmm/spec/error_names.hpp>
#include <refmm/spec/since_eras.hpp>
#include <refmm/spec/since_notation.hpp>
#include <refmm/spec/vma_state.hpp>
#include <refmm/tests/conform_kernel.hpp>
#include <refmm/tests/conform_reality.hpp>
#include <refmm/tests/conform_seen.hpp>

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

namespace refmm::conform {
namespace {

constexpr Native page_size = 4096;

// ---- The start of a process ----------------------------------------------------------------------------------------

/// The page offset that the kernel keeps of memory without a file: its page, of a stack the page where exec built it up, which is at
/// the top of what programs of 64 bits have.
Native offset_of_memory(const SeenArea& area, Bits bits) {
  const bool was_moved = bits == Bits::of_32 && area.path == "[stack]";
  return (area.start + (was_moved ? since::x86_64.task_size - since::x86_compat.task_size : 0)) / page_size;
}

/// What exec left on the stack.
std::vector<since::OwnPage<Native>> pages_of(Agent& agent, const SeenArea& area) {
  std::vector<since::OwnPage<Native>> pages;
  const auto bytes = agent.read(area.start, area.end - area.start);
  for (std::size_t at = 0; bytes && at < bytes->size(); ++at) {
    const std::uint8_t value = (*bytes)[at];
    if (value == 0) continue;
    const Native page = (area.start + at) & ~(page_size - 1);
    if (pages.empty() || pages.back().address != page) pages.push_back({page, {}});
    pages.back().bytes.push_back({area.start + at - page, value});
  }
  return pages;
}

/// What /proc/PID/stat tells: the fields behind the name, from the state on.
std::vector<Native> statistics(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string text{std::istreambuf_iterator<char>(file), {}};
  text.erase(0, text.rfind(')') + 2);
  std::istringstream fields(text.substr(1));
  std::vector<Native> numbers(1);
  for (std::string field; fields >> field;) numbers.push_back(std::strtoull(field.c_str(), nullptr, 10));
  return numbers;
}

}  // namespace

// ---- The start ------------------------------------------------------------------------------------------------------

std::variant<Reality, Refusal> Reality::start(Bits bits, const SessionLimits& limits) {
  Settings settings{};
  settings.with_vdso = false;
  settings.limits.locked = limits.locked * page_size;
  auto started = Agent::start(bits, settings);
  if (auto* refusal = std::get_if<Refusal>(&started)) return std::move(*refusal);
  Reality reality;
  reality.bits_ = bits;
  reality.kernel_ = running_kernel(bits);
  reality.agents_.push_back(std::move(std::get<Agent>(started)));
  for (const std::string_view file : session_files)
    reality.files_.emplace_back(Name(file), File(std::string(file), since::file_size, since::initial_byte));
  Agent& agent = reality.agents_.front();
  for (const SessionDescriptor& descriptor : session_descriptors) {
    const auto file = std::ranges::find(session_files, descriptor.file) - session_files.begin();
    constexpr std::array modes{Mode::read_only, Mode::read_only, Mode::write_only, Mode::read_and_write};
    agent.open(reality.files_[static_cast<std::size_t>(file)].second, modes[descriptor.f_mode], descriptor.number);
  }
  reality.survey();
  reality.limit(limits);
  return reality;
}

std::variant<Reality, Refusal> Reality::bare(const since::Boot<Native>& boot) {
  const Bits bits = boot.bits == 32 ? Bits::of_32 : Bits::of_64;
  Settings settings{};
  settings.with_vdso = false;
  settings.limits.locked = boot.rlimit_memlock;
  settings.limits.stack = boot.rlimit_stack;
  auto started = Agent::start(bits, settings);
  if (auto* refusal = std::get_if<Refusal>(&started)) return std::move(*refusal);
  Reality reality;
  reality.bits_ = bits;
  reality.agents_.push_back(std::move(std::get<Agent>(started)));
  Agent& agent = reality.agents_.front();
  reality.heap_ = {boot.brk, static_cast<Native>(*agent.call(Call::brk, {0}))};
  Native all = 0, data = 0;  // what the program has of its own counts, too
  for (const SeenArea& area : agent.areas()) {
    const Native bytes = area.end - area.start;
    all += bytes;
    if (area.write && !area.shared && !area.detail->flags.has(VmFlag::grows_down)) data += bytes;
  }
  if (boot.rlimit_as != unlimited) agent.limit(RLIMIT_AS, boot.rlimit_as + all);
  if (boot.rlimit_data != unlimited) agent.limit(RLIMIT_DATA, boot.rlimit_data + data);
  return reality;
}

void Reality::survey() {
  Agent& agent = agents_.front();
  const std::vector<Native> fields = statistics(agent.process());
  constexpr std::size_t start_data = 42, end_data = 43, start_brk = 44;  // counted from the state
  since::Process<Native> process{};
  since::State<Native>& state = process.state;
  vma::State<Native>& base = state.base;
  state.start_brk = fields[start_brk];
  base.mm.brk = static_cast<Native>(*agent.call(Call::brk, {0}));
  base.mm.start_data = state.start_brk - (fields[end_data] - fields[start_data]);

  const auto add_file = [&](std::string_view name, std::uint32_t f_mode, std::optional<std::uint32_t> fd) {
    if (!vma::inode_named(base, Name(name))) {
      vma::Inode inode{};
      inode.name = Name(name);
      base.inodes.push_back(inode);
    }
    base.files.push_back(
        {.number = ++base.files_made, .inode = Name(name), .f_mode = f_mode, .f_count = 1, .fd = fd});
  };
  add_file("refmm-agent", vma::FMODE_READ, std::nullopt);
  for (const SessionDescriptor& descriptor : session_descriptors)
    add_file(descriptor.file, descriptor.f_mode, static_cast<std::uint32_t>(descriptor.number));
  for (const SeenArea& seen : agent.areas()) {
    const Native pages = (seen.end - seen.start) / page_size;
    vma::Area<Native> area = area_of(seen);
    if (seen.inode == 0) area.vm_pgoff = offset_of_memory(seen, bits_);
    area.vm_file = seen.inode != 0 ? 1 : 0;
    area.id = ++base.areas_made;
    base.mm.areas.push_back(area);
    if (seen.inode != 0) base.inodes.front().i_mmap.push_back(base.areas_made);
    base.mm.total_vm += pages;
    if (!seen.detail->flags.has(VmFlag::writable)) continue;
    state.written.push_back(base.areas_made);
    if (seen.path == "[stack]") process.pages = pages_of(agent, seen);
  }
  base.mm.map_count = base.mm.areas.size();
  base.files.front().f_count = static_cast<std::uint32_t>(base.mm.map_count) + 1;
  base.knobs = {.free_pages = 0,
                .buffer_pages = 0,
                .cache_pages = 0,
                .swap_pages = 0,
                .overcommit = true,
                .physpages = ~Native{0},
                .rlimit_as = ~Native{0},
                .rlimit_data = ~Native{0},
                .rlimit_stack = Native{8} << 20,
                .rlimit_memlock = 0,
                .cap_ipc_lock = false,
                .max_map_count = kernel_setting("max_map_count", 65530),
                .fail_vma = 0,
                .fail_shmem = 0,
                .fail_move = 0};
  for (const std::string_view file : session_files) state.ends.push_back({Name(file), since::file_size});
  world_.processes.push_back(std::move(process));
  for (const std::string_view file : session_files)
    world_.objects.push_back({Name(file), since::file_size, true, {}});
}

void Reality::limit(const SessionLimits& limits) {
  vma::State<Native>& base = world_.processes.front().state.base;
  base.knobs.rlimit_memlock = limits.locked * page_size;
  if (limits.address_space) {
    base.knobs.rlimit_as = (base.mm.total_vm + *limits.address_space) * page_size;
    agents_.front().limit(RLIMIT_AS, base.knobs.rlimit_as);
  }
  if (limits.data) {
    Native pages = 0;
    for (const vma::Area<Native>& area : base.mm.areas) {
      const Native kinds = vma::VM_WRITE | vma::VM_SHARED | vma::VM_GROWSDOWN;
      if ((area.vm_flags & kinds) == vma::VM_WRITE) pages += (area.vm_end - area.vm_start) / page_size;
    }
    base.knobs.rlimit_data = (pages + *limits.data) * page_size;
    agents_.front().limit(RLIMIT_DATA, base.knobs.rlimit_data);
  }
}

// ---- Calls ----------------------------------------------------------------------------------------------------------

std::string Reality::in_words(Agent& agent, std::optional<std::int64_t> result, bool is_address) {
  if (!result) return agent.end() ? conform::in_words(*agent.end()) : "no answer";
  if (*result < 0 && *result >= -static_cast<std::int64_t>(largest_error))
    return "-1 " + error_name(static_cast<std::uint32_t>(-*result));
  if (is_address) return fmt::format("{:#x}", static_cast<Native>(*result));
  return fmt::format("{}", *result);
}

namespace {

/// Which call it is with which arguments, and whether its result is an address.
struct Raw {
  Call call;
  std::array<Native, 6> arguments;
  bool is_address = false;
};

struct RawCall {
  Bits bits;
  Raw operator()(const vma::Open&) const { return {Call::close, {~Native{0}}}; }  // sessions have their files open
  Raw operator()(const vma::Close& c) const { return {Call::close, {static_cast<Native>(c.fd)}}; }
  Raw operator()(const vma::Mmap<Native>& c) const {
    const Native offset = bits == Bits::of_32 ? c.offset / page_size : c.offset;
    return {Call::mmap, {c.addr, c.len, c.prot, c.flags, static_cast<Native>(c.fd), offset}, true};
  }
  Raw operator()(const vma::Mmap2<Native>& c) const {
    return (*this)(vma::Mmap<Native>{c.addr, c.len, c.prot, c.flags, c.fd, c.pgoff * page_size});
  }
  Raw operator()(const vma::Munmap<Native>& c) const { return {Call::munmap, {c.addr, c.len}}; }
  Raw operator()(const vma::Brk<Native>& c) const { return {Call::brk, {c.brk}, true}; }
  Raw operator()(const vma::Mprotect<Native>& c) const { return {Call::mprotect, {c.addr, c.len, c.prot}}; }
  Raw operator()(const vma::Mremap<Native>& c) const {
    return {Call::mremap, {c.addr, c.old_len, c.new_len, c.flags, c.new_addr}, true};
  }
  Raw operator()(const vma::Mlock<Native>& c) const { return {Call::mlock, {c.addr, c.len}}; }
  Raw operator()(const vma::Munlock<Native>& c) const { return {Call::munlock, {c.addr, c.len}}; }
  Raw operator()(const vma::Mlockall<Native>& c) const { return {Call::mlockall, {c.flags}}; }
  Raw operator()(const vma::Munlockall&) const { return {Call::munlockall, {}}; }
  Raw operator()(const since::Madvise<Native>& c) const { return {Call::madvise, {c.addr, c.len, c.advice}}; }
  Raw operator()(const since::Mlock2<Native>& c) const { return {Call::mlock2, {c.addr, c.len, c.flags}}; }
  Raw operator()(const since::Touch<Native>&) const { return {Call::brk, {}, true}; }  // sessions load and store
};

std::string access_in_words(const std::optional<Access>& access, const Agent& agent, bool loads) {
  if (!access) return agent.end() ? in_words(*agent.end()) : "no answer";
  if (access->signal == SIGSEGV) return "SIGSEGV";
  if (access->signal == SIGBUS) return "SIGBUS";
  return loads ? fmt::format("{}", access->byte) : "0";
}

}  // namespace

/// Opens a file of a transcript as the lowest descriptor that is free.
std::string Reality::open(Agent& agent, const vma::Open& call) {
  auto file = std::ranges::find(files_, call.name, &std::pair<Name, File>::first);
  if (file == files_.end()) {
    files_.emplace_back(call.name, File(std::string(call.name.view()), since::file_size, since::initial_byte));
    file = files_.end() - 1;
  }
  std::int32_t number = 3;
  while (std::ranges::find(descriptors_, number) != descriptors_.end()) ++number;
  constexpr std::array modes{Mode::read_only, Mode::read_only, Mode::write_only, Mode::read_and_write};
  descriptors_.push_back(number);
  return in_words(agent, agent.open(file->second, modes[call.mode & 3], number), false);
}

std::string Reality::answer(Agent& agent, const since::Command<Native>& command) {
  if (const auto* call = std::get_if<vma::Open>(&command)) return open(agent, *call);
  if (const auto* call = std::get_if<vma::Close>(&command)) std::erase(descriptors_, call->fd);
  const Raw raw = std::visit(RawCall{bits_}, command);
  const auto& a = raw.arguments;
  return in_words(agent, agent.call(raw.call, {a[0], a[1], a[2], a[3], a[4], a[5]}), raw.is_address);
}

std::string Reality::carry_out(std::size_t process, const since::WorldCommand<Native>& command) {
  Agent& agent = agents_[process];
  if (const auto* call = std::get_if<since::Command<Native>>(&command)) return answer(agent, *call);
  if (const auto* load = std::get_if<since::Load<Native>>(&command))
    return access_in_words(agent.load(load->addr), agent, true);
  if (const auto* store = std::get_if<since::Store<Native>>(&command))
    return access_in_words(agent.store(store->addr, store->value), agent, false);
  auto forked = agent.fork();
  if (!forked || !forked->child)
    return in_words(agent, forked ? std::optional(forked->result) : std::nullopt, false);
  agents_.push_back(std::move(*forked->child));
  return fmt::format("{}", agents_.size());
}

since::World<Native> Reality::observed() {
  since::World<Native> world{};
  for (Agent& agent : agents_) {
    std::vector<SeenArea> areas = agent.areas();
    std::erase_if(areas, [&](const SeenArea& area) {
      return area.path == "[stack]" || (area.start < agent.image().end && area.end > agent.image().start);
    });
    world.processes.push_back({heap_.to_here(state_of(areas)), {}});
  }
  return world;
}

std::vector<std::string> Reality::areas(std::size_t process) {
  return since::areas_notation(state_of(agents_[process].areas()));
}

}  // namespace refmm::conform
