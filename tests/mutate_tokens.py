"""Headers as tokens, with what tests/mutate.py needs to know of each: where it stands, and whether the compiler computes it.

Works on the layout that clang-format gives: a sign with blanks on both sides is a binary operator, one without blanks a part of a type.
"""

import dataclasses
import re

TOKEN = re.compile(
    r"""(?P<blank>\s+)
    | (?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<directive>\#(?:\\\n|[^\n])*)
    | (?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    | (?P<number>\.?\d(?:[eEpP][+-]|'\w|[\w.])*)
    | (?P<name>[A-Za-z_]\w*)
    | (?P<sign><=>|<<=|>>=|->\*|\.\.\.|::|->|\+\+|--|&&|\|\||<<|>>|[-+*/%&|^=!<>]=|.)""",
    re.VERBOSE | re.DOTALL,
)

BINARY_SIGNS = {"<", "<=", ">", ">=", "==", "!=", "+", "-", "*", "/", "%", "<<", ">>", "&", "|", "^"}

PAIRS = {"(": ")", "[": "]", "{": "}"}

# Words after which something in parentheses or up to the semicolon is computed by the compiler.
COMPUTED_IN_PARENTHESES = {"static_assert", "noexcept", "alignas", "alignof", "decltype", "sizeof", "requires"}
COMPUTED_TO_SEMICOLON = {"constexpr", "constinit", "using", "typedef", "static_assert", "concept"}
class InputError(Exception):
    """A header that is not understood."""


@dataclasses.dataclass
class Token:
    kind: str
    text: str
    begin: int
    end: int
    blank_before: bool = False
    blank_after: bool = False
    partner: int = -1  # of a bracket, the index of the other one
    place: str = ""  # "code", "constexpr code", or "" outside of functions
    fixed: bool = False  # computed by the compiler, or part of a type


def line_and_column(source, position):
    return source.count("\n", 0, position) + 1, position - source.rfind("\n", 0, position)


def tokens_of(source):
    """The tokens of a header but for blanks and comments, with what surrounds them."""
    tokens, blank = [], True
    for match in TOKEN.finditer(source):
        if match.lastgroup in ("blank", "comment"):
            if tokens:
                tokens[-1].blank_after = True
            blank = True
        elif match.lastgroup != "directive":
            tokens.append(Token(match.lastgroup, match.group(), match.start(), match.end(), blank))
            blank = False
    return tokens


def pair_brackets(tokens, source, name):
    open_ones = []
    for index, token in enumerate(tokens):
        if token.kind != "sign":
            continue
        if token.text in PAIRS:
            open_ones.append(index)
        elif token.text in PAIRS.values():
            if not open_ones or PAIRS[tokens[open_ones[-1]].text] != token.text:
                line, column = line_and_column(source, token.begin)
                raise InputError(f"{name}:{line}:{column}: this {token.text} closes nothing")
            token.partner = open_ones.pop()
            tokens[token.partner].partner = index
    if open_ones:
        line, column = line_and_column(source, tokens[open_ones[-1]].begin)
        raise InputError(f"{name}:{line}:{column}: this {tokens[open_ones[-1]].text} is never closed")


def head_of(tokens, brace):
    """What stands before an opening brace, back to the end of what came before."""
    begin = brace
    while begin > 0 and tokens[begin - 1].text not in (";", "{"):
        if tokens[begin - 1].text == "}":
            # The end of a function before, or of a member in a list of initializers.
            if not tokens[begin].blank_before or tokens[begin].text in (",", "{"):
                begin = tokens[begin - 1].partner
                continue
            break
        begin = tokens[begin - 1].partner if tokens[begin - 1].text in (")", "]") else begin - 1
    return tokens[begin:brace]


def opens_block(tokens, index):
    """Whether a brace opens statements or declarations, and not the values of something."""
    if index == 0 or not tokens[index].blank_before:
        return False
    before = tokens[index - 1]
    return before.text not in ("=", "return", ",", "(", "[", "?", ":", "&&", "||") and before.text not in BINARY_SIGNS or (
        before.text in ("*", "&", "&&", ">") and not before.blank_before
    )


def find_places(tokens):
    """Notes which tokens are in functions."""
    stack = [""]
    for index, token in enumerate(tokens):
        if token.text == "}" and token.kind == "sign":
            stack.pop()
        token.place = stack[-1]
        if token.text == "{" and token.kind == "sign":
            stack.append(place_in(tokens, index, stack[-1]))


def place_in(tokens, brace, around):
    if not opens_block(tokens, brace):
        return around
    words = [token.text for token in head_of(tokens, brace)]
    for depth_words in ("namespace", "enum"):
        if depth_words in words:
            return ""
    outside = words_outside_angles(words)
    if any(word in outside for word in ("struct", "class", "union", "concept")):
        return ""
    if around:
        return around
    return "constexpr code" if "constexpr" in words else "code"


