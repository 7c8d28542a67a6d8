# The Markdown of the pages that people write by hand (guide, technical pages), and their links.
# Agreements have none: their text is literal.
# Hides: how the site's Markdown is set up; raw HTML in it is text like any other.
# Refuses: to look at files other than pages (images, downloads); MkDocs does that when it builds.
"""Links and anchors of Markdown pages, read as the site's Markdown renders them."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property, lru_cache, partial
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import markdown
from jinja2 import Environment, TemplateSyntaxError
from markdown.extensions import Extension
from markdown.inlinepatterns import HTML_RE, InlineProcessor

# The same as in mkdocs.yml (a test says so): a link in a note is a link only where notes are known.
EXTENSIONS = (
    "attr_list",
    "def_list",
    "tables",
    "toc",
    "admonition",
    "pymdownx.details",
    "pymdownx.superfences",
    "pymdownx.keys",
    "pymdownx.tasklist",
    "pymdownx.critic",
)
_CONFIGS = {"tables": {"use_align_attribute": True}}
# What begins and ends a macro's call in these pages, as in mkdocs.yml.
PAGES = Environment(comment_start_string="{##", comment_end_string="##}", autoescape=True)
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*\n", re.DOTALL)
# What is opened is read once: a page full of what is never closed would take minutes.
_CODE = re.compile(r"^[ ]*+(`{3,}+|~{3,}+).*?^[ ]*+\1", re.DOTALL | re.MULTILINE)


# A tag, and its attributes by name.
Element = tuple[str, tuple[tuple[str, str | None], ...]]


class Fault(Enum):
    """What is wrong with a link."""

    FORM = auto()
    PAGE = auto()
    ANCHOR = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A link that leads nowhere: where it stands, as written, and the page and anchor it names."""

    page: str
    line: int
    href: str
    fault: Fault
    target: str = ""
    anchor: str = ""
    known: AbstractSet[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rendered:
    """The elements of a page in HTML with their attributes, None where it is nested too deep; and
    what stood there as raw HTML.
    """

    elements: tuple[Element, ...] | None
    raw: tuple[str, ...] = ()

    @property
    def hrefs(self) -> Iterator[str]:
        """Where its links lead, as written."""
        for tag, attributes in self.elements or ():
            if tag == "a":
                yield from (value for name, value in attributes if name == "href" and value)

    @property
    def anchors(self) -> AbstractSet[str]:
        """What a link can lead to in it."""
        return {
            value
            for _, attributes in self.elements or ()
            for name, value in attributes
            if name == "id" and value
        }


class LiteralHtml(Extension):
    """Raw HTML is text for readers, not for browsers; `found` are its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802  Markdown's name
        """Called by Python-Markdown: no block and no tag of HTML is left as it is."""
        self.found = []
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.register(_Literal(self.found, md), "html", 90)


class _Literal(InlineProcessor):
    def __init__(self, found: list[str], md: markdown.Markdown) -> None:
        super().__init__(HTML_RE, md)
        self.found = found

    def handleMatch(  # type: ignore[override]  # noqa: N802  Markdown's name
        self, found: re.Match[str], _: str
    ) -> tuple[str, int, int]:
        """The tag as text."""
        self.found.append(found[0])
        return self.md.htmlStash.store(html.escape(found[0])), found.start(0), found.end(0)


def kept(text: str, make: Callable[[], Rendered]) -> Rendered:  # noqa: ARG001
    """What `make` gives for a text. Who can keep that from run to run puts a function of its own
    in this one's place.
    """
    return make()


@lru_cache(maxsize=64)
def rendered(text: str) -> Rendered:
    """What stands in a page as the site renders it."""
    return kept(text, partial(_rendered, text))


def _rendered(text: str) -> Rendered:
    literal, reader = LiteralHtml(), _Reader()
    try:
        reader.feed(in_html(text, literal))
    except RecursionError:
        return Rendered(None)
    return Rendered(tuple(reader.elements), tuple(literal.found))


def in_html(text: str, literal: LiteralHtml) -> str:
    """A page as the site renders it, without its front matter and what macros would put in.
    RecursionError where it is nested too deep.
    """
    return markdown.markdown(
        _called(_FRONT_MATTER.sub("", text)),
        extensions=[*EXTENSIONS, literal],
        extension_configs=_CONFIGS,
    )


def _called(text: str) -> str:
    """What Jinja leaves of a page; all of it where Jinja can't read the page."""
    try:
        return "".join(part for _, kind, part in PAGES.lex(text) if kind == "data")
    except TemplateSyntaxError:
        return text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(attrs)))


