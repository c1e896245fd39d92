"""What the tree promises of its sources: rooms include only what they are built on, nothing includes itself, no header is left over."""

import collections
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROOMS = ("spec", "model", "impl", "proofs", "tests", "tools")
BUILT_ON = {
    "spec": {"spec"},
    "model": {"spec", "model"},
    "impl": {"spec", "impl"},
    "proofs": {"spec", "model", "proofs"},
    "tests": set(ROOMS),
    "tools": set(ROOMS),
}
# Included by the compiler, for every source of a target.
INCLUDED_BY_OPTION = {"tests/mutation_build.hpp"}
# Programs outside of refmm include their own headers.
OUTSIDE = ("tests/installed/", "tests/transcripts/")
LONGEST = 430  # lines; a file that grows beyond it has more than one concept
LONGER_ALREADY = {"proofs/symbolic/exploration.cpp": 520}


def sources() -> list[str]:
    found = [
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.suffix in (".hpp", ".cpp")
    ]
    return sorted(name for name in found if not name.startswith(OUTSIDE))


def included_by(source: str) -> list[str]:
    return re.findall(r"^#include <refmm/([^>]+)>", (ROOT / source).read_text(encoding="utf-8"), flags=re.MULTILINE)


def circles(graph: dict[str, list[str]]) -> list[list[str]]:
    """The circles that a search through the graph comes upon, each as the way around."""
    found, done = [], set()

    def visit(node: str, way: list[str]) -> None:
        if node in way:
            found.append(way[way.index(node) :] + [node])
        elif node not in done:
            for other in graph.get(node, []):
                visit(other, way + [node])
            done.add(node)

    for node in graph:
        visit(node, [])
    return found


class Structure(unittest.TestCase):
    graph = {source: included_by(source) for source in sources()}

    def test_rooms_include_what_they_are_built_on_and_nothing_else(self) -> None:
        self.assertGreater(len(self.graph), 500)
        for source, headers in self.graph.items():
            for header in headers:
                self.assertIn(header.split("/")[0], BUILT_ON[source.split("/")[0]] | {"subject.h"}, f"{source}: {header}")

    def test_no_file_includes_itself_by_way_of_others(self) -> None:
        self.assertEqual(circles(self.graph), [])

    def test_circles_are_found(self) -> None:
        self.assertEqual(circles({"a": ["b", "c"], "b": ["c"], "c": ["b"]}), [["b", "c", "b"]])

    def test_every_header_is_included_by_something(self) -> None:
        used = collections.Counter(header for headers in self.graph.values() for header in headers)
        outside = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "installed").rglob("*.cpp"))
        for source in self.graph:
            if source.endswith(".hpp") and source not in INCLUDED_BY_OPTION:
                self.assertTrue(used[source] or source in outside, f"nothing includes {source}")

    def test_headers_are_included_by_names_that_exist(self) -> None:
        for source, headers in self.graph.items():
            for header in headers:
                exists = (ROOT / header).exists() or (ROOT / "spec" / header).exists()
                self.assertTrue(exists, f"{source} includes {header}")

    def test_files_are_about_one_thing(self) -> None:
        for source in self.graph:
            count = (ROOT / source).read_text(encoding="utf-8").count("\n")
            self.assertLessEqual(count, LONGER_ALREADY.get(source, LONGEST), source)


if __name__ == "__main__":
    sys.exit(unittest.main())
