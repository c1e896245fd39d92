#!/usr/bin/python3
"""The book as a site and as a PDF: made once, and then looked at. No link is broken, every clause has its anchor, every figure is there,
every transcript that is printed is what the model does, and the PDF has pages and an outline.

    tests/book_site_test.py REFMM BOOK_SOURCE
"""

import collections
import html.parser
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
import xml.etree.ElementTree

REFMM, BOOK_SOURCE = "", ""
ROOT = pathlib.Path(__file__).resolve().parent.parent
CHAPTERS = ["buddy", "slab", "paging", "kernel", "vma", "fault", "process", "malloc", "since"]


class Page(html.parser.HTMLParser):
    """What is on a page: anchors, links, other files that it needs, and the transcripts that it prints."""

    def __init__(self, file):
        super().__init__()
        self.ids, self.links, self.needs, self.transcripts = [], [], [], []
        self.figures = 0
        self.classes, self.in_transcript = [], None
        self.feed(file.read_text())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        for name in ("src",) if tag != "link" else ("href",):
            if attributes.get(name):
                self.needs.append(attributes[name])
        classes = (attributes.get("class") or "").split()
        self.figures += tag == "svg" and "refmm-figure" in classes
        if tag == "div" and "highlight-mmt" in classes:
            self.transcripts.append(["corrected" if "corrected" in classes else "as-built", ""])
        if tag == "pre" and self.transcripts and not self.transcripts[-1][1]:
            self.in_transcript = self.transcripts[-1]

    def handle_endtag(self, tag):
        if tag == "pre":
            self.in_transcript = None

    def handle_data(self, data):
        if self.in_transcript is not None:
            self.in_transcript[1] += data


def setUpModule():
    global folder, site, pages, clauses
    made = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(made.cleanup)
    folder = pathlib.Path(made.name)
    environment = dict(os.environ, BOOK_SOURCE=BOOK_SOURCE, BOOK_FOLDER=str(folder))
    ran = subprocess.run([ROOT / "tools/book", "all"], env=environment, capture_output=True, text=True)
    if ran.returncode != 0:
        raise AssertionError(f"tools/book ends with {ran.returncode}:\n{ran.stdout}{ran.stderr}")
    site = folder / "html"
    pages = {file.relative_to(site).as_posix(): Page(file) for file in sorted(site.rglob("*.html"))}
    clauses = json.loads(subprocess.run([REFMM, "clause", "--json"], capture_output=True, check=True).stdout)


