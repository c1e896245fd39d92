// Checks of the example libraries in tests/subjects, as people run them.
#pragma once

#include <refmm/tests/command_fixture.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace refmm {

class ForeignSubject : public Command {
 protected:
  /// The library of that name, with a path.
  static std::string library(const std::string& name) { return REFMM_SUBJECT_FOLDER "/" + name + ".so"; }

  Ran check(const std::string& name, const std::string& area, const std::string& options) const {
    return run("refmm check --subject " + library(name) + " --area " + area +
               " --seed 1 --folder $scratch/found " + options);
  }

  /// The transcript that a check has written.
  std::string transcript() const {
    for (const auto& entry : std::filesystem::directory_iterator(scratch_ / "found"))
      if (entry.path().extension() == ".mmt") return contents(entry.path());
    return "";
  }

  /// Its calls: the lines that are neither comments nor blank, nor the boot.
  std::size_t calls() const {
    std::istringstream lines(transcript());
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line);)
      count += !line.empty() && line.front() != '#' && !line.starts_with("boot ") && line.front() != ' ';
    return count;
  }

  /// Replays the transcript on a library.
  Ran replay(const std::string& name) const { return run("refmm run $scratch/found --subject " + library(name)); }

  void expect_agreement(const std::string& name, const std::string& area, int runs) const {
    const Ran ran = check(name, area, "--runs " + std::to_string(runs));
    EXPECT_EQ(ran.exit, 0) << ran.out << ran.err;
  }

  /// The mistake is found, shrunk to `most_calls`, says `words`, and replays; the library without it does not fail there. `options` go
  /// to the check.
  void expect_finding(const std::string& mistaken, const std::string& right, const std::string& area,
                      std::size_t most_calls, const std::string& words, const std::string& options = "") const {
    const Ran ran = check(mistaken, area, "--runs 2000 " + options);
    EXPECT_EQ(ran.exit, 1) << ran.out << ran.err;
    EXPECT_LE(calls(), most_calls) << ran.out;
    EXPECT_THAT(transcript(), testing::HasSubstr(words));
    EXPECT_THAT(transcript(), testing::HasSubstr("--subject " + library(mistaken)));
    const Ran replayed = replay(mistaken);
    EXPECT_EQ(replayed.exit, 1) << replayed.out << replayed.err;
    const Ran agreed = replay(right);
    EXPECT_EQ(agreed.exit, 0) << agreed.out << agreed.err;
  }
};

}  // namespace refmm