def broken_links(
    pages: Mapping[str, str], made: Mapping[str, AbstractSet[str] | None]
) -> Iterator[Broken]:
    """Each relative link to a page that leads nowhere.

    `pages` are Markdown texts by path below docs/; `made` the pages that only a build makes, with
    their anchors, or None where those are not known.
    """
    read = {path: rendered(text) for path, text in pages.items()}
    known = {**made, **{path: page.anchors for path, page in read.items()}}
    for path, page in read.items():
        lines = Lines(pages[path])
        for href, target, anchor in _between(path, page.hrefs):
            line, _ = lines.of(href)
            if not target:
                yield Broken(page=path, line=line, href=href, fault=Fault.FORM)
            elif target not in known:
                yield Broken(page=path, line=line, href=href, fault=Fault.PAGE, target=target)
            elif anchor and (anchors := known[target]) is not None and anchor not in anchors:
                yield Broken(
                    page=path, line=line, href=href, fault=Fault.ANCHOR,
                    target=target, anchor=anchor, known=anchors,
                )  # fmt: skip


def linked(pages: Mapping[str, str]) -> set[str]:
    """The pages that some Markdown texts, by path below docs/, have links to."""
    return {
        target
        for path, text in pages.items()
        for _, target, _ in _between(path, rendered(text).hrefs)
        if target
    }


def _between(path: str, hrefs: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Of a page's links those to pages, also to itself: each with the page and the anchor to which
    it leads; with no page where it is written as none may be.
    """
    for href in hrefs:
        try:
            parts = urlsplit(href)
        except ValueError:  # a bracket in the place of a host
            yield href, "", ""
            continue
        name, anchor = unquote(parts.path), unquote(parts.fragment)
        if parts.scheme or parts.netloc:
            continue
        if name.startswith("/") or (name and not posixpath.splitext(name)[1]):
            yield href, "", ""
        elif not name:
            yield href, path, anchor
        elif name.endswith(".md"):
            yield href, posixpath.normpath(posixpath.join(posixpath.dirname(path), name)), anchor


class Lines:
    """Where links and other words stand in a page, asked in the page's order."""

    def __init__(self, text: str) -> None:
        self.text = _CODE.sub(lambda code: re.sub("[^\n]", " ", code[0]), text)
        self.after: dict[str, int] = {}

    def of(self, words: str) -> tuple[int, int]:
        """Line and column; the page's begin where it is written in a way that can't be found."""
        after = self.after.get(words, 0)
        whole = rf"(?<=[(<\s:\"'={{]){re.escape(words)}(?=[)>\s\"'=}}]|$)"
        found = re.compile(whole).search(self.text, after)
        place = found.start() if found else self.text.find(words, after)
        if place < 0:  # written otherwise (an entity), or one definition for several links
            place = self.text.find(words)
        if place < 0:
            return self._unescaped.count("\n", 0, max(0, self._unescaped.find(words))) + 1, 1
        self.after[words] = place + len(words)
        return self.text.count("\n", 0, place) + 1, place - self.text.rfind("\n", 0, place)

    @cached_property
    def _unescaped(self) -> str:
        """The page's lines with characters in the place of entities."""
        return "\n".join(html.unescape(line).replace("\n", " ") for line in self.text.split("\n"))
