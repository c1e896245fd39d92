// Which programs of a log are of 32 bits and which of 64, where strace does not say it: it does not in a log written to a file (-o).
#pragma once

#include <refmm/spec/strace_log.hpp>

#include <cstdint>
#include <map>
#include <vector>

namespace refmm::strace {

/// Fills in Record::mode: by what strace says, by calls that only programs of 32 bits make, by addresses that only those of 64 have.
/// A process runs the program of the one that forked it until it calls execve. `digits_of_pointer` has what -i shows, by record.
void tell_modes(std::vector<Record>& records, const std::map<std::size_t, std::size_t>& digits_of_pointer);

}  // namespace refmm::strace
