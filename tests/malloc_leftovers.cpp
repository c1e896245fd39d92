#include <refmm/spec/malloc_state.hpp>
#include <refmm/tests/malloc_leftovers.hpp>

#include <cstdint>
#include <utility>

namespace refmm::malloc {

MallocFamily::State with_leftovers_of(const MallocFamily::Boot& boot, const MallocFamily::State& model,
                                      MallocFamily::State seen) {
  const MallocFamily::State promised = malloc::canonical(boot.allocator.parameters, model);
  MallocFamily::State::Words words = model.words;
  for (const auto& written : {promised.words.written, seen.words.written}) {
    for (const auto& [addr, word] : written) {
      const std::uint32_t found = lookup(seen.words, addr);
      if (found != lookup(promised.words, addr)) words = updated(std::move(words), addr, found);
    }
  }
  seen.words = std::move(words);
  return seen;
}

}  // namespace refmm::malloc
