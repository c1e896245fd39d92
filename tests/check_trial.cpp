#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/check_trial.hpp>
#include <refmm/tests/complaint.hpp>
#include <refmm/tests/fault_check.hpp>
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/malloc_check.hpp>
#include <refmm/tests/slab_check.hpp>
#include <refmm/tests/vma_check.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <utility>

namespace refmm {

using std::chrono::milliseconds;

/// What a process of trials shares with its parent.
template <class Family>
struct Trials<Family>::Board {
  // The question.
  int question;  // one of the constants below
  SharedBoot<Family> boot;
  std::uint32_t count;
  std::array<shrink::Item<Family>, longest_script> items;
  // The answer.
  std::atomic<std::uint32_t> position;          // the item under way, or that failed
  std::array<bool, longest_script> meaningful;  // of the items up to there: it had a meaning
  bool differs;
  bool is_spoiled;  // by the subject: nothing is asked of the process any more
  Finding::Kind kind;
  const Clause* clause;
  const Clause* law;
  const char* sentence;
  std::array<char, 1 << 20> text;  // the rest of the testimony
};

namespace {

/// More than these a testimony has no room for: one call may have as many as there are pages, and a block as many lines as there are
/// entries.
constexpr std::size_t most_effects = 3000, most_lines = 6000;

constexpr int does_it_fail = 0;
constexpr int what_fails = 1;
constexpr int what_fails_but_leave_laws_alone = 2;
constexpr int how_does_it_fail = 3;  // without words
constexpr int does_the_reference_come_back = 4;

/// What the model makes of the last command of a script.
template <class Family>
struct LastCommand {
  typename Family::Command command;
  typename Family::Result result;
  Because because;
};

template <class Family>
std::optional<LastCommand<Family>> last_command(const shrink::Script<Family>& script) {
  const auto commands = shrink::commands_of(script);
  if (commands.empty()) return std::nullopt;
  typename Family::State state = Family::boot(script.boot);
  std::optional<LastCommand<Family>> last;
  for (const auto& command : commands) {
    auto outcome = Family::step(script.boot, std::move(state), command);
    state = std::move(outcome.state);
    last = {command, std::move(outcome.result), std::move(outcome.because)};
  }
  return last;
}

/// What decided there; of a script without commands, the boot.
template <class Family>
Because because_of(const typename Family::Boot& boot, const std::optional<LastCommand<Family>>& last) {
  return last ? last->because : Family::because_of_boot(boot);
}

}  // namespace

// ---- In the child -------------------------------------------------------------------------------------------------------

template <class Family>
void Trials<Family>::carry_out_in_model(Board& board) const {
  typename Family::State state = Family::boot(board.boot);
  typename shrink::Shrinking<Family>::Resolver resolver;
  for (const auto& item : std::span(board.items).first(board.count)) {
    const auto command = resolver.resolve(item, state);
    if (!command) continue;
    auto outcome = Family::step(board.boot, std::move(state), *command);
    resolver.note(item, outcome.result);
    state = std::move(outcome.state);
    if (Family::ends_everything(outcome.result)) break;
  }
  board.differs = false;
}

template <class Family>
void Trials<Family>::work(Line& line) const {
  using Own = Checking<Family>;
  const auto subject = make_();
  Board& board = **board_;
  while (line.listen(milliseconds(-1)) == Line::Heard::ring) {
    if (board.question == does_the_reference_come_back) {
      carry_out_in_model(board);
      line.ring();
      continue;
    }
    Lockstep<Family> lockstep(board.boot, *subject, demands_);
    typename shrink::Shrinking<Family>::Resolver resolver;
    std::uint32_t position = 0;
    for (; position < board.count && lockstep.agree() && !lockstep.ended(); ++position) {
      const auto command = resolver.resolve(board.items[position], lockstep.state());
      board.position = position;
      board.meaningful[position] = command.has_value();
      if (!command) continue;
      if (!lockstep.step(*command)) break;
      resolver.note(board.items[position], lockstep.result());
    }
    board.position = position;
    board.differs = !lockstep.agree();
    board.is_spoiled = board.differs && dynamic_cast<const MayComplain*>(subject.get()) != nullptr;
    if (!board.differs) leave(*subject);
    if (board.differs && board.question == how_does_it_fail) {
      const Finding finding = lockstep.finding();
      board.kind = finding.kind;
      board.clause = finding.clause;
    } else if (board.differs && board.question != does_it_fail) {
      Finding finding = lockstep.finding();
      if (board.question == what_fails && finding.sentence.empty()) {
        if (const auto law = lockstep.law_broken_by_subject()) {
          finding.clause = finding.law = law->clause;
          finding.sentence = law->name;
        }
      }
      board.kind = finding.kind;
      board.clause = finding.clause;
      board.law = finding.law;
      board.sentence = finding.sentence.data();
      std::vector<std::string> effects;
      const auto& all = lockstep.answer().effects;
      for (const auto& effect : all) {
        if (effects.size() == most_effects) break;
        effects.push_back(Own::notation(effect));
      }
      if (all.size() > most_effects)
        effects.push_back("... and " + std::to_string(all.size() - most_effects) + " more");
      const std::string query = Own::query_that_shows(finding, lockstep.state());
      std::vector<std::string> block = Own::block_of(query, lockstep.observed());
      block.resize(std::min(block.size(), most_lines));
      const std::string text =
          nlohmann::json{finding.difference.path,
                         finding.difference.expected,
                         finding.difference.found,
                         lockstep.command() ? Own::notation(*lockstep.command(), lockstep.answer().result) : "",
                         effects,
                         query,
                         block}
              .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
      std::memcpy(board.text.data(), text.c_str(), std::min(text.size() + 1, board.text.size()));
    }
    line.ring();
  }
}

// ---- In the parent ------------------------------------------------------------------------------------------------------

template <class Family>
typename Trials<Family>::Answer Trials<Family>::ask(const Script& script, int question) {
  if (!board_) board_ = std::make_shared<Shared<Board>>();
  if (!process_) process_ = std::make_unique<Process>([this](Line& line) { work(line); });
  Board& board = **board_;
  board.question = question;
  board.boot = script.boot;
  board.count = static_cast<std::uint32_t>(std::min(script.items.size(), longest_script));
  std::copy_n(script.items.begin(), board.count, board.items.begin());
  board.position = 0;
  board.meaningful.fill(false);
  process_->line().ring();
  switch (process_->line().listen(patience_)) {
    case Line::Heard::ring:
      if (board.is_spoiled) process_.reset();
      return board.differs ? Answer::differs : Answer::agrees;
    case Line::Heard::end:
      crash_ = process_->wait().value_or("ended");
      break;
    case Line::Heard::silence:
      crash_.clear();
      break;
  }
  const bool crashed = !crash_.empty();
  process_.reset();
  return crashed ? Answer::crashed : Answer::hung;
}

template <class Family>
std::optional<shrink::Script<Family>> Trials<Family>::failing_part(const Script& script) {
  // Shrinking may come to a machine that nobody can boot.
  if (!Checking<Family>::keeps_invariant(script.boot, Family::boot(script.boot))) return std::nullopt;
  const Answer answer = ask(script, does_it_fail);
  if (answer == Answer::agrees) return std::nullopt;
  const Board& board = **board_;
  Script failing{script.boot, {}};
  for (std::uint32_t i = 0; i < board.count && i <= board.position; ++i) {
    if (board.meaningful[i]) failing.items.push_back(script.items[i]);
  }
  if (answer == Answer::hung && !is_finding_to_hang(script)) return std::nullopt;
  return failing;
}

template <class Family>
bool Trials<Family>::is_finding_to_hang(const Script& script) {
  return demands_.hangs && reference_comes_back(script);
}

template <class Family>
bool Trials<Family>::reference_comes_back(const Script& script) {
  return ask(script, does_the_reference_come_back) != Answer::hung;
}

template <class Family>
Testimony Trials<Family>::testimony(const Script& failing) {
  // A subject that goes by what it finds in its memory need not fail each time.
  constexpr int most_tries = 20;
  Answer answer = ask(failing, what_fails);
  for (int tries = 1; answer == Answer::agrees && tries < most_tries; ++tries) answer = ask(failing, what_fails);
  // The laws look at what the subject has left of its structures.
  if (answer == Answer::crashed || answer == Answer::hung) answer = ask(failing, what_fails_but_leave_laws_alone);
  if (answer != Answer::differs) return {.finding = lost(failing, answer)};

  const Board& board = **board_;
  const auto text = nlohmann::json::parse(board.text.data());
  const auto last = last_command(failing);
  Finding finding{.kind = board.kind,
                  .difference = {text[0], text[1], text[2]},
                  .clause = board.clause,
                  .law = board.law,
                  .sentence = board.sentence ? std::string_view(board.sentence) : std::string_view(),
                  .because = because_of<Family>(failing.boot, last)};
  return {
      .finding = std::move(finding), .result = text[3], .effects = text[4], .query = text[5], .block = text[6]};
}

template <class Family>
std::optional<Failing> Trials<Family>::how_it_fails(const Script& script) {
  const Answer answer = ask(script, how_does_it_fail);
  const Board& board = **board_;
  const auto meaningful = std::span(board.meaningful).first(board.count);
  // A script without commands fails at its boot.
  const bool at_the_end = board.count == 0 || board.position + 1 == board.count;
  if (answer == Answer::agrees || !at_the_end || !std::ranges::all_of(meaningful, std::identity()))
    return std::nullopt;
  if (answer == Answer::hung && !is_finding_to_hang(script)) return std::nullopt;
  if (answer == Answer::differs) return Failing{board.kind, board.clause};
  return Failing{answer == Answer::crashed ? Finding::Kind::crash : Finding::Kind::hang, nullptr};
}

/// The finding of a subject that did not come back from its last command.
template <class Family>
Finding Trials<Family>::lost(const Script& failing, Answer how) const {
  using Kind = Finding::Kind;
  const auto last = last_command(failing);
  const Because because = because_of<Family>(failing.boot, last);
  const Kind kind = how == Answer::hung ? Kind::hang : Kind::crash;
  const std::string found = how == Answer::hung      ? "does not come back"
                            : how == Answer::crashed ? crash_
                                                     : "failed once, and agreed when it was tried again";
  return {.kind = kind,
          .difference = {"", last ? Checking<Family>::notation(last->command, last->result) : "boots", found},
          .clause = &Checking<Family>::clause_to_blame(kind, "", because),
          .because = because};
}

template class Trials<BuddyFamily>;
template class Trials<SlabFamily>;
template class Trials<KernelMapFamily>;
template class Trials<VmaFamily>;
template class Trials<FaultFamily>;
template class Trials<MallocFamily>;

}  // namespace refmm
