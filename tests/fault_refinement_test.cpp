// The machine with processes of impl/ beside the model: random scripts, and every request that can fail failing in turn.
#include <refmm/spec/difference.hpp>
#include <refmm/spec/fault_notation.hpp>
#include <refmm/spec/process_canonical.hpp>
#include <refmm/tests/fault_scripts.hpp>
#include <refmm/tests/fault_subject.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace refmm {

/// What RapidCheck prints of a script: what the command `refmm run` reads.
void showValue(const FaultScript& script, std::ostream& stream) {
  stream << '\n' << process::boot_notation(script.boot, true) << '\n';
  for (const auto& command : script.commands) stream << process::notation(command) << '\n';
}

namespace {

using namespace process;
using W = std::uint32_t;
using Commands = std::vector<Command<W>>;

/// Model and implementation side by side.
class Beside {
 public:
  Beside(FaultSubject& subject, const Boot<W>& boot)
      : subject_(subject), boot_(boot), state_(FaultFamily::boot(boot)) {
    subject_.reset(boot);
    compare_states("boot");
  }

  /// False where they differ, now or before.
  bool step(const Command<W>& command) {
    if (difference_) return false;
    auto outcome = FaultFamily::step(boot_, std::move(state_), command);
    const auto answer = subject_.apply(command);
    state_ = std::move(outcome.state);
    effects_ = std::move(outcome.effects);
    const std::string call = notation(command);
    compare(call, "the result", outcome.result, answer.result);
    if (!difference_) compare(call, "effects", effects_, answer.effects);
    if (!difference_) compare_states(call);
    return !difference_;
  }

  /// The first field that differs, and behind which call.
  const std::optional<std::string>& difference() const { return difference_; }
  const std::vector<fault::Effect<W>>& effects() const { return effects_; }
  const State<W>& state() const { return state_; }

 private:
  template <class T>
  void compare(const std::string& call, const std::string& what, const T& expected, const T& found) {
    const auto first = first_difference(expected, found, what);
    if (first) difference_ = call + ": " + first->path + " is " + first->found + ", not " + first->expected;
  }
  void compare_states(const std::string& call) {
    compare(call, "state", canonical(state_, boot_.kernel.machine()), subject_.observe());
  }