class Site(unittest.TestCase):
    def test_has_a_page_for_everything_that_the_book_has(self):
        expected = {f"{name}.html" for name in CHAPTERS}
        for written in (ROOT / "spec/book").rglob("*.md"):
            name = written.relative_to(ROOT / "spec/book").with_suffix(".html").as_posix()
            if name not in ("README.html", "preface.html"):
                expected.add(name)
        self.assertGreater(len(expected), len(CHAPTERS) + 10)
        self.assertEqual(expected - set(pages), set())

    def test_has_every_clause_under_its_name_once(self):
        count = collections.Counter(anchor for page in pages.values() for anchor in page.ids)
        wrong = {clause["name"]: count[clause["name"]] for clause in clauses if count[clause["name"]] != 1}
        self.assertGreater(len(clauses), 700)
        self.assertEqual(wrong, {})

    def test_has_every_clause_in_its_chapter(self):
        for clause in clauses:
            chapter = pathlib.PurePath(clause["file"]).stem + ".html"
            self.assertIn(clause["name"], pages[chapter].ids)

    def test_has_no_anchor_twice_on_a_page(self):
        for name, page in pages.items():
            # The figures of a page share the arrows of their lines.
            count = collections.Counter(anchor for anchor in page.ids if anchor != "refmm-arrow")
            self.assertEqual([anchor for anchor, times in count.items() if times > 1], [], name)

    def test_has_no_broken_link(self):
        count = 0
        for name, page in pages.items():
            for link in page.links:
                parts = urllib.parse.urlsplit(link)
                if parts.scheme or parts.netloc:
                    self.assertIn(parts.scheme, ("http", "https", "mailto"), f"{name}: {link}")
                    self.assertTrue(parts.netloc or parts.path, f"{name}: {link}")
                    continue
                count += 1
                target = os.path.normpath(os.path.join(os.path.dirname(name), urllib.parse.unquote(parts.path) or os.path.basename(name)))
                if target not in pages:
                    self.assertTrue((site / target).is_file(), f"{name} links to {link}")
                elif parts.fragment:
                    self.assertIn(urllib.parse.unquote(parts.fragment), pages[target].ids, f"{name} links to {link}")
        self.assertGreater(count, 3000)

    def test_lacks_no_file(self):
        for name, page in pages.items():
            for needed in page.needs:
                parts = urllib.parse.urlsplit(needed)
                if parts.scheme == "data":
                    continue
                self.assertFalse(parts.scheme or parts.netloc, f"{name} needs {needed} from somewhere else")
                self.assertTrue((site / os.path.dirname(name) / urllib.parse.unquote(parts.path)).exists(), f"{name} needs {needed}")

    def test_has_styles_that_need_nothing_from_elsewhere(self):
        for style in site.rglob("*.css"):
            for needed in re.findall(r"url\(['\"]?([^'\")]+)", style.read_text()):
                self.assertTrue(needed.startswith("data:") or (style.parent / needed).exists(), f"{style.name} needs {needed}")

    def test_links_every_clause_that_prose_names(self):
        for chapter in CHAPTERS:
            text = (ROOT / f"spec/book/{chapter}.md").read_text()
            prose = re.sub(r"```.*?```|`[^`]*`|(?m:^    .*$)", "", text, flags=re.DOTALL)
            named = {name for name in re.findall(r"\[([a-z_]+(?:\.[a-z_]+)+)\]", prose) if any(c["name"] == name for c in clauses)}
            linked = {urllib.parse.unquote(link.partition("#")[2]) for link in pages[f"{chapter}.html"].links}
            self.assertEqual(named - linked, set(), chapter)
            self.assertNotRegex((site / f"{chapter}.html").read_text(), r"\{ref\}")

    def test_shows_every_law_as_it_stands_in_the_code(self):
        laws = [(clause, law) for clause in clauses for law in clause["laws"]]
        self.assertGreater(len(laws), 600)
        for clause, law in laws:
            text = (site / (pathlib.PurePath(clause["file"]).stem + ".html")).read_text()
            self.assertIn(law["name"], text, clause["name"])
        # A law for every input, a law of a command, and the theorem of the first: lines that stand in spec/ and in proofs/.
        text = re.sub(r"<[^>]*>", "", html.unescape((site / "slab.html").read_text()))
        for line in ("const auto after = subject.take(before, num);",
                     "constexpr bool an_object_handed_out_was_free(const Transition& t) {",
                     'model(take_keeps_slabs_ordered, lists, {"slab.alloc.slab_fills"}, {"slab.take.from_last"})'):
            self.assertIn(line, text)

    def test_has_its_figures(self):
        figures = sorted((folder / "source/figures").glob("*.svg"))
        self.assertGreaterEqual({figure.stem for figure in figures},
                                {"address-space", "two-level-walk", "slab-list", "slab-colours", "directory-sharing", "copy-on-write"})
        self.assertEqual(sum(page.figures for page in pages.values()), len(figures))
        for figure in figures:
            root = xml.etree.ElementTree.parse(figure).getroot()
            width, height = (float(number) for number in root.get("viewBox").split()[2:])
            boxes = [element for element in root.iter() if element.tag.endswith("rect") and "box" in element.get("class", "")]
            self.assertGreater(len(boxes), 8, figure.name)
            for box in boxes:
                self.assertLessEqual(float(box.get("x")) + float(box.get("width")), width, figure.name)
                self.assertLessEqual(float(box.get("y")) + float(box.get("height")), height, figure.name)

    def test_prints_only_transcripts_that_the_model_agrees_with(self):
        count = collections.Counter()
        with tempfile.TemporaryDirectory() as scratch:
            for name, page in pages.items():
                for profile, text in page.transcripts:
                    count[profile] += 1
                    file = pathlib.Path(scratch, profile, f"{name.replace('/', '-')}-{count[profile]}.mmt")
                    file.parent.mkdir(exist_ok=True)
                    file.write_text(text)
            for profile in count:
                ran = subprocess.run([REFMM, "run", pathlib.Path(scratch, profile), "--profile", profile], capture_output=True, text=True)
                self.assertEqual(ran.returncode, 0, ran.stdout[-2000:] + ran.stderr)
        printed = sum(text.count("```mmt\n") for text in ((ROOT / f"spec/book/{name}.md").read_text() for name in CHAPTERS))
        self.assertEqual(count["as-built"], printed)
        self.assertGreater(count["corrected"], 50)


