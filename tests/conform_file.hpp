// Files to be mapped: in memory, so that no file system has a part in what is seen.
#pragma once

#include <refmm/tests/conform_descriptor.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace refmm::conform {

/// How a descriptor is open.
enum class Mode : std::uint8_t { read_only, write_only, read_and_write };

class File {
 public:
  /// A file of `size` bytes, byte i of which is `content(i)`. Throws std::system_error where there are no such files.
  File(const std::string& name, std::uint64_t size, const std::function<std::uint8_t(std::uint64_t)>& content);

  /// A descriptor of the file's own, opened for itself: it shares nothing with others but the file.
  Descriptor open(Mode mode) const;

  /// What areas that map it have as their inode.
  std::uint64_t inode() const { return inode_; }
  std::uint64_t size() const;
  /// Cuts the file off, or lengthens it with zeros.
  void resize(std::uint64_t size);
  /// The byte at `offset`, which is below the size.
  std::uint8_t byte(std::uint64_t offset) const;
  void set_byte(std::uint64_t offset, std::uint8_t value);

 private:
  Descriptor descriptor_;
  std::uint64_t inode_ = 0;
};

/// A file in memory, open for reading and writing, which exec may be called with.
Descriptor make_memory_file(const std::string& name);

/// Opens what a descriptor is open on once more.
Descriptor open_again(const Descriptor& descriptor, Mode mode);

/// All of `bytes`. Throws std::system_error.
void write_whole(const Descriptor& descriptor, std::span<const unsigned char> bytes);

}  // namespace refmm::conform
