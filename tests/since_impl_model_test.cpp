// Later eras of impl/ beside the model, at both word widths and in many versions.
#include <refmm/spec/since_eras.hpp>
#include <refmm/tests/conform_commands.hpp>
#include <refmm/tests/since_lockstep.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace refmm {
namespace {

using Word = std::uint64_t;
constexpr Word page = 4096;

SinceFamily::Boot boot_of(since::Version version, unsigned bits, const conform::SessionLimits& limits) {
  const auto bytes = [](std::optional<Word> pages) { return pages ? *pages * page : ~Word{0}; };
  return {.kernel = since::kernel_of(version, bits),
          .bits = bits,
          .brk = 0x8000000,
          .rlimit_as = bytes(limits.address_space),
          .rlimit_data = bytes(limits.data),
          .rlimit_memlock = bytes(limits.locked),
          .rlimit_stack = 64 * page};
}

/// A session of calls that are made up as those for the running kernel are, and of descriptors that come and go.
class MadeUpSession {
 public:
  MadeUpSession(SinceSubject& subject, since::Version version, unsigned bits, std::uint64_t seed)
      : random_(seed),
        bits_(bits == 32 ? conform::Bits::of_32 : conform::Bits::of_64),
        boot_(boot_of(version, bits, conform::made_up_limits(random_))),
        both_(subject, boot_) {}

  /// The first difference, if there is one.
  std::optional<std::string> run(int steps) {
    for (const conform::SessionDescriptor& descriptor : conform::session_descriptors) {
      if (auto difference = call(0, vma::Open{descriptor.file, descriptor.f_mode})) return difference;
    }
    for (int i = 0; i < steps; ++i) {
      if (auto difference = i < mappings_first ? map() : step()) return difference;
      if (auto difference = access()) return difference;
    }
    return both_.compare_bytes();
  }

 private:
  static constexpr int mappings_first = 8;

  Word below(Word bound) { return std::uniform_int_distribution<Word>(0, bound - 1)(random_); }

  std::optional<std::string> call(std::size_t process, since::Command<Word> command) {
    return both_.carry_out({static_cast<std::uint32_t>(process), std::move(command)});
  }

  conform::SessionStep draw() {
    const conform::Untouchable nothing{~Word{0}, ~(page - 1)};
    return conform::made_up_step(random_, boot_.kernel, both_.world(), bits_, nothing);
  }

  static Word rounded_up(Word bytes) { return (bytes + page - 1) & ~(page - 1); }

  std::optional<std::string> carry_out(conform::SessionStep made_up) {
    return both_.carry_out({static_cast<std::uint32_t>(made_up.process), std::move(made_up.command)});
  }

  /// A step of those that map memory, so that there is something for the others.
  std::optional<std::string> map() {
    for (;;) {
      conform::SessionStep made_up = draw();
      const auto* call = std::get_if<since::Command<Word>>(&made_up.command);
      if (call != nullptr && std::holds_alternative<vma::Mmap<Word>>(*call)) return carry_out(std::move(made_up));
    }
  }

  std::optional<std::string> step() {
    const std::size_t process = below(both_.world().processes.size());
    const Word kind = below(80);
    if (kind == 0) return call(process, vma::Close{static_cast<std::int32_t>(below(9))});
    if (kind <= 2)
      return call(process, vma::Open{kind == 1 ? "A" : "C", static_cast<std::uint32_t>(1 + below(3))});
    if (kind <= 8) {
      return call(process, rare_call(process));
    }
    conform::SessionStep made_up = draw();
    if (const auto* store = std::get_if<since::Store<Word>>(&made_up.command))
      offsets_.push_back(store->addr % page);
    return carry_out(std::move(made_up));
  }

