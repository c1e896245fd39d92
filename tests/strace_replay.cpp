#include <refmm/spec/strace_clone.hpp>
#include <refmm/spec/strace_value.hpp>
#include <refmm/tests/strace_replay.hpp>
#include <refmm/tests/strace_replay_files.hpp>
#include <refmm/tests/strace_replay_order.hpp>
#include <refmm/tests/strace_replay_request.hpp>

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>
#include <utility>

namespace refmm::strace {
namespace {

/// An address space, with what it was before the latest calls, as long as others are under way.
struct Memory {
  struct Before {
    std::size_t record;
    Space space;
    std::size_t judged;  // its place in the report
  };
  Space space;
  std::vector<Before> before{};
  bool is_shared_unseen = false;  // by threads of which the log does not tell that they share it, perhaps
};

struct Thread {
  std::shared_ptr<Memory> memory{};
  std::shared_ptr<Descriptors> descriptors{};
  Mode mode = Mode::unknown;
  std::uint32_t process = 0;  // the number of the thread that its process began with
};

unsigned bits_of(Mode mode) { return mode == Mode::bits_32 ? 32 : 64; }

class Replay {
 public:
  Replay(const Log& log, const ReplayOptions& options) : log_(log), options_(options), order_(order_of(log)) {}

  ReplayReport run() && {
    for (std::size_t i = 0; i < log_.records.size(); ++i) {
      if (!done_.contains(i)) carry_out(i);
    }
    keep_first();
    return std::move(report_);
  }

 private:
  // ---- Processes -------------------------------------------------------------------------------------------------

  std::shared_ptr<Memory> new_memory(Mode mode, bool from_execve) {
    ++report_.programs;
    const bool takes_maps = options_.maps && !maps_taken_;
    maps_taken_ = true;
    auto memory = std::make_shared<Memory>();
    memory->space = takes_maps ? space_with(options_.version, bits_of(mode), *options_.maps)
                               : unknown_space(options_.version, bits_of(mode));
    const bool has_heap = takes_maps && std::ranges::any_of(*options_.maps, [](const Mapping& mapping) {
                            return mapping.name == "[heap]";
                          });
    memory->space.knows_heap_begin = from_execve || (takes_maps && !has_heap);
    return memory;
  }

  /// The thread of a record. One that was not seen before was made by a call that has not returned yet, or came in from outside.
  Thread& thread_of(const Record& record) {
    if (const auto found = threads_.find(record.pid); found != threads_.end()) return found->second;
    const auto [begin, end] = order_.made_by.equal_range(record.pid);
    for (auto made = begin; made != end; ++made) {
      const Record& maker = log_.records[made->second];
      if (done_.contains(made->second) || maker.line < record.line) continue;
      done_.insert(made->second);
      ++report_.calls;
      ++report_.other_calls;
      make_process(maker, *maker.call());
      return threads_.at(record.pid);
    }
    Thread& thread = threads_[record.pid];
    thread.mode = record.mode;
    thread.process = record.pid;
    thread.descriptors = std::make_shared<Descriptors>();
    const bool begins_with_execve = record.call() != nullptr && record.call()->name.starts_with("execve");
    if (!begins_with_execve) thread.memory = new_memory(record.mode, false);
    if (threads_.size() == 1 && !first_) {
      first_pid_ = record.pid;
      first_ = thread;
    } else {
      meet_stranger();
    }
    return thread;
  }

  /// The thread that has just been added was made by nobody in the log: it may share the memory of any other.
  void meet_stranger() {
    ++report_.strangers;
    for (auto& [pid, thread] : threads_) {
      if (thread.memory) thread.memory->is_shared_unseen = true;
    }
  }

  Memory& memory_of(const Record& record) {
    Thread& thread = thread_of(record);
    if (!thread.memory) thread.memory = new_memory(record.mode, false);
    if (record.pid == first_pid_) first_ = thread;
    if (thread.memory->is_shared_unseen)
      thread.memory->space = unknown_space(options_.version, bits_of(record.mode));
    if (thread.mode == Mode::unknown && record.mode != Mode::unknown) {
      thread.mode = record.mode;
      if (thread.memory->space.known.all().empty())
        thread.memory->space.kernel = since::kernel_of(options_.version, bits_of(record.mode));
    }
    return *thread.memory;
  }

  void make_process(const Record& record, const Call& call) {
    Memory& parent = memory_of(record);
    const Thread maker = threads_.at(record.pid);
    const std::uint64_t flags = clone_flags(call);
    const auto pid = static_cast<std::uint32_t>(call.result.value);
    Thread child = maker;
    if ((flags & clone_thread) == 0) child.process = pid;
    if ((flags & clone_vm) == 0) {
      ++report_.programs;
      child.memory = std::make_shared<Memory>();
      child.memory->space = copy_for_child(parent.space, static_cast<std::uint32_t>(report_.programs));
      forget_beside(record, parent, *child.memory);
    }
    if ((flags & clone_files) == 0) child.descriptors = std::make_shared<Descriptors>(*maker.descriptors);
    threads_[pid] = std::move(child);
  }

