#include <refmm/tools/exit_watch.hpp>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

namespace refmm::command {
namespace {

constexpr std::uint32_t exit_group_64 = 231, exit_group_32 = 252, exit_group_x32 = 0x40000000 | exit_group_64;

constexpr sock_filter load(std::size_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}
constexpr sock_filter jump_if(std::uint32_t value, std::uint8_t yes, std::uint8_t no) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no);
}
constexpr sock_filter answer(std::uint32_t action) { return BPF_STMT(BPF_RET | BPF_K, action); }

}  // namespace

int filter_exits() {
  std::array filter{load(offsetof(seccomp_data, arch)), jump_if(AUDIT_ARCH_I386, 4, 0),
                    load(offsetof(seccomp_data, nr)),   jump_if(exit_group_64, 5, 0),
                    jump_if(exit_group_x32, 4, 0),      answer(SECCOMP_RET_ALLOW),
                    load(offsetof(seccomp_data, nr)),   jump_if(exit_group_32, 1, 0),
                    answer(SECCOMP_RET_ALLOW),          answer(SECCOMP_RET_USER_NOTIF)};
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return static_cast<int>(
      syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
}

ExitWatch::ExitWatch(pid_t process, int descriptor) {
  const auto handle = static_cast<int>(syscall(SYS_pidfd_open, process, 0));
  if (handle < 0) return;
  listener_ = static_cast<int>(syscall(SYS_pidfd_getfd, handle, descriptor, 0));
  close(handle);
}

ExitWatch::~ExitWatch() {
  if (listener_ >= 0) close(listener_);
}

ExitWatch::ExitWatch(ExitWatch&& other) noexcept : listener_(std::exchange(other.listener_, -1)) {}

ExitWatch& ExitWatch::operator=(ExitWatch&& other) noexcept {
  std::swap(listener_, other.listener_);
  return *this;
}

void ExitWatch::wait(int milliseconds, const std::function<void(pid_t)>& look) {
  pollfd waiting{listener_, POLLIN, 0};
  if (poll(&waiting, 1, milliseconds) <= 0) return;
  if ((waiting.revents & POLLIN) == 0) {  // nobody is left who has the filter
    close(std::exchange(listener_, -1));
    return;
  }
  // Kernels may know larger structures than the headers do.
  alignas(std::uint64_t) std::array<char, 512> request{}, reply{};
  if (ioctl(listener_, SECCOMP_IOCTL_NOTIF_RECV, request.data()) != 0) return;
  seccomp_notif notification{};
  std::memcpy(&notification, request.data(), sizeof notification);
  look(static_cast<pid_t>(notification.pid));
  seccomp_notif_resp response{};
  response.id = notification.id;
  response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  std::memcpy(reply.data(), &response, sizeof response);
  ioctl(listener_, SECCOMP_IOCTL_NOTIF_SEND, reply.data());
}

}  // namespace refmm::command
