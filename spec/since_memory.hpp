// What later eras are asked to keep: bytes. The pages of a process of its own, and the objects that processes share.
//
// A byte that nobody stored is 0, or what the file began with.
#pragma once

#include <refmm/spec/record.hpp>
#include <refmm/spec/since.hpp>

#include <cstdint>
#include <variant>
#include <vector>

namespace refmm::since {

/// A byte that was stored, at an offset in its page or object.
template <Word W>
struct StoredByte {
  REFMM_RECORD(StoredByte, (W, offset), (std::uint8_t, value));
};

/// A page of the process's own: of private memory to which it, or a process that it was copied from, has written.
template <Word W>
struct OwnPage {
  REFMM_RECORD(OwnPage, (W, address), (std::vector<StoredByte<W>>, bytes));
};

/// A file, or memory that is shared without one.
template <Word W>
struct Object {
  REFMM_RECORD(Object, (Name, name), (W, size),  // bytes
               (bool, patterned),                // byte i is initial_byte(i) until something is stored; else 0
               (std::vector<StoredByte<W>>, bytes));
};

/// What a file of a session begins with: no two pages alike, and no byte 0.
constexpr std::uint8_t initial_byte(std::uint64_t offset) {
  return static_cast<std::uint8_t>(1 + (offset % 4096 * 7 + offset / 4096 * 31) % 251);
}

template <Word W>
struct Process {
  REFMM_RECORD(Process, (State<W>, state), (std::vector<OwnPage<W>>, pages));
};

/// Processes in the order in which they came into being, and what they share.
template <Word W>
struct World {
  REFMM_RECORD(World, (std::vector<Process<W>>, processes), (std::vector<Object<W>>, objects));
};

/// What a transcript begins with: one process with nothing but a heap of no pages, and no file.
template <Word W>
struct Boot {
  REFMM_RECORD(Boot, (KernelOf<W>, kernel), (std::uint32_t, bits),  // of its programs: 32 or 64
               (W, brk),                                            // bytes: where the heap begins
               (W, rlimit_as), (W, rlimit_data), (W, rlimit_memlock),
               (W, rlimit_stack));  // bytes; all ones for none
};

/// Bytes in a file that a transcript opens: its last page is not full.
inline constexpr std::uint32_t file_size = 3 * 4096 + 100;

// ---- Calls of a process -----------------------------------------------------------------------------------------

template <Word W>
struct Load {
  REFMM_RECORD(Load, (W, addr));
};
template <Word W>
struct Store {
  REFMM_RECORD(Store, (W, addr), (std::uint8_t, value));
};
struct Fork {
  REFMM_RECORD(Fork);
};

template <Word W>
using WorldCommand = std::variant<Command<W>, Load<W>, Store<W>, Fork>;

/// A call, and by which process: by its place among them.
template <Word W>
struct ProcessCommand {
  REFMM_RECORD(ProcessCommand, (std::uint32_t, process), (WorldCommand<W>, command));
};

/// The byte that was loaded.
struct Value {
  REFMM_RECORD(Value, (std::uint8_t, byte));
};
/// SIGBUS: behind the end of a file.
struct BusError {
  REFMM_RECORD(BusError);
};
/// Of fork: the number of the child, its place among the processes.
struct Child {
  REFMM_RECORD(Child, (std::uint32_t, number));
};

template <Word W>
using WorldResult = std::variant<Result<W>, Value, BusError, Child>;

}  // namespace refmm::since
