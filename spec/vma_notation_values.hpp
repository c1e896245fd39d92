// Values of the vma family, as calls, effects and results have them. Part of the reading of its notation.
#pragma once

#include <refmm/spec/name.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/spec/vma.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace refmm::vma {

/// A word, or `NULL` for 0, as strace prints it.
std::uint32_t read_address(const transcript::Source& source, const transcript::Value& value);

/// A descriptor, whether or not it is open; -1 for none.
std::int32_t read_descriptor(const transcript::Source& source, const transcript::Value& value);

/// How a file is opened, as f_mode: `O_RDONLY`, `O_WRONLY`, `O_RDWR` or `O_ACCMODE`.
std::uint32_t read_mode(const transcript::Source& source, const transcript::Value& value);

/// The mode of a file object; what `open` was given.
std::string_view mode_notation(std::uint32_t f_mode);

/// The name of a file of the caller's, in quotes: one that transcripts can write everywhere.
Name read_file_name(const transcript::Source& source, const transcript::Value& value);

/// The same without quotes, as `file=NAME` has it.
Name read_bare_file_name(const transcript::Source& source, const transcript::Value& value);

/// The name of a file or of a shared memory object, in quotes.
Name read_any_file_name(const transcript::Source& source, const transcript::Value& value);

/// The error that a result `-1 ENAME` reports, if it is one; throws if there is no error of that name.
std::optional<std::uint32_t> read_error(const transcript::Source& source, const transcript::Result& result);

/// What the kernel complained of, and its number, in quotes.
Printk read_complaint(const transcript::Source& source, const transcript::Value& value);

/// The text of a complaint, without quotes.
std::string complaint_notation(const Printk& printk);

/// `-1 ENOMEM`.
std::string error_notation(std::uint32_t number);

/// `0x08048000`.
std::string address_notation(std::uint32_t address);

/// Of a call: `4096`; what is 256 MiB long or more is easier to read in hexadecimal.
std::string length_notation(std::uint32_t length);

/// `PROT_READ|PROT_WRITE`, `PROT_NONE` for none.
std::string prot_notation(std::uint32_t flags);

}  // namespace refmm::vma
