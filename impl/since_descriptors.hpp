// The descriptors of a process of a later era. Part of impl/since.hpp.
#pragma once

#include <refmm/impl/since_paging.hpp>
#include <refmm/impl/since_returned.hpp>
#include <refmm/impl/vma_files.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace refmm::impl::inline REFMM_BUILD {

/// The descriptors of one process. Each has a reference to its file object, which copies of the process have in common.
class EraDescriptors {
 public:
  using File = impl::File<EraWord>;

  /// None. `files` must outlive it.
  explicit EraDescriptors(Files<EraPaging>& files) : files_(files) {}
  EraDescriptors(const EraDescriptors&) = delete;
  EraDescriptors& operator=(const EraDescriptors&) = delete;
  ~EraDescriptors() {
    for (File* const file : table_)
      if (file != nullptr) files_.fput(*file);
  }

  /// The file object of a descriptor, or nullptr. 2.4.0: fget.
  File* find(std::int32_t fd) const {
    const auto place = static_cast<std::size_t>(fd);
    return fd < 0 || place >= table_.size() ? nullptr : table_[place];
  }

  /// [vma.open.*]: a new file object on the file `name`, for FMODE_* of `mode`. Returns its descriptor, the lowest that is free.
  Returned<std::uint32_t> open(const Name& name, std::uint32_t mode) {
    const auto of_machine = files_.open(name, mode);
    if (!of_machine) return of_machine.refusal();
    const auto of_machine_fd = static_cast<std::int32_t>(*of_machine);
    File* const file = files_.fget(of_machine_fd);
    files_.get_file(*file);
    static_cast<void>(files_.close(of_machine_fd));  // the reference is this process's from now on

    std::int32_t fd = Files<EraPaging>::first_descriptor;
    while (find(fd) != nullptr) ++fd;
    const auto place = static_cast<std::size_t>(fd);
    if (table_.size() <= place) table_.resize(place + 1);
    table_[place] = file;
    return static_cast<std::uint32_t>(fd);
  }

  /// [vma.close.*]
  EraReturned<Done> close(std::int32_t fd) {
    File* const file = find(fd);
    if (file == nullptr) return vma::Refusal::descriptor_not_open;
    table_[static_cast<std::size_t>(fd)] = nullptr;
    files_.fput(*file);
    return Done{};
  }

  /// Those of a process become those of a copy of it, which has none yet. Follows dup_fd in fs/file.c.
  void copy(const EraDescriptors& parent) {
    table_ = parent.table_;
    for (File* const file : table_)
      if (file != nullptr) files_.get_file(*file);
  }

  /// File objects by their descriptors; nullptr where one is free.
  const std::vector<File*>& table() const { return table_; }

 private:
  Files<EraPaging>& files_;
  std::vector<File*> table_;
};

}  // namespace refmm::impl::inline REFMM_BUILD
