// What a program needs before it makes its calls; conform_program.cpp puts it in front of them.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static int me = 1;  // the number of this process
static sigjmp_buf back;

static void caught(int number) { siglongjmp(back, number); }

// Prints what a call returned: an address, a number, or an error.
static void show(const char *call, long result, int is_address) {
  if (me > 1) printf("[pid %d] ", me);
  if (result < 0 && result > -200)
    printf("%s = -1 %s\n", call, strerrorname_np((int)-result));
  else if (is_address)
    printf("%s = %#lx\n", call, (unsigned long)result);
  else
    printf("%s = %ld\n", call, result);
  fflush(stdout);
}

#define CALL(is_address, text, ...)                     \
  do {                                                  \
    long result = syscall(__VA_ARGS__);                 \
    show(text, result == -1 ? -errno : result, is_address); \
  } while (0)

static void show_access(const char *call, int number, int value) {
  if (me > 1) printf("[pid %d] ", me);
  if (number == 0)
    printf("%s = %d\n", call, value);
  else
    printf("%s = %s\n", call, number == SIGBUS ? "SIGBUS" : "SIGSEGV");
  fflush(stdout);
}

static void load(const char *call, unsigned long address) {
  int number = sigsetjmp(back, 1);
  show_access(call, number, number == 0 ? *(volatile unsigned char *)address : 0);
}

static void store(const char *call, unsigned long address, int value) {
  int number = sigsetjmp(back, 1);
  if (number == 0) *(volatile unsigned char *)address = (unsigned char)value;
  show_access(call, number, 0);
}

// Passing turns: each process waits at its own pipe.
static void pass(int process) { if (write(2 * process + 51, "", 1) != 1) abort(); }
static void await(int process) { char byte; if (read(2 * process + 50, &byte, 1) != 1) exit(0); }

// A child does not wait for a turn that never comes.
static void leave_with_parent(void) { prctl(PR_SET_PDEATHSIG, SIGKILL); }

// A file of three pages and a bit, open with `mode` as descriptor `number`.
static void file(const char *name, int mode, int number) {
  static int of_a = -1, of_b = -1;
  int *descriptor = *name == 'A' ? &of_a : &of_b;
  char path[64];
  if (*descriptor < 0) {
    *descriptor = fcntl(memfd_create(name, 0), F_DUPFD, 80);
    for (long i = 0; i < FILE_SIZE; ++i) {
      unsigned char byte = (unsigned char)(1 + (i % 4096 * 7 + i / 4096 * 31) % 251);
      if (write(*descriptor, &byte, 1) != 1) abort();
    }
  }
  snprintf(path, sizeof path, "/proc/self/fd/%d", *descriptor);
  int opened = open(path, mode);
  if (opened != number) {
    dup2(opened, number);
    close(opened);
  }
}

// Without privilege, and with the layout of old: no randomness, mappings from the bottom up, and nothing of the kernel's own at the bottom.
static void begin(char **arguments, long locked) {
  static char stack[65536];
  const unsigned long layout = ADDR_NO_RANDOMIZE | ADDR_COMPAT_LAYOUT;
  if (((unsigned long)personality(0xffffffff) & layout) != layout) {
    personality(layout);
    execv("/proc/self/exe", arguments);
    perror("execv");
    exit(2);
  }
  unsigned long from, to;
  char line[256], name[128];
  struct { unsigned long from, to; } own[8];
  int owned = 0;
  FILE *maps = fopen("/proc/self/maps", "r");
  while (maps && fgets(line, sizeof line, maps))
    if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %127s", &from, &to, name) == 3 && strncmp(name, "[v", 2) == 0 &&
        strcmp(name, "[vsyscall]") != 0 && owned < 8) {
      own[owned].from = from;
      own[owned++].to = to;
    }
  if (maps) fclose(maps);
  while (owned-- > 0) munmap((void *)own[owned].from, own[owned].to - own[owned].from);
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
  syscall(SYS_capset, &header, none);
  struct rlimit limit = {(rlim_t)locked, (rlim_t)locked};
  setrlimit(RLIMIT_MEMLOCK, &limit);
  stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternative, NULL);
  struct sigaction action = {.sa_handler = caught, .sa_flags = SA_ONSTACK};
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
  for (int process = 1; process < 4; ++process) {
    int ends[2];
    if (pipe(ends) != 0) abort();
    dup2(ends[0], 2 * process + 50);
    dup2(ends[1], 2 * process + 51);
    close(ends[0]);
    close(ends[1]);
  }
}

