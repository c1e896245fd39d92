"""Tests of tests/mutate.py: what it mutates, what it leaves alone, and what it writes."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

import mutate
import mutate_header


def mutations_in(body, head="void f() {\n"):
    """The mutations of a function with this body, as (kind, before, after)."""
    _, mutations = mutate.instrument({"impl/x.hpp": head + body + "\n}\n"})
    return [(each.kind, each.before, each.after) for each in mutations]


def copy_of(body, head="void f() {\n"):
    copies, _ = mutate.instrument({"impl/x.hpp": head + body + "\n}\n"})
    return copies["impl/x.hpp"].replace("::refmm::mutation::", "")


class Operators(unittest.TestCase):
    def test_each_kind_of_operator_has_one_other(self):
        for sign, (other, _) in {**mutate_header.BINARY, **mutate_header.ASSIGNMENT}.items():
            with self.subTest(sign):
                self.assertIn(("operator", sign, other), mutations_in(f"return a {sign} b;"))

    def test_an_operator_keeps_its_place_and_its_operands(self):
        self.assertIn("return a + Instead<At<1>, Minus>{} + b * Instead<At<2>, Over>{} * c;", copy_of("return a + b * c;"))

    def test_what_has_no_blanks_around_it_is_no_operator(self):
        self.assertEqual([], mutations_in("const T* p = *q; T& r = &s; std::vector<T<int>> v; return f(-x, a->b);"))

    def test_a_comparison_that_is_a_condition_is_mutated_as_such(self):
        self.assertEqual([("operator", "==", "!=")], mutations_in("return a == b;"))
        self.assertNotIn(("operator", "==", "!="), mutations_in("if (a == b) {}"))
        self.assertNotIn(("operator", "!=", "=="), mutations_in("return a && b != c;"))

    def test_operators_in_the_arguments_of_templates_are_left_alone(self):
        self.assertEqual([], mutations_in("std::array<T, a + 1> x;"))


class Conditions(unittest.TestCase):
    def test_a_condition_is_true_and_false(self):
        self.assertEqual([("condition", "a", "false"), ("condition", "a", "true")], mutations_in("if (a) x = y;")[:2])

    def test_each_part_of_a_condition_is_dropped(self):
        found = mutations_in("if (a && b(c, d)) return;")
        self.assertIn(("condition", "a", "true"), found)
        self.assertIn(("condition", "b(c, d)", "true"), found)
        self.assertIn(("condition", "a && b(c, d)", "false"), found)
        self.assertNotIn(("condition", "a && b(c, d)", "true"), found)

    def test_each_part_of_an_alternative_is_dropped(self):
        found = mutations_in("if (a || !b) return;")
        self.assertIn(("condition", "a", "false"), found)
        self.assertIn(("condition", "!b", "false"), found)
        self.assertIn(("condition", "a || !b", "true"), found)

    def test_parts_bind_as_they_are_written(self):
        self.assertIn("(!At<2>::on() && (a)) || (!At<1>::on() && ((At<4>::on() || (b)) && (At<3>::on() || (c))))",
                      copy_of("return a || b && c;"))

    def test_a_loop_ends_before_it_begins(self):
        self.assertEqual([("condition", "a", "false")], mutations_in("while (a) {}"))
        self.assertIn(("condition", "i < n", "false"), mutations_in("for (T i = x; i < n; ++i) {}"))
        self.assertEqual([], mutations_in("for (T& x : y) {}"))

    def test_what_declares_something_is_no_condition(self):
        self.assertEqual([], mutations_in("if (T* x = y) {}"))
        self.assertIn(("condition", "x", "true"), mutations_in("if (T* x = y; x) {}"))

    def test_a_choice_is_a_condition(self):
        found = mutations_in("T x = a ? b : c;")
        self.assertEqual([("condition", "a", "false"), ("condition", "a", "true")], found)

    def test_what_the_compiler_decides_is_left_alone(self):
        self.assertEqual([], mutations_in("if constexpr (a && b) {}\nstatic_assert(a < b);"))


class Constants(unittest.TestCase):
    def test_a_constant_is_one_less_and_none_is_one(self):
        found = mutations_in("T x = 0; T y = 2u; T z = 0x10; bool w = true;")
        self.assertEqual([("constant", "0", "1"), ("constant", "2u", "2u - 1"), ("constant", "0x10", "0x10 - 1"),
                          ("constant", "true", "false")], found)

    def test_a_constant_is_written_as_a_call(self):
        self.assertIn("T y = constant<At<1>>(2u);", copy_of("T y = 2u;"))

    def test_constants_of_the_compiler_are_left_alone(self):
        self.assertEqual([], mutations_in("constexpr T x = 3; static constexpr T y[]{4}; enum { a = 5 };"))
        self.assertEqual([], mutations_in("switch (x) { case 3: default: break; }")[1:])

    def test_outside_of_functions_there_are_none(self):
        copies, mutations = mutate.instrument({"x.hpp": "struct S {\n  int x = 3;\n  char name[20];\n};\nconst int y = 2 + 2;\n"})
        self.assertEqual([], mutations)
        self.assertIn("char name[20];", copies["x.hpp"])

    def test_constexpr_functions_have_places_of_their_own(self):
        self.assertIn("ConstexprAt<1>", copy_of("return a + b;", head="constexpr T f() {\n"))


class Statements(unittest.TestCase):
    def deleted(self, body):
        return [before for kind, before, _ in mutations_in(body) if kind == "statement"]

    def test_statements_with_an_effect_are_deleted(self):
        for statement in ("f(x);", "x = y;", "++x;", "x->y.z(w);", "*p = x;", "a[i] = b;", "T::f();", "x += y;", "f<T>(x);"):
            with self.subTest(statement):
                self.assertEqual([statement], self.deleted(statement))

    def test_ways_out_are_deleted(self):
        self.assertEqual(["break;", "continue;"], self.deleted("break;\ncontinue;"))
        self.assertEqual([], self.deleted("return x;"))

    def test_all_of_an_if_is_not_as_its_condition_is_false(self):
        self.assertEqual([], self.deleted("if (a) f();"))
        self.assertEqual(["f();", "g();"], self.deleted("if (a) f(); else g();"))
        self.assertEqual(["f();"], self.deleted("if (a || b) f();"))
        self.assertEqual(["f();"], self.deleted('if (!mutant("x")) f();'))

    def test_declarations_are_not(self):
        for declaration in ("T x = y;", "T* x = y;", "T& x = y;", "T<U> x(y);", "const T x(y);", "auto x = y;", "T x;", "T x[z];",
                            "T<U>& x = y;", "using T = U;", "typename T::U x(y);"):
            with self.subTest(declaration):
                self.assertEqual([], self.deleted(declaration))

    def test_an_else_keeps_its_if(self):
        self.assertIn("if (condition<At<1>, false>(condition<At<2>, true>(a))) { if (!At<3>::on()) { x = y; } }\nelse { if (!At<4>::on()) { x = z; } }",
                      copy_of("if (a) x = y;\nelse x = z;"))

    def test_the_parts_of_a_for_are_no_statements(self):
        self.assertEqual(["f(i);"], self.deleted("for (i = x; a; i = y) f(i);"))


class NamedMutants(unittest.TestCase):
    def test_they_and_what_is_done_if_they_are_on_are_left_alone(self):
        self.assertEqual([], mutations_in('if (mutant("x")) f(1 + 2);'))
        self.assertEqual([("condition", "a", "true")], mutations_in('if (a && !mutant("x")) {}'))
        self.assertEqual([("constant", "2", "2 - 1")], mutations_in('T x = mutant("y") ? a + 1 : 2;'))


class Copies(unittest.TestCase):
    def test_without_what_was_added_a_copy_is_the_header(self):
        for path in sorted(pathlib.Path("impl").glob("*.hpp")):
            with self.subTest(path.name):
                source = path.read_text()
                header = mutate_header.Instrumented(path.name, source, 1)
                header.opening, header.closing, header.replaced = {}, {}, {}
                self.assertEqual(source, header.text())
                for each in header.mutations:
                    line = source.splitlines()[each.line - 1]
                    self.assertEqual(line.strip(), each.text)
                    self.assertTrue(line[each.column - 1:].startswith(each.before.split(" ")[0][:1]))

    def test_numbers_go_on_from_header_to_header(self):
        _, mutations = mutate.instrument({"a.hpp": "void f() { x = y; }\n", "b.hpp": "void f() { x = y; }\n"})
        self.assertEqual([("a.hpp", 1), ("b.hpp", 2)], [(each.file, each.number) for each in mutations])

    def test_brackets_that_do_not_match_are_an_error_with_a_place(self):
        with self.assertRaisesRegex(mutate.InputError, r"^x\.hpp:2:1: this \) closes nothing$"):
            mutate.instrument({"x.hpp": "void f() {\n)\n"})

    def test_the_command_says_which_file_it_cannot_read(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([sys.executable, mutate.__file__, "--root", folder, "--output", folder, "--list",
                                   f"{folder}/list.cpp", "impl/none.hpp"], capture_output=True, text=True, check=False)
        self.assertEqual(2, done.returncode)
        self.assertIn("impl/none.hpp", done.stderr)


if __name__ == "__main__":
    unittest.main()