  /// Whether a child has what other threads of its parent did meanwhile is not known.
  void forget_beside(const Record& record, const Memory& parent, Memory& child) {
    const auto beside = order_.beside.find(static_cast<std::size_t>(&record - log_.records.data()));
    if (beside == order_.beside.end()) return;
    for (const std::size_t other : beside->second) {
      const Record& by_other = log_.records[other];
      const auto thread = threads_.find(by_other.pid);
      const bool shares = thread == threads_.end() || thread->second.memory.get() == &parent;
      if (!shares || by_other.pid == record.call()->result.value) continue;
      for (const Range& range : ranges_of(*by_other.call())) forget(child.space, range);
      if (by_other.call()->name == "brk") child.space.knows_break = false;
    }
  }

  void execute(const Record& record) {
    Thread& thread = thread_of(record);
    thread.mode = record.mode;
    thread.memory = new_memory(record.mode, true);
    thread.descriptors = std::make_shared<Descriptors>(*thread.descriptors);
    thread.descriptors->execute();
    if (record.pid == first_pid_) first_ = thread;
  }

  void end(const Record& record) {
    if (record.pid == first_pid_) keep_first();
    threads_.erase(record.pid);
  }

  void keep_first() {
    if (!report_.first && first_ && first_->memory) report_.first = first_->memory->space;
  }

  /// A line that was not understood may have been any call: nothing is known behind it.
  void lose(const Record& record) {
    ++report_.gaps;
    Memory& memory = memory_of(record);
    Space space = unknown_space(options_.version, bits_of(record.mode));
    memory.space = std::move(space);
    threads_.at(record.pid).descriptors->forget();
  }

  // ---- Records ---------------------------------------------------------------------------------------------------

  void carry_out(std::size_t i) {
    const Record& record = log_.records[i];
    if (const Call* call = record.call()) return carry_out(i, record, *call);
    if (std::holds_alternative<Gap>(record.event)) return lose(record);
    if (std::holds_alternative<Exited>(record.event) || std::holds_alternative<Killed>(record.event)) end(record);
  }

  void carry_out(std::size_t i, const Record& record, const Call& call) {
    ++report_.calls;
    if (is_about_areas(call.name)) return judge_record(i);
    ++report_.other_calls;
    const bool succeeded = call.result.kind == Result::Kind::value;
    if (call.name == "exit_group") {
      if (thread_of(record).process == first_pid_) keep_first();
    } else if (makes_process(call)) {
      if (succeeded) make_process(record, call);
    } else if (call.name.starts_with("execve")) {
      if (succeeded) execute(record);
    } else if (call.name == "unshare") {
      Thread& thread = thread_of(record);
      if ((argument(call, 0).value_or(clone_files) & clone_files) == 0) return;
      thread.descriptors = std::make_shared<Descriptors>(*thread.descriptors);
    } else {
      thread_of(record).descriptors->carry_out(record, call, files_);
    }
  }

  // ---- Calls that are judged ---------------------------------------------------------------------------------------

  MappedFile file_of(const Record& record, const Call& call) {
    const auto number = descriptor_of(call);
    if (!number) return {};
    Descriptors& descriptors = *thread_of(record).descriptors;
    MappedFile mapped{*number, descriptors.file(*number), descriptors.knows(*number)};
    const bool succeeded = call.result.kind == Result::Kind::value;
    if (!mapped.file && succeeded) {  // it came by a call that is not in the log
      mapped.file = descriptors.learn(*number, record.line, files_);
      mapped.is_known = false;
      mapped.file->path = descriptor(call.arguments[4]).value_or("");
    }
    if (mapped.file && succeeded) mapped.file->was_mapped = true;
    return mapped;
  }

  Judgement judged(std::size_t i, const Space& space) {
    const Record& record = log_.records[i];
    return judge(space, *record.call(), file_of(record, *record.call()));
  }

  /// Of the calls under way when this one returned, those of the same address space.
  std::vector<std::size_t> under_way(std::size_t i, const Memory& memory) {
    std::vector<std::size_t> found;
    const auto all = order_.under_way.find(i);
    if (all == order_.under_way.end()) return found;
    for (const std::size_t other : all->second) {
      const auto thread = threads_.find(log_.records[other].pid);
      const bool shares = thread != threads_.end() && thread->second.memory.get() == &memory;
      if (shares && !done_.contains(other)) found.push_back(other);
    }
    return found;
  }

