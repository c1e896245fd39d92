"""A header, what is mutated in it, and the copy in which the mutations are (tests/mutate.py)."""

import dataclasses
import re

from mutate_tokens import PAIRS, end_of_angle, is_angle, left_end, line_and_column, opens_block, right_end, understood

# What stands in place of each operator, and the type of that in tests/mutation_site.hpp.
BINARY = {
    "<": ("<=", "LessEqual"),
    "<=": ("<", "Less"),
    ">": (">=", "GreaterEqual"),
    ">=": (">", "Greater"),
    "==": ("!=", "NotEqual"),
    "!=": ("==", "Equal"),
    "+": ("-", "Minus"),
    "-": ("+", "Plus"),
    "*": ("/", "Over"),
    "/": ("*", "Times"),
    "%": ("/", "Over"),
    "<<": (">>", "ShiftRight"),
    ">>": ("<<", "ShiftLeft"),
    "&": ("|", "Or"),
    "|": ("&", "And"),
    "^": ("|", "Or"),
}
ASSIGNMENT = {
    "+=": ("-=", "MinusAssign"),
    "-=": ("+=", "PlusAssign"),
    "*=": ("/=", "OverAssign"),
    "/=": ("*=", "TimesAssign"),
    "<<=": (">>=", "ShiftRightAssign"),
    ">>=": ("<<=", "ShiftLeftAssign"),
    "&=": ("|=", "OrAssign"),
    "|=": ("&=", "AndAssign"),
    "^=": ("|=", "OrAssign"),
}
ASSIGNS = {"=", "%=", *ASSIGNMENT}
# What ends an operand of && and ||.
ENDS_OPERAND = {"?", ":", ";", ",", "return", *ASSIGNS}

# Statements that begin with these words are no expressions.
NO_EXPRESSION = {
    *("if else for while do switch case default return goto try catch throw using typedef template static static_assert").split(),
    *("const constexpr auto struct class enum union friend public private protected new delete co_return namespace").split(),
}


@dataclasses.dataclass(frozen=True)
class Mutation:
    number: int
    file: str
    line: int
    column: int
    kind: str  # "operator", "constant", "condition", "statement"
    before: str
    after: str
    text: str  # the line that it stands in


