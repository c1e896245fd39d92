#!/usr/bin/python3
"""The pages of `refmm show` in headless Chromium: that they load without errors, step, mark what differs, and fit on a phone.

    tests/story_browser_test.py REFMM [--shots FOLDER FILE.mmt...]

With --shots pictures of the pages of these transcripts are taken instead, at phone and desktop width, light and dark.
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

REFMM = ""
PHONE, DESKTOP = (360, 740), (1280, 900)

SLAB = """\
# The last call leaves the subject in another state than the reference.
#
#   clause   slab.order
#   law      slabs_ordered_full_partial_free
#   field    size-4096: slabs[0].number is 1 in the reference, 0 in the subject
#   decided  slab.kfree.any_cache slab.free.head_of_chain slab.free.was_full
#   replay   refmm run slab.mmt --subject impl --mutant slab.impl.free.leaves_full_slab_in_place

boot family=slab l1=32 ram_pages=16384
kmalloc(4096, GFP_KERNEL) = size-4096:0[0]
#     size = 4096 (any 2049..4096)
kmalloc(4096, GFP_KERNEL) = size-4096:1[0]
kfree(size-4096:0[0])
slabs size-4096:
  1 inuse=1 free=END colouroff=0 mgmt=size-32:0[1]
  *0 inuse=0 free=0 colouroff=0 mgmt=size-32:0[0]
