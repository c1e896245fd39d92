// What the tester and the program that carries out memory calls for it say to each other: fixed records over a socket.
//
// The layout is the same for 32 and 64 bits: whatever has 64 bits stands at a multiple of 8.
#ifndef REFMM_CONFORM_PROTOCOL_H
#define REFMM_CONFORM_PROTOCOL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The descriptor that the agent listens on: high, so that files opened later have the low numbers.
#define REFMM_CONFORM_CHANNEL 100

// What is asked for.
enum refmm_conform_request_kind {
  REFMM_CONFORM_CALL = 1,  // system call `number` with six arguments; the value is what the kernel returned
  REFMM_CONFORM_LOAD,      // the byte at arguments[0]; the value is the byte
  REFMM_CONFORM_STORE,     // byte arguments[1] to arguments[0]
  REFMM_CONFORM_RECEIVE,  // takes the descriptor that the next message brings, and gives it the number arguments[0]
  REFMM_CONFORM_FORK,     // forks; the child answers on descriptor arguments[0], which the parent closes
  REFMM_CONFORM_EXIT      // ends with status arguments[0], without an answer
};

struct refmm_conform_request {
  uint32_t kind;
  uint32_t number;
  uint64_t arguments[6];
};

// The answer: a signal if the access raised one, the value otherwise.
struct refmm_conform_reply {
  int32_t signal;
  int32_t code;   // si_code of the signal
  int64_t value;  // of a system call, as the kernel returned it: -errno if it failed; si_addr of a signal
};

// What the agent says first, once it is ready.
#define REFMM_CONFORM_READY 0x796d6672u
struct refmm_conform_greeting {
  uint32_t ready;  // REFMM_CONFORM_READY
  uint32_t bits;
  uint64_t image_start;  // its own segments: calls must leave them alone
  uint64_t image_end;
  uint64_t scratch;        // a page of its own for what system calls read and write
  uint32_t failed_number;  // the system call that it could not make itself quiet with, if failed_result is not 0
  int32_t failed_result;
};

#ifdef __cplusplus
}
#endif

#endif