def words_outside_angles(words):
    depth, outside = 0, []
    for word in words:
        if word == "<":
            depth += 1
        elif word in (">", ">>"):
            depth -= len(word)
        elif depth <= 0:
            outside.append(word)
    return outside


def fix(tokens, begin, end):
    for token in tokens[begin:end]:
        token.fixed = True


def end_of_statement(tokens, index):
    """Behind the semicolon or the block that ends the statement which `index` is in."""
    while index < len(tokens):
        text = tokens[index].text
        if text == ";":
            return index + 1
        if text == "{" and opens_block(tokens, index):
            return tokens[index].partner + 1
        if text in PAIRS.values():
            return index
        index = tokens[index].partner + 1 if text in PAIRS else index + 1
    return index


def find_fixed(tokens):
    """Notes what the compiler computes, and what belongs to the mutants that have names."""
    for index, token in enumerate(tokens):
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if token.text in COMPUTED_IN_PARENTHESES and following is not None and following.text == "(":
            fix(tokens, index, following.partner + 1)
        elif token.text == "if" and following is not None and following.text == "constexpr":
            fix(tokens, index, tokens[index + 2].partner + 1)
        elif token.text in COMPUTED_TO_SEMICOLON and declares_variable(tokens, index):
            fix(tokens, index, end_of_statement(tokens, index))
        elif token.text in ("case", "requires", "template"):
            fix_head(tokens, index)
        elif token.text == "[" and following is not None and following.text == "[":
            fix(tokens, index, token.partner + 1)
        elif token.text == "operator":
            fix(tokens, index, index + 2)
        elif token.text == "<" and is_angle(token):
            fix(tokens, index, end_of_angle(tokens, index))
        elif token.text == "mutant" and following is not None and following.text == "(":
            fix_named_mutant(tokens, index)


def declares_variable(tokens, index):
    if tokens[index].text != "constexpr":
        return True
    while index < len(tokens) and tokens[index].text not in (";", "{", "(", "="):
        index += 1
    return index < len(tokens) and (tokens[index].text in (";", "=") or not tokens[index].blank_before and tokens[index].text == "{")


def fix_head(tokens, index):
    """A case up to its colon; a template's parameters, or what it requires."""
    begin = index
    if tokens[index].text == "case":
        while tokens[index].text != ":":
            index += 1
    elif tokens[index].text == "template":
        index = end_of_angle(tokens, index + 1) if tokens[index + 1].text == "<" else index
    else:
        index = end_of_statement(tokens, index)
    fix(tokens, begin, index + 1 if tokens[begin].text == "case" else index)


def is_angle(token):
    return not (token.blank_before and token.blank_after)


def end_of_angle(tokens, index):
    depth = 0
    while index < len(tokens):
        token = tokens[index]
        if token.text == "<" and (is_angle(token) or depth == 0):
            depth += 1
        elif token.text in (">", ">>") and not (token.blank_before and token.blank_after):
            depth -= len(token.text)
            if depth <= 0:
                return index + 1
        elif token.text in PAIRS:
            index = token.partner
        elif token.text in (";", ")"):
            return index  # no template after all
        index += 1
    return index


def fix_named_mutant(tokens, index):
    """`mutant("name")`, and what is done only if it is on."""
    end = tokens[index + 1].partner + 1
    fix(tokens, index, end)
    if tokens[index - 1].text == "(" and tokens[index - 2].text == "if" and tokens[end].text == ")":
        fix(tokens, index, end_of_statement(tokens, end + 1))
    elif tokens[end].text == "?" and tokens[index - 1].text != "!":
        fix(tokens, end, right_end(tokens, end + 1, {":"}))
    # Of a sum like `size - (mutant("name") ? page_size : 0)` the sign, too.
    if tokens[index - 1].text == "(" and tokens[index - 2].text in BINARY_SIGNS:
        tokens[index - 2].fixed = True


def right_end(tokens, index, stops):
    """The end of the operand that begins at `index`: where one of `stops` stands, or a bracket closes."""
    while index < len(tokens):
        text = tokens[index].text
        if text in stops or text in PAIRS.values():
            return index
        index = tokens[index].partner + 1 if text in PAIRS else index + 1
    return index


def left_end(tokens, index, stops):
    """The first token of the operand that ends before `index`."""
    while index > 0:
        before = tokens[index - 1]
        if before.text in stops or before.text in PAIRS:
            return index
        if before.text == "}" and tokens[index].blank_before:
            return index
        index = before.partner if before.text in PAIRS.values() else index - 1
    return index


def understood(source, name):
    """The tokens of a header, with all that is to be known of them."""
    tokens = tokens_of(source)
    pair_brackets(tokens, source, name)
    find_places(tokens)
    find_fixed(tokens)
    return tokens
