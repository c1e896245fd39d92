#include <refmm/tools/check_summary.hpp>

#include <fmt/format.h>
#include <pugixml.hpp>

#include <sstream>

namespace refmm::command {

namespace {

pugi::xml_node append_case(pugi::xml_node suite, const std::string& group, const std::string& name,
                           double seconds) {
  pugi::xml_node test = suite.append_child("testcase");
  test.append_attribute("classname") = group.c_str();
  test.append_attribute("name") = name.c_str();
  test.append_attribute("time") = fmt::format("{:.3f}", seconds).c_str();
  return test;
}

void append_suite(pugi::xml_node suites, const CheckSummary& summary) {
  pugi::xml_node suite = suites.append_child("testsuite");
  suite.append_attribute("name") = fmt::format("refmm.check.{}", summary.family).c_str();
  suite.append_attribute("tests") = summary.clauses.size() + 1;
  suite.append_attribute("failures") = summary.failure ? 1 : 0;
  suite.append_attribute("errors") = 0;
  pugi::xml_attribute skipped = suite.append_attribute("skipped");
  suite.append_attribute("time") = fmt::format("{:.3f}", summary.seconds).c_str();

  pugi::xml_node sessions = append_case(suite, summary.family, "sessions", summary.seconds);
  sessions.append_child("system-out").text() =
      fmt::format("seed {}, {} runs, {} commands", summary.seed, summary.runs, summary.commands).c_str();
  if (summary.failure) {
    pugi::xml_node failure = sessions.append_child("failure");
    failure.append_attribute("type") = summary.failure->clause.c_str();
    failure.append_attribute("message") = summary.failure->difference.c_str();
    failure.text() = summary.failure->transcript.c_str();
  }
  unsigned count = 0;
  for (const Counted& clause : summary.clauses) {
    pugi::xml_node test = append_case(suite, clause.group, clause.name, 0);
    if (clause.count != 0) continue;
    ++count;
    test.append_child("skipped").append_attribute("message") = "not exercised";
  }
  skipped = count;
}

}  // namespace

std::string to_junit(const std::vector<CheckSummary>& summaries) {
  pugi::xml_document document;
  document.append_child(pugi::node_declaration).append_attribute("version") = "1.0";
  document.first_child().append_attribute("encoding") = "UTF-8";
  pugi::xml_node suites = document.append_child("testsuites");
  for (const CheckSummary& summary : summaries) append_suite(suites, summary);
  std::ostringstream text;
  document.save(text, "  ");
  return text.str();
}

}  // namespace refmm::command