# ! slabs size-4096:
# !   *0 inuse=0 free=0 colouroff=0 mgmt=size-32:0[0]
# !   1 inuse=1 free=END colouroff=0 mgmt=size-32:0[1]
"""

# Two boots, areas near and far, and a name that would be markup if it were not text.
VMA = """\
boot family=vma
mmap(0x10000000, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0)
# <script>alert(1)</script> is a comment like others.
mmap(0x10003000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0)
munmap(0x10001000, 4096)
boot family=kernel ram_pages=16384
vmalloc(0x3000)
vmalloc(0x1000)
"""


def start():
    options = Options()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


def resize(driver, size):
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False})


def scheme(driver, name):
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": name}]})


def show(transcript, page, *options):
    """Has refmm write the page; its exit code says whether the story is of a difference."""
    return subprocess.run([REFMM, "show", str(transcript), "--output", str(page), *options], check=False, capture_output=True, text=True)


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="refmm-story-")
        cls.driver = start()

    @classmethod
    def tearDownClass(cls):
        cls.driver.quit()
        cls.folder.cleanup()

    def page_of(self, name, text, *options):
        transcript = pathlib.Path(self.folder.name) / f"{name}.mmt"
        transcript.write_text(text)
        page = transcript.with_suffix(".html")
        ran = show(transcript, page, *options)
        self.assertIn(ran.returncode, (0, 1), ran.stderr)
        self.assertIn(str(page), ran.stdout)
        return page

    def open(self, page, fragment=""):
        resize(self.driver, DESKTOP)
        scheme(self.driver, "light")
        self.driver.get("about:blank")
        self.driver.get(page.as_uri() + fragment)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def press(self, *keys):
        self.one("body").send_keys(*keys)

    def place(self):
        return self.one("#place").text

    def assert_nothing_went_wrong(self):
        wrong = [entry for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
        self.assertEqual(wrong, [])
        fetched = self.driver.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
        self.assertEqual([name for name in fetched if not name.startswith("data:")], [])

    def overflow(self):
        return self.driver.execute_script("return document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def test_steps_by_keyboard_slider_and_address(self):
        self.open(self.page_of("slab", SLAB), "#step=1")
        self.assertEqual(self.place(), "step 1 of 3")
        self.assertEqual(self.one("#call h2").text, "kmalloc(4096, GFP_KERNEL) = size-4096:0[0]")
        self.assertIn("any 2049..4096", self.one("#call .notes").text)
        steps = [(Keys.ARROW_RIGHT, 2), ("j", 3), (Keys.ARROW_RIGHT, 3), ("k", 2), (Keys.ARROW_LEFT, 1), (Keys.HOME, 0),
                 (Keys.ARROW_LEFT, 0), (" ", 1), (Keys.END, 3)]
        for key, step in steps:
            self.press(key)
            self.assertEqual(self.place(), f"step {step} of 3", repr(key))
            self.assertTrue(self.driver.current_url.endswith(f"#step={step}"))
        slider = self.one("#step")
        self.driver.execute_script("arguments[0].value = 2; arguments[0].dispatchEvent(new Event('input'))", slider)
        self.assertEqual(self.place(), "step 2 of 3")
        slider.send_keys(Keys.ARROW_LEFT)
        self.assertEqual(self.place(), "step 1 of 3")
        self.assertIn("step 1 of 3: kmalloc", slider.get_attribute("aria-valuetext"))
        self.all("#calls button")[3].click()
        self.assertEqual(self.place(), "step 3 of 3")
        self.assertEqual(self.one("#calls [aria-current]").text.split(" ✗")[0], "kfree(size-4096:0[0])")
        self.assert_nothing_went_wrong()

    def test_marks_what_differs(self):
        self.open(self.page_of("slab", SLAB))
        self.assertEqual(self.place(), "step 3 of 3")  # the failing one
        self.assertIn("slabs[0].number is 1 in the reference, 0 in the subject", self.one("#failure .field").text)
        self.assertIn("The slabs of a cache stand in one list", self.one("#why .violated[data-clause='slab.order']").text)
        for side, first in (("reference", "slab 1"), ("subject", "▸ slab 0")):
            panel = self.one(f"[data-side={side}] [data-title='size-4096']")
            self.assertTrue(panel.get_attribute("open"))
            self.assertEqual(panel.find_element(By.CSS_SELECTOR, ".chain .cell").text, first)
            self.assertIn("differs", panel.find_element(By.CSS_SELECTOR, ".chain .cell").get_attribute("class"))
        self.assertTrue(any("slab.free.was_full" in clause.text for clause in self.all("#why .clause")))
        self.press(Keys.ARROW_LEFT)
        self.assertFalse(self.one("#failure").is_displayed())
        self.assertTrue(self.all("#pictures .changed"))
        self.assertFalse(self.all("#pictures .differs"))
        self.assert_nothing_went_wrong()

    def test_tells_what_the_file_says_of_an_absent_subject(self):
        self.open(self.page_of("file", SLAB, "--subject", "model"))
        self.assertFalse(self.all("[data-side]"))
        sides = self.all("#failure .side pre")
        self.assertEqual([line.text.strip() for line in sides[1].find_elements(By.CSS_SELECTOR, "span")][1], "*0 inuse=0 free=0 colouroff=0 mgmt=size-32:0[0]")
        self.assert_nothing_went_wrong()

    def test_chooses_among_transcripts_and_shows_markup_as_text(self):
        self.open(self.page_of("vma", VMA))
        chooser = self.one("#sections select")
        self.assertEqual(len(chooser.find_elements(By.TAG_NAME, "option")), 2)
        self.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
        self.assertEqual(self.one("#call .note").text, "<script>alert(1)</script> is a comment like others.")
        self.assertTrue(self.all("[data-title='address space'] .table .changed"))
        self.driver.execute_script("arguments[0].selectedIndex = 1; arguments[0].dispatchEvent(new Event('change'))", chooser)
        self.assertEqual(self.place(), "step 0 of 2")
        self.assertTrue(self.driver.current_url.endswith("#transcript=2&step=0"))
        self.press(Keys.END)
        self.assertTrue(self.all("[data-title='vmalloc areas'] .scale .vmalloc.changed"))
        self.assert_nothing_went_wrong()

    def test_shows_the_inputs_that_refute_a_theorem(self):
        theorem = "a_slab_that_fills_stays_and_the_pointer_steps_on"
        folder = pathlib.Path(self.folder.name) / "proofs"
        ran = subprocess.run([REFMM, "prove", theorem, "--mutant", "slab.take.keeps_firstnotfull", "--folder", str(folder)],
                             check=False, capture_output=True, text=True)
        self.assertEqual(ran.returncode, 1, ran.stderr)
        page = folder / f"{theorem}.html"
        self.assertIn(f"page: {page}", ran.stdout)
        self.open(page)
        self.assertEqual(self.one("#failure h2").text, "On these inputs the model breaks the law.")
        self.assertRegex(self.one("#failure .field").text, "num = [0-9]+")
        self.assertTrue(self.all("[data-title='inputs'] .cell"))
        self.assertIn("refmm prove", self.one("#about pre").get_attribute("textContent"))
        self.assert_nothing_went_wrong()

    def test_fits_on_a_phone_and_into_the_dark(self):
        for name, text in (("slab", SLAB), ("vma", VMA)):
            page = self.page_of(name, text)
            self.open(page)
            for size in (PHONE, DESKTOP):
                resize(self.driver, size)
                self.press(Keys.HOME)
                for _ in range(5):
                    self.driver.execute_script("document.querySelectorAll('details').forEach(part => { part.open = true; })")
                    self.assertEqual(self.overflow(), 0, f"{name} at {size[0]}, {self.place()}")
                    self.press(Keys.ARROW_RIGHT)
        paper = "return getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number)"
        light = self.driver.execute_script(paper)
        scheme(self.driver, "dark")
        dark = self.driver.execute_script(paper)
        self.assertGreater(sum(light), 600)
        self.assertLess(sum(dark), 150)
        self.assert_nothing_went_wrong()


def take_shots(folder, transcripts):
    folder.mkdir(parents=True, exist_ok=True)
    driver = start()
    for transcript in transcripts:
        page = folder / (transcript.stem + ".html")
        print(show(transcript, page).stdout, end="")
        for width, height in (PHONE, DESKTOP):
            for name in ("light", "dark"):
                resize(driver, (width, height))
                scheme(driver, name)
                driver.get("about:blank")
                driver.get(page.as_uri())
                length = driver.execute_script("return document.documentElement.scrollHeight")
                resize(driver, (width, min(length, 2600)))
                driver.save_screenshot(str(folder / f"{transcript.stem}-{width}-{name}.png"))
    driver.quit()


if __name__ == "__main__":
    REFMM = sys.argv.pop(1)
    if sys.argv[1:2] == ["--shots"]:
        take_shots(pathlib.Path(sys.argv[2]), [pathlib.Path(name) for name in sys.argv[3:]])
    else:
        unittest.main()
