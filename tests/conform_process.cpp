#include <refmm/tests/conform_process.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace refmm::conform {
namespace {

// As many requests and answers fit into a socket: so neither side waits for the other to read.
constexpr std::size_t most_at_once = 256;

// The number of a descriptor that a fork needs for a moment.
constexpr int forked_channel = REFMM_CONFORM_CHANNEL + 1;

refmm_conform_request request(refmm_conform_request_kind kind, std::uint64_t first = 0, std::uint64_t second = 0) {
  return {.kind = kind, .number = 0, .arguments = {first, second, 0, 0, 0, 0}};
}

Access access_of(const refmm_conform_reply& reply) {
  if (reply.signal == 0) return {.byte = static_cast<std::uint8_t>(reply.value)};
  return {.signal = reply.signal, .code = reply.code, .address = static_cast<std::uint64_t>(reply.value)};
}

}  // namespace

Agent::Agent(Agent&&) noexcept = default;
Agent& Agent::operator=(Agent&&) noexcept = default;
Agent::~Agent() = default;

std::optional<std::int64_t> Agent::call(std::uint32_t number, std::initializer_list<std::uint64_t> arguments) {
  refmm_conform_request asked = request(REFMM_CONFORM_CALL);
  asked.number = number;
  std::copy_n(arguments.begin(), std::min(arguments.size(), std::size(asked.arguments)), asked.arguments);
  const auto reply = ask(asked);
  if (!reply) return std::nullopt;
  return reply->value;
}

std::optional<std::int64_t> Agent::call(Call which, std::initializer_list<std::uint64_t> arguments) {
  const auto number = number_of(which, bits_);
  return number ? call(*number, arguments) : -ENOSYS;
}

std::optional<Access> Agent::load(std::uint64_t address) {
  const auto reply = ask(request(REFMM_CONFORM_LOAD, address));
  if (!reply) return std::nullopt;
  return access_of(*reply);
}

std::optional<Access> Agent::store(std::uint64_t address, std::uint8_t byte) {
  const auto reply = ask(request(REFMM_CONFORM_STORE, address, byte));
  if (!reply) return std::nullopt;
  return access_of(*reply);
}

std::vector<refmm_conform_reply> Agent::carry_out(std::span<const refmm_conform_request> requests) {
  std::vector<refmm_conform_reply> replies;
  while (!requests.empty()) {
    const auto some = requests.first(std::min(requests.size(), most_at_once));
    if (!send(some)) return replies;
    for (std::size_t i = 0; i != some.size(); ++i) {
      refmm_conform_reply reply;
      if (!hear(&reply, sizeof reply)) return replies;
      replies.push_back(reply);
    }
    requests = requests.subspan(some.size());
  }
  return replies;
}

std::optional<Agent::Forked> Agent::fork() {
  auto [ours, theirs] = connected(patience_);
  const auto given = give(theirs, forked_channel);
  if (!given) return std::nullopt;
  if (*given < 0) return Forked{*given, std::nullopt};
  const auto reply = ask(request(REFMM_CONFORM_FORK, static_cast<std::uint64_t>(forked_channel)));
  if (!reply) return std::nullopt;
  if (reply->value < 0) return Forked{reply->value, std::nullopt};
  theirs.close();
  Agent child({Child(static_cast<pid_t>(reply->value)), std::move(ours)}, bits_, patience_);
  child.image_ = image_;
  child.scratch_ = scratch_;
  refmm_conform_reply first;  // the child says that it is there
  if (child.hear(&first, sizeof first)) static_cast<void>(child.open_views());
  return Forked{reply->value, std::move(child)};
}

std::optional<std::int64_t> Agent::open(const File& file, Mode mode, int number) {
  return give(file.open(mode), number);
}

std::optional<std::int64_t> Agent::give(const Descriptor& descriptor, int number) {
  const std::array requests{request(REFMM_CONFORM_RECEIVE, static_cast<std::uint64_t>(number))};
  if (!send(requests) || !send_descriptor(descriptor)) return std::nullopt;
  refmm_conform_reply reply;
  if (!hear(&reply, sizeof reply)) return std::nullopt;
  return reply.value;
}

void Agent::exit(int status) {
  const std::array requests{request(REFMM_CONFORM_EXIT, static_cast<std::uint64_t>(status))};
  if (send(requests)) has_ended();
}

std::optional<refmm_conform_reply> Agent::ask(const refmm_conform_request& asked) {
  refmm_conform_reply reply;
  if (!send({&asked, 1}) || !hear(&reply, sizeof reply)) return std::nullopt;
  return reply;
}

bool Agent::send(std::span<const refmm_conform_request> requests) {
  if (end_) return false;
  const auto bytes = std::as_bytes(requests);
  const ssize_t done = ::send(channel_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (done == static_cast<ssize_t>(bytes.size())) return true;
  has_ended();
  return false;
}

bool Agent::send_descriptor(const Descriptor& descriptor) {
  const int number = descriptor.number();
  char byte = 0;
  iovec data{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof number)> control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof number);
  std::memcpy(CMSG_DATA(header), &number, sizeof number);
  if (sendmsg(channel_.number(), &message, MSG_NOSIGNAL) == 1) return true;
  has_ended();
  return false;
}

bool Agent::hear(void* record, std::size_t bytes) {
  auto* to = static_cast<char*>(record);
  while (bytes != 0) {
    const ssize_t done = recv(channel_.number(), to, bytes, 0);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) {
      if (done < 0 && errno == EAGAIN) {
        end_ = child_.wait(std::chrono::milliseconds(0));
      } else {
        has_ended();
      }
      return false;
    }
    to += done;
    bytes -= static_cast<std::size_t>(done);
  }
  return true;
}

void Agent::has_ended() { end_ = child_.wait(patience_); }

std::optional<std::vector<std::uint8_t>> Agent::read(std::uint64_t address, std::size_t length) {
  std::vector<std::uint8_t> bytes(length);
  const iovec here{bytes.data(), length};
  const iovec there{reinterpret_cast<void*>(address), length};
  if (end_ || process_vm_readv(process(), &here, 1, &there, 1, 0) != static_cast<ssize_t>(length))
    return std::nullopt;
  return bytes;
}

bool Agent::write(std::uint64_t address, std::span<const std::uint8_t> bytes) {
  const iovec here{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
  const iovec there{reinterpret_cast<void*>(address), bytes.size()};
  return !end_ && process_vm_writev(process(), &here, 1, &there, 1, 0) == static_cast<ssize_t>(bytes.size());
}

int Agent::limit(int resource, std::uint64_t value) {
  if (end_) return ESRCH;
  rlimit limit{};
  const auto which = static_cast<__rlimit_resource>(resource);
  if (prlimit(process(), which, nullptr, &limit) != 0) return errno;
  limit.rlim_cur = value;
  limit.rlim_max = std::max(limit.rlim_max, limit.rlim_cur);
  return prlimit(process(), which, &limit, nullptr) == 0 ? 0 : errno;
}

}  // namespace refmm::conform
