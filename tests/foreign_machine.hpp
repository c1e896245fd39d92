// The machine of a session as the interface in C has it.
#pragma once

#include <refmm/spec/machine.hpp>
#include <refmm/subject.h>

namespace refmm::foreign {

inline refmm_machine machine_of(const Machine& machine) {
  return {.size = sizeof(refmm_machine),
          .page_size = machine.page_size,
          .word_size = machine.word_size,
          .l1_cache_bytes = machine.l1_cache_bytes,
          .ram_pages = machine.ram_pages,
          .sizeof_slab = machine.sizeof_slab,
          .sizeof_bufctl = machine.sizeof_bufctl,
          .sizeof_kmem_cache = machine.sizeof_kmem_cache,
          .max_gfp_order = machine.max_gfp_order,
          .reap_scanlen = machine.reap_scanlen,
          .reap_perfect = machine.reap_perfect,
          .cache_namelen = machine.cache_namelen};
}

}  // namespace refmm::foreign
