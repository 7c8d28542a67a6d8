# Links between the pages that people write by hand (guide, technical pages).
# Agreements have none: their text is literal.
# Refuses: to look at files other than pages (images, downloads); MkDocs does that when it builds.
"""Links and anchors of Markdown pages, read as the site's Markdown renders them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum, auto
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import markdown

# The same as in mkdocs.yml (a test says so): a link in a note is a link only where notes are known.
EXTENSIONS = (
    "attr_list",
    "def_list",
    "md_in_html",
    "tables",
    "toc",
    "admonition",
    "pymdownx.details",
    "pymdownx.superfences",
    "pymdownx.keys",
    "pymdownx.tasklist",
    "pymdownx.critic",
)
_FRONT_MATTER = re.compile(r"\A---\s*\n.*?\n(?:---|\.\.\.)\s*\n", re.DOTALL)
_RAW = re.compile(r"\{%\s*raw\s*%\}(.*?)\{%\s*endraw\s*%\}", re.DOTALL)
_CALL = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_CODE = re.compile(r"^[ ]*(`{3,}|~{3,}).*?^[ ]*\1", re.DOTALL | re.MULTILINE)


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


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.hrefs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.anchors.add(value)
            elif name == "href" and tag == "a" and value:
                self.hrefs.append(value)


def broken_links(
    pages: Mapping[str, str], made: Mapping[str, AbstractSet[str] | None]
) -> Iterator[Broken]:
    """Each relative link to a page that leads nowhere.

    `pages` are Markdown texts by path below docs/; `made` the pages that only a build makes, with
    their anchors, or None where those are not known.
    """
    read = {path: _read(text) for path, text in pages.items()}
    known = {**made, **{path: anchors for path, (_, anchors) in read.items()}}
    for path, (hrefs, _) in read.items():
        lines = _Lines(pages[path])
        for href in hrefs:
            line = lines.of(href)
            try:
                parts = urlsplit(href)
            except ValueError:  # a bracket in the place of a host
                yield Broken(page=path, line=line, href=href, fault=Fault.FORM)
                continue
            name = unquote(parts.path)
            if parts.scheme or parts.netloc:
                continue
            if name.startswith("/") or (name and not posixpath.splitext(name)[1]):
                yield Broken(page=path, line=line, href=href, fault=Fault.FORM)
                continue
            if name and not name.endswith(".md"):
                continue
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
            target = target if name else path
            anchor = unquote(parts.fragment)
            if target not in known:
                yield Broken(page=path, line=line, href=href, fault=Fault.PAGE, target=target)
            elif anchor and (anchors := known[target]) is not None and anchor not in anchors:
                yield Broken(
                    page=path, line=line, href=href, fault=Fault.ANCHOR,
                    target=target, anchor=anchor, known=anchors,
                )  # fmt: skip


def _read(text: str) -> tuple[list[str], set[str]]:
    reader = _Reader()
    parts = _RAW.split(_FRONT_MATTER.sub("", text))
    parts[::2] = [_CALL.sub("", part) for part in parts[::2]]
    reader.feed(markdown.markdown("".join(parts), extensions=list(EXTENSIONS)))
    return reader.hrefs, reader.anchors


class _Lines:
    """The line of each link of a page, asked in the page's order."""

    def __init__(self, text: str) -> None:
        self.text = _CODE.sub(lambda code: "\n" * code[0].count("\n"), text)
        self.after: dict[str, int] = {}

    def of(self, href: str) -> int:
        found = re.compile(rf"(?<=[(<\s:\"']){re.escape(href)}(?=[)>\s\"']|$)").search(
            self.text, self.after.get(href, 0)
        )
        if found is None:  # written otherwise (an entity), or one definition for several links
            place = max(self.text.find(href), 0)
        else:
            place, self.after[href] = found.start(), found.end()
        return self.text.count("\n", 0, place) + 1
