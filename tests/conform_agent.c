// A process to be sacrificed: it carries out memory calls that it is asked for, and says what came of them.
//
// It has neither a library nor anything else that it has not asked for: so its address space is small and known. It runs on a
// stack in its own data; the stack that the kernel made and the vdso it never needs, so that calls may do to them what they like.
#include <refmm/tests/conform_protocol.h>

typedef unsigned long word;

// Numbers of system calls, from the kernel's tables.
#ifdef __x86_64__
enum {
  number_read = 0,
  number_write = 1,
  number_close = 3,
  number_rt_sigaction = 13,
  number_rt_sigprocmask = 14,
  number_dup2 = 33,
  number_recvmsg = 47,
  number_clone = 56,
  number_capset = 126,
  number_prctl = 157,
  number_exit_group = 231
};
#else
enum {
  number_exit_group = 252,
  number_read = 3,
  number_write = 4,
  number_close = 6,
  number_dup2 = 63,
  number_clone = 120,
  number_prctl = 172,
  number_rt_sigaction = 174,
  number_rt_sigprocmask = 175,
  number_capset = 185,
  number_recvmsg = 372
};
#endif

enum { signal_kill = 9, signal_bus = 7, signal_segv = 11, signal_child = 17 };

extern const char __executable_start[];  // the linker's
extern const char _end[];

// conform_agent_x86_64.S, conform_agent_i386.S
long conform_system_call(const word words[7]);
int conform_load(word address);
int conform_store(word address, unsigned byte);
void conform_recovery(void);
void conform_restorer(void);
extern const char conform_load_instruction[];
extern const char conform_store_instruction[];

void conform_main(void);

static char scratch[4096] __attribute__((section(".data"), aligned(4096)));

// What the handler of signals saw; volatile, because the compiler does not know when that is.
static volatile struct {
  int32_t signal;
  int32_t code;
  word address;
} seen __attribute__((section(".data")));

static long call3(word number, word first, word second, word third) {
  const word words[7] = {number, first, second, third, 0, 0, 0};
  return conform_system_call(words);
}

static long call4(word number, word first, word second, word third, word fourth) {
  const word words[7] = {number, first, second, third, fourth, 0, 0};
  return conform_system_call(words);
}

static void leave(word status) {
  for (;;) call3(number_exit_group, status, 0, 0);
}

// What the agent says and hears goes through whole; it ends when the tester is gone.
static void say(const void* record, word bytes) {
  const char* from = record;
  while (bytes != 0) {
    const long done = call3(number_write, REFMM_CONFORM_CHANNEL, (word)from, bytes);
    if (done <= 0) leave(1);
    from += done;
    bytes -= (word)done;
  }
}

static void hear(void* record, word bytes) {
  char* to = record;
  while (bytes != 0) {
    const long done = call3(number_read, REFMM_CONFORM_CHANNEL, (word)to, bytes);
    if (done <= 0) leave(done == 0 ? 0 : 1);
    to += done;
    bytes -= (word)done;
  }
}

// The beginnings of the kernel's records, as far as they are needed.
struct signal_information {
  int signal;
  int error;
  int code;
#ifdef __x86_64__
  int padding;
#endif
  word address;
};

struct signal_context {
#ifdef __x86_64__
  word before[21];  // flags, link, stack (3), and the registers that stand before it
#else
  word before[19];  // flags, link, stack (3), and the registers that stand before it
#endif
  word instruction;
};

struct signal_action {
  word handler;
  word flags;
  word restorer;
  uint32_t mask[2];
};

static void set_action(int signal, word handler) {
  enum { with_information = 4, not_masked = 0x40000000, with_restorer = 0x04000000 };
  const struct signal_action action = {handler,
                                       handler == 0 ? 0 : (word)(with_information | not_masked | with_restorer),
                                       (word)conform_restorer,
                                       {0, 0}};
  call4(number_rt_sigaction, (word)signal, (word)&action, 0, sizeof action.mask);
}

// An access that was asked for goes on at conform_recovery; anything else is the agent's own end.
static void handle(int signal, const struct signal_information* information, struct signal_context* context) {
  if (context->instruction != (word)conform_load_instruction &&
      context->instruction != (word)conform_store_instruction) {
    set_action(signal, 0);
    return;
  }
  seen.signal = signal;
  seen.code = information->code;
  seen.address = information->address;
  context->instruction = (word)conform_recovery;
}

