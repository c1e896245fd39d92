#include <refmm/spec/json.hpp>
#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/check_lockstep.hpp>
#include <refmm/tests/check_process.hpp>
#include <refmm/tests/complaint.hpp>
#include <refmm/tests/difference_in_words.hpp>
#include <refmm/tests/fault_check.hpp>
#include <refmm/tests/foreign_process.hpp>
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/malloc_check.hpp>
#include <refmm/tests/replay_buddy.hpp>
#include <refmm/tests/replay_fault.hpp>
#include <refmm/tests/replay_kernel_map.hpp>
#include <refmm/tests/replay_malloc.hpp>
#include <refmm/tests/replay_slab.hpp>
#include <refmm/tests/replay_vma.hpp>
#include <refmm/tests/slab_check.hpp>
#include <refmm/tests/vma_check.hpp>
#include <refmm/tools/story_pictures.hpp>
#include <refmm/tools/story_subject.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace refmm::story {

namespace {

/// A file without a name, through which a child tells its parent what it saw, a line for each version of it.
class Letter {
 public:
  Letter() : file_(std::tmpfile(), &std::fclose) {
    if (!file_) throw std::runtime_error("no temporary file for what the subject did");
  }
  void write(const Seen& seen) {
    const std::string line = write_json(seen).dump(-1, ' ', true, Json::error_handler_t::replace) + '\n';
    std::fwrite(line.data(), 1, line.size(), file_.get());
    std::fflush(file_.get());
  }
  /// The last line that is complete.
  std::optional<Seen> read() {
    std::rewind(file_.get());
    std::string text;
    std::array<char, 65536> part{};
    while (const std::size_t count = std::fread(part.data(), 1, part.size(), file_.get()))
      text.append(part.data(), count);
    const std::size_t end = text.rfind('\n');
    if (end == text.npos || end == 0) return std::nullopt;
    const std::size_t before = text.rfind('\n', end - 1);
    const std::size_t begin = before == text.npos ? 0 : before + 1;
    return read_json<Seen>(Json::parse(text.substr(begin, end - begin)));
  }

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

std::string headline_of(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::result:
      return "The subject answers otherwise than the reference.";
    case Finding::Kind::effects:
      return "The subject does something else to the layer below than the reference.";
    case Finding::Kind::state:
      return "The subject is left in another state than the reference.";
    case Finding::Kind::law:
      return "Reference and subject agree, and break a law.";
    case Finding::Kind::crash:
      return "The subject does not survive this call.";
    case Finding::Kind::hang:
      return "The subject does not come back from this call.";
  }
  return "";
}

std::vector<std::string> block(std::string_view query, const std::vector<std::string>& lines) {
  std::vector<std::string> text{fmt::format("{}:{}", query, lines.empty() ? " (empty)" : "")};
  for (const std::string& line : lines) text.push_back("  " + line);
  return text;
}

/// What both sides have, as a transcript writes it.
template <class Family>
void write_sides(const Lockstep<Family>& lockstep, const Finding& finding, Seen& seen) {
  using Own = Checking<Family>;
  using Kind = Finding::Kind;
  if (finding.kind == Kind::state) {
    const std::string query = Own::query_that_shows(finding, lockstep.state());
    if (query.empty()) return;
    seen.expected = block(query, Own::block_of(query, lockstep.state()));
    seen.found = block(query, Own::block_of(query, lockstep.observed()));
    return;
  }
  if (!lockstep.command() || finding.kind == Kind::law) return;
  const auto side = [&](const typename Family::Result& result,
                        const std::vector<typename Family::Effect>& effects) {
    const std::string value = Own::notation(*lockstep.command(), result);
    std::vector<std::string> lines{Own::notation(*lockstep.command()) + (value.empty() ? "" : " = " + value)};
    if (finding.kind == Kind::effects) {
      for (const auto& effect : effects) lines.push_back("| " + Own::notation(effect));
      if (effects.empty()) lines.emplace_back("(no effects)");
    }
    return lines;
  };
  seen.expected = side(lockstep.result(), lockstep.effects());
  seen.found = side(lockstep.answer().result, lockstep.answer().effects);
}

template <class Family>
Answered answered(const std::optional<typename Family::Command>& command, const typename Family::Result& result,
                  const std::vector<typename Family::Effect>& effects) {
  if (!command) return {};  // the boot
  Answered answered{.result = Checking<Family>::notation(*command, result)};
  for (const auto& effect : effects) answered.effects.push_back(Checking<Family>::notation(effect));
  return answered;
}

std::string law_text(const Clause* law, std::string_view sentence, const Clause* blamed) {
  if (sentence.empty()) return "";
  return law != nullptr && law != blamed ? fmt::format("{} [{}]", sentence, law->name) : std::string(sentence);
}

/// Tells of a subject that has left the model: first what is certain, then what it may not survive.
template <class Family>
void tell_of(const Lockstep<Family>& lockstep, const typename Family::Boot& boot, Subject<Family>& subject,
             bool with_drawing, Seen seen, Letter& letter) {
  const Finding finding = lockstep.finding();
  seen.headline = headline_of(finding.kind);
  seen.clause = finding.clause->name;
  seen.law = law_text(finding.law, finding.sentence, finding.clause);
  write_sides(lockstep, finding, seen);
  const Difference difference =
      in_notation(finding.difference, answered<Family>(lockstep.command(), lockstep.result(), lockstep.effects()),
                  answered<Family>(lockstep.command(), lockstep.answer().result, lockstep.answer().effects));
  if (!difference.path.empty())
    seen.field = fmt::format(
        "{}",
        fmt::join(in_words(Checking<Family>::place_in_words(difference.path, lockstep.state()), difference), " "));
  letter.write(seen);
  if (finding.law == nullptr) {
    if (const auto broken = lockstep.law_broken_by_subject()) {
      seen.law = broken->name;
      seen.clause = broken->clause->name;
      letter.write(seen);
    }
  }
  if (hides_its_state(subject)) return;
  typename Family::State state = subject.observe();
  if constexpr (requires { Checking<Family>::with_leftovers_of(boot, lockstep.state(), state); })
    state = Checking<Family>::with_leftovers_of(boot, lockstep.state(), std::move(state));
  seen.picture = picture_of(state, boot);
  if constexpr (requires { replay::NotationOf<Family>::picture(state, boot); }) {
    if (with_drawing) seen.drawing = replay::NotationOf<Family>::picture(state, boot);
  }
  letter.write(seen);
}

template <class Family>
Seen death_at(const typename Family::Boot& boot, const std::vector<typename Family::Command>& commands,
              std::size_t done, Finding::Kind kind, const std::string& how) {
  auto state = Family::boot(boot);
  Because because = Family::because_of_boot(boot);
  std::string call = "boot", result;
  for (std::size_t i = 0; i < done; ++i) {
    auto outcome = Family::step(boot, std::move(state), commands[i]);
    state = std::move(outcome.state);
    because = std::move(outcome.because);
    call = Checking<Family>::notation(commands[i]);
    result = Checking<Family>::notation(commands[i], outcome.result);
  }
  return {.commands = done,
          .headline = headline_of(kind),
          .clause = std::string(Checking<Family>::clause_to_blame(kind, "", because).name),
          .law = "",
          .field = fmt::format("the reference goes on, the subject does not: {}", how),
          .expected = {call + (result.empty() ? "" : " = " + result)},
          .found = {fmt::format("{} ({})", call, how)},
          .picture = std::nullopt,
          .drawing = {}};
}

}  // namespace

