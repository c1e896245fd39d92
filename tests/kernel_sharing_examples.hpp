// Inputs that examples of the laws of sharing begin with: those for the compiler, and those that a test runs.
#pragma once

#define ANYWHERE                         \
  {"process", {1}}, {"position", {0}}, { \
    "slot", { 786 }                      \
  }
// Process 1 has slot 768 and lacks 786; a directory that waits has 786.
#define LAZY                                                                                           \
  {"swapper", {768, 0x000001e3, 786, 0x00401063}}, {"pgds", {1, 768, 1}}, {"quick_list", {0, 786, 1}}, \
      {"alive", {1, 1}}, {                                                                             \
    "quick_list_length", { 1 }                                                                         \
  }
