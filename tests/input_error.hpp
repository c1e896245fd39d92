// What is said of input that cannot be understood, for tests.
#pragma once

#include <refmm/spec/diagnostic.hpp>

#include <gtest/gtest.h>

namespace refmm {

/// What `act` throws as an InputError; a failure of the test if it throws none.
template <class Act>
Diagnostic error_of(Act act) {
  try {
    act();
  } catch (const InputError& error) {
    return error.diagnostic();
  }
  ADD_FAILURE() << "there was no error";
  return {};
}

}  // namespace refmm
