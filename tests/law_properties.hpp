// Laws as properties of a subject: one test for each law, under the law's own name.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/tests/sampled_world.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <tuple>
#include <utility>

namespace refmm {

/// A test that samples.
class Property : public testing::Test {
 public:
  explicit Property(std::function<Sampling()> sampling) : sampling_(std::move(sampling)) {}
  void TestBody() override {
    const Sampling sampling = sampling_();
    RecordProperty("discarded", sampling.discarded);
    EXPECT_TRUE(sampling.held()) << to_text(sampling);
  }

 private:
  std::function<Sampling()> sampling_;
};

/// Registers a test SUITE.LAW for each law; to be called before main. Returns how many.
template <class... Claims>
int add_properties(const char* suite, const std::tuple<Law<Claims>...>& laws, auto subject) {
  std::apply(
      [&](const auto&... law) {
        (testing::RegisterTest(
             suite, std::string(law.name).c_str(), nullptr, nullptr, __FILE__, __LINE__,
             [law, subject]() -> testing::Test* { return new Property([=] { return sample(law, subject); }); }),
         ...);
      },
      laws);
  return sizeof...(Claims);
}

/// The same, for those who go through the laws of a family (slab_sampled_laws.hpp).
constexpr auto properties(const char* suite) {
  return [suite](const auto& laws, auto subject) { add_properties(suite, laws, subject); };
}

}  // namespace refmm
