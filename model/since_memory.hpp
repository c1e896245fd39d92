// Processes of later eras and what they store: private pages, shared objects, fork and copy on write.
//
// What areas do to pages is told by their effects (what is unmapped, what is moved); the rest is which byte a load finds.
#pragma once

#include <refmm/model/since.hpp>
#include <refmm/model/vma_exit.hpp>
#include <refmm/spec/since_boot.hpp>
#include <refmm/spec/since_memory.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

/// What came of a call of one process.
template <Word W>
struct WorldStep {
  since::World<W> world;
  since::WorldResult<W> result;
  Because because;
};

// ---- Bytes ----------------------------------------------------------------------------------------------------------

template <Word W>
constexpr void store_byte(std::vector<since::StoredByte<W>>& bytes, W offset, std::uint8_t value) {
  const auto found = std::ranges::find(bytes, offset, &since::StoredByte<W>::offset);
  if (found == bytes.end()) {
    bytes.push_back({offset, value});
  } else {
    found->value = value;
  }
}

template <Word W>
constexpr std::optional<std::uint8_t> stored_byte(const std::vector<since::StoredByte<W>>& bytes, W offset) {
  const auto found = std::ranges::find(bytes, offset, &since::StoredByte<W>::offset);
  return found == bytes.end() ? std::nullopt : std::optional(found->value);
}

template <Word W>
constexpr since::Object<W>* object_named(since::World<W>& world, const Name& name) {
  const auto found = std::ranges::find(world.objects, name, &since::Object<W>::name);
  return found == world.objects.end() ? nullptr : &*found;
}

/// What an object began with.
template <Word W>
constexpr std::uint8_t first_byte_of(const since::Object<W>& object, W offset) {
  return object.patterned && offset < object.size ? since::initial_byte(offset) : std::uint8_t{0};
}

template <Word W>
constexpr std::uint8_t byte_of(const since::Object<W>& object, W offset) {
  if (const auto stored = stored_byte(object.bytes, offset)) return *stored;
  return first_byte_of(object, offset);
}

// ---- Pages that go and move -----------------------------------------------------------------------------------------

template <Word W>
constexpr void carry_out(std::vector<since::OwnPage<W>>& pages, const vma::Effect<W>& effect) {
  if (const auto* zap = std::get_if<vma::ZapPageRange<W>>(&effect)) {
    std::erase_if(pages, [&](const since::OwnPage<W>& page) {
      return page.address >= zap->addr && page.address - zap->addr < zap->size;
    });
  } else if (const auto* move = std::get_if<vma::MovePageTables<W>>(&effect); move && move->moved) {
    for (since::OwnPage<W>& page : pages) {
      if (page.address >= move->from && page.address - move->from < move->len)
        page.address = page.address - move->from + move->to;
    }
  }
}

/// An object, if there is none of its name yet; the process knows where it ends.
template <Word W>
constexpr void add_object(since::World<W>& world, since::State<W>& state, const since::Object<W>& object) {
  if (!object_named(world, object.name)) world.objects.push_back(object);
  if (std::ranges::find(state.ends, object.name, &since::FileEnd<W>::name) == state.ends.end())
    state.ends.push_back({object.name, object.size});
}

/// Memory that is shared without a file is an object from when it is mapped.
template <Word W>
constexpr void add_new_objects(since::World<W>& world, since::State<W>& state,
                               const std::vector<vma::Effect<W>>& effects) {
  for (const vma::Effect<W>& effect : effects) {
    const auto* setup = std::get_if<vma::ShmemZeroSetup<W>>(&effect);
    if (!setup || !setup->made) continue;
    const Name& name = state.base.inodes.back().name;
    add_object(world, state, since::Object<W>{name, setup->end - setup->start, false, {}});
  }
}

// ---- Loads and stores -----------------------------------------------------------------------------------------------

/// Where an address is: in a page of the process's own, in an object, or in memory that nobody stored to.
template <Word W>
struct Place {
  const vma::Area<W>* area;
  since::OwnPage<W>* own;    // nullptr: none
  since::Object<W>* object;  // nullptr: none
  W in_page, in_object;      // offsets in bytes
};

