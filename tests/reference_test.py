"""The reference of the headers: made without a warning, every header has a page, records have members with their units."""

import html
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent


def text_of(page: pathlib.Path) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.read_text(encoding="utf-8"))).split())


class Reference(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        cls.made = subprocess.run(
            [ROOT / "tools" / "reference", cls.folder.name], capture_output=True, text=True, check=False
        )
        cls.pages = pathlib.Path(cls.folder.name) / "html"

    @classmethod
    def tearDownClass(cls) -> None:
        cls.folder.cleanup()

    def test_is_made_without_a_warning(self) -> None:
        self.assertEqual((self.made.returncode, self.made.stderr), (0, ""))

    def test_has_a_page_for_every_header(self) -> None:
        listed = text_of(self.pages / "files.html")
        for room in ("spec", "model", "impl", "proofs"):
            for header in (ROOT / room).rglob("*.hpp"):
                self.assertIn(header.name, listed)
        self.assertIn("subject.h", listed)

    def test_shows_members_of_records_with_what_they_are(self) -> None:
        area = text_of(self.pages / "structrefmm_1_1vma_1_1Area.html")
        self.assertIn("bytes, a multiple of the page size", area)
        self.assertIn("std::uint32_t id the structure, numbered in the order of creation", area)

    def test_has_what_headers_say_of_themselves(self) -> None:
        page = text_of(self.pages / "object__cache_8hpp.html")
        self.assertIn("Object caches: the slab allocator for a program's own types.", page)
        self.assertIn("ObjectCache<Session> sessions(slabs,", page)

    def test_has_examples_that_the_tests_build(self) -> None:
        named = re.findall(r"^@example (\S+)", (ROOT / "tools" / "reference.md").read_text(), flags=re.MULTILINE)
        self.assertGreaterEqual(len(named), 8)
        built = "".join(
            path.read_text() for path in (ROOT / "tests" / "CMakeLists.txt", ROOT / "tests" / "installed" / "CMakeLists.txt")
        )
        for example in named:
            self.assertTrue((self.pages / (example.replace(".", "_8") + "-example.html")).exists(), example)
            stem = example.rsplit(".", 1)[0]
            self.assertTrue(example in built or (ROOT / "tests" / "subjects" / example).exists(), f"nothing builds {stem}")


if __name__ == "__main__":
    sys.exit(unittest.main())
