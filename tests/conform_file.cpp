#include <refmm/tests/conform_file.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

namespace refmm::conform {
namespace {

// Of Linux 6.3; older kernels know neither the flag nor the setting (vm.memfd_noexec) that makes it necessary.
constexpr unsigned may_be_executed = 0x10;

void check(bool done, const std::string& what) {
  if (!done) throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

Descriptor make_memory_file(const std::string& name) {
  int number = memfd_create(name.c_str(), MFD_CLOEXEC | may_be_executed);
  if (number < 0 && errno == EINVAL) number = memfd_create(name.c_str(), MFD_CLOEXEC);
  check(number >= 0, "memfd_create is refused, which files to be mapped are made with");
  return Descriptor(number);
}

Descriptor open_again(const Descriptor& descriptor, Mode mode) {
  const int flags = mode == Mode::read_only ? O_RDONLY : mode == Mode::write_only ? O_WRONLY : O_RDWR;
  const std::string path = "/proc/self/fd/" + std::to_string(descriptor.number());
  Descriptor again(::open(path.c_str(), flags | O_CLOEXEC));
  check(bool(again), "cannot open " + path + ", a file in memory; is /proc mounted?");
  return again;
}

void write_whole(const Descriptor& descriptor, std::span<const unsigned char> bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(descriptor.number(), bytes.data(), bytes.size());
    check(done > 0, "cannot write a file in memory");
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
}

File::File(const std::string& name, std::uint64_t size, const std::function<std::uint8_t(std::uint64_t)>& content)
    : descriptor_(make_memory_file(name)) {
  std::vector<unsigned char> bytes(size);
  for (std::uint64_t i = 0; i != size; ++i) bytes[i] = content(i);
  write_whole(descriptor_, bytes);
  struct stat status {};
  check(fstat(descriptor_.number(), &status) == 0, "cannot look at a file in memory");
  inode_ = status.st_ino;
}

Descriptor File::open(Mode mode) const { return open_again(descriptor_, mode); }

std::uint64_t File::size() const {
  struct stat status {};
  check(fstat(descriptor_.number(), &status) == 0, "cannot look at a file in memory");
  return static_cast<std::uint64_t>(status.st_size);
}

void File::resize(std::uint64_t size) {
  check(ftruncate(descriptor_.number(), static_cast<off_t>(size)) == 0,
        "cannot change the size of a file in memory");
}

std::uint8_t File::byte(std::uint64_t offset) const {
  std::uint8_t value = 0;
  check(pread(descriptor_.number(), &value, 1, static_cast<off_t>(offset)) == 1, "cannot read a file in memory");
  return value;
}

void File::set_byte(std::uint64_t offset, std::uint8_t value) {
  check(pwrite(descriptor_.number(), &value, 1, static_cast<off_t>(offset)) == 1, "cannot write a file in memory");
}

}  // namespace refmm::conform