template <Word W>
constexpr Place<W> place_of(const since::KernelOf<W>& kernel, since::World<W>& world, std::size_t process,
                            W addr) {
  const MachineOf<W>& machine = kernel.base.machine;
  since::Process<W>& self = world.processes[process];
  const auto& areas = self.state.base.mm.areas;
  const vma::Area<W>& area = areas[first_above(areas, addr)];
  const W page = page_of<W>(machine, addr);
  const auto own = std::ranges::find(self.pages, page, &since::OwnPage<W>::address);
  since::Object<W>* object = area.vm_file == 0 ? nullptr : object_named(world, file_name(self.state.base, area));
  return {&area, own == self.pages.end() ? nullptr : &*own, object, addr - page,
          addr - area.vm_start + bytes_in<W>(machine, area.vm_pgoff)};
}

/// True if the page of a place is behind the end of its object.
template <Word W>
constexpr bool is_behind_end(const since::KernelOf<W>& kernel, const Place<W>& place) {
  return place.object && !place.own && place.in_object >= page_align<W>(kernel.base.machine, place.object->size);
}

template <Word W>
constexpr std::uint8_t byte_at(const Place<W>& place) {
  if (place.own) {  // what was stored to the object since it was copied is not seen
    if (const auto stored = stored_byte(place.own->bytes, place.in_page)) return *stored;
    return place.object ? first_byte_of(*place.object, place.in_object) : std::uint8_t{0};
  }
  return place.object ? byte_of(*place.object, place.in_object) : std::uint8_t{0};
}

/// The page of a place as a page of the process's own: a copy of what the object holds.
template <Word W>
constexpr since::OwnPage<W> copied_page(const since::KernelOf<W>& kernel, const Place<W>& place, W addr) {
  since::OwnPage<W> page{page_of<W>(kernel.base.machine, addr), {}};
  if (!place.object) return page;
  const W first = place.in_object - place.in_page;
  for (const since::StoredByte<W>& byte : place.object->bytes) {
    if (byte.offset >= first && byte.offset - first < W(kernel.base.machine.page_size))
      page.bytes.push_back({byte.offset - first, byte.value});
  }
  return page;
}

template <Word W>
constexpr void put_byte(const since::KernelOf<W>& kernel, since::World<W>& world, std::size_t process, W addr,
                        std::uint8_t value) {
  const Place<W> place = place_of<W>(kernel, world, process, addr);
  if (has(place.area->vm_flags, vma::VM_SHARED)) {
    store_byte(place.object->bytes, place.in_object, value);
    return;
  }
  if (place.own) {
    store_byte(place.own->bytes, place.in_page, value);
    return;
  }
  since::OwnPage<W> page = copied_page<W>(kernel, place, addr);
  store_byte(page.bytes, place.in_page, value);
  world.processes[process].pages.push_back(std::move(page));
}

/// The world when a transcript begins. [vma.boot]
template <Word W>
constexpr since::World<W> boot(const since::Boot<W>& boot) {
  since::Process<W> process{};
  process.state.start_brk = boot.brk;
  process.state.base.mm.brk = process.state.base.mm.start_data = boot.brk;
  process.state.base.mm.end_code = boot.brk - W(since::code_below_heap);
  process.state.base.knobs = {.free_pages = 0u,
                              .buffer_pages = 0u,
                              .cache_pages = 0u,
                              .swap_pages = 0u,
                              .overcommit = true,
                              .physpages = ~W(0u),
                              .rlimit_as = boot.rlimit_as,
                              .rlimit_data = boot.rlimit_data,
                              .rlimit_stack = boot.rlimit_stack,
                              .rlimit_memlock = boot.rlimit_memlock,
                              .cap_ipc_lock = false,
                              .max_map_count = 65530u,
                              .fail_vma = 0,
                              .fail_shmem = 0,
                              .fail_move = 0};
  since::World<W> world{};
  world.processes.push_back(std::move(process));
  return world;
}

// ---- Steps ----------------------------------------------------------------------------------------------------------

