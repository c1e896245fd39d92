// Allocators that benchmarks measure beside the slab allocator, without any of them replacing the malloc of the program.
//
// malloc is that of the C library. mimalloc is loaded beside it and called through pointers; jemalloc is linked with its symbols
// renamed (the library refmm_jemalloc of tests/CMakeLists.txt).
#pragma once

#include <dlfcn.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

extern "C" {
void* jemalloc_malloc(std::size_t size);
void jemalloc_free(void* object);
int jemalloc_mallctl(const char* name, void* old_value, std::size_t* old_size, void* new_value,
                     std::size_t new_size);
}

namespace refmm {

/// A function of mimalloc's library. Ends the program, with what to do about it, if there is none.
template <class Function>
Function* mimalloc(const char* name) {
  static void* const library = dlopen("libmimalloc.so.2", RTLD_NOW | RTLD_LOCAL);
  void* const function = library == nullptr ? nullptr : dlsym(library, name);
  if (function == nullptr) {
    fmt::print(stderr, "{}: {}\nRun tools/setup, which installs mimalloc.\n", program_invocation_short_name,
               dlerror());
    std::exit(2);
  }
  return reinterpret_cast<Function*>(function);
}

}  // namespace refmm
