#include <refmm/impl/since.hpp>
#include <refmm/tests/since_subject.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace refmm {
namespace {

using Word = impl::EraWord;
using Result = since::WorldResult<Word>;
using CallResult = since::Result<Word>;

// ---- Commands -------------------------------------------------------------------------------------------------------

CallResult refused(const impl::EraRefusal& refusal) {
  struct {
    CallResult operator()(vma::Refusal reason) const { return vma::Refused{reason}; }
    CallResult operator()(since::Refusal reason) const { return since::Refused{reason}; }
    CallResult operator()(const since::TakenForError<Word>& taken) const { return taken; }
  } result;
  return std::visit(result, refusal);
}
CallResult result_of(const impl::EraReturned<Word>& address) {
  if (!address) return refused(address.refusal());
  return vma::Address<Word>{*address};
}
CallResult result_of(const impl::EraReturned<impl::Done>& status) {
  if (!status) return refused(status.refusal());
  return vma::Success{};
}
Result result_of(impl::EraSignal signal) {
  if (signal == impl::EraSignal::bus_error) return since::BusError{};
  return CallResult(since::Signal{});
}

/// Carries out calls of one process.
class Caller {
 public:
  Caller(impl::EraMachine& machine, std::size_t place)
      : machine_(machine), self_(machine.process(place)), place_(place) {}

  Result operator()(const since::Command<Word>& command) const {
    const CallResult result = std::visit(*this, command);
    self_.mm.mm_populate();
    return result;
  }
  Result operator()(const since::Load<Word>& c) const {
    const auto byte = machine_.load(place_, c.addr);
    if (!byte) return result_of(byte.refusal());
    return since::Value{*byte};
  }
  Result operator()(const since::Store<Word>& c) const {
    const auto stored = machine_.store(place_, c.addr, c.value);
    if (!stored) return result_of(stored.refusal());
    return CallResult(vma::Success{});
  }
  Result operator()(const since::Fork&) const {
    return since::Child{static_cast<std::uint32_t>(machine_.fork(place_))};
  }

  CallResult operator()(const vma::Open& c) const {
    const auto fd = machine_.open(place_, c.name, c.mode);
    if (!fd) return vma::Refused{fd.refusal()};
    return vma::Descriptor{*fd};
  }
  CallResult operator()(const vma::Close& c) const { return result_of(self_.descriptors.close(c.fd)); }
  CallResult operator()(const vma::Mmap<Word>& c) const {
    if (c.offset % impl::era_page_size != 0) return vma::Refused{vma::Refusal::offset_unaligned};
    return (*this)(vma::Mmap2<Word>{c.addr, c.len, c.prot, c.flags, c.fd, c.offset / impl::era_page_size});
  }
  CallResult operator()(const vma::Mmap2<Word>& c) const {
    const bool has_file = (c.flags & vma::MAP_ANONYMOUS) == 0;
    impl::EraDescriptors::File* const file = has_file ? self_.descriptors.find(c.fd) : nullptr;
    if (has_file && file == nullptr) return vma::Refused{vma::Refusal::descriptor_not_open};
    return result_of(self_.mm.mmap2(file, c.addr, c.len, c.prot, c.flags, c.pgoff));
  }
  CallResult operator()(const vma::Munmap<Word>& c) const { return result_of(self_.mm.munmap(c.addr, c.len)); }
  CallResult operator()(const vma::Brk<Word>& c) const { return vma::Address<Word>{self_.mm.sys_brk(c.brk)}; }
  CallResult operator()(const vma::Mprotect<Word>& c) const {
    return result_of(self_.mm.mprotect(c.addr, c.len, c.prot));
  }
  CallResult operator()(const vma::Mremap<Word>& c) const {
    return result_of(self_.mm.mremap(c.addr, c.old_len, c.new_len, c.flags, c.new_addr));
  }
  CallResult operator()(const vma::Mlock<Word>& c) const { return result_of(self_.mm.mlock(c.addr, c.len)); }
  CallResult operator()(const vma::Munlock<Word>& c) const { return result_of(self_.mm.munlock(c.addr, c.len)); }
  CallResult operator()(const vma::Mlockall<Word>& c) const { return result_of(self_.mm.mlockall(c.flags)); }
  CallResult operator()(const vma::Munlockall&) const { return result_of(self_.mm.munlockall()); }
  CallResult operator()(const since::Madvise<Word>& c) const {
    return result_of(self_.mm.madvise(c.addr, c.len, c.advice));
  }
  CallResult operator()(const since::Mlock2<Word>& c) const {
    return result_of(self_.mm.mlock2(c.addr, c.len, c.flags));
  }
  CallResult operator()(const since::Touch<Word>& c) const {
    if (self_.mm.touch(c.addr, c.writes) == nullptr) return since::Signal{};
    return vma::Success{};
  }

