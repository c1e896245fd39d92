"""A header as Doxygen takes it, on standard output: the comment at its top documents the file, records have members.

    reference_filter.py HEADER
"""

import re
import sys


def escaped(text: str) -> str:
    """Text in which nothing is a tag or a command; what stands in backticks is left alone."""
    parts = text.split("`")
    for i in range(0, len(parts), 2):
        parts[i] = re.sub(r"([\\@<>#&%])", r"\\\1", parts[i])
    if len(parts) % 2 == 0:  # a lone backtick
        return "\\`".join(parts)
    return "`".join(parts)


def paragraphs(lines: list[str]) -> list[str]:
    """Lines of a comment as Markdown; what is set in is code."""
    made: list[str] = []
    in_code = False
    for position, line in enumerate(lines):
        is_code = line.startswith("  ")
        goes_on = in_code and not line.strip() and any(
            later.startswith("  ") for later in lines[position + 1 : position + 2]
        )
        if is_code and not in_code:
            made.append("@code{.cpp}")
        if in_code and not is_code and not goes_on:
            made.append("@endcode")
        in_code = is_code or goes_on
        made.append(line[2:].replace("*/", "* /") if in_code else escaped(line.strip()).replace("*/", "* /"))
    return made + (["@endcode"] if in_code else [])


def with_file_comment(text: str) -> str:
    """The comment that a header begins with, as the documentation of the file."""
    lines = text.split("\n")
    count = 0
    while count < len(lines) and lines[count].startswith("//") and not lines[count].startswith("///"):
        count += 1
    comment = paragraphs([re.sub(r"^// ?", "", line) for line in lines[:count]])
    return "\n".join(["/** @file", *comment, "*/", *lines[count:]])


def end_of_group(text: str, at: int) -> int:
    """Behind the bracket that closes the one at `at`; comments are no brackets."""
    depth = 0
    while at < len(text):
        if text.startswith("//", at):
            at = text.index("\n", at)
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
        if depth == 0:
            return at
    raise ValueError("a bracket is not closed")


def comment_at(text: str, at: int) -> tuple[str, int]:
    """The comment on the line behind a field, with the lines that go on below it, and where it ends."""
    found = re.compile(r"[,;) ]*//(?!/) ?([^\n]*)").match(text, at)
    if not found:
        return "", at
    column = text.index("//", at) - text.rfind("\n", 0, text.index("//", at))
    words, end = [found.group(1)], found.end()
    while line := re.compile(r"\n( *)//(?!/) ?([^\n]*)").match(text, end):
        if len(line.group(1)) + 1 != column:
            break
        words.append(line.group(2))
        end = line.end()
    return " ".join(words), end


def members_of(record: str, behind: str) -> tuple[list[str], int]:
    """The members of a record, from what stands between its brackets and the line behind them; how much of that line it was."""
    members, used = [], 0
    at = record.find("(")
    while at != -1:
        end = end_of_group(record, at)
        kind, name = record[at + 1 : end - 1].rsplit(",", 1)
        kind = " ".join(re.sub(r"//[^\n]*", "", kind).split())
        comment, next_at = comment_at(record, end)
        at = next_group(record, next_at)
        if at == -1 and not comment:
            comment, used = comment_at(behind, 0)
        members.append(f"{kind} {name.strip()};" + (f" ///< {escaped(comment)}" if comment else ""))
    return members, used


def next_group(text: str, at: int) -> int:
    while at < len(text):
        if text.startswith("//", at):
            at = text.find("\n", at)
            if at == -1:
                return -1
        elif text[at] == "(":
            return at
        else:
            at += 1
    return -1


def with_members(text: str) -> str:
    """The text with every REFMM_RECORD as the members that it declares."""
    made, at = [], 0
    for found in re.finditer(r"REFMM_RECORD\(", text):
        if text.rfind("\n#define", 0, found.start()) > text.rfind("\n\n", 0, found.start()):
            continue
        if text[text.rfind("\n", 0, found.start()) + 1 : found.start()].lstrip().startswith("//"):
            continue
        end = end_of_group(text, found.end() - 1)
        inside = text[found.end() : end - 1]
        members, used = members_of(inside[inside.find(",") + 1 :] if "," in inside else "", text[end:])
        made += [text[at : found.start()], "\n  ".join(members)]
        at = end + max(used, 1)  # behind the semicolon
    return "".join(made) + text[at:]


def with_plain_comments(text: str) -> str:
    """Comments of declarations in which nothing is a tag."""
    return re.sub(r"^( *)///(?!<)(.*)$", lambda found: f"{found[1]}///{escaped(found[2])}", text, flags=re.MULTILINE)


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("reference_filter.py: give a header")
    with open(sys.argv[1], encoding="utf-8") as header:
        text = header.read()
    text = with_plain_comments(with_members(text))
    if sys.argv[1].endswith(".hpp"):
        text = with_file_comment(text)
    # Which build it is shows in no name.
    print(re.sub(r"::inline REFMM_BUILD\b", "", text), end="")


if __name__ == "__main__":
    main()
