/* Every call that has to do with memory areas, with and without success, as it is rarely seen in one program. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { page = 4096 };

static char *mapped(size_t size, int protection, int flags, int file, off_t offset) {
  return mmap(NULL, size, protection, flags, file, offset);
}

static void map_files(void) {
  const int file = open("file", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0 || ftruncate(file, 8 * page) != 0) exit(1);
  char *shared = mapped(4 * page, PROT_READ | PROT_WRITE, MAP_SHARED, file, page);
  char *private = mapped(4 * page, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_POPULATE, file, 0);
  shared[0] = private[0] = 1;
  msync(shared, 4 * page, MS_SYNC);
  msync(shared, page, MS_ASYNC | MS_INVALIDATE);
  msync(shared + 1, page, MS_SYNC);
  const int copy = dup(file);
  dup2(copy, 20);
  dup3(copy, 21, O_CLOEXEC);
  const int third = fcntl(file, F_DUPFD_CLOEXEC, 30);
  close(file);
  mapped(page, PROT_READ, MAP_SHARED_VALIDATE, third, 7 * page);
  mapped(page, PROT_READ, MAP_PRIVATE, file, 0);
  syscall(SYS_close_range, 20, 40, 0);
  mremap(shared, 4 * page, 2 * page, 0);
  const int memory = memfd_create("memory, (named)", MFD_CLOEXEC);
  if (memory < 0 || ftruncate(memory, page) != 0) exit(1);
  mapped(page, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
  close(memory);
  unlink("file");
}

static void lock(char *memory) {
  mlock(memory, page);
  mlock2(memory + page, page, MLOCK_ONFAULT);
  munlock(memory, 2 * page);
  mlockall(MCL_CURRENT | MCL_FUTURE);
  munlockall();
}

static void advise(char *memory) {
  unsigned char resident[4];
  memset(memory, 1, 4 * page);
  mincore(memory, 4 * page, resident);
  madvise(memory, page, MADV_DONTNEED);
  madvise(memory + page, page, MADV_FREE);
  madvise(memory, 2 * page, MADV_WILLNEED);
  madvise(memory, 2 * page, MADV_SEQUENTIAL);
  madvise(memory, 2 * page, MADV_DONTFORK);
  madvise(memory, 2 * page, MADV_DOFORK);
  madvise(memory, 2 * page, 999);
  mincore(memory, 4 * page, resident);
}

static void map_memory(void) {
  char *memory = mapped(16 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  lock(memory);
  advise(memory);
  mprotect(memory + 4 * page, page, PROT_NONE);
  mprotect(memory + 6 * page, 2 * page, PROT_READ | PROT_EXEC);
  munmap(memory + 15 * page, page);
  mprotect(memory + 14 * page, 2 * page, PROT_READ);
  mprotect(memory, page, PROT_READ | PROT_GROWSDOWN);
  syscall(SYS_pkey_mprotect, memory, page, PROT_READ | PROT_WRITE, -1);
  munmap(memory + 5 * page, page);
  munmap(memory + 1, page);
  mmap(memory + 5 * page, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  mmap(memory + 5 * page, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  mapped(page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_STACK, -1, 0);
  mapped((size_t)2 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | 21 << MAP_HUGE_SHIFT, -1, 0);
  mapped(0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mapped(page, 0x100, MAP_ANONYMOUS | 0x7, -1, 0);
  mapped(~(size_t)0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void move_memory(void) {
  char *memory = mapped(4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memory = mremap(memory, 4 * page, 64 * page, MREMAP_MAYMOVE);
  mremap(memory + 8 * page, page, 2 * page, MREMAP_MAYMOVE);
  mremap(memory + 8 * page, page, 2 * page, 0);
  mremap(memory + 12 * page, page, page, MREMAP_MAYMOVE | MREMAP_DONTUNMAP);
  mremap(memory + 12 * page, 0, page, 0);
  mremap(memory + 16 * page, 4 * page, page, 0);
  mremap(memory + 20 * page, page, page, MREMAP_FIXED, memory);
  mremap(NULL, page, 2 * page, MREMAP_MAYMOVE);
}

/* What a child does to memory that it may not touch. */
static void crash(void) {
  char *memory = mapped(page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const pid_t child = fork();
  if (child == 0) *(volatile char *)memory = 1;
  waitpid(child, NULL, 0);
}

static void move_the_break(void) {
  char *start = sbrk(0);
  brk(start + 5 * page);
  brk(start + 2 * page);
  brk(start);
  syscall(SYS_brk, 1);
}

#ifdef __i386__
/* The call of the first kernels, which takes its arguments in memory. */
static void map_as_in_the_beginning(void) {
  const unsigned long arguments[6] = {0, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1ul, 0};
  syscall(SYS_mmap, arguments);
}
#else
static void map_as_in_the_beginning(void) {}
#endif

int main(void) {
  map_files();
  map_memory();
  move_memory();
  crash();
  move_the_break();
  map_as_in_the_beginning();
  return 0;
}
