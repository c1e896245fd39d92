// A heap of a program as refmm tests it. Part of refmm/subject.h. What each call is supposed to do: refmm clause malloc
//
// There must be create, destroy, malloc and free. All else may be NULL.
//
// Where blocks are is the heap's own business. It is held to what any malloc must do: it gives and refuses as the model does,
// blocks are aligned, no two that are in use share a byte, the bytes of a block are its user's, calloc clears them, and
// realloc keeps those that there were. The model has 32-bit addresses: a size that is too large for any memory there is passed as
// one that is too large here, and a product that wraps there as one that wraps here.
#ifndef REFMM_SUBJECT_MALLOC_H
#define REFMM_SUBJECT_MALLOC_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// What blocks are aligned to, in bytes.
#define REFMM_MALLOC_ALIGNMENT 8u

// The layer below: the end of one region of memory, as brk moves it. A heap that takes none from here (it has memory of its own)
// is not asked for what the kernel is to refuse.
struct refmm_malloc_memory {
  // Moves the end of the region by `increment` bytes, which may be negative. The end before; NULL if there is no more memory.
  // New bytes are 0. The program may have moved the end since the heap did: what lies in between is not the heap's.
  void* (*sbrk)(struct refmm_malloc_memory* memory, ptrdiff_t increment);
};

struct refmm_malloc_subject {
  uint32_t abi, size;  // REFMM_TABLE(refmm_malloc_subject)

  // A heap of a program that has just been started; NULL if that fails. `memory` lives longer.
  void* (*create)(struct refmm_malloc_memory* memory);
  void (*destroy)(void* heap);

  void* (*malloc)(void* heap, size_t bytes);  // of 0 bytes: a block as well; NULL: no memory
  void (*free)(void* heap, void* block);      // NULL does nothing
  void* (*calloc)(void* heap, size_t count, size_t size);
  void* (*realloc)(void* heap, void* block, size_t bytes);  // to 0 bytes: frees, and returns NULL
  void* (*memalign)(void* heap, size_t alignment, size_t bytes);
  size_t (*malloc_usable_size)(void* heap, void* block);
  int (*malloc_trim)(void* heap, size_t pad);
};

// What a library with a heap exports.
const struct refmm_malloc_subject* refmm_malloc_subject(void);

#ifdef __cplusplus
}
#endif

#endif