// Ends with the tester, and nobody else's signals disturb it.
static long be_quiet(uint32_t* failed) {
  enum { end_with_parent = 1, block = 2 };
  const uint32_t header[2] = {0x20080522, 0};  // the third version of capabilities
  const uint32_t none[6] = {0, 0, 0, 0, 0, 0};
  const uint32_t mask[2] = {~(1u << (signal_segv - 1) | 1u << (signal_bus - 1)), ~0u};
  set_action(signal_segv, (word)handle);
  set_action(signal_bus, (word)handle);
  call4(number_rt_sigprocmask, block, (word)mask, 0, sizeof mask);
  *failed = number_capset;
  long result = call3(number_capset, (word)header, (word)none, 0);
  if (result != 0) return result;
  *failed = number_prctl;
  result = call3(number_prctl, end_with_parent, signal_kill, 0);
  return result;
}

static void greet(void) {
  struct refmm_conform_greeting greeting = {.ready = REFMM_CONFORM_READY,
                                            .bits = 8 * sizeof(word),
                                            .image_start = (word)__executable_start,
                                            .image_end = ((word)_end + 4095) & ~(word)4095,
                                            .scratch = (word)scratch,
                                            .failed_number = 0,
                                            .failed_result = 0};
  greeting.failed_result = (int32_t)be_quiet(&greeting.failed_number);
  say(&greeting, sizeof greeting);
}

// A descriptor that the next message brings. The number that it gets is returned, or -errno.
static long receive(word number) {
  char byte = 0;
  struct {
    char* start;
    word length;
  } data = {&byte, 1};
  struct {
    word length;
    int level;
    int type;
    int descriptor;
  } control = {0, 0, 0, -1};
  struct {
    void* name;
    int name_length;
    void* data;
    word pieces;
    void* control;
    word control_length;
    int flags;
  } message = {0, 0, &data, 1, &control, sizeof control, 0};
  const long done = call3(number_recvmsg, REFMM_CONFORM_CHANNEL, (word)&message, 0);
  if (done <= 0 || control.descriptor < 0) return done < 0 ? done : -9;
  if ((word)control.descriptor == number) return (long)number;
  const long result = call3(number_dup2, (word)control.descriptor, number, 0);
  call3(number_close, (word)control.descriptor, 0, 0);
  return result;
}

// The child is the tester's and not the agent's own, so that it is the tester who learns how it ended.
static long fork_to(word descriptor) {
  enum { same_parent = 0x8000, end_with_parent = 1 };
  const long child = call3(number_clone, same_parent | signal_child, 0, 0);
  if (child == 0) {
    call3(number_dup2, descriptor, REFMM_CONFORM_CHANNEL, 0);
    call3(number_prctl, end_with_parent, signal_kill, 0);
  }
  call3(number_close, descriptor, 0, 0);
  return child;
}

// Addresses of 32 bits are not negative, whatever their first bit: errors are the last 4095 values.
static int64_t widen(long result) {
  return result < 0 && result >= -4095 ? (int64_t)result : (int64_t)(uint64_t)(word)result;
}

static int64_t carry_out(const struct refmm_conform_request* request) {
  const uint64_t* const arguments = request->arguments;
  switch (request->kind) {
    case REFMM_CONFORM_CALL: {
      const word words[7] = {request->number,    (word)arguments[0], (word)arguments[1], (word)arguments[2],
                             (word)arguments[3], (word)arguments[4], (word)arguments[5]};
      return widen(conform_system_call(words));
    }
    case REFMM_CONFORM_LOAD:
      return conform_load((word)arguments[0]);
    case REFMM_CONFORM_STORE:
      return conform_store((word)arguments[0], (unsigned)arguments[1]);
    case REFMM_CONFORM_RECEIVE:
      return receive((word)arguments[0]);
    case REFMM_CONFORM_FORK:
      return fork_to((word)arguments[0]);
    case REFMM_CONFORM_EXIT:
      leave((word)arguments[0]);
  }
  return -38;  // ENOSYS
}

void conform_main(void) {
  greet();
  for (;;) {
    struct refmm_conform_request request;
    hear(&request, sizeof request);
    seen.signal = 0;
    struct refmm_conform_reply reply = {0, 0, carry_out(&request)};
    if (seen.signal != 0) {
      reply.signal = seen.signal;
      reply.code = seen.code;
      reply.value = (int64_t)(uint64_t)seen.address;
    }
    say(&reply, sizeof reply);
  }
}
