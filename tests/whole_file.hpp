// Files that are written whole, or not at all.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string_view>

namespace refmm {

/// Puts `text` into a file, which is made if it is not there. It is written beside the file and renamed when it is complete: whoever
/// reads the file, or writes it at the same time, finds one text or another, whole. Permissions are `mode`, or those of any new file.
/// Throws std::filesystem::filesystem_error with the reason if it cannot be written.
void write_whole(const std::filesystem::path& path, std::string_view text, std::optional<mode_t> mode = {});

}  // namespace refmm
