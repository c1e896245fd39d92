// Why a call of the allocator fails, or ends the program. A program sees NULL, a signal or nothing ever again; the model, the laws and
// the tests tell the reasons apart.
#pragma once

namespace refmm::malloc {

enum class Refusal {
  // NULL, and errno is ENOMEM.
  too_large,      // no address space has room for it
  product_wraps,  // of calloc
  no_memory,      // the kernel gives no more

  // -1, and errno is ENOMEM: of sbrk.
  break_stays,

  // SIGSEGV: an access where nothing is mapped, of the program or of the allocator.
  not_mapped,

  // SIGABRT: a check of a hardened heap.
  invalid_pointer,      // what is freed was never handed out
  invalid_size,         // no chunk has this size
  double_free,          // the chunk behind it says that it is free
  corrupted_prev_size,  // two chunks do not agree on the size of the one in front
  corrupted_links,      // the neighbours on a list do not lead back
  corrupted_top,        // the top reaches beyond the heap

  // The call never returns: HANG.
  endless_list,
};

/// How the transcripts print a refusal.
constexpr const char* notation(Refusal refusal) {
  if (refusal < Refusal::break_stays) return "NULL";
  if (refusal == Refusal::break_stays) return "-1 ENOMEM";
  if (refusal == Refusal::not_mapped) return "SIGSEGV";
  return refusal == Refusal::endless_list ? "HANG" : "SIGABRT";
}

/// True if the program is at its end.
constexpr bool ends_everything(Refusal refusal) { return refusal > Refusal::break_stays; }

}  // namespace refmm::malloc
