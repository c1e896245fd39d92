/* A thread that is not the first calls execve while the first waits: the process goes on with the number of the first. */
#include <pthread.h>
#include <unistd.h>

static void *run(void *program) {
  char *arguments[] = {program, NULL};
  execv(program, arguments);
  _exit(1);
}

int main(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, run, "./nothing") != 0) return 1;
  pause();
  return 1;
}
