# How Sphinx makes a site and a PDF of what book_source has written. The book is not read here: that is C++'s business.
import pathlib
import re

from docutils import nodes
from pygments.lexer import RegexLexer, bygroups
from pygments.token import Comment, Generic, Keyword, Name, Number, Operator, String, Text
from sphinx.transforms import SphinxTransform

project = "refmm"
author = "refmm authors"
copyright = "refmm authors"  # noqa: A001, which is what Sphinx calls it
html_title = "refmm: the book"
extensions = ["myst_parser"]
exclude_patterns = []
highlight_language = "none"
smartquotes = False  # the prose has the marks that it is to have
nitpicky = True
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
html_static_path = ["static"]
html_css_files = ["book.css"]
if tags.has("print"):  # noqa: F821, which Sphinx puts here; one page without a frame, for a PDF
    html_theme = "basic"
    html_theme_options = {"nosidebar": True}
else:
    html_theme = "furo"
    html_theme_options = {
        "light_css_variables": {"color-brand-primary": "#0b62a8", "color-brand-content": "#0b62a8"},
        # All that is dark: furo as Debian compiles it is dark only where somebody has asked the page for it, not the system.
        "dark_css_variables": {
            "color-brand-primary": "#6db3f2",
            "color-brand-content": "#6db3f2",
            "color-problematic": "#ee5151",
            "color-foreground-primary": "#ffffffcc",
            "color-foreground-secondary": "#9ca0a5",
            "color-foreground-muted": "#81868d",
            "color-foreground-border": "#666666",
            "color-background-primary": "#131416",
            "color-background-secondary": "#1a1c1e",
            "color-background-hover": "#1e2124ff",
            "color-background-hover--transparent": "#1e212400",
            "color-background-border": "#303335",
            "color-background-item": "#444",
            "color-highlighted-background": "#083563",
            "color-highlight-on-target": "#333300",
            "color-card-background": "#18181a",
        },
    }


class Transcript(RegexLexer):
    """The notation of transcripts, tests/transcripts/FORMAT.md: only for colours."""

    name = "Transcript"
    aliases = ["mmt"]
    tokens = {
        "root": [
            (r"^\s*#.*\n", Comment),
            (r"^(\|)(.*\n)", bygroups(Operator, Generic.Output)),
            (r"^(boot|set)\b", Keyword),
            (r"^(\[pid \d+\] )?([a-z_0-9]+)(?=\()", bygroups(Text, Name.Function)),
            (r"(= )(-1 E[A-Z]+|NULL|BUG|OOPS)", bygroups(Operator, Generic.Error)),
            (r'"[^"\n]*"', String),
            (r"\b(0x[0-9a-f]+|\d+)\b", Number),
            (r"[A-Z][A-Z_0-9]+", Name.Constant),
            (r"[a-z_]+|.|\n", Text),
        ]
    }


class PermanentAnchors(SphinxTransform):
    """Gives every section that has the name of a clause that name as its anchor, dots and all: docutils would write dashes."""

    default_priority = 790  # behind what hands labels to sections, in front of what the domains read

    def apply(self, **kwargs):
        for section in self.document.findall(nodes.section):
            for name in section["names"]:
                if not re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", name) or name not in self.document.nameids:
                    continue
                old = self.document.nameids[name]
                section["ids"] = [name] + [other for other in section["ids"] if other not in (name, old)]
                self.document.ids[name] = section
                self.document.nameids[name] = name


def drop_import(app, exception):
    """Debian's furo imports a style by a path of a web server; what is needed of it stands in book.css."""
    style = pathlib.Path(app.outdir, "_static/styles/furo.css")
    if exception is None and style.exists():
        style.write_text(re.sub(r"^@import url\(/javascript/[^)]*\);\n?", "", style.read_text()))


def setup(app):
    app.connect("build-finished", drop_import)
    app.add_lexer("mmt", Transcript)
    app.add_transform(PermanentAnchors)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
