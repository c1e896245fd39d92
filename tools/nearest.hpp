// What people may have meant: in spec, for the errors of the notation.
#pragma once

#include <refmm/spec/nearest.hpp>