template <class Family>
std::optional<Seen> carry_out(const typename Family::Boot& boot,
                              const std::vector<typename Family::Command>& commands, Subject<Family>& subject,
                              bool with_drawing) {
  constexpr std::chrono::seconds patience{5};
  const Shared<std::size_t> done;
  Letter letter;
  const foreign::Output output;
  Process process([&](Line& parent) {
    if (dynamic_cast<const MayComplain*>(&subject) != nullptr) {
      output.take_over();
      foreign::bound_memory();
    }
    Lockstep<Family> lockstep(boot, subject);
    for (const auto& command : commands) {
      if (!lockstep.agree() || lockstep.ended()) break;
      ++*done;
      parent.ring();
      lockstep.step(command);
    }
    if (lockstep.agree()) return;
    tell_of(lockstep, boot, subject, with_drawing,
            Seen{.commands = *done,
                 .headline = "",
                 .clause = "",
                 .law = "",
                 .field = "",
                 .expected = {},
                 .found = {},
                 .picture = {},
                 .drawing = {}},
            letter);
  });
  bool hangs = false;
  while (!hangs) {
    const auto heard = process.line().listen(patience);
    if (heard == Line::Heard::end) break;
    hangs = heard == Line::Heard::silence;
  }
  if (hangs) process.kill();
  std::optional<std::string> how = hangs ? std::nullopt : process.wait();
  if (auto seen = letter.read()) return seen;
  if (hangs) return death_at<Family>(boot, commands, *done, Finding::Kind::hang, "it does not come back");
  if (how) return death_at<Family>(boot, commands, *done, Finding::Kind::crash, *how);
  return std::nullopt;
}

template std::optional<Seen> carry_out(const SlabFamily::Boot&, const std::vector<SlabFamily::Command>&,
                                       Subject<SlabFamily>&, bool);
template std::optional<Seen> carry_out(const VmaFamily::Boot&, const std::vector<VmaFamily::Command>&,
                                       Subject<VmaFamily>&, bool);
template std::optional<Seen> carry_out(const BuddyFamily::Boot&, const std::vector<BuddyFamily::Command>&,
                                       Subject<BuddyFamily>&, bool);
template std::optional<Seen> carry_out(const KernelMapFamily::Boot&, const std::vector<KernelMapFamily::Command>&,
                                       Subject<KernelMapFamily>&, bool);
template std::optional<Seen> carry_out(const FaultFamily::Boot&, const std::vector<FaultFamily::Command>&,
                                       Subject<FaultFamily>&, bool);
template std::optional<Seen> carry_out(const MallocFamily::Boot&, const std::vector<MallocFamily::Command>&,
                                       Subject<MallocFamily>&, bool);

}  // namespace refmm::story
