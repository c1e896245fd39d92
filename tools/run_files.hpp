// The files of the command: which ones are meant, and how one is written without ever being lost.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::command {

/// The transcripts that `path` stands for: itself, or if it is a folder all `*.mmt` below it, by name. Throws InputError for
/// a folder that has none, or that cannot be read.
std::vector<std::filesystem::path> transcripts_at(const std::filesystem::path& path);

/// Puts `text` into a file that exists. It is written beside the file and renamed when it is complete, so the file has the
/// old text or the new one whatever happens. Links are followed, permissions kept. Throws InputError with the reason if it
/// cannot be written.
void replace_text(const std::filesystem::path& path, std::string_view text);

/// The same of a file that need not exist.
void write_text(const std::filesystem::path& path, std::string_view text);

/// What is in a file. Throws InputError with the reason if it cannot be read.
std::string text_of(const std::filesystem::path& path);

}  // namespace refmm::command
