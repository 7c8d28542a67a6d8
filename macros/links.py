# Links between the pages that people write by hand (guide, technical pages).
# Agreements have none: their text is literal.
"""Links and anchors of Markdown pages, read as Python-Markdown renders them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import markdown

EXTENSIONS = ("attr_list", "toc", "tables", "def_list", "md_in_html", "pymdownx.superfences")


@dataclass(frozen=True, slots=True)
class Target:
    """A page that is linked to, with the anchors that it has."""

    path: str
    anchors: frozenset[str]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.hrefs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.anchors.add(value)
            elif (name == "href" and tag == "a" or name == "src") and value:
                self.hrefs.append(value)


def broken_links(
    pages: Mapping[str, str], generated: Set[str]
) -> Iterator[tuple[str, int, Target, str]]:
    """(page, line, target, anchor) of each relative link that leads nowhere.

    `pages` are Markdown texts by path below docs/, `generated` pages that only a build makes;
    `anchor` is empty where the page itself is missing. Only links to `.md` files are looked at.
    """
    read = {path: _read(text) for path, text in pages.items()}
    for path, (hrefs, _) in read.items():
        for href in hrefs:
            parts = urlsplit(href)
            if parts.scheme or parts.netloc or (parts.path and not parts.path.endswith(".md")):
                continue
            name = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(parts.path)))
            name = name if parts.path else path
            if name in generated and name not in read:
                continue
            known = frozenset(read[name][1]) if name in read else frozenset()
            line = _line_of(pages[path], href)
            if name not in read:
                yield path, line, Target(name, known), ""
            elif parts.fragment and unquote(parts.fragment) not in known:
                yield path, line, Target(name, known), unquote(parts.fragment)


def _read(text: str) -> tuple[list[str], set[str]]:
    reader = _Reader()
    reader.feed(markdown.markdown(re.sub(r"\{\{.*?\}\}", "", text), extensions=list(EXTENSIONS)))
    return reader.hrefs, reader.anchors


def _line_of(text: str, href: str) -> int:
    before = text.find(href)
    return text.count("\n", 0, max(before, 0)) + 1
