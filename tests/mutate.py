#!/usr/bin/env python3
"""Writes a copy of headers in which every mutation has a number, and is switched on at run time (tests/mutation_site.hpp).

    mutate.py --root FOLDER --output FOLDER --list FILE.cpp HEADER...

All mutants are one build: the copies stand in the output folder by the names of the headers, and the list defines the mutations as
tests/mutation_list.hpp declares them.
"""

import argparse
import pathlib
import sys

from mutate_header import Instrumented
from mutate_tokens import InputError


def instrument(headers):
    """Of headers by their names, in order: their copies, and all mutations."""
    copies, mutations = {}, []
    for name, source in headers.items():
        copy = Instrumented(name, source, len(mutations) + 1)
        mutations += copy.mutations
        text = copy.text()
        if copy.mutations:
            text = text.replace("#pragma once\n", "#pragma once\n\n#include <refmm/tests/mutation_site.hpp>\n", 1)
        copies[name] = text
    return copies, mutations


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def listed(mutations):
    """The source that defines the list."""
    lines = ["// Written by tests/mutate.py.", "#include <refmm/tests/mutation_list.hpp>", ""]
    lines += ["#include <array>", "", "std::span<const refmm::mutation::Mutation> refmm::mutation::mutations() {"]
    lines += [f"  static constexpr std::array<Mutation, {len(mutations)}> all{{{{"]
    for each in mutations:
        texts = ", ".join(quoted(text) for text in (each.kind, each.before, each.after, each.text))
        lines.append(f"      {{{each.number}, {quoted(each.file)}, {each.line}, {each.column}, {texts}}},")
    return "\n".join([*lines, "  }};", "  return all;", "}", ""])


def write_if_changed(path, text):
    """What is the same is not built again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", type=pathlib.Path, required=True, help="the folder that the headers are named from")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="where the copies go")
    parser.add_argument("--list", type=pathlib.Path, required=True, help="the source to write that lists the mutations")
    parser.add_argument("headers", nargs="+")
    arguments = parser.parse_args()
    try:
        copies, mutations = instrument({name: (arguments.root / name).read_text() for name in arguments.headers})
    except (InputError, OSError) as error:
        print(f"mutate.py: {error}", file=sys.stderr)
        return 2
    for name, text in copies.items():
        write_if_changed(arguments.output / name, text)
    write_if_changed(arguments.list, listed(mutations))
    return 0


if __name__ == "__main__":
    sys.exit(main())
