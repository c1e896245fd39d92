/* Threads that allocate, grow and free blocks of many sizes: arenas, their growth by brk and mprotect, large blocks by
   mmap, which mremap moves, and memory that is given back by madvise and munmap. The same calls in every run. */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { threads = 4, rounds = 300, slots = 48 };

static uint32_t next(uint32_t *random) {
  *random = *random * 1664525u + 1013904223u;
  return *random >> 8;
}

/* Mostly small; a few that malloc takes from mmap (128 KiB and more). */
static size_t size_of_block(uint32_t *random) {
  const uint32_t kind = next(random) % 16;
  if (kind < 10) return 1 + next(random) % 512;
  if (kind < 14) return 1 + next(random) % 20000;
  if (kind < 15) return 60000 + next(random) % 60000;
  return 140000 + next(random) % 900000;
}

static void *work(void *number) {
  uint32_t random = 1 + (uint32_t)(uintptr_t)number;
  char *blocks[slots] = {0};
  for (int round = 0; round < rounds; ++round) {
    char **block = &blocks[next(&random) % slots];
    if (*block != NULL && next(&random) % 2 == 0) {
      free(*block);
      *block = NULL;
    } else {
      const size_t size = size_of_block(&random);
      char *grown = realloc(*block, size);
      if (grown == NULL) abort();
      memset(grown, round, size);
      *block = grown;
    }
  }
  for (int i = 0; i < slots; ++i) free(blocks[i]);
  return NULL;
}

int main(void) {
  pthread_t others[threads];
  for (uintptr_t i = 0; i < threads; ++i) {
    if (pthread_create(&others[i], NULL, work, (void *)(i + 1)) != 0) return 1;
  }
  work(NULL);
  for (int i = 0; i < threads; ++i) {
    if (pthread_join(others[i], NULL) != 0) return 1;
  }
  return 0;
}