  FaultSubject& subject_;
  const Boot<W> boot_;
  State<W> state_;
  std::vector<fault::Effect<W>> effects_;
  std::optional<std::string> difference_;
};

// ---- Random scripts ---------------------------------------------------------------------------------------------------

class FaultRefinement : public testing::TestWithParam<std::uint64_t> {};

/// The seed is the parameter: what fails is shrunk, printed as a transcript, and found again by running the test.
TEST_P(FaultRefinement, TheImplementationDoesWhatTheModelDoes) {
  const auto subject = make_fault_implementation();
  std::size_t commands = 0;
  const auto agrees = [&] {
    const auto number = rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::uint32_t>(0, 1u << 30));
    const auto numbers = rc::gen::container<Numbers>(number);
    const auto script = *rc::gen::map(rc::gen::pair(numbers, rc::gen::container<std::vector<Numbers>>(numbers)),
                                      [](const auto& drawn) { return fault_script(drawn.first, drawn.second); });
    Beside beside(*subject, script.boot);
    for (const auto& command : script.commands) {
      ++commands;
      if (!beside.step(command)) RC_FAIL(*beside.difference());
    }
  };
  rc::detail::TestParams parameters;
  parameters.seed = GetParam();
  parameters.maxSuccess = 300;
  parameters.maxSize = 400;
  const auto result = rc::detail::checkTestable(agrees, rc::detail::TestMetadata{}, parameters);
  std::ostringstream message;
  rc::detail::printResultMessage(result, message);
  EXPECT_TRUE(result.template is<rc::detail::SuccessResult>()) << "seed " << GetParam() << ": " << message.str();
  EXPECT_GT(commands, 25'000u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, FaultRefinement, testing::Values(1, 2000, 0xffffffffffffffff));

// ---- Failing requests -------------------------------------------------------------------------------------------------

constexpr W page = 4096;
constexpr W at(W pages) { return 0x40000000 + pages * page; }
constexpr W readable = vma::PROT_READ, writable = vma::PROT_READ | vma::PROT_WRITE;
constexpr W anonymous = vma::MAP_PRIVATE | vma::MAP_ANONYMOUS;

Command<W> by(W pid, Call<W> call) { return OfProcess<W>{pid, std::move(call)}; }
Command<W> mapped(W first, W pages, W prot, W flags, std::int32_t fd = -1) {
  return by(1, vma::Mmap<W>{at(first), pages * page, prot, flags | vma::MAP_FIXED, fd, 0});
}

/// Everything that asks for frames, areas, transfers: on both sides of the border between two page tables, shared with a child, in the
/// swap area, held, locked, moved.
Commands everything() {
  Commands all{by(1, vma::Open{"file1", vma::FMODE_READ | vma::FMODE_WRITE}),
               mapped(0, 4, writable, anonymous),
               mapped(1020, 8, writable, anonymous),
               mapped(16, 4, writable, vma::MAP_SHARED | vma::MAP_ANONYMOUS),
               mapped(32, 4, writable, vma::MAP_SHARED, 3),
               mapped(48, 4, writable, vma::MAP_PRIVATE, 3)};
  const auto touch = [&](W pid, W first) {
    all.push_back(by(pid, Load<W>{at(first)}));
    for (W place = 0; place != 3; ++place)
      all.push_back(by(pid, Store<W>{at(first + place) + pid, 7 * pid + place}));
  };
  for (const W first : {0, 1022, 16, 32, 48}) touch(1, static_cast<W>(first));
  all.push_back(by(1, Fork{}));
  for (const W first : {0, 1022, 16, 32, 48}) touch(2, static_cast<W>(first));
  for (const W pid : {1u, 2u}) {
    for (const W place : {0, 1, 2, 16, 17, 18, 32, 33, 48, 49, 1022, 1023, 1024})
      all.push_back(SwapOut<W>{pid, at(static_cast<W>(place))});
  }
  all.push_back(Reclaim{});
  for (const W first : {0, 16, 32}) touch(2, static_cast<W>(first));
  all.push_back(
      by(1, vma::Mremap<W>{at(1020), 8 * page, 9 * page, vma::MREMAP_MAYMOVE | vma::MREMAP_FIXED, at(2044)}));
  all.push_back(by(1, vma::Mlock<W>{at(48), 4 * page}));
  all.push_back(by(1, MapKiobuf<W>{Direction::READ, at(1), 2 * page}));
  all.push_back(by(2, Poke<W>{1, at(2046), 9}));
  all.push_back(by(1, GetUser<W>{at(2047)}));
  all.push_back(by(1, vma::Mprotect<W>{at(1), page, readable}));
  all.push_back(by(1, Msync<W>{at(32), 4 * page, fault::MS_SYNC}));
  all.push_back(by(1, Madvise<W>{at(34), page, fault::MADV_RANDOM}));
  all.push_back(by(1, Madvise<W>{at(33), 2 * page, fault::MADV_WILLNEED}));
  all.push_back(by(1, Pread<W>{3, at(1022) + 100, 2 * page, 50}));
  all.push_back(by(1, Pread<W>{3, at(35) + 4000, page, page}));
  all.push_back(by(1, Pwrite<W>{3, at(2) + 10, 2 * page, 3 * page + 1}));
  all.push_back(by(2, Pwrite<W>{3, at(16), page, 9 * page}));
  all.push_back(by(1, Load<W>{0xbffff000}));
  all.push_back(by(1, PutUser<W>{0xbfffe000, 3}));
  all.push_back(Swapoff{});
  all.push_back(by(1, UnmapKiobuf{}));
  all.push_back(by(2, vma::Munmap<W>{at(1), page}));
  all.push_back(by(1, Fork{}));
  all.push_back(by(1, Truncate<W>{1, 5000}));
  all.push_back(Reclaim{});
  for (const W pid : {1u, 2u, 3u}) all.push_back(by(pid, Exit{}));
  all.push_back(Reclaim{});
  return all;
}

/// What is requested and can be had or not.
enum class Request { frame, area, file_page, slot_read, slot_write };

Set<W> failing(Request request, W which) {
  Set<W> set{};
  if (request == Request::frame) set.fail_alloc = which;
  if (request == Request::area) set.fail_vma = which;
  if (request == Request::file_page) set.fail_read = which;
  if (request == Request::slot_read) set.fail_swap_read = which;
  if (request == Request::slot_write) set.fail_swap_write = which;
  return set;
}

Boot<W> machine() {
  return {.kernel = fault::corrected,
          .ram_pages = 64,
          .swap_pages = 16,
          .page_cluster = 1,
          .files = {3 * page + 100},
          .overcommit = true,
          .survive = true};
}

/// Runs everything with a request that fails: set in front of command `first`, it is the `which`-th from there (a frame, an area), or so
/// many fail (transfers). True if some request was still to fail in the end.
bool run_with_failure(Request request, std::size_t first, W which) {
  const auto subject = make_fault_implementation();
  Beside beside(*subject, machine());
  std::size_t place = 0;
  for (const auto& command : everything()) {
    if (place++ == first) beside.step(failing(request, which));
    if (beside.step(command)) continue;
    ADD_FAILURE() << "with request " << which << " behind call " << first << " failing: " << *beside.difference();
    break;
  }
  const fault::Faults<W>& left = beside.state().memory.faults;
  return left.fail_alloc != 0 || left.fail_read != 0 || left.fail_swap_read != 0 || left.fail_swap_write != 0 ||
         beside.state().settings.fail_vma != 0;
}

/// How many requests there are until none is left to fail.
W fail_each(Request request) {
  W which = 1;
  while (!run_with_failure(request, 0, which) && !testing::Test::HasFailure()) ++which;
  return which - 1;
}

TEST(FailingRequests, AFrameThatCannotBeHadLeavesTheStateOfTheModel) { EXPECT_GT(fail_each(Request::frame), 50u); }
TEST(FailingRequests, AnAreaThatCannotBeHadLeavesTheStateOfTheModel) { EXPECT_GT(fail_each(Request::area), 20u); }

/// Transfers fail from every call on, one or many of them in turn.
TEST(FailingRequests, ATransferThatFailsLeavesTheStateOfTheModel) {
  for (const Request request : {Request::file_page, Request::slot_read, Request::slot_write}) {
    for (std::size_t first = 0; first != everything().size() && !HasFailure(); ++first)
      run_with_failure(request, first, first % 2 == 0 ? 1 : 100);
  }
}

/// From every call on there is no frame at all.
TEST(FailingRequests, NoFrameAtAllLeavesTheStateOfTheModel) {
  const auto subject = make_fault_implementation();
  Set<W> none{};
  none.fail_alloc_all = true;
  for (std::size_t first = 0; first != everything().size() && !HasFailure(); ++first) {
    Beside beside(*subject, machine());
    std::size_t place = 0;
    for (const auto& command : everything()) {
      if (place++ == first) beside.step(none);
      ASSERT_TRUE(beside.step(command)) << "without frames from call " << first << " on: " << *beside.difference();
    }
  }
}

// ---- The subject as its interface promises ----------------------------------------------------------------------------------

TEST(FaultSubjectTest, TheTwoBuildsAreOneUntilAMutantIsOn) {
  const auto plain = make_fault_implementation();
  const auto mutant = make_mutable_fault_implementation();
  plain->reset(machine());
  mutant->reset(machine());
  for (const auto& command : everything()) {
    ASSERT_EQ(plain->apply(command), mutant->apply(command)) << notation(command);
    ASSERT_EQ(plain->observe(), mutant->observe()) << notation(command);
  }
}

TEST(FaultSubjectTest, ForgetsAtResetWhateverWasBefore) {
  const auto used = make_fault_implementation();
  used->reset(machine());
  for (const auto& command : everything()) used->apply(command);
  used->reset(machine());
  EXPECT_EQ(used->observe(), canonical(FaultFamily::boot(machine()), fault::corrected.machine()));
}

TEST(FaultSubjectTest, RefusesMachinesThatItCannotBe) {
  const auto subject = make_fault_implementation();
  Boot<W> boot = machine();
  boot.ram_pages = 0;
  EXPECT_THROW(subject->reset(boot), std::invalid_argument);
  boot.ram_pages = fault::ZERO_PAGE;
  EXPECT_THROW(subject->reset(boot), std::invalid_argument);
  boot = machine();
  boot.page_cluster = 32;
  EXPECT_THROW(subject->reset(boot), std::invalid_argument);
  boot = machine();
  boot.kernel.areas.machine.page_size = 8192;
  EXPECT_THROW(subject->reset(boot), std::invalid_argument);
}

}  // namespace
}  // namespace refmm
