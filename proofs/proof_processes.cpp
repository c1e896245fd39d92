#include <refmm/proofs/proof_processes.hpp>

#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

namespace refmm {

namespace symbolic {
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Statistics, paths, pruned, abandoned, queries, rlimit)
}  // namespace symbolic
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Counterexample, inputs, misstep, replayed)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(KilledMutant, name, counterexample)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Proof, verdict, reason, counterexample, killed, statistics, seconds)

namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

Proof failed(std::string reason) {
  Proof proof;
  proof.reason = std::move(reason);
  return proof;
}

/// The work of a child.
Proof prove_here(const Theorem& theorem, const ProofRequest& request) {
  try {
    std::optional<Obligations> obligations;
    if (request.smtlib) obligations.emplace(*request.smtlib, theorem.name);
    return prove(theorem, {request.limits, request.mutant, obligations ? &*obligations : nullptr});
  } catch (const std::exception& error) {
    return failed(error.what());
  }
}

void write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// A child that proves a theorem, and what it has said so far.
class Child {
 public:
  Child(std::size_t number, const Theorem& theorem, const ProofRequest& request) : number_(number) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) fail("pipe");
    process_ = fork();
    if (process_ < 0) fail("fork");
    if (process_ == 0) {
      close(ends[0]);
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      write_all(ends[1], nlohmann::json(prove_here(theorem, request)).dump());
      _exit(0);
    }
    close(ends[1]);
    file_ = ends[0];
  }
  Child(Child&& other) noexcept
      : number_(other.number_),
        process_(std::exchange(other.process_, 0)),
        file_(std::exchange(other.file_, -1)),
        said_(std::move(other.said_)) {}
  Child& operator=(Child&& other) noexcept {
    std::swap(number_, other.number_);
    std::swap(process_, other.process_);
    std::swap(file_, other.file_);
    std::swap(said_, other.said_);
    return *this;
  }
  ~Child() {
    if (file_ >= 0) close(file_);
    if (process_ == 0) return;
    kill(process_, SIGKILL);
    wait();
  }

  std::size_t number() const { return number_; }
  int file() const { return file_; }

  /// Listens to what there is; false once the child has said all.
  bool listen() {
    std::array<char, 4096> buffer{};
    const ssize_t size = read(file_, buffer.data(), buffer.size());
    if (size < 0) return errno == EINTR;
    said_.append(buffer.data(), static_cast<std::size_t>(size));
    return size > 0;
  }

  Proof result() {
    const int status = wait();
    if (WIFSIGNALED(status))
      return failed(std::string("the prover was killed by signal ") + strsignal(WTERMSIG(status)));
    try {
      return nlohmann::json::parse(said_).get<Proof>();
    } catch (const nlohmann::json::exception&) {
      return failed("the prover ended without a word");
    }
  }

 private:
  int wait() {
    int status = 0;
    while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = 0;
    return status;
  }

  std::size_t number_;
  pid_t process_ = 0;
  int file_ = -1;
  std::string said_{};
};

/// Waits until a child has something to say.
void wait_for(const std::vector<Child>& children) {
  std::vector<pollfd> files;
  for (const Child& child : children) files.push_back({child.file(), POLLIN, 0});
  while (poll(files.data(), files.size(), -1) < 0 && errno == EINTR) {
  }
}

bool has_something_to_say(const Child& child) {
  pollfd file{child.file(), POLLIN, 0};
  return poll(&file, 1, 0) > 0;
}

}  // namespace

void prove_all(std::span<const Theorem* const> theorems, const ProofRequest& request,
               const std::function<void(std::size_t done)>& progress,
               const std::function<void(const Theorem&, const Proof&)>& proved) {
  std::vector<std::optional<Proof>> proofs(theorems.size());
  std::vector<Child> children;
  std::size_t begun = 0, done = 0, told = 0;
  while (told < theorems.size()) {
    while (children.size() < request.jobs && begun < theorems.size()) {
      children.emplace_back(begun, *theorems[begun], request);
      ++begun;
    }
    wait_for(children);
    std::erase_if(children, [&](Child& child) {
      if (!has_something_to_say(child) || child.listen()) return false;
      proofs[child.number()] = child.result();
      ++done;
      return true;
    });
    progress(done);
    for (; told < theorems.size() && proofs[told]; ++told) proved(*theorems[told], *proofs[told]);
  }
}

}  // namespace refmm