class Instrumented:
    """A header and what is written into it."""

    def __init__(self, name, source, first_number):
        self.name, self.source = name, source
        self.mutations = []
        self.next_number = first_number
        self.opening, self.closing, self.replaced = {}, {}, {}
        self.tokens = understood(source, name)
        for index in range(len(self.tokens)):
            if self.tokens[index].place and not self.tokens[index].fixed:
                self.look_at(index)

    # ---- What is written ----

    def text(self):
        pieces, position = [], 0
        for at in sorted({*self.opening, *self.closing, *self.replaced}):
            pieces.append(self.source[position:at])
            # Of what ends here the inner first, of what begins here the outer first.
            pieces += [text for _, text in sorted(self.closing.get(at, []), key=lambda pair: -pair[0])]
            pieces += [text for _, text in sorted(self.opening.get(at, []), key=lambda pair: -pair[0])]
            position = at
            if at in self.replaced:
                text, position = self.replaced[at]
                pieces.append(text)
        return "".join(pieces) + self.source[position:]

    def surround(self, begin, end, before, after):
        """Around the tokens from `begin` up to `end`."""
        first, last = self.tokens[begin].begin, self.tokens[end - 1].end
        self.opening.setdefault(first, []).append((last, before))
        self.closing.setdefault(last, []).append((first, after))

    def replace(self, index, text):
        self.replaced[self.tokens[index].begin] = (text, self.tokens[index].end)

    def at(self, index):
        """The type of the place of the next mutation."""
        constant = self.tokens[index].place == "constexpr code"
        return f"::refmm::mutation::{'Constexpr' if constant else ''}At<{self.next_number}>"

    def add(self, kind, index, before, after):
        line, column = line_and_column(self.source, self.tokens[index].begin)
        text = self.source.splitlines()[line - 1].strip()
        self.mutations.append(Mutation(self.next_number, self.name, line, column, kind, before, after, text))
        self.next_number += 1

    def words(self, begin, end):
        return " ".join(self.source[self.tokens[begin].begin : self.tokens[end - 1].end].split())

    def has_mutant(self, begin, end):
        return any(token.text == "mutant" for token in self.tokens[begin:end])

    # ---- What is mutated ----

    def look_at(self, index):
        token = self.tokens[index]
        between_blanks = token.blank_before and token.blank_after
        if token.kind == "sign" and between_blanks and token.text in BINARY:
            if token.text not in ("==", "!=") or not self.is_condition(index):
                self.operator(index, BINARY[token.text])
        elif token.kind == "sign" and between_blanks and token.text in ASSIGNMENT:
            self.operator(index, ASSIGNMENT[token.text])
        elif token.text in ("&&", "||") and between_blanks:
            self.operand(index)
        elif token.text == "?":
            self.choice(index)
        elif token.text in ("if", "while"):
            self.condition(index)
        elif token.text == "for":
            self.loop(index)
        elif token.kind == "number" and re.fullmatch(r"[\dA-Fa-fxX']+[uUlL]*", token.text):
            self.constant(index)
        elif token.text in ("true", "false"):
            at = self.at(index)
            self.add("constant", index, token.text, "false" if token.text == "true" else "true")
            self.replace(index, f"::refmm::mutation::constant<{at}>({token.text})")
        if self.begins_statement(index):
            self.statement(index)

    def operator(self, index, other):
        sign, operation = self.tokens[index].text, other[1]
        at = self.at(index)
        self.add("operator", index, sign, other[0])
        self.replace(index, f"{sign} ::refmm::mutation::Instead<{at}, ::refmm::mutation::{operation}>{{}} {sign}")

    def is_condition(self, index):
        """Whether a comparison is all of a condition, which is mutated as such."""
        stops = {"&&", "||", *ENDS_OPERAND}
        begin, end = left_end(self.tokens, index, stops), right_end(self.tokens, index, stops)
        before, behind = self.tokens[begin - 1].text, self.tokens[end].text
        asked = before == "(" and self.tokens[begin - 2].text in ("if", "while")
        return before in ("&&", "||") or behind in ("&&", "||", "?") or asked and behind == ")"

    def operand(self, index):
        """Of `a && b`, b; of the first operator of a chain, a as well."""
        sign = self.tokens[index].text
        stops = {"&&", "||", *ENDS_OPERAND} if sign == "&&" else {"||", *ENDS_OPERAND}
        begin, end = index + 1, right_end(self.tokens, index + 1, stops)
        self.drop_operand(sign, begin, end)
        begin = left_end(self.tokens, index, stops)
        if begin > 0 and self.tokens[begin - 1].text != sign:
            self.drop_operand(sign, begin, index)

    def drop_operand(self, sign, begin, end):
        if self.has_mutant(begin, end) or begin >= end:
            return
        at = self.at(begin)
        self.add("condition", begin, self.words(begin, end), "true" if sign == "&&" else "false")
        drop = f"({at}::on() || (" if sign == "&&" else f"(!{at}::on() && ("
        self.surround(begin, end, drop, "))")

    def choice(self, index):
        begin = left_end(self.tokens, index, ENDS_OPERAND)
        self.true_or_false(begin, index)

    def true_or_false(self, begin, end):
        """A condition. Where it is several, each of them makes true of the one or false of the other, too."""
        if right_end(self.tokens, begin, {"||"}) >= end:
            self.instead_of_condition(begin, end, "false")
        if right_end(self.tokens, begin, {"&&"}) >= end or right_end(self.tokens, begin, {"||"}) < end:
            self.instead_of_condition(begin, end, "true")

    def instead_of_condition(self, begin, end, value):
        if begin >= end or self.has_mutant(begin, end):
            return
        at = self.at(begin)
        self.add("condition", begin, self.words(begin, end), value)
        self.surround(begin, end, f"::refmm::mutation::condition<{at}, {value}>(", ")")

    def condition(self, index):
        open_index = index + 1
        end = self.tokens[open_index].partner
        begin = open_index + 1
        while (semicolon := right_end(self.tokens, begin, {";"})) < end:
            begin = semicolon + 1
        if right_end(self.tokens, begin, {"="}) < end:
            return  # declares what it asks for
        if self.tokens[index].text == "while":
            self.instead_of_condition(begin, end, "false")
        else:
            self.true_or_false(begin, end)

    def loop(self, index):
        end = self.tokens[index + 1].partner
        first = right_end(self.tokens, index + 2, {";"})
        second = right_end(self.tokens, first + 1, {";"})
        if first < end and second < end:
            self.instead_of_condition(first + 1, second, "false")

    def constant(self, index):
        text = self.tokens[index].text
        digits = re.fullmatch(r"([\dA-Fa-fxX']+?)[uUlL]*", text).group(1).replace("'", "")
        value = int(digits, 8 if re.fullmatch(r"0\d+", digits) else 0)
        at = self.at(index)
        self.add("constant", index, text, f"{text} - 1" if value != 0 else "1")
        self.replace(index, f"::refmm::mutation::constant<{at}>({text})")

    # ---- Statements ----

    def begins_statement(self, index):
        before, token = self.tokens[index - 1], self.tokens[index]
        if token.kind not in ("name", "sign") or token.text in NO_EXPRESSION or token.text in (*PAIRS.values(), ";", "{", "["):
            return False
        if before.text == ")":
            return self.tokens[before.partner - 1].text in ("if", "for", "while")
        if before.text == "{":
            return opens_block(self.tokens, index - 1)
        if before.text == "]":
            return self.tokens[before.partner].text == "[" and self.tokens[index - 2].text == "]"  # an attribute
        if before.text == ";":
            return not self.in_parentheses(index)
        if before.text == "}":
            return opens_block(self.tokens, before.partner)
        return before.text in ("else", "do")

    def in_parentheses(self, index):
        """Whether a semicolon before `index` is one of a for or an if."""
        while index > 0:
            text = self.tokens[index - 1].text
            if text in PAIRS:
                return text == "("
            index = self.tokens[index - 1].partner if text in PAIRS.values() else index - 1
        return False

    def statement(self, index):
        end = right_end(self.tokens, index, {";"})
        if end >= len(self.tokens) or self.tokens[end].text != ";" or not self.is_expression(index, end):
            return
        if self.is_all_of_an_if(index, end):
            return  # it is that the condition is false
        at = self.at(index)
        self.add("statement", index, self.words(index, end + 1), "")
        self.surround(index, end + 1, f"{{ if (!{at}::on()) {{ ", " } }")

    def is_all_of_an_if(self, index, end):
        if self.tokens[index - 1].text != ")" or self.tokens[end + 1].text == "else":
            return False
        open_index = self.tokens[index - 1].partner
        if self.tokens[open_index - 1].text != "if" or self.has_mutant(open_index, index):
            return False
        return right_end(self.tokens, open_index + 1, {"||", "="}) == index - 1

    def is_expression(self, begin, end):
        """Something with an effect, and no declaration: those have two names in a row, or a name behind a type."""
        words = self.tokens[begin:end]
        if words[0].text in ("break", "continue"):
            return len(words) == 1
        if any(token.text == "case" for token in words):
            return False
        index, has_effect = begin, False
        while index < end:
            token = self.tokens[index]
            if token.text in ASSIGNS:
                has_effect = True
                break
            following = self.tokens[index + 1]
            named = following.kind == "name" or following.text == "["
            if token.kind == "name" and named and index + 1 < end and following.text != "[":
                return False
            if index > begin and token.text in ("*", "&", "&&", ">", ">>") and not token.blank_before and named:
                return False
            if token.text in ("++", "--"):
                has_effect = True
            if token.text == "(":
                has_effect = True
            if token.text == "<" and is_angle(token):
                index = end_of_angle(self.tokens, index)
                if index < end and self.tokens[index].kind == "name":
                    return False
                continue
            index = token.partner + 1 if token.text in PAIRS else index + 1
        return has_effect