class Indices(unittest.TestCase):
    def test_of_clauses_has_them_all(self):
        linked = {link.partition("#")[2] for link in pages["index-of-clauses.html"].links}
        self.assertEqual({clause["name"] for clause in clauses} - linked, set())

    def test_of_functions_has_the_source_of_every_clause(self):
        text = html.unescape(re.sub(r"<[^>]*>", "", (site / "index-of-functions.html").read_text()))
        for clause in clauses:
            file, _, function = clause["source"].partition(":")
            self.assertIn(file, text)
            self.assertIn(function, text)
        self.assertIn("kmem_cache_grow", text)

    def test_of_terms_leads_to_where_they_are_explained(self):
        page = pages["index-of-terms.html"]
        text = re.sub(r"<[^>]*>", "", (site / "index-of-terms.html").read_text())
        for term in ("page directory", "firstnotfull", "bit map", "swap cache"):
            self.assertIn(term, text)
        self.assertIn("slab.html#slab-the-words", page.links)
        self.assertNotIn("Two kernels", text)

    def test_of_what_holds_clauses_up_has_a_row_for_each(self):
        linked = collections.Counter(link.partition("#")[2] for link in pages["traceability.html"].links)
        for clause in clauses:
            self.assertGreaterEqual(linked[clause["name"]], 1, clause["name"])


class Command(unittest.TestCase):
    def test_says_what_it_can_make(self):
        ran = subprocess.run([ROOT / "tools/book", "epub"], capture_output=True, text=True)
        self.assertEqual(ran.returncode, 2)
        self.assertIn("html|pdf|all", ran.stderr)

    def test_ends_where_a_page_cannot_be_read(self):
        with tempfile.TemporaryDirectory() as scratch:
            ran = subprocess.run([BOOK_SOURCE, scratch, scratch], capture_output=True, text=True)
            self.assertNotEqual(ran.returncode, 0)
            self.assertIn(scratch, ran.stderr)


class Pdf(unittest.TestCase):
    def test_has_pages(self):
        info = subprocess.run(["pdfinfo", folder / "refmm.pdf"], capture_output=True, text=True, check=True).stdout
        self.assertGreater(int(re.search(r"^Pages: *(\d+)$", info, re.MULTILINE)[1]), 300)
        self.assertRegex(info, r"(?m)^Title: *refmm")
        self.assertRegex(info, r"(?m)^Page size: .*A4")

    def test_has_an_outline_with_every_chapter_and_every_clause(self):
        printed = subprocess.run(["qpdf", "--json", "--json-key=outlines", folder / "refmm.pdf"], capture_output=True, check=True).stdout
        titles = set()

        def collect(items):
            for item in items:
                titles.add(item["title"].strip())
                collect(item["kids"])

        collect(json.loads(printed)["outlines"])
        self.assertEqual({clause["name"] for clause in clauses} - titles, set())
        for title in ("The slab allocator", "Memory areas", "How to cite a clause", "Index of terms"):
            self.assertIn(title, titles)

    def test_shows_what_is_folded_up_in_the_site(self):
        text = subprocess.run(["pdftotext", folder / "refmm.pdf", "-"], capture_output=True, text=True, check=True).stdout
        self.assertIn("take_keeps_slabs_ordered_full_partial_free", text)
        self.assertIn("an_object_handed_out_was_free", text)


if __name__ == "__main__":
    REFMM, BOOK_SOURCE = sys.argv[1], sys.argv[2]
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
