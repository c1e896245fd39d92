#include <refmm/spec/strace_clone.hpp>
#include <refmm/tests/strace_replay_judge.hpp>
#include <refmm/tests/strace_replay_order.hpp>

namespace refmm::strace {

namespace {

bool is_about_areas(const Call* call) { return call != nullptr && strace::is_about_areas(call->name); }
bool is_fork(const Call* call) { return call != nullptr && makes_process(*call); }

}  // namespace

Order order_of(const Log& log) {
  Order order;
  for (std::size_t i = 0; i < log.records.size(); ++i) {
    const Record& record = log.records[i];
    const Call* call = record.call();
    const bool about_areas = is_about_areas(call), forks = is_fork(call);
    if (forks && call->result.kind == Result::Kind::value)
      order.made_by.emplace(static_cast<std::uint32_t>(call->result.value), i);
    if (!about_areas && !forks) continue;
    for (std::size_t earlier = i; earlier-- > 0 && log.records[earlier].line > record.begun;) {
      const Call* other = log.records[earlier].call();
      if (about_areas && is_about_areas(other)) order.under_way[earlier].push_back(i);
      if (about_areas && is_fork(other)) order.beside[earlier].push_back(i);
      if (forks && is_about_areas(other)) order.beside[i].push_back(earlier);
    }
  }
  return order;
}

}  // namespace refmm::strace
