// Ways to fail, for the tests of shrinking.
#pragma once

#include <refmm/tests/shrink.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace refmm::shrink {

/// Scripts fail at the first command of which `is_wrong(commands so far, outcome of the last)` is true.
template <class Family>
Fails<Family> fails_where(auto is_wrong) {
  return [is_wrong](const Script<Family>& script) -> std::optional<Script<Family>> {
    Script<Family> failing{script.boot, {}};
    typename Family::State state = Family::boot(script.boot);
    typename Shrinking<Family>::Resolver resolver;
    std::vector<typename Family::Command> commands;
    for (const Item<Family>& item : script.items) {
      const auto command = resolver.resolve(item, state);
      if (!command) continue;
      failing.items.push_back(item);
      auto outcome = Family::step(script.boot, std::move(state), *command);
      resolver.note(item, outcome.result);
      commands.push_back(*command);
      if (is_wrong(commands, outcome)) return failing;
      state = std::move(outcome.state);
    }
    return std::nullopt;
  };
}

}  // namespace refmm::shrink