template <Word W>
constexpr WorldStep<W> run(const since::KernelOf<W>& kernel, since::World<W> world, std::size_t process,
                           const since::Command<W>& command, Chosen<W> chosen) {
  since::Process<W>& self = world.processes[process];
  EraStep<W> step = model::step<W>(kernel, std::move(self.state), command, chosen);
  self.state = std::move(step.state);
  for (const vma::Effect<W>& effect : step.effects) carry_out(self.pages, effect);
  if (const auto* open = std::get_if<vma::Open>(&command))
    add_object(world, self.state, since::Object<W>{open->name, W(since::file_size), true, {}});
  add_new_objects(world, self.state, step.effects);
  return {std::move(world), std::move(step.result), std::move(step.because)};
}

/// A load or a store: what the areas say of it, and then `access` of the place.
template <Word W>
constexpr WorldStep<W> accessed(const since::KernelOf<W>& kernel, since::World<W> world, std::size_t process,
                                const since::Touch<W>& touch, auto access) {
  auto touched = run<W>(kernel, std::move(world), process, since::Command<W>(touch), std::nullopt);
  const auto& result = std::get<since::Result<W>>(touched.result);
  if (!std::holds_alternative<vma::Success>(result)) return touched;
  if (is_behind_end<W>(kernel, place_of<W>(kernel, touched.world, process, touch.addr))) {
    touched.because.push_back("since.touch.permissions");
    touched.result = since::BusError{};
    return touched;
  }
  access(touched);
  return touched;
}

template <Word W>
constexpr WorldStep<W> run(const since::KernelOf<W>& kernel, since::World<W> world, std::size_t process,
                           const since::Load<W>& load, Chosen<W>) {
  return accessed<W>(kernel, std::move(world), process, {load.addr, false}, [&](WorldStep<W>& step) {
    step.result = since::Value{byte_at(place_of<W>(kernel, step.world, process, load.addr))};
  });
}

template <Word W>
constexpr WorldStep<W> run(const since::KernelOf<W>& kernel, since::World<W> world, std::size_t process,
                           const since::Store<W>& store, Chosen<W>) {
  return accessed<W>(kernel, std::move(world), process, {store.addr, true}, [&](WorldStep<W>& step) {
    put_byte<W>(kernel, step.world, process, store.addr, store.value);
  });
}

/// The numbers of shared memory objects of a child begin where no other process's are.
inline constexpr std::uint32_t shared_objects_of_a_process = 1u << 16;

template <Word W>
constexpr WorldStep<W> run(const since::KernelOf<W>& kernel, since::World<W> world, std::size_t process,
                           const since::Fork&, Chosen<W>) {
  since::Process<W> child = world.processes[process];
  const WrittenBefore<W> before = written_areas(child.state);
  Forked<W> forked = dup_mmap<W>({std::move(child.state.base), vma::Nothing{}, {}, {}});
  child.state.base = std::move(forked.so_far.state);
  child.state.base.mm = std::move(forked.child);
  for (vma::Area<W>& area : child.state.base.mm.areas) area.vm_flags = area.vm_flags & ~W(since::VM_LOCKONFAULT);
  child.state.base.lookup = {};
  if (child.state.base.mm.areas.size() >= avl_min_map_count)
    child.state.base.lookup = tree_of(child.state.base.mm, {});
  if (kernel.era.fork_unlocked) child.state.base.mm.def_flags = W(0u);
  child.state = written_inherited(std::move(child.state), before);
  child.state.forked = true;
  for (const vma::Area<W>& area : child.state.base.mm.areas) {  // what may be dropped begins empty
    if (has(area.vm_flags, since::VM_DROPPABLE))
      carry_out(child.pages, vma::Effect<W>(vma::ZapPageRange<W>{area.vm_start, area.vm_end - area.vm_start}));
  }
  const auto number = static_cast<std::uint32_t>(world.processes.size());
  child.state.base.shm_made = number * shared_objects_of_a_process;
  world.processes.push_back(std::move(child));
  if (kernel.era.fork_unlocked) forked.so_far.because.push_back("since.fork.unlocked");
  return {std::move(world), since::Child{number}, std::move(forked.so_far.because)};
}

/// Carries out a call of one process.
template <Word W>
constexpr WorldStep<W> step(const since::KernelOf<W>& kernel, since::World<W> before, std::size_t process,
                            const since::WorldCommand<W>& command, Chosen<W> chosen = std::nullopt) {
  return std::visit([&](const auto& call) { return run<W>(kernel, std::move(before), process, call, chosen); },
                    command);
}

}  // namespace refmm::model::inline REFMM_BUILD