  void judge_record(std::size_t i) {
    Memory& memory = memory_of(log_.records[i]);
    const std::vector<std::size_t> others = under_way(i, memory);
    if (others.empty() && order_.under_way.find(i) == order_.under_way.end() &&
        log_.records[i].begun == log_.records[i].line)
      memory.before.clear();
    Judgement in_order = judged(i, memory.space);
    if (in_order.verdict == Verdict::not_allowed) {
      if (takes_others_first(i, memory, others) || was_done_before(i, memory)) return;
    }
    commit(i, memory, std::move(in_order), !others.empty());
  }

  void commit(std::size_t i, Memory& memory, Judgement judgement, bool may_be_revised) {
    if (may_be_revised) memory.before.push_back({i, memory.space, report_.judged.size()});
    memory.space = std::move(judgement.after);
    const Call& call = *log_.records[i].call();
    if (judgement.verdict == Verdict::not_modelled) ++report_.not_modelled[name_for_people(call)];
    report_.judged.push_back({i, judgement.verdict, std::move(judgement.because), std::move(judgement.allowed),
                              std::move(judgement.remark)});
  }

  static std::string name_for_people(const Call& call) {
    if (call.name == "madvise" && call.arguments.size() > 2) return "madvise " + call.arguments[2].text;
    if (call.name.starts_with("mmap")) return call.name + " MAP_HUGETLB";
    return call.name;
  }

  /// Calls with what was found of them, in an order in which all are allowed.
  using Sequence = std::vector<std::pair<std::size_t, Judgement>>;

  /// Carries a call out, behind as many of the others as it takes: each makes room for the next.
  std::optional<Sequence> carried_out(std::size_t i, const Space& space, std::vector<std::size_t> others,
                                      std::size_t most) {
    Judgement alone = judged(i, space);
    if (alone.verdict != Verdict::not_allowed) {
      Sequence sequence;
      sequence.emplace_back(i, std::move(alone));
      return sequence;
    }
    if (most == 0) return std::nullopt;
    for (const std::size_t other : others) {
      std::vector<std::size_t> left = others;
      std::erase(left, other);
      auto first = carried_out(other, space, left, most - 1);
      if (!first) continue;
      for (const auto& [done, judgement] : *first) std::erase(left, done);
      auto then = carried_out(i, first->back().second.after, left, most - 1);
      if (!then) continue;
      std::ranges::move(*then, std::back_inserter(*first));
      return first;
    }
    return std::nullopt;
  }

  /// Tries calls that returned later as done before.
  bool takes_others_first(std::size_t i, Memory& memory, const std::vector<std::size_t>& others) {
    constexpr std::size_t most = 3;  // that are taken before: the search grows with each
    auto sequence = carried_out(i, memory.space, others, most);
    if (!sequence) return false;
    for (auto& [call, judgement] : *sequence) {
      if (call != i) {
        done_.insert(call);
        ++report_.calls;
      }
      commit(call, memory, std::move(judgement), call == i);
    }
    return true;
  }

  /// Tries the call as done before others that returned since it began.
  bool was_done_before(std::size_t i, Memory& memory) {
    const std::uint32_t begun = log_.records[i].begun;
    for (std::size_t place = memory.before.size(); place-- > 0;) {
      const Memory::Before& before = memory.before[place];
      if (log_.records[before.record].line < begun) break;
      Judgement first = judged(i, before.space);
      if (first.verdict == Verdict::not_allowed) continue;
      std::vector<Judgement> then;
      const Space* space = &first.after;
      for (std::size_t later = place; later < memory.before.size() && space; ++later) {
        then.push_back(judged(memory.before[later].record, *space));
        space = then.back().verdict == Verdict::not_allowed ? nullptr : &then.back().after;
      }
      if (!space) continue;
      Space after = *space;
      commit(i, memory, std::move(first), false);
      memory.space = std::move(after);
      for (std::size_t later = place; later < memory.before.size(); ++later)
        report_.judged[memory.before[later].judged].verdict = then[later - place].verdict;
      return true;
    }
    return false;
  }

  const Log& log_;
  const ReplayOptions& options_;
  Order order_;
  ReplayReport report_{};
  std::map<std::uint32_t, Thread> threads_{};
  std::optional<Thread> first_{};
  std::uint32_t first_pid_ = 0;
  std::set<std::size_t> done_{};  // carried out before their turn
  std::uint32_t files_ = 0;       // that were opened so far
  bool maps_taken_ = false;
};

}  // namespace

std::size_t ReplayReport::count(Verdict verdict) const {
  return static_cast<std::size_t>(std::ranges::count(judged, verdict, &Judged::verdict));
}

ReplayReport replay(const Log& log, const ReplayOptions& options) { return Replay(log, options).run(); }

}  // namespace refmm::strace