 private:
  impl::EraMachine& machine_;
  impl::EraProcess& self_;
  std::size_t place_;
};

// ---- States -----------------------------------------------------------------------------------------------------

using FileNumbers = std::unordered_map<const impl::File<Word>*, std::uint32_t>;

std::vector<since::StoredByte<Word>> stored_bytes(const impl::EraPage& page, Word first) {
  std::vector<since::StoredByte<Word>> bytes;
  page.for_each_stored([&](Word offset, std::uint8_t byte) { bytes.push_back({first + offset, byte}); });
  return bytes;
}

/// The files of a process: all of the machine, by its own descriptors.
void observe_files(const impl::EraMachine& machine, const impl::EraProcess& process, vma::State<Word>& seen,
                   FileNumbers& numbers) {
  for (const auto& file : machine.files().files()) {
    const auto number = static_cast<std::uint32_t>(numbers.size() + 1);
    numbers.emplace(&file, number);
    seen.files.push_back({number, file.inode->name, file.f_mode, file.f_count, std::nullopt});
  }
  const auto& table = process.descriptors.table();
  for (std::size_t fd = 0; fd < table.size(); ++fd) {
    if (table[fd] != nullptr) seen.files[numbers[table[fd]] - 1].fd = static_cast<std::uint32_t>(fd);
  }
  for (const auto& inode : machine.files().inodes())
    seen.inodes.push_back({inode.name, inode.attributes, inode.shared_memory, inode.i_writecount, {}, {}});
}

since::State<Word> observed_state(const impl::EraMachine& machine, const impl::EraProcess& process) {
  const impl::EraAddressSpace& mm = process.mm;
  since::State<Word> seen{};
  FileNumbers files;
  observe_files(machine, process, seen.base, files);
  for (const auto& area : mm.areas()) {
    const auto place = static_cast<std::uint32_t>(seen.base.mm.areas.size() + 1);
    seen.base.mm.areas.push_back({.vm_start = area.vm_start,
                                  .vm_end = area.vm_end,
                                  .vm_pgoff = area.vm_pgoff,
                                  .vm_flags = area.vm_flags,
                                  .vm_file = area.vm_file == nullptr ? 0 : files[area.vm_file],
                                  .vm_ops = area.vm_ops,
                                  .mapped_noreserve = area.mapped_noreserve,
                                  .id = place});
    if (area.was_written) seen.written.push_back(place);
  }
  seen.base.mm.total_vm = mm.total_vm();
  seen.base.mm.locked_vm = mm.locked_vm();
  seen.base.mm.map_count = mm.map_count();
  seen.base.mm.brk = mm.brk;
  seen.base.mm.start_data = mm.start_data;
  seen.base.mm.end_code = mm.end_code;
  seen.base.mm.def_flags = mm.def_flags();
  seen.start_brk = mm.start_brk();
  seen.forked = mm.is_copy();
  return seen;
}

since::Process<Word> observed(const impl::EraMachine& machine, const impl::EraProcess& process) {
  since::Process<Word> seen{observed_state(machine, process), {}};
  for (const auto& [address, page] : process.paging.pages().table())
    seen.pages.push_back({address, stored_bytes(*page, 0)});
  return seen;
}

std::vector<since::Object<Word>> observed_objects(const impl::EraMachine& machine) {
  std::vector<since::Object<Word>> seen;
  for (const auto& inode : machine.files().inodes()) {
    const impl::EraObject* const object = machine.objects().find(inode);
    if (object == nullptr) continue;
    seen.push_back({inode.name, object->size, object->patterned, {}});
    for (const auto& [number, page] : object->pages()) {
      const auto bytes = stored_bytes(page, number * impl::era_page_size);
      seen.back().bytes.insert(seen.back().bytes.end(), bytes.begin(), bytes.end());
    }
  }
  return seen;
}

class SinceImplementation final : public SinceSubject {
 public:
  void reset(const SinceFamily::Boot& boot) override {
    machine_.reset();
    machine_.emplace(boot, slabs_, caches_);
  }

  Answer apply(const SinceFamily::Command& command) override {
    return {std::visit(Caller(*machine_, command.process), command.command), {}};
  }

  void observe(SinceFamily::State& seen) const override {
    seen = {};
    for (std::size_t place = 0; place < machine_->processes(); ++place)
      seen.processes.push_back(observed(*machine_, machine_->process(place)));
    seen.objects = observed_objects(*machine_);
  }

 private:
  impl::HostPages pages_{{.huge_pages = false}};
  impl::SlabAllocator<impl::HostPages> slabs_{pages_};
  impl::AreaCaches<Word> caches_{slabs_};
  std::optional<impl::EraMachine> machine_;
};

}  // namespace

std::unique_ptr<SinceSubject> make_since_implementation() { return std::make_unique<SinceImplementation>(); }

}  // namespace refmm