  /// What is rarely made up otherwise, on an area.
  since::Command<Word> rare_call(std::size_t process) {
    const auto& areas = both_.world().processes[process].state.base.mm.areas;
    const Word start = areas.empty() ? 0x10000000 : areas[below(areas.size())].vm_start;
    const Word more = below(4) * page;
    const Word brk = both_.world().processes[process].state.base.mm.brk;
    switch (below(6)) {
      case 4:
        return vma::Mmap<Word>{rounded_up(brk) + more,
                               page,
                               vma::PROT_READ,
                               vma::MAP_PRIVATE | vma::MAP_FIXED | vma::MAP_ANONYMOUS,
                               -1,
                               0};
      case 5:
        return vma::Brk<Word>{below(2) == 0 ? brk + more : boot_.brk + below(20) * page};
      case 0:
        return vma::Mprotect<Word>{start + more, page, below(8) | since::PROT_GROWSDOWN};
      case 1:
        return vma::Mprotect<Word>{start, more, below(8) | (1 + below(3)) * since::PROT_GROWSDOWN};
      case 2:
        return vma::Mmap2<Word>{
            start, more, 3, vma::MAP_PRIVATE | vma::MAP_FIXED, 3, (~Word{0} >> (12 + below(2))) - below(4)};
      default:
        return since::Touch<Word>{start - page + more, below(2) == 0};
    }
  }

  /// Loads a byte at an offset in its page at which something was stored, there or elsewhere, or stores another one.
  std::optional<std::string> access() {
    const std::size_t process = below(both_.world().processes.size());
    const auto& areas = both_.world().processes[process].state.base.mm.areas;
    if (areas.empty() || offsets_.empty()) return std::nullopt;
    const auto& area = areas[below(areas.size())];
    const Word pages = (area.vm_end - area.vm_start) / page;
    const Word addr = area.vm_start + below(pages) * page + offsets_[below(offsets_.size())];
    since::WorldCommand<Word> access = since::Load<Word>{addr};
    if (below(8) == 0) access = since::Store<Word>{addr, static_cast<std::uint8_t>(below(256))};
    return both_.carry_out({static_cast<std::uint32_t>(process), std::move(access)});
  }

  std::mt19937_64 random_;
  conform::Bits bits_;
  SinceFamily::Boot boot_;
  SinceLockstep both_;
  std::vector<Word> offsets_;  // in their pages, of stores so far
};

/// Sessions of so many steps, by one seed after the other.
void expect_same(since::Version version, unsigned bits, std::uint64_t sessions, int steps) {
  const auto subject = make_since_implementation();
  for (std::uint64_t seed = 1; seed <= sessions; ++seed) {
    const auto difference = MadeUpSession(*subject, version, bits, seed).run(steps);
    if (!difference) continue;
    ADD_FAILURE() << fmt::format("Linux {}.{}.{}, {} bits, seed {}:\n", version.major, version.minor,
                                 version.patch, bits, seed)
                  << *difference;
    return;
  }
}

void expect_same(since::Version version) {
  for (const unsigned bits : {32u, 64u}) {
    expect_same(version, bits, 100, 60);
    expect_same(version, bits, 10, 400);
  }
}

TEST(SinceImplementation, DoesWhatTheModelDoesIn64Bits) {
  expect_same(since::linux_6_18, 64, 2000, 60);
  expect_same(since::linux_6_18, 64, 100, 400);
}
TEST(SinceImplementation, DoesWhatTheModelDoesIn32Bits) {
  expect_same(since::linux_6_18, 32, 2000, 60);
  expect_same(since::linux_6_18, 32, 100, 400);
}
TEST(SinceImplementation, DoesWhat240Does) { expect_same(since::linux_2_4_0); }

std::vector<since::Version> versions_that_changed() {
  std::set<since::Version> versions;
  for (const since::Change& change : since::changes) versions.insert(change.since);
  return {versions.begin(), versions.end()};
}

class SinceImplementationOfVersion : public testing::TestWithParam<since::Version> {};

TEST_P(SinceImplementationOfVersion, DoesWhatTheModelDoes) { expect_same(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Versions, SinceImplementationOfVersion, testing::ValuesIn(versions_that_changed()),
                         [](const auto& tested) {
                           const since::Version& version = tested.param;
                           return fmt::format("{}_{}_{}", version.major, version.minor, version.patch);
                         });

}  // namespace
}  // namespace refmm
