/* A server on a socket of the Unix domain that forks for every client. Each child maps memory, grows and moves it, protects
   and unmaps parts, and answers; some of it is shared with the parent. */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { clients = 6, page = 4096 };

static void check(int holds, const char *what) {
  if (holds) return;
  perror(what);
  exit(1);
}

static struct sockaddr_un address(void) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  strcpy(at.sun_path, "server.socket");
  return at;
}

static void *mapped(void *at, size_t size, int protection, int flags) {
  char *memory = mmap(at, size, protection, flags, -1, 0);
  check(memory != MAP_FAILED, "mmap");
  return memory;
}

/* What a client asks for is a number of pages. */
static int served(int pages, int *answered) {
  const size_t size = (size_t)pages * page;
  char *memory = mapped(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
  memset(memory, 1, size);
  memory = mremap(memory, size, 4 * size, MREMAP_MAYMOVE);
  check(memory != MAP_FAILED, "mremap");
  check(mprotect(memory + size, size, PROT_READ) == 0, "mprotect");
  check(munmap(memory + 2 * size, page) == 0, "munmap");
  mapped(memory + 3 * size, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE);
  char *moved = mapped(NULL, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS);
  check(mremap(memory, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, moved + page) == moved + page, "mremap to a place");
  check(mremap(memory + size, size, page, 0) == memory + size, "mremap to less");
  check(munmap(memory + 3 * size, size) == 0, "munmap");
  __atomic_add_fetch(answered, 1, __ATOMIC_SEQ_CST);
  return moved[page];
}

static void client(int number) {
  const struct sockaddr_un at = address();
  const int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  check(connect(connection, (const struct sockaddr *)&at, sizeof at) == 0, "connect");
  const char pages = (char)(number + 2);
  char answer = 0;
  check(write(connection, &pages, 1) == 1, "write");
  check(read(connection, &answer, 1) == 1, "read");
  _exit(answer == 1 ? 0 : 1);
}

static void serve(int listener, int *answered) {
  const int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  check(connection >= 0, "accept");
  const pid_t child = fork();
  check(child >= 0, "fork");
  if (child == 0) {
    char pages = 0;
    check(close(listener) == 0 && read(connection, &pages, 1) == 1, "read");
    const char answer = (char)served(pages, answered);
    check(write(connection, &answer, 1) == 1, "write");
    _exit(0);
  }
  check(close(connection) == 0, "close");
}

int main(void) {
  const struct sockaddr_un at = address();
  unlink(at.sun_path);
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  check(bind(listener, (const struct sockaddr *)&at, sizeof at) == 0 && listen(listener, clients) == 0, "listen");
  int *answered = mapped(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS);
  for (int i = 0; i < clients; ++i) {
    const pid_t child = fork();
    check(child >= 0, "fork");
    if (child == 0) client(i);
    serve(listener, answered);
  }
  int failures = 0;
  for (int status; wait(&status) > 0;) failures += status != 0;
  unlink(at.sun_path);
  return failures != 0 || *answered != clients;
}
